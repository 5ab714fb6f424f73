"""The commands on rejected rows: which are visible, how they are shown, what a replay uploads."""

import gzip
import io
import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

import pytest
from rich.console import Console
from typer.testing import CliRunner

from imdb_etl.config import RedshiftTarget
from imdb_etl.errors import ImdbEtlError, SourceError
from imdb_etl.locations import S3Location, rejected_folder, rejects_marker
from imdb_etl.ops import rejects, rejects_csv, rejects_output, replay
from imdb_etl.ops.cli import app
from imdb_etl.ops.output import JsonOutput, TextOutput
from imdb_etl.ops.progress import Progress
from imdb_etl.ops.rejects import RejectsError
from imdb_etl.ops.target import connect
from imdb_etl.rejects import Marker
from imdb_etl.summary import RowCounts

ROWS = [
    {
        "title": 'The "Quoted", one', "year": "PG", "votes": 12,
        "reject_reasons": ["released_year: 'PG' is not an integer"],
        "DataQualityRulesPass": [], "run_id": "jr_1", "source_file": "s3://data/raw/a/a.csv",
    },
    {"title": "Amélie\u2028\U0001f3ac", "votes": 1.50, "reject_reasons": ["rule failed: x", "y"]},
    {"year": "", "votes": 12345678901234567890, "reject_reasons": []},
]  # fmt: skip


@pytest.fixture
def s3(aws):
    return aws("s3")


@pytest.fixture
def bucket(s3):
    name = f"rejects-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def put(s3, bucket):
    """Writes a run's rejects as the job does, in as many objects as there are lists of lines."""

    def write(run_id, *parts, visible=True, rejected=None, source=None):
        folder = rejected_folder(bucket, run_id)
        for number, part in enumerate(parts):
            body = gzip.compress("".join(line + "\n" for line in part).encode())
            key = f"{folder.key}run-1-part-r-0000{number}.gz"
            s3.put_object(Bucket=bucket, Key=key, Body=body)
        count = sum(map(len, parts)) if rejected is None else rejected
        marker = Marker(
            run_id, "j", "movies", source or f"s3://{bucket}/raw/a/", RowCounts(count, 0, count)
        )
        if visible:
            place = rejects_marker(bucket, run_id)
            s3.put_object(Bucket=bucket, Key=place.key, Body=marker.to_json().encode())
        return marker

    return write


def as_lines(rows):
    return [json.dumps(row, ensure_ascii=False) for row in rows]


def test_runs_with_a_marker_are_listed_and_the_others_counted(s3, bucket, put):
    put("jr_1", as_lines(ROWS))
    put("jr_2", as_lines(ROWS[:1]), visible=False)
    put("jr_3", as_lines(ROWS[:2]))
    listed = rejects.list_runs(s3, bucket)
    assert {run.run_id: run.rejected for run in listed.runs} == {"jr_1": 3, "jr_3": 2}
    assert [run.time for run in listed.runs] == sorted(
        (run.time for run in listed.runs), reverse=True
    )
    assert listed.unfinished == 1


def test_the_newest_marker_is_listed_first_whatever_the_ids():
    class Storage:
        """S3's answers for two runs, of which the one with the lower id is the newer."""

        class exceptions:  # noqa: N801 - as boto3 has it
            NoSuchKey = KeyError

        def get_paginator(self, _):
            return self

        def paginate(self, **_):
            return [{"CommonPrefixes": [{"Prefix": f"rejected/run_id={one}/"} for one in "ab"]}]

        def get_object(self, Bucket, Key):  # noqa: N803 - as boto3 has it
            run_id = Key.split("=")[1][0]
            marker = Marker(run_id, "j", "r", "s3://d/raw/a/", RowCounts(1, 0, 1))
            time = datetime(2026, 1, 2 if run_id == "a" else 1, tzinfo=UTC)
            return {"Body": io.BytesIO(marker.to_json().encode()), "LastModified": time}

    assert [run.run_id for run in rejects.list_runs(Storage(), "d").runs] == ["a", "b"]


