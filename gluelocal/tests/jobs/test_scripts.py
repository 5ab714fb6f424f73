"""`gluelocal run` and `gluelocal logs`, and the fixture `run_job`: a script, and how it ended."""

import subprocess
import sys
from pathlib import Path

import pytest

from gluelocal.account import Account
from gluelocal.errors import UsageError
from gluelocal.scripts import find_run, parse_arguments

GLUELOCAL = Path(sys.executable).with_name("gluelocal")


def command(state, *words):
    return subprocess.run(
        [GLUELOCAL, *words, "--state", state], capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ([], {}),
        (["--a", "1", "--b", "x y"], {"--a": "1", "--b": "x y"}),
        (["--a=1", "--b=x=y"], {"--a": "1", "--b": "x=y"}),
        (["--flag", "--a", "1", "--last"], {"--flag": "", "--a": "1", "--last": ""}),
        (["--below", "-5"], {"--below": "-5"}),
    ],
)
def test_arguments_are_keys_with_values(words, arguments):
    assert parse_arguments(words) == arguments


@pytest.mark.parametrize("words", [["value"], ["--a", "1", "2"], ["--"], ["-x", "1"]])
def test_a_value_without_a_key_is_refused_with_the_form_to_use(words):
    with pytest.raises(UsageError, match="given as --key value"):
        parse_arguments(words)


def test_a_script_runs_without_a_deployment_and_its_output_is_shown(local_account, tmp_path):
    script = tmp_path / "greeting.py"
    script.write_text("import sys\nprint('hello', sys.argv[sys.argv.index('--who') + 1])\n")
    ended = command(local_account.state, "run", script, "--who", "world")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "hello world\n"


def test_a_script_that_fails_gives_its_exit_code_and_reason(local_account, tmp_path):
    script = tmp_path / "failing.py"
    script.write_text("print('before')\nraise LookupError('no such film')\n")
    ended = command(local_account.state, "run", script)
    assert ended.returncode == 1
    assert ended.stdout == "before\n"
    assert "failing.py ended as FAILED: LookupError: no such film" in ended.stderr
    assert "Traceback" not in ended.stderr
    logs = command(local_account.state, "logs", "failing").stdout
    assert "LookupError: no such film" in logs
    assert "Traceback (most recent call last)" in logs


def test_a_script_that_is_not_there_is_a_usage_error(local_account, tmp_path):
    ended = command(local_account.state, "run", tmp_path / "none.py")
    assert ended.returncode == 2
    assert "There is no script" in ended.stderr


def test_logs_of_an_unknown_job_name_the_jobs_that_have_runs(local_account, run_job, tmp_path):
    script = tmp_path / "known_job.py"
    script.write_text("pass\n")
    run_job(script)
    ended = command(local_account.state, "logs", "nobody")
    assert ended.returncode == 2
    assert "known_job" in ended.stderr


def test_a_run_is_found_by_the_beginning_of_its_id(local_account, run_job, tmp_path):
    script = tmp_path / "twice.py"
    script.write_text("pass\n")
    first, second = run_job(script), run_job(script)
    account = Account.open(local_account.state)
    assert find_run(account, "twice", None).name == second.run_id
    assert find_run(account, "twice", first.run_id[:20]).name == first.run_id
    with pytest.raises(UsageError, match="2 runs of 'twice' have an id starting with 'jr_'"):
        find_run(account, "twice", "jr_")


def test_the_fixture_tells_state_error_and_logs(run_job, tmp_path):
    script = tmp_path / "broken_rule.py"
    script.write_text("print('looking'); raise KeyError('rating')\n")
    result = run_job(script)
    assert result.state == "FAILED"
    assert result.error == "KeyError: 'rating'"
    assert "looking" in result.logs


def test_a_jvm_that_does_not_start_is_explained_by_its_own_words(run_job, tmp_path):
    script = tmp_path / "no_jars.py"
    script.write_text("from pyspark import SparkContext\nSparkContext()\n")
    result = run_job(script, conf="spark.jars.packages=org.example:not-there:1.0")
    assert result.state == "FAILED"
    assert "org.example#not-there;1.0: not found" in result.error
