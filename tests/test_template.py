"""Facts that infra/template.yaml and the code must agree on."""

import re

import pytest
import yaml

from imdb_etl import events, names
from imdb_etl.ops import deploy
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


def test_deploy_gives_every_parameter_and_no_other(template, settings):
    redshift = Redshift("h", 5439, "dev", "u", "p")
    given = deploy.parameters(settings, Target("local", None, None, None, redshift), redshift)
    assert set(given) == set(template["Parameters"])


def test_the_password_is_hidden(template):
    assert template["Parameters"]["RedshiftPassword"]["NoEcho"] is True


def test_the_job_is_a_glue_5_1_spark_job_that_runs_alone(resources):
    job = resources["Job"]
    assert (job["GlueVersion"], job["Command"]["Name"], job["WorkerType"]) == (
        "5.1",
        "glueetl",
        "G.1X",
    )
    assert job["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
    assert job["MaxRetries"] == 0


def test_the_job_has_a_default_for_every_argument_of_the_script(resources):
    defaults = resources["Job"]["DefaultArguments"]
    given_by_the_service = {"JOB_NAME"}
    for argument in set(names.JOB_ARGUMENTS) - given_by_the_service:
        assert f"--{argument}" in defaults


@pytest.mark.parametrize("rule", ["JobStateRule", "RunSummaryRule"])
def test_a_rule_sends_this_job_s_events_to_the_topic(resources, rule):
    (target,) = resources[rule]["Targets"]
    assert target["Arn"] == {"Ref": "RunEnded"}
    assert resources[rule]["EventPattern"]["detail"]["jobName"] == [{"Ref": "Job"}]


def test_the_summary_rule_listens_to_what_the_job_puts(resources):
    pattern = resources["RunSummaryRule"]["EventPattern"]
    assert pattern["source"] == [names.EVENT_SOURCE]
    assert pattern["detail-type"] == [names.EVENT_DETAIL_TYPE]


def test_the_summary_mail_takes_only_keys_that_the_event_has(resources):
    summary = RunSummary("j", "r", "m", "s", "t", "merge", RowCounts(0, 0, 0), (), "a", "b", {})
    (target,) = resources["RunSummaryRule"]["Targets"]
    paths = set(target["InputTransformer"]["InputPathsMap"].values()) - {"$.time"}
    assert {path.removeprefix("$.detail.") for path in paths} <= set(events.detail(summary))


@pytest.mark.parametrize("rule", ["JobStateRule", "RunSummaryRule"])
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
    (statement,) = resources["RunEndedPolicy"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Action"] == "sns:Publish"
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
