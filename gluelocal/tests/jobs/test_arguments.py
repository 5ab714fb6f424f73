import pytest

from gluelocal.jobs import arguments


def test_non_overridable_arguments_win_over_the_runs_and_those_over_the_defaults():
    job = {
        "DefaultArguments": {"--a": "default", "--b": "default", "--c": "default"},
        "NonOverridableArguments": {"--c": "fixed"},
    }
    merged = arguments.merge(job, {"--b": "run", "--c": "run", "--d": "run"})
    assert merged == {"--a": "default", "--b": "run", "--c": "fixed", "--d": "run"}


@pytest.mark.parametrize("key", ["--JOB_NAME", "--debug", "--mode", "--endpoint"])
def test_arguments_that_belong_to_glue_are_refused(key):
    with pytest.raises(arguments.ArgumentsError, match=key):
        arguments.merge({}, {key: "x"})


def test_arguments_over_260_kilobytes_are_refused_with_their_size():
    with pytest.raises(arguments.ArgumentsError, match=r"have 300003 bytes; at most 266240"):
        arguments.merge({}, {"--a": "x" * 300_000})


def test_the_script_gets_every_argument_and_what_the_service_adds():
    line = arguments.argv({"--key": "value", "--enable-metrics": ""}, "J", "jr_1")
    assert line == [
        "--key",
        "value",
        "--enable-metrics",
        "--JOB_NAME",
        "J",
        "--JOB_RUN_ID",
        "jr_1",
        "--job-bookmark-option",
        "job-bookmark-disable",
    ]


def test_lists_and_chained_spark_settings_are_taken_apart():
    job = {"Command": {"ScriptLocation": "s3://b/default.py"}}
    what = arguments.instructions(
        job,
        {
            "--extra-py-files": "s3://b/a.whl, s3://b/b.zip",
            "--conf": "spark.a=1 --conf spark.b=x=y",
        },
    )
    assert what.script == "s3://b/default.py"
    assert what.extra_py_files == ("s3://b/a.whl", "s3://b/b.zip")
    assert what.spark_conf == {"spark.a": "1", "spark.b": "x=y"}


def test_script_location_can_be_overridden_by_the_argument():
    job = {"Command": {"ScriptLocation": "s3://b/default.py"}}
    what = arguments.instructions(job, {"--scriptLocation": "s3://b/other.py"})
    assert what.script == "s3://b/other.py"


@pytest.mark.parametrize("key", sorted(arguments.NOT_EMULATED))
def test_what_is_not_emulated_is_refused_by_name_instead_of_ignored(key):
    with pytest.raises(arguments.ArgumentsError, match=f"does not emulate {key}"):
        arguments.instructions({"Command": {"ScriptLocation": "s3://b/x.py"}}, {key: "something"})


def test_a_spark_setting_without_a_value_is_refused():
    with pytest.raises(arguments.ArgumentsError, match=r"takes key=value, and got 'spark\.a'"):
        arguments.instructions(
            {"Command": {"ScriptLocation": "s3://b/x.py"}}, {"--conf": "spark.a"}
        )
