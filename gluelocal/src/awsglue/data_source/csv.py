"""CSV files.

Glue's reading differs from Spark's: an empty cell of a text column is the empty string, not null,
and a doubled quote inside quotes is a quote (no escape character by default).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column, DataFrame, DataFrameReader, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.catalog import CatalogTable
from awsglue.data_source.files import FileSet, reading
from awsglue.data_source.formats import FORMATS, truth
from awsglue.engine import text
from awsglue.engine.paths import column, quoted
from awsglue.engine.rows import Rows
from awsglue.errors import DataReadError, NotSupportedError

_RAGGED = "__ragged_record"
"""Set in rows with more or fewer cells than columns."""

_LINE_END = r"\r\n|\n|\r"
_MARK = "\ufeff"


@dataclass(frozen=True)
class Dialect:
    """How cells are written; `quote` and `escape` may be empty, `skip` counts lines per file."""

    separator: str = ","
    quote: str = '"'
    escape: str = ""
    multi_line: bool = False
    skip: int = 0

    @classmethod
    def of_options(cls, options: Mapping[str, Any]) -> "Dialect":
        """From `format_options` (Glue Developer Guide, "Using the CSV format in AWS Glue")."""
        quote = options.get("quoteChar", '"')
        header = truth(options.get("withHeader", False)) or truth(options.get("skipFirst", False))
        return cls(
            separator=options.get("separator", ","),
            quote="" if str(quote) == "-1" else quote,
            escape=options.get("escaper") or "",
            multi_line=truth(options.get("multiLine", options.get("multiline", False))),
            skip=int(header),
        )

    @classmethod
    def of_table(cls, table: CatalogTable) -> "Dialect":
        """From a catalog table: its parameters, then those of its SerDe."""
        parameters, serde = table.parameters, table.serde
        return cls(
            separator=parameters.get("delimiter")
            or serde.get("field.delim")
            or serde.get("separatorChar")
            or ",",
            quote=serde.get("quoteChar", '"'),
            escape=serde.get("escapeChar") or serde.get("escape.delim") or "",
            skip=int(parameters.get("skip.header.line.count", "0")),
        )

    def spark_options(self) -> dict[str, str]:
        """Spark's options; without an escape character a quote is escaped by doubling."""
        return {
            "sep": self.separator,
            "quote": self.quote,
            "escape": self.escape or '"',
            "multiLine": str(self.multi_line).lower(),
            "columnNameOfCorruptRecord": _RAGGED,
            # Otherwise a row's cells are counted only as far as the plan needs them.
            "columnPruning": "false",
        }


class CsvFormat:
    """CSV and its like with other separators."""

    def read(self, session: SparkSession, files: FileSet, options: Mapping[str, Any]) -> Rows:
        """All columns are text, named by the header (`withHeader`) or col0, col1 and so on.

        Files whose headers differ end in an error when they are read: the columns are the first
        file's.
        """
        dialect = Dialect.of_options(options)
        named = truth(options.get("withHeader", False))
        reader = _configured(files.reader(session), dialect)
        with reading("csv"):
            names = reader.load(list(files.paths)).columns if files.paths else []
        if not named:
            names = [f"col{position}" for position in range(len(names))]
        if not names:
            return Rows(session.createDataFrame([], "struct<>"))
        columns = S.StructType([S.StructField(name, S.StringType()) for name in names])
        return _rows(session, files, dialect, columns, check_header=named)

    def read_table(self, session: SparkSession, files: FileSet, table: CatalogTable) -> Rows:
        """The catalog's columns by position; cells that do not fit make the column a choice."""
        for field in table.columns.fields:
            if not text.is_scalar(field.dataType):
                raise DataReadError(
                    f"{table}: column {field.name!r} has the type {field.dataType.simpleString()}, "
                    "which no cell of a CSV file can have; correct the table in the catalog"
                )
        with reading(str(table)):
            return _rows(session, files, Dialect.of_table(table), table.columns)


