"""Job runs through the Glue API: each state comes from what the process did.

The scripts are `pythonshell` jobs, so that a run takes a moment and not a Spark start.
"""

import json
import time
import uuid

import pytest
from botocore.exceptions import ClientError

ENDED = {"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED"}


@pytest.fixture(scope="module")
def glue(local_account):
    return local_account.client("glue")


@pytest.fixture
def make_job(local_account, glue):
    """Puts a script into S3 and makes a job of it; returns the job's name."""
    s3 = local_account.client("s3")
    s3.create_bucket(Bucket="job-scripts")

    def make(source, **properties):
        name = f"job-{uuid.uuid4().hex[:8]}"
        s3.put_object(Bucket="job-scripts", Key=f"{name}.py", Body=source.encode())
        command = {"Name": "pythonshell", "ScriptLocation": f"s3://job-scripts/{name}.py"}
        glue.create_job(
            Name=name, Role="arn:aws:iam::000000000000:role/r", Command=command, **properties
        )
        return name

    return make


@pytest.fixture
def event_queue(glue_events):
    """The event of a run, by the run's id."""
    return lambda run_id: glue_events(lambda event: event["detail"].get("jobRunId") == run_id)


def await_run(glue, name, run_id, states=ENDED, seconds=30.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job_run = glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]
        if job_run["JobRunState"] in states:
            return job_run
        time.sleep(0.05)
    raise AssertionError(f"run {run_id} is {job_run['JobRunState']} after {seconds} s")


def run_to_end(glue, name, **arguments):
    run_id = glue.start_job_run(JobName=name, **arguments)["JobRunId"]
    return await_run(glue, name, run_id)


def test_a_script_that_ends_well_succeeded_and_its_event_says_so(glue, make_job, event_queue):
    name = make_job("print('hello')")
    job_run = run_to_end(glue, name)
    assert job_run["JobRunState"] == "SUCCEEDED"
    assert "ErrorMessage" not in job_run
    assert job_run["CompletedOn"] >= job_run["StartedOn"]
    event = event_queue(job_run["Id"])
    assert event["detail-type"] == "Glue Job State Change"
    assert event["detail"] == {
        "jobName": name,
        "severity": "INFO",
        "state": "SUCCEEDED",
        "jobRunId": job_run["Id"],
        "message": "Job run succeeded",
    }


def test_an_exception_fails_the_run_with_its_text_and_the_event_carries_it(
    glue, make_job, event_queue
):
    job_run = run_to_end(glue, make_job("raise ValueError('no rows in s3://x')"))
    assert job_run["JobRunState"] == "FAILED"
    assert job_run["ErrorMessage"] == "ValueError: no rows in s3://x"
    event = event_queue(job_run["Id"])
    assert event["detail"]["state"] == "FAILED"
    assert event["detail"]["severity"] == "ERROR"
    assert event["detail"]["message"] == "ValueError: no rows in s3://x"


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("import sys; sys.exit('bad input')", "SystemExit: bad input"),
        ("import os; os._exit(7)", "Command failed with exit code 7"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
         "Command was ended by signal SIGKILL"),
        ("def broken(:", "SyntaxError: invalid syntax"),
    ],
)  # fmt: skip
def test_every_way_to_end_badly_is_a_failed_run(glue, make_job, source, error):
    job_run = run_to_end(glue, make_job(source))
    assert job_run["JobRunState"] == "FAILED"
    assert job_run["ErrorMessage"].startswith(error)


@pytest.mark.parametrize("source", ["import sys; sys.exit()", "import sys; sys.exit(0)"])
def test_an_exit_with_code_zero_succeeded(glue, make_job, source):
    assert run_to_end(glue, make_job(source))["JobRunState"] == "SUCCEEDED"


def test_a_script_that_is_not_there_fails_the_run_and_names_it(glue):
    glue.create_job(
        Name="no-script",
        Role="arn:aws:iam::000000000000:role/r",
        Command={"Name": "pythonshell", "ScriptLocation": "s3://nowhere/missing.py"},
    )
    job_run = run_to_end(glue, "no-script")
    assert job_run["JobRunState"] == "FAILED"
    assert "the script cannot be read from s3://nowhere/missing.py" in job_run["ErrorMessage"]


def test_stopping_a_run_ends_its_process_and_its_children(glue, make_job, event_queue, tmp_path):
    beat = tmp_path / "beat"
    child = f"while True: open({str(beat)!r}, 'a').write('x'); time.sleep(0.05)"
    name = make_job(
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-c', 'import time\\n' + {child!r}])\n"
        "time.sleep(60)\n"
    )
    run_id = glue.start_job_run(JobName=name)["JobRunId"]
    deadline = time.monotonic() + 20
    while not beat.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    answer = glue.batch_stop_job_run(JobName=name, JobRunIds=[run_id, "jr_unknown"])
    assert answer["SuccessfulSubmissions"] == [{"JobName": name, "JobRunId": run_id}]
    assert answer["Errors"][0]["ErrorDetail"]["ErrorCode"] == "EntityNotFoundException"
    assert await_run(glue, name, run_id)["JobRunState"] == "STOPPED"
    assert event_queue(run_id)["detail"]["message"] == "Job run stopped"
    size = beat.stat().st_size
    time.sleep(0.3)
    assert beat.stat().st_size == size


