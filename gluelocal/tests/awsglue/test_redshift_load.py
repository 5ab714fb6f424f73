"""A Glue script over S3A against a Redshift that takes COPY, in a process of its own."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import redshift_connector

from gluelocal.java import java_home

pytestmark = [pytest.mark.spark, pytest.mark.slow]

SCRIPT = Path(__file__).parent / "scripts" / "load_redshift.py"
PASSWORD = "Secret-pass1"
MOVIES = 'rating,title,year,seen\n9.3,"Shaw, shank",1994,2020-01-02 03:04:05.25\n8,,,\n'

AWS_SDK = "1.12.262"
S3A = {
    "spark.jars.packages": ",".join(
        [
            "org.apache.hadoop:hadoop-aws:3.3.4",
            f"com.amazonaws:aws-java-sdk-s3:{AWS_SDK}",
            f"com.amazonaws:aws-java-sdk-sts:{AWS_SDK}",
            f"com.amazonaws:aws-java-sdk-dynamodb:{AWS_SDK}",
        ]
    ),
    "spark.jars.excludes": "com.amazonaws:aws-java-sdk-bundle",
    "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
    "spark.hadoop.fs.s3a.path.style.access": "true",
    "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
    "spark.hadoop.fs.s3a.aws.credentials.provider": (
        "com.amazonaws.auth.EnvironmentVariableCredentialsProvider"
    ),
    "spark.master": "local[2]",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "2",
}


@pytest.fixture(scope="module")
def redshift_port(aws_endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    configuration = {
        "state": str(tmp_path_factory.mktemp("redshift")),
        "port": port,
        "user": "awsuser",
        "password": PASSWORD,
        "database": "dev",
        "aws_endpoint_url": aws_endpoint,
        "aws_region": "us-east-1",
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test-secret",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "gluelocal.redshift"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    with process.stdin as pipe:
        pipe.write(json.dumps(configuration))
    try:
        ready = json.loads(process.stdout.readline())
        assert ready["event"] == "ready"
        yield int(ready["port"])
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


@pytest.fixture
def query(redshift_port: int) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    connection = redshift_connector.connect(
        host="127.0.0.1",
        port=redshift_port,
        database="dev",
        user="awsuser",
        password=PASSWORD,
        ssl=False,
    )
    connection.autocommit = True

    def run(sql: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    yield run
    connection.close()


def run_script(folder: Path, endpoint: str, *arguments: str) -> dict[str, Any]:
    conf = folder / "conf"
    conf.mkdir()
    settings = {
        **S3A,
        "spark.hadoop.fs.s3a.endpoint": endpoint,
        "spark.hadoop.fs.s3a.endpoint.region": "us-east-1",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    (conf / "spark-defaults.conf").write_text(
        "\n".join(f"{key} {value}" for key, value in settings.items())
    )
    run = subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        env={**os.environ, "SPARK_CONF_DIR": str(conf), "JAVA_HOME": str(java_home())},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert run.returncode == 0, run.stderr[-6000:]
    # Whatever the script and Spark log, the credentials are not in it.
    assert "test-secret" not in run.stdout + run.stderr
    assert PASSWORD not in run.stdout + run.stderr
    outcome: dict[str, Any] = json.loads(run.stdout.strip().splitlines()[-1])
    return outcome


def test_a_script_loads_redshift_in_one_transaction(
    aws: Callable[[str], Any],
    aws_endpoint: str,
    catalog: Callable[..., None],
    redshift_port: int,
    query: Callable[[str], list[tuple[Any, ...]]],
    tmp_path: Path,
) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="raw/movies.csv", Body=MOVIES.encode())
    s3.put_object(Bucket="lake", Key="old/x.json", Body=b"{}")
    catalog(
        "movies",
        {
            "StorageDescriptor": {
                "Location": "s3://lake/raw/",
                "Columns": [
                    {"Name": "rating", "Type": "double"},
                    {"Name": "title", "Type": "string"},
                    {"Name": "year", "Type": "bigint"},
                    {"Name": "seen", "Type": "timestamp"},
                ],
            },
            "Parameters": {"classification": "csv", "skip.header.line.count": "1"},
        },
    )
    url = f"jdbc:redshift://127.0.0.1:{redshift_port}/dev"
    secret = json.dumps({"username": "awsuser", "password": PASSWORD})
    aws("secretsmanager").create_secret(Name="redshift-user", SecretString=secret)
    aws("glue").create_connection(
        ConnectionInput={
            "Name": "redshift",
            "ConnectionType": "JDBC",
            "ConnectionProperties": {"JDBC_CONNECTION_URL": url, "SECRET_ID": "redshift-user"},
        }
    )
    query("CREATE SCHEMA movies")
    query("CREATE TABLE movies.loads (rows int, note varchar(10))")

    arguments = ["--JOB_NAME", "load", "--TempDir", "s3://lake/tmp/", "--bucket", "lake"]
    outcome = run_script(tmp_path, aws_endpoint, *arguments, "--url", url)

    rows = query("SELECT title, year, note, rating, seen FROM movies.films ORDER BY rating")
    assert [(title, year, note, rating, str(seen)) for title, year, note, rating, seen in rows] == [
        ("", None, "a;b", Decimal("8.0"), "None"),
        ("Shaw, shank", 1994, "a;b", Decimal("9.3"), "2020-01-02 03:04:05.250000"),
    ]
    assert query("SELECT rows, note FROM movies.loads ORDER BY rows") == [
        (0, "empty"),
        (2, "x;%%y"),
    ]
    assert query("SELECT rating, title, year FROM movies.made ORDER BY rating") == [
        (Decimal("8.0"), "", None),
        (Decimal("9.3"), "Shaw, shank", 1994),
    ]

    too_long = outcome["too long"]
    assert too_long.startswith(
        'RedshiftLoadError: loading into the Redshift table "movies"."films"'
    )
    assert "String length exceeds DDL length (column title, value 'xxxxx" in too_long
    assert "was rolled back: COPY:" in too_long
    assert "column 'title' holds the text '@NULL@'" in outcome["marker"]
    assert 'table "nowhere"."films" failed and was rolled back: CREATE:' in outcome["no schema"]
    assert "was rolled back: SELEC:" in outcome["bad postaction"]
    assert outcome["wrong password"].startswith("RedshiftConnectionError: cannot connect to")
    assert f"127.0.0.1:{redshift_port}/dev as awsuser" in outcome["wrong password"]

    staged = s3.list_objects_v2(Bucket="lake", Prefix="tmp/")["Contents"]
    manifests = [found["Key"] for found in staged if found["Key"].endswith("/manifest.json")]
    manifest = json.loads(s3.get_object(Bucket="lake", Key=manifests[0])["Body"].read())
    entry = manifest["entries"][0]
    assert entry["url"].startswith("s3://lake/tmp/")
    assert entry["mandatory"] is True
    assert entry["meta"]["content_length"] > 0

    out = s3.list_objects_v2(Bucket="lake", Prefix="out/")["Contents"]
    names = sorted(found["Key"] for found in out)
    assert len(names) == 2
    assert names[0].startswith("out/year=1994/run-")
    assert names[0].endswith("-part-r-00000")
    assert names[1].startswith("out/year=__HIVE_DEFAULT_PARTITION__/run-")
    assert s3.list_objects_v2(Bucket="lake", Prefix="old/")["KeyCount"] == 0
