"""The Redshift sink without a Redshift: its SQL, its options, its order and its failures."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import redshift_connector
from pyspark.sql import types as S

from awsglue.context import GlueContext
from awsglue.data_sink.redshift import connection, staging, statements, target
from awsglue.data_sink.redshift.errors import RedshiftConnectionError, RedshiftLoadError
from awsglue.data_sink.redshift.sink import creation, run
from awsglue.dynamicframe import DynamicFrame
from awsglue.errors import InvalidOptionError

OPTIONS = {
    "url": "jdbc:redshift://h:5439/dev",
    "user": "u",
    "password": "p",
    "dbtable": "s.t",
    "redshiftTmpDir": "s3://b/tmp/",
}


@pytest.mark.cases("redshift_actions.yaml")
def test_actions_are_split_into_statements(case: dict[str, Any]) -> None:
    assert statements.actions(case["text"], '"s"."t"') == case["statements"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("jdbc:redshift://h:5440/dev", ("h", 5440, "dev", "", "", None)),
        ("jdbc:redshift://h/dev", ("h", 5439, "dev", "", "", None)),
        ("jdbc:redshift://h:1/d?user=u&password=p%26q", ("h", 1, "d", "u", "p&q", None)),
        ("jdbc:redshift://h:1/d;UID=u;PWD=p;ssl=false", ("h", 1, "d", "u", "p", False)),
    ],
)
def test_urls(url: str, expected: tuple[Any, ...]) -> None:
    found = target.parse_url(url)
    assert expected == (
        found.host,
        found.port,
        found.database,
        found.user,
        found.password,
        found.tls,
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"redshiftTmpDir": ""}, "needs redshift_tmp_dir"),
        ({"dbtable": None}, "needs dbtable"),
        ({"user": None}, "needs user and password"),
        ({"url": "jdbc:redshift://h:5439"}, "names no database"),
        ({"url": "jdbc:redshift://h:port/dev"}, "impossible port"),
        (
            {"url": "jdbc:mysql://h/dev?password=secret"},
            r"not a Redshift URL: 'jdbc:mysql://h/dev';",
        ),
        ({"url": "jdbc:redshift:iam://h/dev"}, "jdbc:redshift:iam:// URL is not supported"),
        ({"dbtable": "s..t"}, "'s..t' is not a table name"),
        ({"dbtable": 's."t'}, "is not a table name"),
        ({"tempformat": "AVRO"}, "tempformat='AVRO' is not supported"),
        ({"query": "SELECT 1"}, "query='SELECT 1' is not supported"),
        ({"DbUser": "me"}, "DbUser='me' is not supported"),
        ({"diststyle": "ROUND"}, "diststyle 'ROUND' is none of EVEN, KEY, ALL, AUTO"),
        ({"diststyle": "KEY"}, "diststyle KEY and distkey, a column, need each other"),
    ],
)
def test_options_that_cannot_be(change: dict[str, Any], message: str) -> None:
    with pytest.raises((InvalidOptionError, NotImplementedError), match=message) as raised:
        target.of_options({**OPTIONS, **change})
    assert "secret" not in str(raised.value)


def test_a_target_shows_no_secrets() -> None:
    goal = target.of_options({**OPTIONS, "password": "hush", "temporary_aws_access_key_id": "AKI"})
    assert "hush" not in repr(goal)
    assert "AKI" not in repr(goal)


@pytest.mark.parametrize(
    ("dbtable", "quoted"),
    [
        ("t", '"t"'),
        ("Movies.Films", '"movies"."films"'),
        ('"a.b"."c""d"', '"a.b"."c""d"'),
        ("dev.s.t", '"dev"."s"."t"'),
    ],
)
def test_table_names(dbtable: str, quoted: str) -> None:
    assert statements.table_name(target.table_parts(dbtable)) == quoted


def test_create_table_has_the_frames_types() -> None:
    schema = (
        S.StructType()
        .add("Id", S.LongType())
        .add("title", S.StringType())
        .add("rating", S.DecimalType(3, 1))
        .add("seen", S.TimestampType())
        .add("tags", S.ArrayType(S.StringType()))
    )
    assert statements.create_table('"s"."t"', schema) == (
        'CREATE TABLE IF NOT EXISTS "s"."t" ("id" BIGINT, "title" VARCHAR(MAX), '
        '"rating" DECIMAL(3,1), "seen" TIMESTAMP, "tags" SUPER) DISTSTYLE EVEN'
    )


@pytest.mark.parametrize(
    ("options", "attributes"),
    [
        ({}, "DISTSTYLE EVEN"),
        ({"diststyle": "all"}, "DISTSTYLE ALL"),
        ({"distkey": "Id"}, 'DISTSTYLE KEY DISTKEY ("id")'),
        ({"sortkeyspec": "SORTKEY (a)"}, "DISTSTYLE EVEN SORTKEY (a)"),
    ],
)
def test_a_made_table_has_the_attributes_that_were_asked_for(
    options: dict[str, str], attributes: str
) -> None:
    goal = target.of_options({**OPTIONS, **options})
    assert goal.attributes == attributes
    schema = S.StructType().add("a", S.LongType())
    assert statements.create_table('"t"', schema, goal.attributes) == (
        f'CREATE TABLE IF NOT EXISTS "t" ("a" BIGINT) {attributes}'
    )


def test_compressed_staging_says_so_to_copy() -> None:
    goal = target.of_options({**OPTIONS, "tempformat": "csv gzip"})
    text = statements.copy('"t"', ["a"], "s3://x/m", "IAM_ROLE default", "n", "", goal.compressed)
    assert "FORMAT AS CSV GZIP NULL AS 'n' MANIFEST" in text


def test_unknown_options_are_told(caplog: pytest.LogCaptureFixture) -> None:
    target.of_options({**OPTIONS, "preaction": "x", "autopushdown": "true"})
    assert caplog.messages == ["the Redshift sink does not know the options preaction"]


def test_copy_names_its_columns() -> None:
    role = statements.role("arn:aws:iam::1:role/r")
    text = statements.copy(
        '"s"."t"', ["b", "a"], "s3://x/m.json", role, "@NULL@", "TRUNCATECOLUMNS"
    )
    assert text == (
        'COPY "s"."t" ("b", "a") FROM \'s3://x/m.json\' IAM_ROLE \'arn:aws:iam::1:role/r\' '
        "FORMAT AS CSV NULL AS '@NULL@' MANIFEST TRUNCATECOLUMNS"
    )
    assert statements.role("default") == "IAM_ROLE default"
    assert statements.credentials("k", "s'", "t") == (
        "CREDENTIALS 'aws_access_key_id=k;aws_secret_access_key=s'';token=t'"
    )


def test_columns_that_differ_in_case_alone_are_refused() -> None:
    schema = S.StructType().add("A", S.LongType()).add("a", S.LongType())
    with pytest.raises(InvalidOptionError, match="these columns would be one: a"):
        statements.column_names(schema)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("h.aws", False),
    ],
)
def test_tls_everywhere_but_on_this_machine(host: str, loopback: bool) -> None:
    assert connection.is_loopback(host) is loopback


class FakeCursor:
    def __init__(self, owner: "FakeConnection") -> None:
        self.owner = owner
        self.paramstyle = "format"

    def execute(self, sql: str, parameters: Any = ()) -> None:
        assert self.paramstyle == "qmark"
        self.owner.seen.append(sql)
        if self.owner.failing and sql.startswith(self.owner.failing):
            raise redshift_connector.ProgrammingError({"S": "ERROR", "C": "XX000", "M": "no luck"})

    def fetchall(self) -> tuple[list[Any], ...]:
        return (["Invalid digit", "year", "x2", "s3://b/f.csv", 7],)

    def close(self) -> None:
        pass


class FakeConnection:
    """Records what a load does to a connection; statements that start with `failing` fail."""

    def __init__(self, failing: str = "") -> None:
        self.failing = failing
        self.seen: list[str] = []

    def cursor(self) -> FakeCursor:
        return FakeCursor(self)

    def commit(self) -> None:
        self.seen.append("commit")

    def rollback(self) -> None:
        self.seen.append("rollback")


def test_the_statements_run_in_one_transaction() -> None:
    fake = FakeConnection()
    run(fake, '"t"', ["CREATE 1", "DELETE 2", "COPY 3", "INSERT 4"], "s3://b/f")
    assert fake.seen == ["CREATE 1", "DELETE 2", "COPY 3", "INSERT 4", "commit"]


def test_an_action_may_end_the_transaction() -> None:
    fake = FakeConnection(failing="SELEC")
    steps = ["CREATE 1", "BEGIN", "/* all */ end", "SELEC 2"]
    with pytest.raises(
        RedshiftLoadError,
        match=r"was rolled back \(but for what its END had committed\): SELEC: no luck",
    ):
        run(fake, '"t"', steps, "s3://b/f")
    assert fake.seen[:5] == [*steps, "rollback"]


def test_a_failed_load_is_rolled_back_and_says_why() -> None:
    fake = FakeConnection(failing="COPY")
    with pytest.raises(RedshiftLoadError) as raised:
        run(fake, '"s"."t"', ["CREATE 1", "COPY 3 secret", "INSERT 4"], "s3://b/f")
    assert str(raised.value) == (
        'loading into the Redshift table "s"."t" failed and was rolled back: COPY: no luck\n'
        "  Invalid digit (column year, value 'x2', s3://b/f.csv line 7)"
    )
    assert fake.seen[:3] == ["CREATE 1", "COPY 3 secret", "rollback"]
    assert "commit" not in fake.seen


def test_a_refused_connection_is_named() -> None:
    address = target.Address("127.0.0.1", 1, "dev", "u", "hush")
    with (
        pytest.raises(RedshiftConnectionError, match=r"127\.0\.0\.1:1/dev as u") as raised,
        connection.connect(address),
    ):
        pass
    assert "hush" not in str(raised.value)


@pytest.mark.spark
def test_the_folder_must_be_in_s3(glue_context: GlueContext) -> None:
    frame = DynamicFrame.fromDF(glue_context.spark_session.range(1), glue_context, "f")
    with pytest.raises(InvalidOptionError, match="must be a folder in S3"):
        glue_context.write_dynamic_frame.from_options(
            frame, "redshift", {**OPTIONS, "redshiftTmpDir": "file:///tmp/x"}
        )


@pytest.mark.spark
def test_staged_files_are_exact(glue_context: GlueContext, tmp_path: Path) -> None:
    data = glue_context.spark_session.sql(
        "SELECT cast('9.30' as decimal(10,2)) AS d, '' AS e, cast(null as string) AS n, "
        "' a \"b\", c\n' AS t, timestamp'2020-01-02 03:04:05.000001' AS m, date'2020-01-02' AS y, "
        "true AS f, array(1, 2) AS l"
    )
    staged = staging.stage(data, f"file://{tmp_path}", "@NULL@")
    manifest = json.loads(Path(staged.manifest.removeprefix("file:")).read_text())
    [entry] = manifest["entries"]
    content = Path(entry["url"].removeprefix("file:")).read_bytes()
    assert entry["mandatory"] is True
    assert entry["meta"] == {"content_length": len(content)}
    assert content.decode() == (
        '9.30,"",@NULL@," a ""b"", c\n",2020-01-02 03:04:05.000001,2020-01-02,true,"[1,2]"\n'
    )


@pytest.mark.spark
def test_staged_files_can_be_compressed(glue_context: GlueContext, tmp_path: Path) -> None:
    data = glue_context.spark_session.range(3).coalesce(1)
    staged = staging.stage(data, f"file://{tmp_path}", "@NULL@", compressed=True)
    manifest = json.loads(Path(staged.manifest.removeprefix("file:")).read_text())
    [entry] = manifest["entries"]
    assert gzip.decompress(Path(entry["url"].removeprefix("file:")).read_bytes()) == b"0\n1\n2\n"


@pytest.mark.spark
def test_no_rows_no_manifest(glue_context: GlueContext, tmp_path: Path) -> None:
    staged = staging.stage(glue_context.spark_session.range(0), f"file://{tmp_path}", "@NULL@")
    assert staged.manifest == ""


@pytest.mark.spark
def test_a_frame_without_columns_makes_no_table_and_no_files(
    glue_context: GlueContext, tmp_path: Path
) -> None:
    nothing = glue_context.spark_session.createDataFrame([], S.StructType())
    assert creation(target.of_options(OPTIONS), '"t"', nothing.schema) == []
    staged = staging.stage(nothing, f"file://{tmp_path}", "@NULL@")
    assert staged.manifest == ""
    assert list(tmp_path.iterdir()) == []
