"""The order of the steps and what a failure leaves behind, on the real sample.

The services are stood in for (tests/e2e runs them); routing, mapping and counting are real.
"""

import csv
import json
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import boto3
import pytest
from pyspark.sql import functions as sf

from imdb_etl import headers, intake, locations, pipeline, quality
from imdb_etl.catalog import CatalogTable
from imdb_etl.config import parse_config
from imdb_etl.errors import AuditError, ConfigError, GateError, SinkError, SourceError
from imdb_etl.locations import S3Location
from imdb_etl.names import ROW_RESULT, RULES_FAIL, RULES_PASS, RULES_SKIP, SOURCE_FILE
from imdb_etl.rejects import Marker
from imdb_etl.sinks import redshift, s3
from imdb_etl.summary import RowCounts, RuleOutcome

pytestmark = [pytest.mark.spark]

BUCKET = "pipeline-tests"
FILE = f"s3://{BUCKET}/raw/imdb_movies/movies.csv"
RULES = {
    "year": "released_year rlike '^(19|20)[0-9]{2}$'",
    "metascore": "meta_score is not null",
    "gross": "gross rlike '^[0-9,]+$'",
}
REQUEST = pipeline.Request(
    job="imdb-etl",
    run_id="jr_1",
    config=S3Location(BUCKET, "config.json"),
    ruleset="movies",
    source=S3Location(BUCKET, "raw/imdb_movies/"),
)


@pytest.fixture(scope="module")
def rows(spark, project, settings):
    """The sample as source.read gives it: text, and the file."""
    with (project.root / settings.sample).open(newline="") as file:
        header, *lines = csv.reader(file)
    names = [name.lower() for name in header]
    texts = spark.createDataFrame(lines, ", ".join(f"{name} string" for name in names))
    return texts.withColumn(SOURCE_FILE, sf.lit(FILE))


@pytest.fixture(scope="module")
def config(settings):
    outputs = {
        "GlueDatabase": "imdb_etl",
        "DataBucket": BUCKET,
        "ArtifactsBucket": BUCKET,
        "RedshiftConnection": "c",
    }
    return parse_config(settings.job_config(outputs, "dev"), "conf")


@pytest.fixture
def services(aws_variables, aws, monkeypatch):
    """boto3 in the job talks to MiniStack; the bucket is there and empty."""
    for name, value in aws_variables.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    client = aws("s3")
    client.create_bucket(Bucket=BUCKET)
    yield client
    for found in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=found["Key"])


@pytest.fixture
def run(rows, config, services, monkeypatch):
    """Runs the pipeline and notes what each sink was given; `frame` and `lose` break it."""
    given = SimpleNamespace(
        loaded=None,
        rejects=None,
        statements=None,
        frame=rows,
        lose=0,
        more_outcomes=(),
        config=config,
        request=REQUEST,
    )

    def evaluate(glue, frame, *_):
        failed = sf.filter(
            sf.array(*(sf.when(~sf.expr(test), sf.lit(rule)) for rule, test in RULES.items())),
            lambda rule: rule.isNotNull(),
        )
        passed = sf.array_except(sf.array(*map(sf.lit, RULES)), failed)
        empty = sf.array().cast("array<string>")
        judged = frame.withColumns({RULES_PASS: passed, RULES_FAIL: failed, RULES_SKIP: empty})
        result = sf.when(sf.size(RULES_FAIL) == 0, "Passed").otherwise("Failed")
        outcome = RuleOutcome("year", "Failed", "Value: 0.999", {"m": 0.999})
        outcomes = (outcome, *given.more_outcomes)
        return quality.Evaluation(judged.withColumn(ROW_RESULT, result), glue, outcomes)

    def write_rows(_glue, frame, folder, _context):
        given.rejects = [row.asDict() for row in frame.collect()]
        services.put_object(Bucket=BUCKET, Key=f"{folder.key}part-0", Body=b"{}\n")

    def load(_glue, frame, _target, statements, _temporary):
        given.loaded = [row.asDict() for row in frame.collect()]
        given.statements = statements

    def read(_glue, _table, columns, **_):
        return intake.kept(given.frame, columns)

    monkeypatch.setattr(intake, "read", read)
    monkeypatch.setattr(headers, "require_same_columns", lambda *_: None)
    monkeypatch.setattr(quality, "evaluate", evaluate)
    monkeypatch.setattr(s3, "write_json", lambda *_: None)
    monkeypatch.setattr(s3, "write_rows", write_rows)
    monkeypatch.setattr(s3, "count_rows", lambda *_: len(given.rejects) - given.lose)
    monkeypatch.setattr(redshift, "load", load)

    def call():
        table = CatalogTable("imdb_etl", "t", {})
        prepared = pipeline.Prepared(given.config, "Rules = []", table, {FILE: "etag"})
        return pipeline.process(given.request, prepared, None, pipeline.Stopwatch())

    given.call = call
    return given