def test_a_run_is_found_by_the_beginning_of_its_id(s3, bucket, put):
    put("jr_abc", as_lines(ROWS))
    put("jr_abd", as_lines(ROWS))
    put("jr_abdef", as_lines(ROWS))
    assert rejects.find_run(s3, bucket, "jr_abc").run_id == "jr_abc"
    # A whole id is never ambiguous.
    assert rejects.find_run(s3, bucket, "jr_abd").run_id == "jr_abd"
    assert rejects.find_run(s3, bucket, "jr_abde").run_id == "jr_abdef"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("jr_a", "the beginning of 2 runs' ids: jr_a1, jr_a2; give more"),
        ("jr_x", "no run whose id begins with jr_x"),
        ("jr_b", "the rejects of run jr_b1 are not visible, because the run did not finish"),
        ("", "'' is not the id of a run"),
        ("jr_a1/_", "'jr_a1/_' is not the id of a run"),
    ],
)
def test_a_run_that_is_not_to_be_shown_is_refused(s3, bucket, put, given, message):
    put("jr_a1", as_lines(ROWS))
    put("jr_a2", as_lines(ROWS))
    put("jr_b1", as_lines(ROWS), visible=False)
    with pytest.raises(RejectsError, match=message):
        rejects.find_run(s3, bucket, given)


def test_a_marker_that_cannot_be_read_is_named_by_its_place(s3, bucket):
    place = rejects_marker(bucket, "jr_1")
    s3.put_object(Bucket=bucket, Key=place.key, Body=b"{}")
    with pytest.raises(RejectsError, match=f"{place}: run_id: missing"):
        rejects.list_runs(s3, bucket)


def test_rows_come_from_all_files_and_from_no_marker_or_temporary_file(s3, bucket, put):
    put("jr_1", as_lines(ROWS[:2]), as_lines(ROWS[2:]))
    folder = rejected_folder(bucket, "jr_1")
    s3.put_object(Bucket=bucket, Key=f"{folder.key}_temporary/0/part", Body=b'{"title": "no"}\n')
    put("jr_10", as_lines([{"title": "of another run"}]))
    assert list(rejects.lines(s3, bucket, "jr_1")) == as_lines(ROWS)
    votes = [row["votes"] for row in rejects.rows(s3, bucket, "jr_1")]
    assert votes == ["12", "1.5", "12345678901234567890"]


def test_files_may_be_plain_and_a_packed_one_must_be_whole(s3, bucket, put):
    put("jr_1", as_lines(ROWS[:1]))
    folder = rejected_folder(bucket, "jr_1")
    s3.put_object(Bucket=bucket, Key=f"{folder.key}run-1-part-r-00001", Body=b'{"title": "b"}\n')
    assert [row["title"] for row in rejects.rows(s3, bucket, "jr_1")] == [ROWS[0]["title"], "b"]
    cut = gzip.compress(b'{"title": "c"}\n' * 99)[:-9]
    s3.put_object(Bucket=bucket, Key=f"{folder.key}run-1-part-r-00002.gz", Body=cut)
    with pytest.raises(RejectsError, match=r"part-r-00002\.gz is not a whole gzip file"):
        list(rejects.rows(s3, bucket, "jr_1"))


def test_reading_a_few_rows_does_not_read_the_others(s3, bucket, put):
    put("jr_1", as_lines(ROWS[:1]), ["this is no JSON"])
    assert len(list(islice(rejects.rows(s3, bucket, "jr_1"), 1))) == 1
    with pytest.raises(RejectsError, match=r"part-r-00001.gz, line 1 is not JSON"):
        list(rejects.rows(s3, bucket, "jr_1"))


def test_a_row_as_text_is_its_key_its_reasons_and_its_file():
    out = []
    rejects_output.write_blocks([ROWS[0], {"title": "\x1b[2J"}], ["title", "year"], out.append)
    assert "".join(out) == (
        'The "Quoted", one, PG\n'
        "  released_year: 'PG' is not an integer\n"
        "  in s3://data/raw/a/a.csv\n"
        "\\u001b[2J, (empty)\n"
        "  in \n"
    )


def test_more_than_one_part_is_uploaded_as_it_is(s3, bucket):
    place = S3Location(bucket, "raw/big/")
    # 18 MB: three parts.
    records = ([str(number), "ä" * 40] for number in range(200_000))
    replay.upload(s3, rejects_csv.encode(("n", "t"), records), place)
    body = s3.get_object(Bucket=bucket, Key="raw/big/rows.csv")["Body"].read().decode()
    expected = "".join(f"{number},{'ä' * 40}\n" for number in range(200_000))
    assert body == "n,t\n" + expected


