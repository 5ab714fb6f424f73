"""A user's Python function on every record: Filter and Map.

A record whose function fails goes to the errors, not to the result, and never ends the job by
itself: the thresholds of the stage decide that (Glue Developer Guide, "Error handling").
"""

import traceback
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from pyspark import RDD, StorageLevel
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.engine import inference
from awsglue.engine.paths import column
from awsglue.engine.rows import Rows
from awsglue.engine.types import glue_name

ERROR_SCHEMA = "message string, record string"
"""An error record: the exception's text, and the record as JSON or text."""

NO_RECORD = "User-specified function returned None instead of DynamicRecord"

_VERDICT = "\0verdict"
_VERDICT_TYPE = "struct<keep: boolean, error: string>"


class DynamicRecord(dict[str, Any]):
    """One record: a dict whose fields are attributes too; a struct in it is another."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        try:
            del self[name]
        except KeyError:
            raise AttributeError(name) from None


def to_record(row: Row, choices: frozenset[str]) -> DynamicRecord:
    """A row as a user's function sees it: a choice shows the value it has."""
    record = DynamicRecord()
    for name, value in row.asDict(recursive=True).items():
        if name in choices and value is not None:
            value = next((part for part in value.values() if part is not None), None)
        record[name] = DynamicRecord(value) if isinstance(value, dict) else value
    return record


def filtered(rows: Rows, predicate: Callable[[Any], Any]) -> tuple[Rows, DataFrame]:
    """The rows for which the predicate is true, and the error records.

    KeyError, ValueError and TypeError mean false; any other exception is an error record. The rows
    themselves stay in the JVM: only the verdict comes back from Python.
    """
    choices = rows.choices

    def judge(row: Row) -> tuple[bool, str | None]:
        try:
            return bool(predicate(to_record(row, choices))), None
        except (KeyError, ValueError, TypeError):
            return False, None
        except Exception:  # noqa: BLE001 - whatever the user's function raises is an error record
            return False, traceback.format_exc()

    judged = rows.frame.withColumn(
        _VERDICT,
        F.udf(judge, _VERDICT_TYPE)(F.struct(*(column(name) for name in rows.schema.names))),
    )
    verdict = column(_VERDICT)
    kept = judged.filter(verdict.getField("keep")).drop(verdict)
    failed = judged.filter(verdict.getField("error").isNotNull())
    errors = failed.select(
        verdict.getField("error").alias("message"),
        F.to_json(F.struct(*(column(name) for name in rows.schema.names))).alias("record"),
    )
    return Rows(kept, rows.choices), errors


def mapped(
    session: SparkSession, rows: Rows, function: Callable[[Any], Any]
) -> tuple[Rows, DataFrame]:
    """The records that the function returned, and the error records.

    The function runs now, once a record, since the columns are known only from what it returns.
    """
    choices = rows.choices

    def run(row: Row) -> tuple[dict[str, Any] | None, str, str]:
        try:
            result = function(to_record(row, choices))
        except Exception:  # noqa: BLE001 - whatever the user's function raises is an error record
            return None, traceback.format_exc(), str(row)
        if not result:
            return None, NO_RECORD, str(row)
        return dict(result), "", ""

    results = rows.frame.rdd.map(run).persist(StorageLevel.MEMORY_AND_DISK)
    records = results.filter(lambda result: result[0] is not None).map(lambda result: result[0])
    errors = results.filter(lambda result: result[0] is None).map(lambda result: result[1:])
    before = {f.name: f.dataType for f in rows.schema.fields if f.name not in rows.choices}
    return (
        from_records(session, records, before),
        session.createDataFrame(errors, ERROR_SCHEMA, verifySchema=False),
    )


def from_records(session: SparkSession, records: "RDD[Any]", before: dict[str, S.DataType]) -> Rows:
    """Rows of dicts; a column whose values have several types becomes a choice.

    `before`: types that columns keep where all values fit them.
    """
    shape = records.map(inference.shape_of).treeReduce(inference.merge) if _any(records) else {}
    fields = shape.get("struct", {})
    alternatives = {
        name: inference.spark_types(part, before.get(name)) for name, part in fields.items()
    }
    schema = S.StructType(
        [S.StructField(name, _column_type(types)) for name, types in alternatives.items()]
    )
    tags = {name: list(part) for name, part in fields.items() if len(alternatives[name]) > 1}

    def build(partition: Iterable[Any]) -> Iterable[tuple[Any, ...]]:
        for record in partition:
            yield tuple(_cell(record.get(f.name), f.dataType, tags.get(f.name)) for f in schema)

    built = records.mapPartitions(build)
    return Rows(session.createDataFrame(built, schema, verifySchema=False), frozenset(tags))


def _any(records: "RDD[Any]") -> bool:
    return not records.isEmpty()


def _column_type(types: list[S.DataType]) -> S.DataType:
    if len(types) == 1:
        return types[0]
    return S.StructType([S.StructField(glue_name(one), one) for one in types])


def _cell(value: Any, wanted: S.DataType, tags: list[str] | None) -> Any:
    if tags is not None:
        if value is None:
            return None
        tag = next(iter(inference.shape_of(value)))
        parts = wanted.fields if isinstance(wanted, S.StructType) else []
        return tuple(
            _cell(value, part.dataType, None) if own == tag else None
            for own, part in zip(tags, parts, strict=True)
        )
    match wanted:
        case S.StructType() if isinstance(value, dict):
            return tuple(_cell(value.get(f.name), f.dataType, None) for f in wanted.fields)
        case S.ArrayType() if value is not None:
            return [_cell(part, wanted.elementType, None) for part in value]
        case S.MapType() if isinstance(value, dict):
            return {key: _cell(part, wanted.valueType, None) for key, part in value.items()}
        case S.DecimalType() if isinstance(value, int) and not isinstance(value, bool):
            return Decimal(value)
    return value
