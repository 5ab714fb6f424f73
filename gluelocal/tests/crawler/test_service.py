"""The crawler operations of the Glue API: states, history, events, refusals."""

import time
import uuid

import pytest

CSV = b"title,rating\nHeat,8.3\nBrazil,7.9\n"
ROLE = "arn:aws:iam::000000000000:role/r"


@pytest.fixture(scope="module")
def glue(local_account):
    return local_account.client("glue")


@pytest.fixture
def crawler(local_account, glue):
    """A crawler over s3://<name>/data/ with one CSV; bucket and database have its name too."""
    name = f"films-{uuid.uuid4().hex[:8]}"
    s3 = local_account.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="data/films.csv", Body=CSV)
    glue.create_database(DatabaseInput={"Name": name})
    glue.create_crawler(
        Name=name,
        Role=ROLE,
        DatabaseName=name,
        Targets={"S3Targets": [{"Path": f"s3://{name}/data/"}]},
    )
    return name


def run(glue, name, seconds=20.0):
    """Starts the crawler and waits for its end; the crawler as GetCrawler then shows it."""
    glue.start_crawler(Name=name)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        shown = glue.get_crawler(Name=name)["Crawler"]
        if shown["State"] == "READY":
            return shown
        time.sleep(0.05)
    raise AssertionError(f"the crawler is {shown['State']} after {seconds} s")


def of(name, state):
    return lambda event: (
        (event["detail"].get("crawlerName"), event["detail"].get("state"))
        == (
            name,
            state,
        )
    )


def test_a_crawl_is_told_by_state_history_metrics_log_and_events(
    local_account, glue, crawler, glue_events
):
    assert "LastCrawl" not in glue.get_crawler(Name=crawler)["Crawler"]
    shown = run(glue, crawler)
    assert shown["LastCrawl"]["Status"] == "SUCCEEDED"
    assert shown["LastCrawl"]["LogStream"] == crawler
    (past,) = glue.list_crawls(CrawlerName=crawler)["Crawls"]
    assert past["State"] == "COMPLETED"
    assert '"tablesCreated": 1' in past["Summary"]
    (metrics,) = glue.get_crawler_metrics(CrawlerNameList=[crawler])["CrawlerMetricsList"]
    assert (metrics["TablesCreated"], metrics["TablesUpdated"]) == (1, 0)
    assert [table["Name"] for table in glue.get_tables(DatabaseName=crawler)["TableList"]] == [
        "data"
    ]
    started = glue_events(of(crawler, "Started"))["detail"]
    assert started["message"] == "Crawler Started"
    ended = glue_events(of(crawler, "Succeeded"))["detail"]
    assert ended["tablesCreated"] == "1"
    assert "runningTime (sec)" in ended
    assert ended["warningMessage"] == "N/A"
    logs = local_account.client("logs")
    lines = logs.get_log_events(logGroupName="/aws-glue/crawlers", logStreamName=crawler)
    assert lines["events"]


def test_a_crawl_that_fails_says_why_everywhere(glue, crawler, glue_events):
    glue.update_crawler(
        Name=crawler, Targets={"S3Targets": [{"Path": "s3://no-such-bucket-4711/x/"}]}
    )
    shown = run(glue, crawler)
    assert shown["LastCrawl"]["Status"] == "FAILED"
    assert "no-such-bucket-4711" in shown["LastCrawl"]["ErrorMessage"]
    assert glue.list_crawls(CrawlerName=crawler)["Crawls"][0]["State"] == "FAILED"
    event = glue_events(of(crawler, "Failed"))["detail"]
    assert event["errorMessage"] == shown["LastCrawl"]["ErrorMessage"]


def test_newest_crawls_come_first(glue, crawler):
    run(glue, crawler)
    run(glue, crawler)
    first, second = glue.list_crawls(CrawlerName=crawler)["Crawls"]
    assert first["StartTime"] >= second["StartTime"]
    assert first["CrawlId"] != second["CrawlId"]


def test_a_crawler_that_does_not_run_cannot_be_stopped(glue, crawler):
    with pytest.raises(glue.exceptions.CrawlerNotRunningException):
        glue.stop_crawler(Name=crawler)


def test_a_running_crawler_is_neither_started_again_nor_changed(local_account, glue, crawler):
    s3 = local_account.client("s3")
    # Enough objects that the crawl is still at work when the next calls arrive.
    for number in range(60):
        s3.put_object(Bucket=crawler, Key=f"data/part={number}/a.csv", Body=CSV * 20_000)
    glue.start_crawler(Name=crawler)
    with pytest.raises(glue.exceptions.CrawlerRunningException):
        glue.start_crawler(Name=crawler)
    with pytest.raises(glue.exceptions.CrawlerRunningException):
        glue.update_crawler(Name=crawler, Description="x")
    assert glue.get_crawler(Name=crawler)["Crawler"]["State"] == "RUNNING"
    glue.stop_crawler(Name=crawler)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        shown = glue.get_crawler(Name=crawler)["Crawler"]
        if shown["State"] == "READY":
            break
        time.sleep(0.05)
    assert shown["LastCrawl"]["Status"] == "CANCELLED"
    assert glue.get_tables(DatabaseName=crawler)["TableList"] == []


def test_an_unknown_crawler_is_not_found(glue):
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.start_crawler(Name="nobody")


def test_a_deleted_crawler_is_gone(glue, crawler):
    glue.delete_crawler(Name=crawler)
    assert crawler not in glue.list_crawlers()["CrawlerNames"]
