"""A job run whose script and data are at the upstream."""

import time
import uuid

SCRIPT = b"""
import sys
import boto3
from awsglue.utils import getResolvedOptions

bucket = getResolvedOptions(sys.argv, ["bucket"])["bucket"]
s3 = boto3.client("s3")
text = s3.get_object(Bucket=bucket, Key="in.txt")["Body"].read()
s3.put_object(Bucket=bucket, Key="out.txt", Body=text.upper())
print("written")
"""


def test_a_run_reads_and_writes_at_the_upstream(fronted, upstream):
    name = f"run-{uuid.uuid4().hex[:8]}"
    s3, glue = upstream("s3"), fronted.client("glue")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="job.py", Body=SCRIPT)
    s3.put_object(Bucket=name, Key="in.txt", Body=b"heat")
    command = {"Name": "pythonshell", "ScriptLocation": f"s3://{name}/job.py"}
    glue.create_job(Name=name, Role="arn:aws:iam::000000000000:role/r", Command=command)
    run_id = glue.start_job_run(JobName=name, Arguments={"--bucket": name})["JobRunId"]

    def state():
        return glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]["JobRunState"]

    while state() in ("STARTING", "RUNNING"):
        time.sleep(0.1)
    assert state() == "SUCCEEDED"
    assert s3.get_object(Bucket=name, Key="out.txt")["Body"].read() == b"HEAT"
    logged = upstream("logs").get_log_events(
        logGroupName="/aws-glue/jobs/output", logStreamName=run_id
    )
    assert [event["message"] for event in logged["events"]] == ["written"]
