"""purge_table and purge_s3_path: which objects go, and which partitions."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from awsglue.context import GlueContext
from awsglue.errors import InvalidOptionError

pytestmark = pytest.mark.spark


@pytest.fixture
def bucket(aws: Callable[[str], Any]) -> str:
    name = f"purge-{uuid.uuid4().hex[:8]}"
    aws("s3").create_bucket(Bucket=name)
    return name


def put(s3: Any, bucket: str, key: str, storage_class: str = "STANDARD") -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=b"{}", StorageClass=storage_class)


def left(s3: Any, bucket: str) -> list[str]:
    return [found["Key"] for found in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


@pytest.mark.cases("purges.yaml")
def test_purge_table(
    glue_context: GlueContext,
    aws: Callable[[str], Any],
    catalog: Callable[..., None],
    bucket: str,
    case: dict[str, Any],
) -> None:
    s3, glue = aws("s3"), aws("glue")
    put(s3, bucket, "t/k=a/1.json")
    put(s3, bucket, "t/k=a/2.json", "STANDARD_IA")
    put(s3, bucket, "t/k=b/3.json")
    storage = {"Location": f"s3://{bucket}/t/", "Columns": [{"Name": "id", "Type": "int"}]}
    catalog(
        "t",
        {"StorageDescriptor": storage, "PartitionKeys": [{"Name": "k", "Type": "string"}]},
    )
    for value in ("a", "b"):
        place = {**storage, "Location": f"s3://{bucket}/t/k={value}/"}
        glue.create_partition(
            DatabaseName="db",
            TableName="t",
            PartitionInput={"Values": [value], "StorageDescriptor": place},
        )
    options = {
        name: value.replace("{bucket}", bucket) if isinstance(value, str) else value
        for name, value in case["options"].items()
    }
    glue_context.purge_table("db", "t", options, case.get("transformation_ctx", ""))
    assert left(s3, bucket) == case["left"]
    found = glue.get_partitions(DatabaseName="db", TableName="t")["Partitions"]
    assert sorted(partition["Values"][0] for partition in found) == case["partitions"]
    if "success" in case:
        listed = s3.get_object(Bucket=bucket, Key="lists/clean/Success.csv")["Body"].read()
        assert listed.decode() == case["success"].replace("{bucket}", bucket)


def test_purge_s3_path(glue_context: GlueContext, aws: Callable[[str], Any], bucket: str) -> None:
    s3 = aws("s3")
    for key in ("in/a", "in/deep/b", "other/c"):
        put(s3, bucket, key)
    glue_context.purge_s3_path(f"s3://{bucket}/in/")
    assert len(left(s3, bucket)) == 3
    glue_context.purge_s3_path(f"s3://{bucket}/in/", {"retentionPeriod": 0})
    assert left(s3, bucket) == ["other/c"]


def test_what_cannot_be_purged_is_named(
    glue_context: GlueContext, catalog: Callable[..., None]
) -> None:
    with pytest.raises(InvalidOptionError, match="the option 'retention' is unknown; valid: ret"):
        glue_context.purge_s3_path("s3://b/x/", {"retention": 0})
    with pytest.raises(InvalidOptionError, match=r"only a path s3://bucket/folder/ .* 'file:///x'"):
        glue_context.purge_s3_path("file:///x", {"retentionPeriod": 0})
    catalog("t", {"StorageDescriptor": {"Location": "s3://b/t/", "Columns": []}})
    with pytest.raises(InvalidOptionError, match=r"db\.t has no partitions"):
        glue_context.purge_table("db", "t", {"partitionPredicate": "k = 'b'"})
    with pytest.raises(NotImplementedError, match=r"transition_table .*docs/parity.md"):
        glue_context.transition_table("db", "t", "GLACIER")
