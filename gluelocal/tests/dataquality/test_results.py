"""Data quality results as boto3 gets, lists and filters them; what a job run may hand in."""

import copy
import json
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from gluelocal import events
from gluelocal.dataquality.results import Results
from gluelocal.endpoint import ApiError

BASE = 1_767_323_045.0
RESULT = {
    "Score": 0.5,
    "RulesetName": "nightly",
    "EvaluationContext": "nightly",
    "StartedOn": BASE,
    "CompletedOn": BASE + 10,
    "JobName": "load",
    "JobRunId": "jr_1",
    "RuleResults": [
        {"Name": "Rule_1", "Description": "RowCount > 0", "Result": "PASS", "EvaluatedMetrics": {}},
        {"Name": "Rule_2", "Description": "RowCount > 9", "Result": "FAIL", "EvaluatedMetrics": {}},
    ],
}


def result(number, **changes):
    return {"ResultId": f"dqresult-{number:040x}", **copy.deepcopy(RESULT), **changes}


@pytest.fixture
def kept(tmp_path):
    """Results 1 to 5, a second after one another; odd ones of job `load`, even ones of `check`."""
    results = Results(tmp_path)
    for number in range(1, 6):
        job = "load" if number % 2 else "check"
        run = f"jr_{number}"
        results.put(result(number, StartedOn=BASE + number, JobName=job, JobRunId=run))
    return results


def numbers(answer):
    return [int(one["ResultId"].removeprefix("dqresult-"), 16) for one in answer["Results"]]


@pytest.mark.usefixtures("kept")
def test_results_are_there_after_a_restart(tmp_path):
    again = Results(tmp_path)
    assert numbers(again.list_({})) == [5, 4, 3, 2, 1]
    assert again.get({"ResultId": result(3)["ResultId"]})["JobRunId"] == "jr_3"


@pytest.mark.usefixtures("kept")
def test_a_file_of_results_is_its_owner_s_alone(tmp_path):
    modes = {file.stat().st_mode & 0o777 for file in tmp_path.glob("dqresult-*.json")}
    assert modes == {0o600}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [5, 4, 3, 2, 1]),
        ({"JobName": "check"}, [4, 2]),
        ({"JobRunId": "jr_3"}, [3]),
        ({"JobName": "check", "JobRunId": "jr_3"}, []),
        ({"StartedAfter": BASE + 3}, [5, 4]),
        ({"StartedBefore": BASE + 3}, [2, 1]),
        ({"StartedAfter": BASE + 1, "StartedBefore": BASE + 5, "JobName": "load"}, [3]),
        ({"DataSource": {"GlueTable": {"DatabaseName": "d", "TableName": "t"}}}, []),
    ],
)
def test_a_listing_is_filtered(kept, wanted, found):
    assert numbers(kept.list_({"Filter": wanted})) == found


def test_results_of_a_table_are_found_by_it(kept):
    table = {"DatabaseName": "movies", "TableName": "imdb", "CatalogId": "000000000000"}
    kept.put(result(9, StartedOn=BASE + 9, DataSource={"GlueTable": table}))
    wanted = {"GlueTable": {"DatabaseName": "movies", "TableName": "imdb"}}
    assert numbers(kept.list_({"Filter": {"DataSource": wanted}})) == [9]
    other = {"GlueTable": {"DatabaseName": "movies", "TableName": "other"}}
    assert numbers(kept.list_({"Filter": {"DataSource": other}})) == []


def test_pages_go_on_where_they_stopped_though_results_arrive(kept):
    first = kept.list_({"MaxResults": 2})
    assert numbers(first) == [5, 4]
    kept.put(result(6, StartedOn=BASE + 6))
    second = kept.list_({"MaxResults": 2, "NextToken": first["NextToken"]})
    assert numbers(second) == [3, 2]
    last = kept.list_({"MaxResults": 2, "NextToken": second["NextToken"]})
    assert numbers(last) == [1]
    assert "NextToken" not in last


def test_a_listing_that_fits_exactly_has_no_next_page(kept):
    assert "NextToken" not in kept.list_({"MaxResults": 5})


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"MaxResults": 0}, "1 to 1000"),
        ({"MaxResults": 1001}, "1 to 1000"),
        ({"NextToken": "dqresult-of-another"}, "not of this listing"),
        ({"Filter": {"RulesetName": "nightly"}}, "Filter has no RulesetName; valid: DataSource"),
    ],
)
def test_a_listing_that_is_asked_for_wrongly_is_refused(kept, request_, message):
    with pytest.raises(ApiError, match=message) as caught:
        kept.list_(request_)
    assert caught.value.code == "InvalidInputException"