def _configured(reader: DataFrameReader, dialect: Dialect) -> DataFrameReader:
    header = str(dialect.skip > 0).lower()
    return reader.format("csv").options(**dialect.spark_options(), header=header)


def _rows(
    session: SparkSession,
    files: FileSet,
    dialect: Dialect,
    columns: S.StructType,
    check_header: bool = False,
) -> Rows:
    if dialect.skip > 1:
        raw = _after_lines(session, files, dialect, columns)
    else:
        raw = _by_spark(session, files, dialect, columns, check_header)
    there = _cells_there(dialect)
    cells = [
        _cell(field, there > position).alias(field.name)
        for position, field in enumerate(columns.fields)
    ]
    partitions = [column(name) for name in files.partitions.names]
    unsettled = {
        field.name: field.dataType for field in columns.fields if not text.is_text(field.dataType)
    }
    return Rows(raw.select(*cells, *partitions), unsettled=unsettled)


def _cell(field: S.StructField, there: Column) -> Column:
    cell = column(field.name)
    if isinstance(field.dataType, S.BinaryType):
        return cell.cast(field.dataType)
    if not text.is_text(field.dataType):
        # Spark reads an empty cell as null, and a quoted empty one as the empty string.
        return F.when(cell != "", cell)
    # A cell that a short row lacks stays null.
    whole = column(_RAGGED).isNull()
    return F.when(cell.isNull() & (whole | there), F.lit("")).otherwise(cell)


def _cells_there(dialect: Dialect) -> Column:
    """The number of cells of a ragged row: separators outside quotes, and one."""
    record = column(_RAGGED)
    if dialect.quote:
        quote = re.escape(dialect.quote)
        # A doubled quote is the end of one quoted stretch and the start of the next.
        record = F.regexp_replace(record, f"(?s){quote}.*?({quote}|$)", "")
    without = F.regexp_replace(record, re.escape(dialect.separator), "")
    return (F.length(record) - F.length(without)) / len(dialect.separator) + 1


def _text_schema(columns: S.StructType) -> S.StructType:
    names = [*columns.names, _RAGGED]
    return S.StructType([S.StructField(name, S.StringType()) for name in names])


def _by_spark(
    session: SparkSession,
    files: FileSet,
    dialect: Dialect,
    columns: S.StructType,
    check_header: bool,
) -> DataFrame:
    schema = S.StructType([*_text_schema(columns).fields, *files.partitions.fields])
    reader = _configured(files.reader(session), dialect).schema(schema)
    return reader.option("enforceSchema", str(not check_header).lower()).load(list(files.paths))


def _after_lines(
    session: SparkSession,
    files: FileSet,
    dialect: Dialect,
    columns: S.StructType,
) -> DataFrame:
    """Spark skips one line of a file at most; for more, each file is taken as one text."""
    if dialect.multi_line:
        raise NotSupportedError("skip.header.line.count above 1 together with multiLine")
    reader = files.reader(session)
    if files.partitions.fields:
        reader = reader.schema(
            S.StructType([S.StructField("value", S.StringType()), *files.partitions.fields])
        )
    texts = reader.format("text").option("wholetext", "true").load(list(files.paths))
    lines = F.split(F.regexp_replace("value", f"^{_MARK}", ""), _LINE_END)
    partitions = [column(name) for name in files.partitions.names]
    kept = texts.select(
        F.explode(F.slice(lines, dialect.skip + 1, F.greatest(F.size(lines), F.lit(1)))).alias(
            "line"
        ),
        *partitions,
    ).filter(F.trim("line") != "")
    declared = ", ".join(f"{quoted(name)} string" for name in [*columns.names, _RAGGED])
    parsed = F.from_csv("line", declared, dialect.spark_options())
    cells = [parsed.getField(name).alias(name) for name in [*columns.names, _RAGGED]]
    return kept.select(*cells, *partitions)


FORMATS.register("csv")(CsvFormat())
