"""Crawling, starting and following a run: what is asked of Glue, and every way not to start."""

import io
import json
from dataclasses import replace

import boto3
import pytest
from botocore.stub import Stubber
from rich.console import Console

from imdb_etl.errors import ConfigError, ImdbEtlError
from imdb_etl.ops import crawl, run
from imdb_etl.ops.progress import Progress
from imdb_etl.ops.target import connect

OUTPUTS = {
    "DataBucket": "data",
    "GlueDatabase": "imdb_etl",
    "SourceCrawler": "source",
    "RedshiftCrawler": "redshift",
}


@pytest.fixture
def progress():
    return Progress(Console(file=io.StringIO()))


@pytest.fixture
def glue(monkeypatch):
    """A client whose answers the test gives in order, and the stubber to give them."""
    monkeypatch.setattr(crawl, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(run, "POLL_SECONDS", 0.0)
    client = boto3.client(
        "glue", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


def crawler(stubber, name, state="READY", **more):
    answer = {"Name": name, "State": state, **more}
    stubber.add_response("get_crawler", {"Crawler": answer}, {"Name": name})


def last_crawl(status, error=None):
    return {"LastCrawl": {"Status": status} | ({"ErrorMessage": error} if error else {})}


def test_the_source_crawler_is_pointed_at_another_source(glue):
    client, stubber = glue
    crawler(stubber, "source", Targets={"S3Targets": [{"Path": "s3://data/raw/a/"}]})
    stubber.add_response(
        "update_crawler",
        {},
        {"Name": "source", "Targets": {"S3Targets": [{"Path": "s3://data/raw/b/"}]}},
    )
    crawl.point_at(client, "source", "s3://data/raw/b/")


def test_a_crawler_that_has_the_source_already_is_not_changed(glue):
    client, stubber = glue
    crawler(stubber, "source", Targets={"S3Targets": [{"Path": "s3://data/raw/a/"}]})
    crawl.point_at(client, "source", "s3://data/raw/a/")


def test_crawls_start_together_and_end_when_each_is_ready(glue, progress):
    client, stubber = glue
    for name in ("source", "redshift"):
        stubber.add_response("start_crawler", {}, {"Name": name})
    crawler(stubber, "source", "RUNNING")
    crawler(stubber, "source", "STOPPING")
    crawler(stubber, "source", **last_crawl("SUCCEEDED"))
    crawler(stubber, "redshift", **last_crawl("FAILED", "password refused"))
    assert crawl.crawl(client, ["source", "redshift"], progress) == [
        crawl.Crawl("source", "SUCCEEDED", None),
        crawl.Crawl("redshift", "FAILED", "password refused"),
    ]


def test_a_crawler_that_runs_already_is_one_readable_error(glue, progress):
    client, stubber = glue
    stubber.add_client_error("start_crawler", "CrawlerRunningException")
    with pytest.raises(crawl.CrawlError, match="the crawler source is running already"):
        crawl.crawl(client, ["source"], progress)


def failing_source_crawl(stubber, tables):
    crawler(stubber, "source", Targets={"S3Targets": [{"Path": "s3://data/raw/a/"}]})
    for name in ("source", "redshift"):
        stubber.add_response("start_crawler", {}, {"Name": name})
    crawler(stubber, "source", **last_crawl("FAILED", "access denied"))
    crawler(stubber, "redshift", **last_crawl("SUCCEEDED"))
    stubber.add_response("get_tables", {"TableList": tables})


def test_a_failed_crawl_with_an_older_table_stops_before_the_run(glue, progress):
    client, stubber = glue
    place = run.S3Location.parse("s3://data/raw/a/")
    descriptor = {"Location": str(place), "Columns": [{"Name": "title", "Type": "string"}]}
    table = {"Name": "a", "StorageDescriptor": descriptor}
    failing_source_crawl(stubber, [table])
    with pytest.raises(crawl.CrawlError, match="ended as FAILED: access denied; no run was"):
        run._crawl(client, OUTPUTS, place, progress)


def test_a_failed_crawl_without_a_table_is_left_to_the_run_to_tell(glue, progress):
    client, stubber = glue
    failing_source_crawl(stubber, [])
    crawls = run._crawl(client, OUTPUTS, run.S3Location.parse("s3://data/raw/a/"), progress)
    assert [one.status for one in crawls] == ["FAILED", "SUCCEEDED"]


@pytest.mark.parametrize("state", ["STARTING", "RUNNING", "STOPPING", "WAITING"])
def test_a_run_that_is_not_finished_stops_a_second_one(glue, state):
    client, stubber = glue
    runs = [{"Id": "jr_2", "JobRunState": "SUCCEEDED"}, {"Id": "jr_1", "JobRunState": state}]
    stubber.add_response("get_job_runs", {"JobRuns": runs})
    with pytest.raises(run.RunError, match="run jr_1 of the job j runs already"):
        run.require_idle(client, "j")


def test_finished_runs_are_no_obstacle(glue):
    client, stubber = glue
    runs = [{"Id": f"jr_{state}", "JobRunState": state} for state in sorted(run.ENDED)]
    stubber.add_response("get_job_runs", {"JobRuns": runs})
    run.require_idle(client, "j")


def test_the_service_s_own_refusal_of_a_second_run_reads_the_same(glue):
    client, stubber = glue
    stubber.add_client_error("start_job_run", "ConcurrentRunsExceededException")
    with pytest.raises(run.RunError, match="another run of the job j runs already"):
        run._start(client, "j", {})


def test_a_run_is_followed_until_it_ends(glue, progress):
    client, stubber = glue
    for state in ("STARTING", "RUNNING", "RUNNING", "TIMEOUT"):
        stubber.add_response("get_job_run", {"JobRun": {"Id": "jr_1", "JobRunState": state}})
    assert run._wait(client, "j", "jr_1", progress)["JobRunState"] == "TIMEOUT"


def test_a_local_file_is_uploaded_to_a_folder_that_a_table_can_be_named_after(
    aws, settings, tmp_path
):
    s3 = aws("s3")
    s3.create_bucket(Bucket="run-tests")
    file = tmp_path / "My Movies-2023.csv"
    file.write_text("a,b\n1,2\n")
    place = run._source(s3, settings, "run-tests", str(file))
    assert str(place) == "s3://run-tests/raw/my_movies_2023/"
    body = s3.get_object(Bucket="run-tests", Key="raw/my_movies_2023/My Movies-2023.csv")["Body"]
    assert body.read() == b"a,b\n1,2\n"
    with pytest.raises(ConfigError, match=r"there is no file nowhere\.csv"):
        run._source(s3, settings, "run-tests", "nowhere.csv")


def test_a_source_in_s3_is_taken_as_it_is_and_none_is_the_default(settings):
    given = run._source(None, settings, "data", "s3://other/x.csv")
    assert str(given) == "s3://other/x.csv"
    assert str(run._source(None, settings, "data", None)) == "s3://data/raw/imdb_movies/"


def test_a_run_without_a_deployment_says_what_to_do(project, settings, aws_variables, progress):
    unknown = replace(settings, stack_name="not-deployed")
    target = connect(settings, "local", aws_variables)
    with pytest.raises(ImdbEtlError, match="no stack not-deployed yet; make it with"):
        run.run(project, unknown, target, progress)


def test_a_missing_summary_of_a_good_run_is_an_error(aws):
    s3 = aws("s3")
    s3.create_bucket(Bucket="summary-tests")
    place = run.summary_object("summary-tests", "jr_1")
    with pytest.raises(
        run.RunError, match=r"summary s3://summary-tests/runs/jr_1/summary\.json is"
    ):
        run._summary(s3, place)
    s3.put_object(Bucket=place.bucket, Key=place.key, Body=json.dumps({"job": 1}).encode())
    with pytest.raises(ConfigError, match="job: expected str"):
        run._summary(s3, place)
