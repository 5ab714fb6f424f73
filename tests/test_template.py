"""Facts that infra/template.yaml and the code must agree on."""

import re

import pytest
import yaml

from gluelocal.events import data_quality_results_available
from imdb_etl import events, names
from imdb_etl.ops import costs
from imdb_etl.ops.parameters import template_parameters
from imdb_etl.ops.target import Redshift, Target
from imdb_etl.summary import RowCounts, RunSummary


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as {"Fn": argument}."""


def _short_form(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    return {suffix: loader.construct_mapping(node, deep=True)}


Loader.add_multi_constructor("!", _short_form)


@pytest.fixture(scope="module")
def template(project):
    return yaml.load((project.root / "infra" / "template.yaml").read_text(), Loader)


@pytest.fixture(scope="module")
def resources(template):
    return {name: found["Properties"] for name, found in template["Resources"].items()}


REDSHIFT = Redshift("h", 5439, "dev", "u", "p")
LOCAL = Target("local", None, None, None, REDSHIFT)
AWS = Target("aws", None, None, None, None)
RULES = ["JobStateRule", "RunSummaryRule", "DataQualityRule"]

# What MiniStack's CloudFormation makes; the account's own part of Glue takes over from there.
LOCAL_TYPES = {
    "AWS::S3::Bucket",
    "AWS::Glue::Database",
    "AWS::SecretsManager::Secret",
    "AWS::Glue::Connection",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::Glue::Crawler",
    "AWS::Glue::Job",
    "AWS::SNS::Topic",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::Events::Rule",
}


@pytest.mark.parametrize("environment", ["local", "aws"])
def test_deploy_gives_every_parameter_that_has_no_default(
    template, settings, aws_settings, environment
):
    local = environment == "local"
    given = template_parameters(*((settings, LOCAL) if local else (aws_settings, AWS)))
    needed = {name for name, found in template["Parameters"].items() if "Default" not in found}
    assert needed <= set(given) <= set(template["Parameters"])


def test_cloudformation_takes_the_template_as_text(project):
    # 51,200 bytes is what TemplateBody holds (CloudFormation quotas), and it takes no aliases.
    text = (project.root / "infra" / "template.yaml").read_text()
    assert len(text.encode()) < 51_200
    assert not any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text))


def test_what_the_local_account_cannot_make_is_for_aws_alone(template):
    for name, found in template["Resources"].items():
        if found["Type"] not in LOCAL_TYPES:
            assert _false_on_the_local_account(template, found.get("Condition")), name


def _false_on_the_local_account(template, name):
    """Whether a condition is IsAws, or a conjunction with it."""
    if name == "IsAws":
        return template["Conditions"]["IsAws"] == {"Not": [{"Condition": "IsLocal"}]}
    return {"Condition": "IsAws"} in template["Conditions"].get(name, {}).get("And", [])


def test_every_bucket_is_encrypted_private_and_takes_tls_alone(template, resources):
    of = {"DataBucket": "DataBucketPolicy", "ArtifactsBucket": "ArtifactsBucketPolicy"}
    buckets = [n for n, found in template["Resources"].items() if found["Type"].endswith("Bucket")]
    assert sorted(buckets) == sorted(of)
    for bucket, policy in of.items():
        properties = resources[bucket]
        (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
        assert all(properties["PublicAccessBlockConfiguration"].values())
        assert properties["VersioningConfiguration"]["If"][2] == {"Status": "Enabled"}
        (statement,) = resources[policy]["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Action"]) == ("Deny", "s3:*")
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert resources[policy]["Bucket"] == {"Ref": bucket}


def test_no_role_may_do_everything_or_pass_another_role(template):
    for found in template["Resources"].values():
        policies = [
            *(policy["PolicyDocument"] for policy in found["Properties"].get("Policies", ())),
            *(
                [found["Properties"]["PolicyDocument"]]
                if found["Type"].endswith("edPolicy")
                else ()
            ),
        ]
        for policy in policies:
            for statement in policy["Statement"]:
                actions = statement["Action"]
                for action in [actions] if isinstance(actions, str) else actions:
                    assert "*" not in action
                    assert not action.startswith("iam:")


def test_redshift_reads_and_writes_staged_files_alone(resources):
    (policy,) = resources["StagingRole"]["Policies"]
    files = policy["PolicyDocument"]["Statement"][1]
    assert files["Resource"] == {"Sub": "${DataBucket.Arn}/staging/*"}
    assert "s3:DeleteObject" not in files["Action"]
    assert resources["RedshiftWorkgroup"]["PubliclyAccessible"] is False


def test_costs_counts_what_the_template_makes(template, resources):
    types = [found["Type"] for found in template["Resources"].values()]
    interfaces = [r for r in resources.values() if r.get("VpcEndpointType") == "Interface"]
    assert len(interfaces) == costs.ENDPOINTS
    assert types.count("AWS::Glue::Crawler") == costs.CRAWLERS
    assert resources["Job"]["NumberOfWorkers"] == costs.JOB_DPUS  # a G.1X worker is one DPU


def test_the_alarm_counts_the_failed_rules_of_the_default_ruleset(resources):
    alarm = resources["DataQualityAlarm"]
    dimensions = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
    assert dimensions == {
        "EvaluationContext": {"Sub": names.evaluation_context("${Ruleset}")},
        "JobName": {"Ref": "Job"},
    }
    assert (alarm["Namespace"], alarm["MetricName"]) == (
        "Glue Data Quality",
        "glue.data.quality.rules.failed",
    )


def test_the_data_quality_rule_fits_the_event(resources):
    result = {
        "JobName": "j",
        "JobRunId": "jr_1",
        "EvaluationContext": "imdb-etl-movies",
        "ResultId": "dqresult-1",
        "Score": 0.5,
        "RuleResults": [{"Result": "PASS"}, {"Result": "FAIL"}],
    }
    event = data_quality_results_available("us-east-1", "0" * 12, result) | {"time": "t"}
    pattern = resources["DataQualityRule"]["EventPattern"]
    assert [event["source"]] == pattern["source"]
    assert [event["detail-type"]] == pattern["detail-type"]
    assert [event["detail"]["state"]] == pattern["detail"]["state"]
    (target,) = resources["DataQualityRule"]["Targets"]
    for path in target["InputTransformer"]["InputPathsMap"].values():
        value = event
        for key in path.removeprefix("$.").split("."):
            value = value[key]
        assert value is not None


def test_the_password_is_hidden(template):
    assert template["Parameters"]["RedshiftPassword"]["NoEcho"] is True


def test_the_job_is_a_glue_5_1_spark_job_that_runs_alone(template, resources):
    job = resources["Job"]
    assert (job["GlueVersion"], job["Command"]["Name"], job["WorkerType"]) == (
        "5.1",
        "glueetl",
        "G.1X",
    )
    assert job["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
    assert job["Timeout"] == 60
    assert job["MaxRetries"] == {"Ref": "JobRetries"}
    assert template["Parameters"]["JobRetries"]["Default"] == 0


def test_the_job_has_a_default_for_every_argument_of_the_script(resources):
    defaults = resources["Job"]["DefaultArguments"]
    given_by_the_service = {"JOB_NAME"}
    for argument in set(names.JOB_ARGUMENTS) - given_by_the_service:
        assert f"--{argument}" in defaults


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_sends_this_job_s_events_to_the_topic(resources, rule):
    (target,) = resources[rule]["Targets"]
    assert target["Arn"] == {"Ref": "RunEnded"}
    detail = resources[rule]["EventPattern"]["detail"]
    assert detail.get("context", detail)["jobName"] == [{"Ref": "Job"}]


def test_the_summary_rule_listens_to_what_the_job_puts(resources):
    pattern = resources["RunSummaryRule"]["EventPattern"]
    assert pattern["source"] == [names.EVENT_SOURCE]
    assert pattern["detail-type"] == [names.EVENT_DETAIL_TYPE]


def test_the_summary_mail_takes_only_keys_that_the_event_has(resources):
    summary = RunSummary("j", "r", "m", "s", "t", "merge", RowCounts(0, 0, 0), (), "a", "b", {})
    (target,) = resources["RunSummaryRule"]["Targets"]
    paths = set(target["InputTransformer"]["InputPathsMap"].values()) - {"$.time"}
    assert {path.removeprefix("$.detail.") for path in paths} <= set(events.detail(summary))


@pytest.mark.parametrize("rule", RULES)
def test_a_mail_uses_every_value_it_takes_and_is_lines_of_quoted_text(resources, rule):
    (target,) = resources[rule]["Targets"]
    transformer = target["InputTransformer"]
    text = transformer["InputTemplate"]
    text = text["Sub"] if isinstance(text, dict) else text
    assert set(re.findall("<([^>]+)>", text)) == set(transformer["InputPathsMap"])
    assert all(re.fullmatch('"[^"]*"', line) for line in text.splitlines())
    # CloudFormation's own pattern for these keys.
    assert all(re.fullmatch("[a-zA-Z0-9]+", key) for key in transformer["InputPathsMap"])


def test_events_may_publish_to_the_topic_and_a_mail_subscription_hears_it(resources):
    rules, alarms = resources["RunEndedPolicy"]["PolicyDocument"]["Statement"]
    assert rules["Principal"] == {"Service": "events.amazonaws.com"}
    # EventBridge's guide: no Condition in the policy of a topic.
    assert "Condition" not in rules
    assert alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert rules["Action"] == alarms["Action"] == "sns:Publish"
    assert resources["RunEndedMail"]["Protocol"] == "email"


def test_tls_is_left_out_on_the_local_account_only(template, resources):
    properties = resources["RedshiftConnection"]["ConnectionInput"]["ConnectionProperties"]
    assert properties["JDBC_ENFORCE_SSL"] == {"If": ["IsLocal", "false", "true"]}
    assert template["Conditions"]["IsLocal"] == {"Equals": [{"Ref": "Env"}, "local"]}
    assert "PASSWORD" not in properties


def test_outputs_that_the_commands_and_scripts_use_are_there(template):
    assert {
        "DataBucket",
        "ArtifactsBucket",
        "GlueDatabase",
        "RedshiftConnection",
        "SourceCrawler",
        "RedshiftCrawler",
        "JobName",
    } <= set(template["Outputs"])