def keys(client, prefix):
    return [
        o["Key"] for o in client.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    ]


def test_every_row_of_the_sample_is_loaded_or_rejected(run, services):
    summary = run.call()
    assert summary.rows == RowCounts(read=1000, loaded=749, rejected=251)
    assert (len(run.loaded), len(run.rejects)) == (749, 251)
    assert "749 rows were sent" in run.statements.after[0]
    titles = [(row["series_title"], row["director"]) for row in run.loaded + run.rejects]
    assert len(set(titles)) == 1000
    location = locations.summary_object(BUCKET, "jr_1")
    stored = services.get_object(Bucket=BUCKET, Key=location.key)["Body"].read()
    assert json.loads(stored)["rows"] == {"read": 1000, "loaded": 749, "rejected": 251}
    assert list(summary.seconds) == [
        "recover", "read", "evaluate rules", "route and map", "write rejects and outcomes", "audit",
        "load", "publish",
    ]  # fmt: skip


def test_loaded_rows_are_typed_and_exact(run):
    run.call()
    (row,) = [row for row in run.loaded if row["series_title"] == "The Shawshank Redemption"]
    assert row == {
        "series_title": "The Shawshank Redemption",
        "released_year": 1994,
        "certificate": "A",
        "runtime": 142,
        "genre": "Drama",
        "imdb_rating": Decimal("9.3"),
        "meta_score": 80,
        "director": "Frank Darabont",
        "star1": "Tim Robbins",
        "star2": "Morgan Freeman",
        "star3": "Bob Gunton",
        "star4": "William Sadler",
        "no_of_votes": 2343110,
        "gross": 28341469,
    }


def test_rejected_rows_are_as_they_came_with_reasons_and_run(run):
    run.call()
    (row,) = [row for row in run.rejects if row["released_year"] == "PG"]
    assert row["series_title"] == "Apollo 13"
    assert (row["run_id"], row[ROW_RESULT]) == ("jr_1", "Failed")
    assert row["source_file"] == FILE
    assert row["reject_reasons"] == ["rule failed: year"]
    assert row["gross"] == "173,837,933"
    assert "_target" not in row


def test_rows_that_pass_the_rules_and_do_not_map_are_rejected_too(run, rows):
    run.frame = rows.withColumn(
        "imdb_rating",
        sf.when(sf.col("series_title") == "Heat", "8.25").otherwise(sf.col("imdb_rating")),
    ).union(rows.filter("series_title = 'The Godfather'"))
    summary = run.call()
    assert summary.rows == RowCounts(read=1001, loaded=748, rejected=253)
    reasons = {row["series_title"]: row["reject_reasons"] for row in run.rejects}
    assert "imdb_rating: '8.25' does not convert" in reasons["Heat"][0]
    assert "duplicate key" in reasons["The Godfather"][0]


def test_cells_that_do_not_fit_their_type_are_rejected_with_their_text(run, rows):
    is_heat = sf.col("series_title") == "Heat"
    run.frame = rows.withColumn(
        "no_of_votes", sf.when(is_heat, "many").otherwise(sf.col("no_of_votes"))
    )
    summary = run.call()
    assert summary.rows == RowCounts(read=1000, loaded=748, rejected=252)
    (row,) = [row for row in run.rejects if row["series_title"] == "Heat"]
    assert row["no_of_votes"] == "many"
    assert "'many' is not a bigint" in row["reject_reasons"][0]


