"""CSV files.

Glue's reading differs from Spark's: an empty cell of a text column is the empty string, not null,
and a doubled quote inside quotes is a quote (no escape character by default).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from pyspark.sql import DataFrame, DataFrameReader, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.catalog import CatalogTable
from awsglue.data_source import documents
from awsglue.data_source.csv_cells import RAGGED, meant
from awsglue.data_source.csv_records import protected, records, restored, restored_name
from awsglue.data_source.files import FileSet, reading
from awsglue.data_source.formats import FORMATS, truth
from awsglue.engine import text
from awsglue.engine.paths import column, quoted
from awsglue.engine.rows import Rows
from awsglue.errors import DataReadError

_ROW = "__row"

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
            "escape": self.escape or self.quote or '"',
            "multiLine": str(self.multi_line).lower(),
            "columnNameOfCorruptRecord": RAGGED,
            # Otherwise a row's cells are counted only as far as the plan needs them.
            "columnPruning": "false",
        }


class CsvFormat:
    """CSV and its like with other separators."""

    by_folders = False
    finds_partitions = True

    def read(self, session: SparkSession, files: FileSet, options: Mapping[str, Any]) -> Rows:
        """All columns are text, named by the header (`withHeader`) or col0, col1 and so on.

        The columns are those of the first row: a short row has nulls, and what a long one has
        beyond them is left out. Files whose headers differ end in an error when they are read.
        Bytes that are not UTF-8 become U+FFFD. `optimizePerformance` and `strictCheckForQuoting`
        change nothing. Everything is a plain plan but for a compressionType that the files' names
        do not tell, and an `escaper` together with `multiLine`: there Python cuts each file into
        its records.
        """
        dialect = Dialect.of_options(options)
        named = truth(options.get("withHeader", False))
        with reading("csv"):
            names = _first_cells(session, files, dialect)
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


def _first_cells(session: SparkSession, files: FileSet, dialect: Dialect) -> list[str]:
    """The names in the header or, without one, a name for every cell of the first row."""
    if not (files.compression or dialect.escape):
        return _configured(files.reader(session), dialect).load(list(files.paths)).columns
    with documents.parsing("csv"):
        first = _records(session, files, dialect, skip=0).take(1)
    if not first:
        return []
    texts = session.sparkContext.parallelize([first[0][0]], 1)
    # PySpark takes texts too; its type hints know paths alone.
    header = _configured(session.read, replace(dialect, escape="")).csv(texts)  # type: ignore[arg-type]
    return [
        restored_name(name, dialect.escape, dialect.separator, dialect.quote)
        for name in header.columns
    ]


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
    if dialect.skip > 1 or dialect.escape or files.compression:
        raw = _by_lines(session, files, dialect, columns)
    else:
        raw = _by_spark(session, files, dialect, columns, check_header)
    cells = meant(columns, dialect.separator, dialect.quote)
    partitions = [quoted(name) for name in files.partitions.names]
    unsettled = {
        field.name: field.dataType for field in columns.fields if not text.is_text(field.dataType)
    }
    return Rows(raw.selectExpr(*cells, *partitions), unsettled=unsettled)


def _text_schema(columns: S.StructType) -> S.StructType:
    names = [*columns.names, RAGGED]
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


def _by_lines(
    session: SparkSession, files: FileSet, dialect: Dialect, columns: S.StructType
) -> DataFrame:
    """Each file taken as one text: Spark skips one line at most, and escapes in quotes alone."""
    partitions = [column(name) for name in files.partitions.names]
    declared = ", ".join(f"{quoted(name)} string" for name in [*columns.names, RAGGED])
    parsed = F.from_csv("value", declared, replace(dialect, escape="").spark_options())
    found = _records(session, files, dialect, dialect.skip)
    split = found.select(parsed.alias(_ROW), *partitions)
    cells = [column(_ROW).getField(name) for name in columns.names]
    if dialect.escape:
        cells = [restored(cell, dialect.escape, dialect.separator, dialect.quote) for cell in cells]
    named = [cell.alias(name) for cell, name in zip(cells, columns.names, strict=True)]
    return split.select(*named, column(_ROW).getField(RAGGED).alias(RAGGED), *partitions)


def _records(session: SparkSession, files: FileSet, dialect: Dialect, skip: int) -> DataFrame:
    """The texts of the records after the first `skip` ones, and the partition columns."""
    if files.compression or dialect.multi_line:
        found = _unpacked(session, files, dialect, skip)
    else:
        found = _lines(session, files, skip)
    if not dialect.escape:
        return found
    safe = protected(column("value"), dialect.escape, dialect.separator, dialect.quote)
    return found.withColumn("value", safe)


def _lines(session: SparkSession, files: FileSet, skip: int) -> DataFrame:
    """The lines of each file after the first `skip` ones, `value`, and the partition columns."""
    reader = files.reader(session)
    if files.partitions.fields:
        reader = reader.schema(
            S.StructType([S.StructField("value", S.StringType()), *files.partitions.fields])
        )
    texts = reader.format("text").option("wholetext", "true").load(list(files.paths))
    lines = F.split(F.regexp_replace("value", f"^{_MARK}", ""), _LINE_END)
    kept = F.slice(lines, skip + 1, F.greatest(F.size(lines), F.lit(1)))
    partitions = [column(name) for name in files.partitions.names]
    return texts.select(F.explode(kept).alias("value"), *partitions).filter(F.trim("value") != "")


def _unpacked(session: SparkSession, files: FileSet, dialect: Dialect, skip: int) -> DataFrame:
    """The same in Python, which unpacks and knows line ends in quotes; without partitions."""

    def parse(_: str, content: bytes) -> Iterator[str]:
        text = documents.decoded(content)
        found = records(text, dialect.separator, dialect.quote, dialect.escape, dialect.multi_line)
        return islice(found, skip, None)

    return documents.texts(session, files, parse)


FORMATS.register("csv")(CsvFormat())