def test_a_second_run_at_once_is_refused_unless_the_job_allows_it(glue, make_job):
    name = make_job("import time; time.sleep(60)")
    run_id = glue.start_job_run(JobName=name)["JobRunId"]
    with pytest.raises(ClientError) as refused:
        glue.start_job_run(JobName=name)
    assert refused.value.response["Error"]["Code"] == "ConcurrentRunsExceededException"
    assert run_id in str(refused.value)
    glue.batch_stop_job_run(JobName=name, JobRunIds=[run_id])
    assert await_run(glue, name, run_id)["JobRunState"] == "STOPPED"


def test_a_failed_run_is_retried_as_a_new_run_that_names_the_one_before(glue, make_job):
    name = make_job("raise RuntimeError('again')", MaxRetries=1)
    first = run_to_end(glue, name)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        runs = glue.get_job_runs(JobName=name)["JobRuns"]
        if len(runs) == 2 and runs[0]["JobRunState"] in ENDED:
            break
        time.sleep(0.1)
    assert [run["Attempt"] for run in runs] == [1, 0]
    assert runs[0]["PreviousRunId"] == first["Id"]


def test_numbers_of_a_job_may_be_a_stack_s_parameters(local_account, glue, make_job, event_queue):
    script = glue.get_job(JobName=make_job("raise RuntimeError('again')"))["Job"]["Command"]
    name = f"stacked-{uuid.uuid4().hex[:8]}"
    job = {
        "Type": "AWS::Glue::Job",
        "Properties": {
            "Name": name,
            "Role": "arn:aws:iam::000000000000:role/r",
            "Command": {key: script[key] for key in ("Name", "ScriptLocation")},
            "MaxRetries": {"Ref": "Retries"},
            "Timeout": {"Ref": "Minutes"},
        },
    }
    parameters = {
        "Retries": {"Type": "Number", "Default": 0},
        "Minutes": {"Type": "Number", "Default": 7},
    }
    stacks = local_account.client("cloudformation")
    stacks.create_stack(
        StackName=name,
        TemplateBody=json.dumps({"Parameters": parameters, "Resources": {"Job": job}}),
    )
    stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    job_run = run_to_end(glue, name)
    assert (job_run["JobRunState"], job_run["Timeout"]) == ("FAILED", 7)
    assert event_queue(job_run["Id"])["detail"]["state"] == "FAILED"


def test_arguments_reach_the_script_merged(local_account, glue, make_job):
    name = make_job(
        "import sys; print(sys.argv[1:])",
        DefaultArguments={"--colour": "red", "--size": "1"},
        NonOverridableArguments={"--size": "2"},
    )
    job_run = run_to_end(glue, name, Arguments={"--colour": "blue", "--size": "3"})
    log = local_account.state / "jobs" / name / job_run["Id"] / "output.log"
    printed = log.read_text()
    assert "'--colour', 'blue'" in printed
    assert "'--size', '2'" in printed
    assert f"'--JOB_RUN_ID', '{job_run['Id']}'" in printed


def test_the_output_of_a_run_is_in_cloudwatch_logs(local_account, glue, make_job):
    name = make_job("import sys; print('to out'); print('to err', file=sys.stderr)")
    run_id = run_to_end(glue, name)["Id"]
    logs = local_account.client("logs")
    for group, line in (("output", "to out"), ("error", "to err")):
        found = logs.get_log_events(logGroupName=f"/aws-glue/jobs/{group}", logStreamName=run_id)
        assert [event["message"] for event in found["events"]] == [line]


def test_modules_of_extra_py_files_come_before_installed_ones(local_account, glue, make_job):
    local_account.client("s3").put_object(
        Bucket="job-scripts", Key="lib/boto3.py", Body=b"ORIGIN = 'from the run'\n"
    )
    name = make_job(
        "import boto3; assert boto3.ORIGIN == 'from the run'",
        DefaultArguments={"--extra-py-files": "s3://job-scripts/lib/boto3.py"},
    )
    assert run_to_end(glue, name)["JobRunState"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("properties", "arguments", "message"),
    [
        ({}, {"--additional-python-modules": "x==1"}, "does not emulate --additional-python"),
        ({}, {"--JOB_NAME": "x"}, "belong to AWS Glue"),
        ({"Command": {"Name": "glueray", "ScriptLocation": "s3://b/x.py"}}, {}, "'glueray'"),
    ],
)
def test_what_cannot_run_is_refused_at_the_start(glue, make_job, properties, arguments, message):
    name = make_job("pass")
    if properties:
        glue.update_job(JobName=name, JobUpdate=properties)
    with pytest.raises(ClientError) as refused:
        glue.start_job_run(JobName=name, Arguments=arguments)
    assert refused.value.response["Error"]["Code"] == "InvalidInputException"
    assert message in str(refused.value)


def test_an_unknown_job_or_run_is_not_found(glue, make_job):
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.start_job_run(JobName="nobody")
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_job_run(JobName=make_job("pass"), RunId="jr_none")
