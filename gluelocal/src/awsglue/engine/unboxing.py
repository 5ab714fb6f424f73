"""unbox: text in a field, parsed (Glue Developer Guide, unbox). A format is one function here."""

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.engine import inside, paths
from awsglue.engine.paths import column
from awsglue.engine.rows import Rows
from awsglue.engine.types import schema_from_json
from awsglue.errors import InvalidOptionError, NotSupportedError
from awsglue.registry import Registry

Parser = Callable[[DataFrame, Column, Mapping[str, Any]], tuple[Column, Column]]
"""(the cells as one column `text`, the field, options) -> (parsed value, is malformed)."""

FORMATS: Registry[Parser] = Registry("unbox format")

_OPTIONS = ("separator", "escaper", "skipFirst", "withSchema", "withHeader")
_MALFORMED = "__unbox_malformed"
_VALUE = "value"
_CELL = "text"


def unbox(
    rows: Rows, path: str, format_name: str, options: Mapping[str, Any]
) -> tuple[Rows, DataFrame]:
    """The rows with the text at `path` parsed, and an error record for each that is malformed.

    Null and blank text become null. InvalidOptionError when the field is missing, is no text or
    lies inside an array.
    """
    unknown = sorted(set(options) - set(_OPTIONS))
    if unknown:
        raise InvalidOptionError(
            f"unbox: unknown options {', '.join(unknown)}; valid: {', '.join(_OPTIONS)}"
        )
    parser = FORMATS.get(format_name)
    found = paths.find(rows.schema, paths.parse(path))
    if found is None:
        raise InvalidOptionError(
            f"unbox: there is no field {path!r} outside of arrays; the frame has "
            f"{', '.join(rows.schema.names)}"
        )
    if rows.is_choice(found.path) or not isinstance(found.data_type, S.StringType | S.BinaryType):
        raise InvalidOptionError(
            f"unbox: the field {path!r} is {found.data_type.simpleString()}; it must be string or "
            "binary (cast it, or resolve the choice first)"
        )
    cell = found.column.cast("string")
    cell = F.when(F.trim(cell) != "", cell)
    cells = rows.frame.select(cell.alias(_CELL)).filter(column(_CELL).isNotNull())
    value, malformed = parser(cells, cell, options)
    marked = rows.frame.withColumn(_MALFORMED, malformed)
    good = marked.filter(~column(_MALFORMED)).drop(_MALFORMED)
    parsed = inside.changed(good, found.path, lambda name, _, __: [(name, value)])
    errors = marked.filter(column(_MALFORMED)).select(
        F.lit(f"error in {format_name} reader: the field {path!r} is malformed").alias("message"),
        F.struct(*(column(name) for name in rows.schema.names)).alias("record"),
    )
    return replace(rows, frame=parsed), errors


@FORMATS.register("json")
def _json(cells: DataFrame, cell: Column, options: Mapping[str, Any]) -> tuple[Column, Column]:
    """Objects, arrays and scalars; without `withSchema` the types that fit all cells."""
    # In an object of its own, so that the text may be of any kind and nulls are told from errors.
    wrapped = F.concat(F.lit(f'{{"{_VALUE}":'), cell, F.lit("}"))
    if options.get("withSchema"):
        value_type: S.DataType = schema_from_json(options["withSchema"])
    else:
        value_type = _inferred(cells)
    schema = S.StructType(
        [S.StructField(_VALUE, value_type), S.StructField(_MALFORMED, S.StringType())]
    )
    parsed = F.from_json(wrapped, schema, {"columnNameOfCorruptRecord": _MALFORMED})
    malformed = F.coalesce(parsed.getField(_MALFORMED).isNotNull(), F.lit(False))
    return parsed.getField(_VALUE), malformed


def _inferred(cells: DataFrame) -> S.DataType:
    wrapped = cells.select(F.concat(F.lit(f'{{"{_VALUE}":'), column(_CELL), F.lit("}")))
    # The JVM's own Dataset[String]: PySpark takes texts as an RDD of Python alone.
    session: Any = cells.sparkSession
    texts = getattr(wrapped._jdf, "as")(session._jvm.org.apache.spark.sql.Encoders.STRING())
    reader = session._jsparkSession.read().option("mode", "DROPMALFORMED")
    inferred = S.StructType.fromJson(json.loads(reader.json(texts).schema().json()))
    return inferred[_VALUE].dataType if _VALUE in inferred.names else S.StringType()


@FORMATS.register("csv")
def _csv(cells: DataFrame, cell: Column, options: Mapping[str, Any]) -> tuple[Column, Column]:
    """One record a cell, its columns as strings: named by `withSchema`, by the header that each
    cell has (`withHeader`), or col0, col1 and so on, as many as the first cell has.
    """
    separator = options.get("separator") or ","
    has_header = _is_true(options.get("withHeader"))
    skipped = has_header or _is_true(options.get("skipFirst"))
    if options.get("withSchema"):
        schema = schema_from_json(options["withSchema"])
    else:
        names = _names(cells, separator, options.get("escaper") or None, has_header)
        schema = S.StructType([S.StructField(name, S.StringType()) for name in names])
    lines = F.split(cell, r"\r\n|\n|\r")
    record = F.element_at(lines, 2) if skipped else F.element_at(lines, 1)
    full = S.StructType([*schema.fields, S.StructField(_MALFORMED, S.StringType())])
    parsed = F.from_csv(
        record,
        _ddl(full),
        {
            "sep": separator,
            "escape": options.get("escaper") or '"',
            "columnNameOfCorruptRecord": _MALFORMED,
        },
    )
    value = F.when(
        parsed.isNotNull(),
        F.struct(*(parsed.getField(name).alias(name) for name in schema.names)),
    )
    return value, F.coalesce(parsed.getField(_MALFORMED).isNotNull(), F.lit(False))


def _names(cells: DataFrame, separator: str, escaper: str | None, has_header: bool) -> list[str]:
    first = cells.first()
    if first is None:
        return ["col0"]
    lines = str(first[_CELL]).splitlines()
    record = next(csv.reader(lines, delimiter=separator, escapechar=escaper))
    return record if has_header else [f"col{position}" for position in range(len(record))]


def _ddl(schema: S.StructType) -> str:
    return ", ".join(f"{paths.quoted(f.name)} {f.dataType.simpleString()}" for f in schema.fields)


def _is_true(value: Any) -> bool:
    return value is True or str(value).strip().lower() == "true"


@FORMATS.register("avro")
def _avro(*_: Any) -> tuple[Column, Column]:
    """Refused: Spark reads Avro with a package that gluelocal does not bring along."""
    raise NotSupportedError("unbox of avro", "json and csv are supported")
