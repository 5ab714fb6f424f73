import json
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError

from gluelocal.endpoint import ApiError, collect


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("start_workflow_run", {"Name": "w"}),
        ("start_trigger", {"Name": "t"}),
        ("start_data_quality_ruleset_evaluation_run", {
            "DataSource": {"GlueTable": {"DatabaseName": "d", "TableName": "t"}},
            "Role": "r", "RulesetNames": ["x"]}),
    ],
)  # fmt: skip
def test_an_operation_that_is_not_emulated_is_refused_by_name(local_account, operation, parameters):
    glue = local_account.client("glue")
    with pytest.raises(ClientError) as refused:
        getattr(glue, operation)(**parameters)
    error = refused.value.response["Error"]
    assert error["Code"] == "UnsupportedOperationException"
    assert operation.replace("_", "") in error["Message"].lower()


def test_a_body_that_is_not_json_is_refused(local_account):
    request = urllib.request.Request(
        local_account.environment["AWS_ENDPOINT_URL"],
        data=b"{",
        headers={"X-Amz-Target": "AWSGlue.StartJobRun"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 400
    assert json.load(refused.value)["__type"] == "SerializationException"


def test_two_operations_of_one_name_are_a_mistake():
    def operation(request):
        return request

    with pytest.raises(ValueError, match="StartJobRun is registered twice"):
        collect([{"StartJobRun": operation}, {"StartJobRun": operation}])
    with pytest.raises(ValueError, match="GetTable is registered twice"):
        collect([{"GetTable": operation}])


def test_an_api_error_keeps_its_code():
    assert ApiError("EntityNotFoundException", "gone").code == "EntityNotFoundException"


def test_rulesets_are_stored_listed_and_checked(local_account):
    glue = local_account.client("glue")
    text = 'Rules = [ RowCount > 0, IsComplete "title" ]'
    glue.create_data_quality_ruleset(Name="films", Ruleset=text)
    assert glue.get_data_quality_ruleset(Name="films")["Ruleset"] == text
    listed = glue.list_data_quality_rulesets()["Rulesets"]
    # The account is shared, so other rulesets may be there.
    assert [one["RuleCount"] for one in listed if one["Name"] == "films"] == [2]
    with pytest.raises(glue.exceptions.AlreadyExistsException):
        glue.create_data_quality_ruleset(Name="films", Ruleset=text)
    with pytest.raises(glue.exceptions.InvalidInputException) as refused:
        glue.update_data_quality_ruleset(Name="films", Ruleset='Rules = [\n  IsComplet "x" ]')
    assert "line 2" in str(refused.value)
    assert glue.get_data_quality_ruleset(Name="films")["Ruleset"] == text
    glue.delete_data_quality_ruleset(Name="films")
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_data_quality_ruleset(Name="films")