def test_a_lost_reject_fails_the_run_before_redshift_is_touched(run, services):
    run.lose = 1
    with pytest.raises(AuditError, match="1 rows are missing"):
        run.call()
    assert run.loaded is None
    assert keys(services, "") == []


def test_a_load_that_fails_leaves_no_rejects_and_no_summary(run, services, monkeypatch):
    def refuse(*_):
        raise SinkError("no", retryable=False, undone=True)

    monkeypatch.setattr(redshift, "load", refuse)
    with pytest.raises(SinkError):
        run.call()
    assert keys(services, "") == []


def test_a_lost_connection_leaves_the_rejects_unseen_and_the_next_run_publishes_them(
    run, services, monkeypatch
):
    def lose(*_):
        raise SinkError("connection lost", retryable=True, undone=False)

    loads = set()
    monkeypatch.setattr(redshift, "recorded", lambda *_: loads)
    load = redshift.load
    monkeypatch.setattr(redshift, "load", lose)
    with pytest.raises(SinkError):
        run.call()
    assert keys(services, "runs/") == []
    assert keys(services, "rejected/") == ["rejected/run_id=jr_1/part-0"]
    assert keys(services, "pending/") == ["pending/jr_1.json"]

    # The next run finds that the load was not committed, and leaves the other's rejects unseen.
    monkeypatch.setattr(redshift, "load", load)
    run.request = replace(REQUEST, run_id="jr_2")
    run.call()
    assert "rejected/run_id=jr_1/_COMPLETE" not in keys(services, "rejected/")
    assert "pending/jr_1.json" in keys(services, "pending/")

    # Or it finds that it was.
    loads.add("jr_1")
    run.request = replace(REQUEST, run_id="jr_3")
    run.call()
    assert keys(services, "pending/") == []
    body = services.get_object(Bucket=BUCKET, Key="rejected/run_id=jr_1/_COMPLETE")["Body"].read()
    marker = Marker.from_json(body.decode())
    assert (marker.run_id, marker.rows) == ("jr_1", RowCounts(1000, 749, 251))
    assert "runs/jr_1/summary.json" in keys(services, "runs/")


def test_the_marker_is_there_when_the_run_has_loaded(run, services):
    run.call()
    assert "rejected/run_id=jr_1/_COMPLETE" in keys(services, "rejected/")
    assert keys(services, "pending/") == keys(services, "staging/") == []


def test_a_failed_rule_on_the_dataset_stops_before_the_target_unless_told_otherwise(run, services):
    run.more_outcomes = (RuleOutcome("RowCount > 5000", "Failed", "Value: 1000", {}),)
    with pytest.raises(GateError, match=r"the dataset failed RowCount > 5000: Value: 1000\."):
        run.call()
    assert run.loaded is None
    assert keys(services, "") == []
    run.config = replace(run.config, on_failed_ruleset="load_valid")
    assert run.call().rows.loaded == 749


def test_an_incremental_run_that_finds_nothing_new_changes_nothing(run, rows, services):
    run.frame = rows.limit(0)
    run.request = replace(REQUEST, incremental=True)
    assert run.call().rows == RowCounts(0, 0, 0)
    assert run.loaded is None
    assert "runs/jr_1/summary.json" in keys(services, "runs/")


def test_a_header_without_rows_fails_at_once(run, rows):
    run.frame = rows.limit(0)
    with pytest.raises(SourceError, match="has a header and no rows"):
        run.call()
    assert run.rejects is None


@pytest.mark.usefixtures("services")
def test_a_missing_configuration_says_how_to_upload_it():
    with pytest.raises(ConfigError, match=rf"no configuration s3://{BUCKET}/config\.json; `imdb-"):
        pipeline.prepare(REQUEST)


def test_a_request_is_made_of_the_job_s_arguments():
    arguments = {
        "JOB_NAME": "imdb-etl",
        "JOB_RUN_ID": "jr_1",
        "config": f"s3://{BUCKET}/config.json",
        "ruleset": "movies",
        "source_path": f"s3://{BUCKET}/raw/imdb_movies/",
    }
    assert pipeline.Request.from_arguments(arguments) == REQUEST


def test_the_job_uses_the_account_of_its_environment(services):
    assert boto3.client("s3").meta.endpoint_url == services.meta.endpoint_url