@pytest.mark.parametrize("ids", [None, [], ["x"] * 101])
def test_a_batch_takes_1_to_100_ids(kept, ids):
    with pytest.raises(ApiError, match="1 to 100"):
        kept.batch_get({"ResultIds": ids})


def test_a_batch_says_which_results_are_not_there(kept):
    ids = [result(number)["ResultId"] for number in (2, 77, 1)]
    answer = kept.batch_get({"ResultIds": ids})
    assert numbers(answer) == [2, 1]
    assert answer["ResultsNotFound"] == [ids[1]]
    assert "ResultsNotFound" not in kept.batch_get({"ResultIds": ids[:1]})


def publish(account, body):
    """(status, answer) of the account's own operation."""
    request = urllib.request.Request(
        account.environment["AWS_ENDPOINT_URL"],
        data=json.dumps(body).encode(),
        headers={"X-Amz-Target": "AWSGlue.GluelocalPublishDataQualityResult"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, json.load(problem)


def test_a_published_result_is_found_through_boto3(local_account):
    glue = local_account.client("glue")
    job = f"load-{uuid.uuid4().hex[:8]}"
    ids = [f"dqresult-{uuid.uuid4().hex}{i:08x}" for i in range(3)]
    for i, result_id in enumerate(ids):
        one = result(0, ResultId=result_id, JobName=job, StartedOn=BASE + i)
        assert publish(local_account, {"Result": one, "Keep": True}) == (
            200,
            {"ResultId": result_id},
        )
    found = glue.get_data_quality_result(ResultId=ids[0])
    assert found["StartedOn"] == datetime.fromtimestamp(BASE, UTC)
    assert [rule["Result"] for rule in found["RuleResults"]] == ["PASS", "FAIL"]
    batch = glue.batch_get_data_quality_result(ResultIds=[ids[2], "none"])
    assert [one["ResultId"] for one in batch["Results"]] == [ids[2]]
    assert batch["ResultsNotFound"] == ["none"]
    pages = []
    token = {}
    while True:
        page = glue.list_data_quality_results(Filter={"JobName": job}, MaxResults=2, **token)
        pages.append([one["ResultId"] for one in page["Results"]])
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert pages == [[ids[2], ids[1]], [ids[0]]]
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_data_quality_result(ResultId="dqresult-none")


def test_a_result_that_is_not_kept_is_not_found(local_account):
    glue = local_account.client("glue")
    one = result(0, ResultId=f"dqresult-{uuid.uuid4().hex}00000000")
    assert publish(local_account, {"Result": one, "Keep": False})[0] == 200
    with pytest.raises(ClientError, match="not found"):
        glue.get_data_quality_result(ResultId=one["ResultId"])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "40 hexadecimal digits"),
        ({"Result": "x"}, "40 hexadecimal digits"),
        ({"Result": {"ResultId": "dqresult-../../evil"}}, "40 hexadecimal digits"),
        (
            {"Result": {"ResultId": "dqresult-" + 40 * "0"}},
            "lacks RuleResults, Score, EvaluationContext, StartedOn",
        ),
    ],
)
def test_what_is_no_result_is_refused(local_account, body, message):
    status, answer = publish(local_account, body)
    assert status == 400
    assert answer["__type"] == "InvalidInputException"
    assert message in answer["message"]


@pytest.mark.parametrize(
    ("outcomes", "state", "succeeded", "failed"),
    [
        (["PASS", "PASS"], "SUCCEEDED", 2, 0),
        (["PASS", "FAIL", "PASS"], "FAILED", 2, 1),
        (["ERROR"], "FAILED", 0, 1),
        ([], "SUCCEEDED", 0, 0),
    ],
)
def test_the_event_s_state_judges_the_data(outcomes, state, succeeded, failed):
    rules = [{"Result": outcome} for outcome in outcomes]
    event = events.data_quality_results_available(
        "eu-west-1", "123456789012", result(1, RuleResults=rules)
    )
    detail = event["detail"]
    assert event["source"] == "aws.glue-dataquality"
    assert event["detail-type"] == "Data Quality Evaluation Results Available"
    assert event["resources"] == [
        "arn:aws:glue:eu-west-1:123456789012:job/load/jr_1",
        "arn:aws:glue:eu-west-1:123456789012:job/load",
        "arn:aws:glue:eu-west-1:123456789012:dataQualityRuleset/nightly",
    ]
    assert detail["state"] == state
    assert (detail["numRulesSucceeded"], detail["numRulesFailed"]) == (succeeded, failed)
