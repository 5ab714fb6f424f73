"""The SQL of a load, in the order and shape of the Glue connector (spark-redshift)."""

import re
from collections.abc import Iterator, Sequence

from pyspark.sql import types as S

from awsglue.errors import InvalidOptionError, NotSupportedError

_TYPES: dict[type[S.DataType], str] = {
    S.BooleanType: "BOOLEAN",
    S.ByteType: "SMALLINT",
    S.ShortType: "SMALLINT",
    S.IntegerType: "INTEGER",
    S.LongType: "BIGINT",
    S.FloatType: "REAL",
    S.DoubleType: "DOUBLE PRECISION",
    S.StringType: "VARCHAR(MAX)",
    S.DateType: "DATE",
    S.TimestampType: "TIMESTAMP",
    S.TimestampNTZType: "TIMESTAMP",
    S.ArrayType: "SUPER",
    S.MapType: "SUPER",
    S.StructType: "SUPER",
}


def identifier(name: str) -> str:
    """A quoted name; Redshift folds quoted names to lower case too, so it is written so."""
    return '"' + name.lower().replace('"', '""') + '"'


def table_name(parts: Sequence[str]) -> str:
    """The quoted name of a table."""
    return ".".join(identifier(part) for part in parts)


def literal(text: str) -> str:
    """Text in quotes; a backslash is an escape in Redshift's literals."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def column_names(schema: S.StructType) -> list[str]:
    """The columns' names as Redshift has them; InvalidOptionError when two become one."""
    names = [name.lower() for name in schema.names]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InvalidOptionError(
            f"Redshift's names have no case, so these columns would be one: {', '.join(twice)}; "
            "rename them first"
        )
    return names


def create_table(table: str, schema: S.StructType, attributes: str = "DISTSTYLE EVEN") -> str:
    """CREATE TABLE IF NOT EXISTS with the frame's columns; text is VARCHAR(MAX)."""
    columns = ", ".join(f"{identifier(f.name)} {_type(f)}" for f in schema.fields)
    return f"CREATE TABLE IF NOT EXISTS {table} ({columns}) {attributes}"


def _type(field: S.StructField) -> str:
    if isinstance(field.dataType, S.DecimalType):
        return f"DECIMAL({field.dataType.precision},{field.dataType.scale})"
    try:
        return _TYPES[type(field.dataType)]
    except KeyError:
        raise NotSupportedError(
            f"loading the column {field.name!r} of type {field.dataType.simpleString()}",
            "cast it to a type that Redshift has",
        ) from None


def copy(
    table: str,
    columns: Sequence[str],
    manifest: str,
    authorization: str,
    null_marker: str,
    extra: str = "",
    compressed: bool = False,
) -> str:
    """COPY of CSV files by manifest, with an explicit column list."""
    listed = ", ".join(identifier(name) for name in columns)
    parts = [
        f"COPY {table} ({listed}) FROM {literal(manifest)}",
        authorization,
        f"FORMAT AS CSV{' GZIP' if compressed else ''} NULL AS {literal(null_marker)} MANIFEST",
        extra,
    ]
    return " ".join(part for part in parts if part)


def unload(query: str, folder: str, authorization: str, extra: str = "") -> str:
    """UNLOAD to Parquet files and a manifest below `folder`."""
    parts = [
        f"UNLOAD ({literal(query)}) TO {literal(folder)}",
        authorization,
        "FORMAT AS PARQUET MANIFEST",
        extra,
    ]
    return " ".join(part for part in parts if part)


def role(iam_role: str) -> str:
    """The authorization of COPY by a role; the word `default` is the cluster's own."""
    return "IAM_ROLE default" if iam_role.lower() == "default" else f"IAM_ROLE {literal(iam_role)}"


def credentials(key: str, secret: str, token: str = "") -> str:
    """The authorization of COPY by keys."""
    text = f"aws_access_key_id={key};aws_secret_access_key={secret}"
    return "CREDENTIALS " + literal(text + (f";token={token}" if token else ""))


def actions(text: str, table: str) -> list[str]:
    """The statements of pre- or postactions: split at semicolons outside quotes and comments; each
    `%s` is the table."""
    found = (statement.replace("%s", table).strip() for statement in _split(text))
    return [statement for statement in found if statement]


def first_word(statement: str) -> str:
    """The word in upper case that a statement starts with, behind its comments."""
    found = _FIRST_WORD.match(statement)
    return found[1].upper() if found else ""


_FIRST_WORD = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(\w+)", re.DOTALL)

# What opens a stretch where a semicolon is no end, and what closes it.
_STRETCHES = (("'", "'"), ('"', '"'), ("--", "\n"), ("/*", "*/"), ("$$", "$$"))


def _split(text: str) -> Iterator[str]:
    start = position = 0
    while position < len(text):
        for opening, closing in _STRETCHES:
            if text.startswith(opening, position):
                end = text.find(closing, position + len(opening))
                position = len(text) if end < 0 else end + len(closing)
                break
        else:
            if text[position] == ";":
                yield text[start:position]
                start = position + 1
            position += 1
    yield text[start:]