@pytest.mark.parametrize("good", [10, 200_000], ids=["in one request", "in parts"])
def test_an_upload_that_breaks_leaves_no_object(s3, bucket, good):
    def records():
        for number in range(good):
            yield [str(number), "a" * 80]
        raise RejectsError("row no good")

    with pytest.raises(RejectsError, match="row no good"):
        replay.upload(s3, rejects_csv.encode(("n", "t"), records()), S3Location(bucket, "raw/b/"))
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket, Prefix="raw/b/")


def test_the_same_rows_get_the_same_folder_and_others_another(tmp_path):
    def name(run_id, source, file=None):
        marker = Marker(run_id, "j", "r", source, RowCounts(1, 0, 1))
        return str(replay.folder("data", marker, file))

    first = name("jr_1", "s3://data/raw/imdb_movies/")
    assert first.startswith("s3://data/raw/imdb_movies_replay_")
    assert name("jr_1", "s3://data/raw/imdb_movies/") == first
    assert name("jr_2", "s3://data/raw/imdb_movies/") != first
    assert name("jr_1", first) == first
    assert name("jr_1", "s3://other/x/My Films.csv.gz").startswith("s3://data/raw/my_films_replay_")
    file = tmp_path / "a.csv"
    file.write_text("a\n1\n")
    corrected = name("jr_1", "s3://data/raw/imdb_movies/", file)
    file.write_text("a\n2\n")
    assert len({first, corrected, name("jr_1", "s3://data/raw/imdb_movies/", file)}) == 3


@pytest.fixture
def replaying(project, settings, aws_variables, bucket, s3, monkeypatch):
    """Replays with the pipeline's run left out; what it would have been given is the answer."""
    target = connect(settings, "local", aws_variables)
    outputs = {"DataBucket": bucket, "ArtifactsBucket": bucket, "GlueDatabase": "none"}
    monkeypatch.setattr(replay, "require_outputs", lambda *_: outputs)
    monkeypatch.setattr(replay.run, "run", lambda *given: given[-2:])

    def no_table(*_):
        raise SourceError("no table")

    monkeypatch.setattr(replay, "find_table", no_table)
    few = replace(settings, columns=settings.columns[:2])

    def call(run_id, corrected=None, ruleset=None, mode="merge"):
        redshift = RedshiftTarget("c", "d", "s", "t", ("series_title",), "series_title", mode)
        config = few.job_config(outputs | {"RedshiftConnection": "c"}, "dev")
        record = json.loads(config) | {"redshift": redshift.__dict__}
        s3.put_object(Bucket=bucket, Key=replay.CONFIG_KEY, Body=json.dumps(record).encode())
        progress = Progress(Console(file=io.StringIO()))
        return replay.replay(project, few, target, progress, run_id, corrected, ruleset)

    return call


def uploaded(s3, bucket):
    found = s3.list_objects_v2(Bucket=bucket, Prefix="raw/").get("Contents", [])
    return {
        one["Key"]: s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read().decode()
        for one in found
    }


FILMS = [{"series_title": "a, b", "reject_reasons": ["x"]}, {"series_title": "c", "plot": "p"}]


def test_a_replay_uploads_the_rejects_and_runs_on_them(s3, bucket, put, replaying):
    put("jr_1", as_lines(FILMS))
    ruleset, source = replaying("jr_1")
    assert ruleset == "movies"
    expected = 'series_title,plot,released_year\n"a, b",,\nc,p,\n'
    assert uploaded(s3, bucket) == {f"{S3Location.parse(source).key}rows.csv": expected}


