"""Where the commands work: local and AWS never mix."""

import sys
from dataclasses import replace

import pytest

from imdb_etl.errors import ConfigError
from imdb_etl.ops.settings import AccountCommands
from imdb_etl.ops.target import account_environment, connect

LOCAL = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4600", "AWS_DEFAULT_REGION": "eu-west-1"}
REDSHIFT = {
    "REDSHIFT_HOST": "127.0.0.1",
    "REDSHIFT_PORT": "5500",
    "REDSHIFT_DATABASE": "dev",
    "REDSHIFT_USER": "awsuser",
    "REDSHIFT_PASSWORD": "secret-4711",
}


def commands(*env):
    return AccountCommands(up=("gluelocal", "up"), down=("x",), status=("x",), env=env)


def test_local_clients_go_to_the_endpoint_with_its_region(settings):
    client = connect(settings, "local", LOCAL).client("glue")
    assert client.meta.endpoint_url == "http://127.0.0.1:4600"
    assert client.meta.region_name == "eu-west-1"


def test_aws_clients_go_to_aws_whatever_the_machine_s_files_say(settings, monkeypatch, tmp_path):
    config = tmp_path / "config"
    config.write_text("[default]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:4566\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    client = connect(settings, "aws", {}).client("glue")
    assert client.meta.endpoint_url == "https://glue.eu-west-1.amazonaws.com"


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_aws_with_an_endpoint_set_is_refused(settings, variable):
    with pytest.raises(ConfigError, match=f"{variable} is set to http://127.0.0.1:4600; unset it"):
        connect(settings, "aws", {variable: "http://127.0.0.1:4600"})


def test_local_with_an_endpoint_of_aws_is_refused(settings):
    with pytest.raises(ConfigError, match="--env local must not talk to AWS"):
        connect(settings, "local", {"AWS_ENDPOINT_URL": "https://glue.eu-west-1.amazonaws.com"})


def test_without_an_endpoint_the_account_is_asked(settings):
    script = "import json; print(json.dumps({'AWS_ENDPOINT_URL': 'http://127.0.0.1:1'}))"
    asking = replace(settings, account=commands(sys.executable, "-c", script))
    assert connect(asking, "local", {}).endpoint_url == "http://127.0.0.1:1"


def test_an_account_that_is_not_there_gives_its_own_words_and_what_to_do():
    script = "import sys; sys.exit('There is no account here.')"
    with pytest.raises(
        ConfigError, match=r"There is no account here\. Start one with `gluelocal up`"
    ):
        account_environment(commands(sys.executable, "-c", script))


def test_an_answer_that_is_no_json_is_an_error():
    with pytest.raises(ConfigError, match="did not print one JSON object: 'hello"):
        account_environment(commands(sys.executable, "-c", "print('hello')"))


def test_a_command_that_is_not_installed_is_named():
    with pytest.raises(ConfigError, match=r"`no-such-command-4711` .* No such file"):
        account_environment(commands("no-such-command-4711"))


def test_redshift_comes_from_its_variables_and_hides_its_password(settings):
    redshift = connect(settings, "local", LOCAL | REDSHIFT).require_redshift()
    assert (redshift.host, redshift.port, redshift.password) == ("127.0.0.1", 5500, "secret-4711")
    assert not redshift.tls
    assert "secret-4711" not in repr(redshift)


def test_a_cluster_elsewhere_is_reached_by_tls(settings):
    elsewhere = {**REDSHIFT, "REDSHIFT_HOST": "c.x.eu-west-1.redshift.amazonaws.com"}
    assert connect(settings, "aws", elsewhere).require_redshift().tls


def test_missing_redshift_variables_are_named(settings):
    some = {key: value for key, value in REDSHIFT.items() if key != "REDSHIFT_USER"}
    with pytest.raises(ConfigError, match="REDSHIFT_HOST, REDSHIFT_PORT"):
        connect(settings, "local", LOCAL | some).require_redshift()


def test_a_port_that_is_no_number_is_refused(settings):
    with pytest.raises(ConfigError, match="REDSHIFT_PORT is 'x'"):
        connect(settings, "local", LOCAL | REDSHIFT | {"REDSHIFT_PORT": "x"})
