"""A user's Python function on every record: Filter, Map and their like.

A record whose function fails goes to the errors, not to the result, and never ends the job by
itself: the thresholds of the stage decide that (Glue Developer Guide, "Error handling").
"""

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pyspark import RDD, StorageLevel
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.engine import dynamicrecord, inference
from awsglue.engine.paths import ELEMENT, Path, column
from awsglue.engine.rows import Rows

ERROR_SCHEMA = "message string, record string"
"""An error record: the exception's text, and what could not be read. Errors of a function have the
record as a struct instead of a text."""

NO_RECORD = "User-specified function returned None instead of DynamicRecord"

_VERDICT = "\0verdict"
# What Python says of a row: this, nothing for false, or the text of an error. A text alone comes
# back from Python faster than a struct.
_TRUE = ""


def filtered(rows: Rows, predicate: Callable[[Any], Any]) -> tuple[Rows, DataFrame]:
    """The rows for which the predicate is true, and the error records.

    KeyError, ValueError and TypeError mean false; any other exception is an error record. The rows
    themselves stay in the JVM: only the verdict comes back from Python.
    """
    if not rows.schema.names:
        # A source without files has nothing to judge, and Spark no struct without fields.
        return rows, rows.frame.sparkSession.createDataFrame([], ERROR_SCHEMA)
    record = dynamicrecord.maker(rows)

    def judge(*values: Any) -> str | None:
        try:
            return _TRUE if predicate(record(values)) else None
        except (KeyError, ValueError, TypeError):
            return None
        except Exception:  # noqa: BLE001 - whatever the user's function raises is an error record
            return traceback.format_exc()

    cells = [column(name) for name in rows.schema.names]
    verdict = column(_VERDICT)
    judged = rows.frame.withColumn(_VERDICT, F.udf(judge, "string")(*cells))
    kept = judged.filter(verdict == _TRUE).drop(verdict)
    failed = judged.filter(verdict != _TRUE)
    errors = failed.select(verdict.alias("message"), F.struct(*cells).alias("record"))
    return replace(rows, frame=kept), errors


def mapped(
    session: SparkSession, rows: Rows, function: Callable[[Any], Any]
) -> tuple[Rows, DataFrame]:
    """The records that the function returned, and the error records.

    The function runs now, once a record, since the columns are known only from what it returns.
    """
    record = dynamicrecord.maker(rows)

    def run(row: Row) -> tuple[dict[str, Any] | None, str, Row | None]:
        try:
            result = function(record(row))
        except Exception:  # noqa: BLE001 - whatever the user's function raises is an error record
            return None, traceback.format_exc(), row
        if not result:
            return None, NO_RECORD, row
        return dict(result), "", None

    results = rows.frame.rdd.map(run).persist(StorageLevel.MEMORY_AND_DISK)
    records = results.filter(lambda result: result[0] is not None).map(lambda result: result[0])
    errors = results.filter(lambda result: result[0] is None).map(lambda result: result[1:])
    schema = S.StructType(
        [S.StructField("message", S.StringType()), S.StructField("record", rows.schema)]
    )
    return (
        from_records(session, records, _plain_types(rows)),
        session.createDataFrame(errors, schema, verifySchema=False),
    )


def mapped_partitions(
    session: SparkSession,
    rows: Rows,
    function: Callable[[int, Iterator[Any]], Iterable[Any]],
) -> Rows:
    """What the function makes of each partition: (its number, its records) -> records.

    An exception ends the job, since no single record is to blame for it.
    """
    record = dynamicrecord.maker(rows)

    def run(number: int, partition: Iterable[Row]) -> Iterator[dict[str, Any]]:
        for made in function(number, (record(row) for row in partition)):
            yield dict(made)

    records = rows.frame.rdd.mapPartitionsWithIndex(run).persist(StorageLevel.MEMORY_AND_DISK)
    return from_records(session, records, _plain_types(rows))


def _plain_types(rows: Rows) -> dict[str, S.DataType]:
    """The types of the columns that have no choice in them."""
    mixed = rows.choices | {path[0] for path in rows.nested}
    return {f.name: f.dataType for f in rows.schema.fields if f.name not in mixed}


def from_records(session: SparkSession, records: "RDD[Any]", before: dict[str, S.DataType]) -> Rows:
    """Rows of dicts; a field whose values have several types becomes a choice.

    `before`: types that columns keep where all values fit them.
    """
    shape = {} if records.isEmpty() else records.map(inference.shape_of).treeReduce(inference.merge)
    tags: dict[Path, list[str]] = {}
    schema = S.StructType(
        [
            S.StructField(name, inference.column_type(part, before.get(name), (name,), tags))
            for name, part in shape.get("struct", {}).items()
        ]
    )

    def build(partition: Iterable[Any]) -> Iterable[tuple[Any, ...]]:
        for record in partition:
            yield tuple(_cell(record.get(f.name), f.dataType, (f.name,), tags) for f in schema)

    built = records.mapPartitions(build)
    return Rows(
        session.createDataFrame(built, schema, verifySchema=False),
        frozenset(path[0] for path in tags if len(path) == 1),
        # A choice inside of a choice has the tag of its member in its path.
        nested=frozenset(path for path in tags if len(path) > 1),
    )


def _cell(value: Any, wanted: S.DataType, path: Path, tags: dict[Path, list[str]]) -> Any:
    if value is None:
        return None
    if path in tags:
        tag = next(iter(inference.shape_of(value)))
        parts = wanted.fields if isinstance(wanted, S.StructType) else []
        return tuple(
            _cell(value, part.dataType, (*path, own), tags) if own == tag else None
            for own, part in zip(tags[path], parts, strict=True)
        )
    match wanted:
        case S.StructType() if isinstance(value, dict):
            return tuple(
                _cell(value.get(f.name), f.dataType, (*path, f.name), tags) for f in wanted.fields
            )
        case S.ArrayType():
            inner = (*path, ELEMENT)
            return [_cell(part, wanted.elementType, inner, tags) for part in value]
        case S.MapType() if isinstance(value, dict):
            inner = (*path, ELEMENT)
            return {key: _cell(part, wanted.valueType, inner, tags) for key, part in value.items()}
        case S.DecimalType() if isinstance(value, int) and not isinstance(value, bool):
            return Decimal(value)
    return value
