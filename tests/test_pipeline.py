"""The order of the steps and what a failure leaves behind, on the real sample.

The services are stood in for (tests/e2e runs them); routing, mapping and counting are real.
"""

import csv
import json
from decimal import Decimal
from types import SimpleNamespace

import boto3
import pytest
from pyspark.sql import functions as sf

from imdb_etl import locations, pipeline, quality, source
from imdb_etl.catalog import CatalogTable
from imdb_etl.config import parse_config
from imdb_etl.errors import AuditError, ConfigError, SinkError, SourceError
from imdb_etl.locations import S3Location
from imdb_etl.names import ROW_RESULT, RULES_FAIL, RULES_PASS, RULES_SKIP
from imdb_etl.sinks import redshift, s3
from imdb_etl.summary import RowCounts, RuleOutcome

pytestmark = [pytest.mark.spark]

BUCKET = "pipeline-tests"
NUMBERS = {"imdb_rating": "double", "meta_score": "bigint", "no_of_votes": "bigint"}
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
    """The sample as its catalog table gives it."""
    with (project.root / settings.sample).open(newline="") as file:
        header, *lines = csv.reader(file)
    names = [name.lower() for name in header]
    texts = spark.createDataFrame(lines, ", ".join(f"{name} string" for name in names))
    return texts.select(*(sf.col(n).cast(NUMBERS.get(n, "string")).alias(n) for n in names))


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
    given = SimpleNamespace(loaded=None, rejects=None, statements=None, frame=rows, lose=0)

    def evaluate(glue, frame, *_):
        failed = sf.filter(
            sf.array(*(sf.when(~sf.expr(test), sf.lit(rule)) for rule, test in RULES.items())),
            lambda rule: rule.isNotNull(),
        )
        empty = sf.array().cast("array<string>")
        judged = frame.withColumns({RULES_PASS: empty, RULES_FAIL: failed, RULES_SKIP: empty})
        result = sf.when(sf.size(RULES_FAIL) == 0, "Passed").otherwise("Failed")
        outcome = RuleOutcome("year", "Failed", "Value: 0.999", {"m": 0.999})
        return quality.Evaluation(judged.withColumn(ROW_RESULT, result), glue, (outcome,))

    def write_rows(_glue, frame, folder, _context):
        given.rejects = [row.asDict() for row in frame.collect()]
        services.put_object(Bucket=BUCKET, Key=f"{folder.key}part-0", Body=b"{}\n")

    def load(_glue, frame, _target, statements, _temporary):
        given.loaded = [row.asDict() for row in frame.collect()]
        given.statements = statements

    monkeypatch.setattr(source, "read", lambda *_: given.frame)
    monkeypatch.setattr(quality, "evaluate", evaluate)
    monkeypatch.setattr(s3, "write_json", lambda *_: None)
    monkeypatch.setattr(s3, "write_rows", write_rows)
    monkeypatch.setattr(s3, "count_rows", lambda *_: len(given.rejects) - given.lose)
    monkeypatch.setattr(redshift, "load", load)

    def call():
        prepared = pipeline.Prepared(config, "Rules = []", CatalogTable("imdb_etl", "t", ()))
        return pipeline.process(REQUEST, prepared, None, pipeline.Stopwatch())

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
        "read", "evaluate rules", "route and map", "write rejects and outcomes", "audit", "load",
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
    assert row["reject_reasons"] == ["rule failed: year"]
    assert row["gross"] == "173,837,933"
    assert "_target" not in row


def test_rows_that_pass_the_rules_and_do_not_map_are_rejected_too(run, rows):
    run.frame = rows.withColumn(
        "imdb_rating",
        sf.when(sf.col("series_title") == "Heat", 8.25).otherwise(sf.col("imdb_rating")),
    ).union(rows.filter("series_title = 'The Godfather'"))
    summary = run.call()
    assert summary.rows == RowCounts(read=1001, loaded=748, rejected=253)
    reasons = {row["series_title"]: row["reject_reasons"] for row in run.rejects}
    assert "imdb_rating: '8.25' does not convert" in reasons["Heat"][0]
    assert "duplicate key" in reasons["The Godfather"][0]


def test_cells_that_do_not_fit_their_type_are_rejected_with_their_text(run, rows):
    cell = sf.when(sf.col("series_title") != "Heat", sf.col("no_of_votes"))
    text = sf.when(sf.col("series_title") == "Heat", sf.lit("many"))
    run.frame = rows.withColumn("no_of_votes", sf.struct(cell.alias("long"), text.alias("string")))
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
    assert keys(services, "rejected/") == []
    assert keys(services, "runs/") == []


def test_a_load_that_fails_leaves_no_rejects_and_no_summary(run, services, monkeypatch):
    def refuse(*_):
        raise SinkError("no", retryable=False)

    monkeypatch.setattr(redshift, "load", refuse)
    with pytest.raises(SinkError):
        run.call()
    assert keys(services, "rejected/") == []
    assert keys(services, "runs/") == []


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