def test_a_replay_of_a_corrected_file_uploads_that_in_the_source_s_order(
    s3, bucket, put, replaying, tmp_path
):
    put("jr_1", as_lines(FILMS))
    file = tmp_path / "corrected.csv"
    file.write_text("released_year,series_title,plot\n1999,a,\n")
    replaying("jr_1", file, "top_rated")
    assert list(uploaded(s3, bucket).values()) == ["series_title,plot,released_year\na,,1999\n"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "replace"}, "redshift.mode is replace"),
        ({"ruleset": "nowhere"}, "there is no ruleset 'nowhere'"),
        ({"corrected": "series_title\na\n"}, "lacks plot, released_year"),
        ({"corrected": "series_title,plot,released_year\n"}, "has a header and no rows"),
        ({"rejected": 3}, "rejected 3 rows, and 2 are there now"),
        ({"rejected": 0}, "rejected no row"),
    ],
)
def test_what_cannot_be_replayed_is_refused_and_nothing_is_uploaded(
    s3, bucket, put, replaying, tmp_path, options, message
):
    put("jr_1", as_lines(FILMS), rejected=options.pop("rejected", None))
    if "corrected" in options:
        file = tmp_path / "corrected.csv"
        file.write_text(options["corrected"])
        options["corrected"] = file
    with pytest.raises(ImdbEtlError, match=message):
        replaying("jr_1", **options)
    assert uploaded(s3, bucket) == {}


@pytest.fixture
def call(project, aws_variables, bucket, monkeypatch):
    """Runs `imdb-etl rejects ...` in the project; the account's stack is left out."""
    monkeypatch.chdir(project.root)
    variables = {"PATH": "/bin", **aws_variables}
    outputs = {"DataBucket": bucket, "GlueDatabase": "none", "JobName": "none"}
    monkeypatch.setattr("imdb_etl.ops.command.process_environment", lambda: variables)
    monkeypatch.setattr("imdb_etl.ops.command.require_outputs", lambda *_: outputs)

    def no_table(*_):
        raise SourceError("no table")

    monkeypatch.setattr(replay, "find_table", no_table)
    return lambda *words: CliRunner().invoke(app, ["rejects", *words])


def test_show_prints_rows_as_text_as_json_lines_and_as_csv(call, put):
    films = [{"series_title": "a, b", "reject_reasons": ["x"]}, {"series_title": "c"}]
    put("jr_1", as_lines(films))
    answer = call("show", "jr_", "--output", "json")
    assert answer.exit_code == 0, answer.stderr
    assert answer.stdout.splitlines() == as_lines(films)
    assert call("show", "jr_1", "--limit", "1", "--output", "json").stdout == (
        as_lines(films)[0] + "\n"
    )
    text = call("show", "jr_1", "--limit", "1").stdout
    assert text == "a, b, (empty), (empty)\n  x\n  in \n"
    header, *records = call("show", "jr_1", "--output", "csv").stdout.splitlines()
    assert header.startswith("series_title,released_year,")
    assert [record.rstrip(",") for record in records] == ['"a, b"', "c"]


@pytest.mark.parametrize("output", ["text", "json", "csv"])
def test_show_of_an_unfinished_run_is_an_error_and_prints_no_row(call, put, output):
    put("jr_1", as_lines(ROWS), visible=False)
    answer = call("show", "jr_1", "--output", output)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "imdb-etl: the rejects of run jr_1 are not visible" in answer.stderr


def test_list_prints_json_for_scripts_and_its_note_beside(call, put):
    put("jr_1", as_lines(ROWS))
    put("jr_2", as_lines(ROWS), visible=False)
    answer = call("list", "--output", "json")
    assert [run["run_id"] for run in json.loads(answer.stdout)["runs"]] == ["jr_1"]
    assert "1 with rejects that are not visible" in answer.stderr


def shown(kind, result):
    out, err = io.StringIO(), io.StringIO()
    kind(Console(file=out, width=120), Console(file=err, width=120)).rejected_runs(result)
    return out.getvalue(), err.getvalue()


def test_a_list_of_runs_as_text_and_as_json():
    run = rejects.RejectedRun("jr_1", "2026-01-01T00:00:00+00:00", 251, 1000, "s3://d/", "movies")
    result = rejects.RejectedRuns((run,), 2)
    out, err = shown(TextOutput, result)
    assert "Run jr_1: 2026-01-01T00:00:00+00:00, 251 of 1,000 rows rejected" in out
    assert "2 with rejects that are not visible" in err
    out, err = shown(JsonOutput, result)
    assert json.loads(out)["runs"][0]["rejected"] == 251
    assert "2 with rejects that are not visible" in err
    assert shown(TextOutput, rejects.RejectedRuns((), 0)) == ("No run has rejects to see\n", "")
