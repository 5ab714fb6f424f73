"""Step 5, the rest: rejected rows and rule outcomes as JSON lines in S3, and small objects."""

from datetime import datetime
from typing import Any

from pyspark.sql import DataFrame

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from imdb_etl.locations import S3Location


def write_json(glue: GlueContext, rows: DynamicFrame, folder: S3Location, context: str) -> None:
    """Writes one JSON object a row under `folder`, gzipped."""
    glue.write_dynamic_frame.from_options(
        frame=rows,
        connection_type="s3",
        # Outcome arrays repeat their texts: a tenth of the bytes go to S3 and come back.
        connection_options={"path": str(folder), "compression": "gzip"},
        format="json",
        transformation_ctx=context,
    )


def write_rows(glue: GlueContext, rows: DataFrame, folder: S3Location, context: str) -> None:
    """As write_json, for a plain DataFrame."""
    write_json(glue, DynamicFrame.fromDF(rows, glue, context), folder, context)


def count_rows(glue: GlueContext, client: Any, folder: S3Location) -> int:
    """How many rows really are in the files under `folder` (`client`: boto3 s3, here and below)."""
    # Spark refuses a folder without files, and no row at all may mean no file at all.
    if not objects(client, folder):
        return 0
    return int(glue.spark_session.read.text(str(folder)).count())


def discard(client: Any, folder: S3Location) -> None:
    """Deletes everything under `folder`; no-op when there is nothing."""
    keys = list(objects(client, folder, empty=True))
    # DeleteObjects takes at most 1,000 keys (S3 API reference).
    for start in range(0, len(keys), 1000):
        batch = [{"Key": key} for key in keys[start : start + 1000]]
        client.delete_objects(Bucket=folder.bucket, Delete={"Objects": batch, "Quiet": True})


def delete(client: Any, location: S3Location) -> None:
    """Deletes one object; no-op when it is not there."""
    client.delete_object(Bucket=location.bucket, Key=location.key)


def write_text(client: Any, location: S3Location, text: str) -> None:
    """Puts one small JSON object."""
    client.put_object(
        Bucket=location.bucket,
        Key=location.key,
        Body=text.encode(),
        ContentType="application/json",
    )


def read_text(client: Any, location: S3Location) -> str | None:
    """The text of one small object, or None when it is not there."""
    try:
        body = client.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
    except client.exceptions.NoSuchKey:
        return None
    return str(body.decode())


def objects(client: Any, folder: S3Location, empty: bool = False) -> dict[str, datetime]:
    """The time of change by key of what is under `folder`; objects of 0 bytes only with `empty`."""
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=folder.bucket, Prefix=folder.key
    )
    return {
        found["Key"]: found["LastModified"]
        for page in pages
        for found in page.get("Contents", [])
        if empty or found["Size"]
    }
