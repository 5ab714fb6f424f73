"""One stack of both sides: Glue's resources in the account, the others at the upstream."""

import json
import re
import uuid

import pytest
from botocore.exceptions import WaiterError

FAST = {"Delay": 0.2, "MaxAttempts": 150}


def template(**changes):
    assume = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "glue.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    resources = {
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"BucketName": {"Fn::Sub": "${AWS::StackName}-data"}},
        },
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": assume}},
        "Job": {
            "Type": "AWS::Glue::Job",
            "Properties": {
                "Name": {"Ref": "AWS::StackName"},
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Command": {
                    "Name": "glueetl",
                    "ScriptLocation": {"Fn::Sub": "s3://${Bucket}/job.py"},
                },
            },
        },
        "Topic": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"TopicName": {"Ref": "AWS::StackName"}},
        },
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "Name": {"Ref": "AWS::StackName"},
                "EventPattern": {"source": ["aws.glue"], "detail": {"jobName": [{"Ref": "Job"}]}},
                "Targets": [{"Id": "mail", "Arn": {"Ref": "Topic"}}],
            },
        },
    }
    for name, properties in changes.items():
        resources[name]["Properties"] |= properties
    outputs = {
        "Bucket": {"Value": {"Ref": "Bucket"}},
        "BucketArn": {"Value": {"Fn::GetAtt": ["Bucket", "Arn"]}},
        "Topic": {"Value": {"Ref": "Topic"}},
    }
    return json.dumps({"Resources": resources, "Outputs": outputs})


def outputs_of(cloudformation, name):
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def stacks_left(upstream, name):
    """The upstream's stacks of that beginning; LocalStack lists deleted ones too."""
    return [
        one["StackName"]
        for one in upstream("cloudformation").describe_stacks()["Stacks"]
        if one["StackName"].startswith(name) and one["StackStatus"] != "DELETE_COMPLETE"
    ]


def test_a_stack_is_made_changed_and_deleted_on_both_sides(fronted, upstream):
    name = f"films-{uuid.uuid4().hex[:6]}"
    stacks, glue = fronted.client("cloudformation"), fronted.client("glue")
    given = {"StackName": name, "Capabilities": ["CAPABILITY_IAM"]}

    stacks.create_stack(TemplateBody=template(), **given)
    stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=FAST)
    outputs = outputs_of(stacks, name)
    assert outputs["Bucket"] == f"{name}-data"
    assert outputs["BucketArn"] == f"arn:aws:s3:::{name}-data"
    upstream("s3").head_bucket(Bucket=f"{name}-data")
    (role,) = [r for r in upstream("iam").list_roles()["Roles"] if r["RoleName"].startswith(name)]
    job = glue.get_job(JobName=name)["Job"]
    assert job["Role"] == role["Arn"]
    assert job["Command"]["ScriptLocation"] == f"s3://{name}-data/job.py"
    rule = upstream("events").describe_rule(Name=name)
    assert json.loads(rule["EventPattern"])["detail"] == {"jobName": [name]}
    (target,) = upstream("events").list_targets_by_rule(Rule=name)["Targets"]
    assert target["Arn"] == outputs["Topic"]

    stacks.update_stack(TemplateBody=template(Topic={"DisplayName": "Film runs"}), **given)
    stacks.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig=FAST)
    topic = upstream("sns").get_topic_attributes(TopicArn=outputs["Topic"])["Attributes"]
    assert topic["DisplayName"] == "Film runs"
    assert outputs_of(stacks, name) == outputs

    stacks.delete_stack(StackName=name)
    stacks.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=FAST)
    assert stacks_left(upstream, name) == []
    assert f"{name}-data" not in [b["Name"] for b in upstream("s3").list_buckets()["Buckets"]]
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_job(JobName=name)


def test_what_the_upstream_refuses_fails_the_stack_with_its_reason(fronted, upstream):
    name = f"films-{uuid.uuid4().hex[:6]}"
    stacks = fronted.client("cloudformation")
    # IAM takes no NotPrincipal in a trust policy (which MiniStack minds), S3 no capitals in a name
    # (which LocalStack minds).
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "NotPrincipal": "*", "Action": "sts:AssumeRole"}],
    }
    wrong = template(
        Bucket={"BucketName": "Not_A_Bucket"}, Role={"AssumeRolePolicyDocument": policy}
    )
    stacks.create_stack(StackName=name, TemplateBody=wrong, Capabilities=["CAPABILITY_IAM"])
    with pytest.raises(WaiterError):
        stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=FAST)
    reasons = [
        event["ResourceStatusReason"]
        for event in stacks.describe_stack_events(StackName=name)["StackEvents"]
        if event["ResourceStatus"] == "CREATE_FAILED" and "at the upstream" in str(event)
    ]
    assert re.search("NotPrincipal|InvalidBucketName", " ".join(reasons))
    assert stacks_left(upstream, name) == []


def test_a_stack_of_somebody_else_is_left_alone(fronted, upstream):
    name = f"films-{uuid.uuid4().hex[:6]}"
    theirs = {"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}
    upstream("cloudformation").create_stack(
        StackName=f"{name}-Topic", TemplateBody=json.dumps(theirs)
    )
    stacks = fronted.client("cloudformation")
    stacks.create_stack(
        StackName=name, TemplateBody=template(), Capabilities=["CAPABILITY_IAM"]
    )  # fmt: skip
    with pytest.raises(WaiterError):
        stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=FAST)
    events = stacks.describe_stack_events(StackName=name)["StackEvents"]
    assert "that gluelocal did not make" in json.dumps(events, default=str)
    (kept,) = upstream("cloudformation").describe_stacks(StackName=f"{name}-Topic")["Stacks"]
    assert kept["StackStatus"] == "CREATE_COMPLETE"
