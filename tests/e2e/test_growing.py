"""Data that grows: incremental runs, files that come again, and files that are not like the others.

The mode is append, in which everything that is read twice would be seen.
"""

import csv
import io
import json
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow]

SAMPLE = Path(__file__).parents[2] / "data/imdb_top_1000.csv"
HEADS = SAMPLE.read_text(encoding="utf-8").partition("\n")[0].strip().split(",")
RULES = 'Rules = [ RowCount > 0, IsComplete "series_title" ]\n'
FOLDER = "raw/growing"


def as_csv(titles, heads=HEADS, **changes):
    text = io.StringIO()
    writer = csv.DictWriter(text, heads, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for title in titles:
        movie = dict.fromkeys(heads, "x") | {"Series_Title": title, "Released_Year": "1999"}
        movie |= {"Runtime": "99 min", "IMDB_Rating": "7.5", "Meta_score": "50"}
        writer.writerow(movie | {"No_of_Votes": "1000", "Gross": "1,000"} | changes)
    return text.getvalue().encode()


@pytest.fixture(scope="module")
def growing(deployment, tmp_path_factory):
    """`growing.put(name, body)`, and `growing.run()`: an incremental run in the mode append."""
    names, s3 = deployment.outputs, deployment.client("s3")
    config = {"Bucket": names["ArtifactsBucket"], "Key": "config/imdb-etl.json"}
    before = s3.get_object(**config)["Body"].read()
    changed = json.loads(before)
    changed["redshift"] |= {"table": "growing_movies", "mode": "append"}
    ruleset = tmp_path_factory.mktemp("rules") / "growing.dqdl"
    ruleset.write_text(RULES)
    deployment.execute("create table movies.growing_movies (like movies.imdb_movies)")

    class Growing:
        def put(self, name, body):
            s3.put_object(Bucket=names["DataBucket"], Key=f"{FOLDER}/{name}", Body=body)

        def delete(self, name):
            s3.delete_object(Bucket=names["DataBucket"], Key=f"{FOLDER}/{name}")

        def run(self):
            source = f"s3://{names['DataBucket']}/{FOLDER}/"
            return deployment.run("--source", source, "--ruleset", str(ruleset), "--incremental")

        def titles(self):
            rows = deployment.query("select series_title from movies.growing_movies order by 1")
            return [title for (title,) in rows]

    s3.put_object(**config, Body=json.dumps(changed).encode())
    yield Growing()
    s3.put_object(**config, Body=before)
    deployment.execute("drop table movies.growing_movies")


def test_files_that_come_one_after_the_other(growing, deployment):
    growing.put("1.csv", as_csv(["a", "b", ""]))
    first = growing.run()
    assert first.code == 0, first.errors
    assert first.result["rows"] == {"read": 3, "loaded": 2, "rejected": 1}
    (reject,) = deployment.json_lines(first.result["rejects"])
    assert reject["source_file"].endswith(f"/{FOLDER}/1.csv")

    # The same content arrives again, with a new time, beside new files: one with a cell that makes
    # a crawler change its column's type, and a late one, sorted before all, with a new column.
    growing.put("1.csv", as_csv(["a", "b", ""]))
    growing.put("2.csv", as_csv(["c"]) + as_csv(["odd"], Meta_score="n/a").split(b"\n", 1)[1])
    growing.put("0.csv", as_csv(["late"], [*HEADS, "Studio"], Studio="Toho"))
    second = growing.run()
    assert second.code == 0, second.errors
    assert second.result["rows"] == {"read": 3, "loaded": 2, "rejected": 1}
    assert growing.titles() == ["a", "b", "c", "late"]
    (reject,) = deployment.json_lines(second.result["rejects"])
    assert (reject["series_title"], reject["reject_reasons"]) == (
        "odd",
        ["meta_score: 'n/a' is not a bigint"],
    )

    # A file in another order is refused by its name, and what was there stays.
    growing.put("3.csv", as_csv(["d"], [HEADS[1], HEADS[0], *HEADS[2:]]))
    third = growing.run()
    assert third.code == 1
    assert f"{FOLDER}/3.csv: its columns stand in another order" in third.result["error"]
    growing.delete("3.csv")
    assert growing.titles() == ["a", "b", "c", "late"]

    # Nothing new is a success that loads nothing.
    fourth = growing.run()
    assert fourth.code == 0, fourth.errors
    assert fourth.result["rows"] == {"read": 0, "loaded": 0, "rejected": 0}
    loads = deployment.query(
        "select mode, rows_read, rows_loaded, rows_rejected from movies.loads "
        f"where source like '%/{FOLDER}/' order by loaded_at"
    )
    assert loads == [("append", 3, 2, 1), ("append", 3, 2, 1)]
