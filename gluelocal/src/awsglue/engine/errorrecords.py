"""Error records as a frame: one column `error` (Glue Developer Guide, errorsAsDynamicFrame).

The struct has `callsite` (site, info), `msg`, `stackTrace`, `input`, `bytesread`, `source` and
`dynamicRecord`, the record that failed, or what of it could be read.
"""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.engine.casts import cast
from awsglue.engine.paths import column


def as_frame(session: SparkSession, errors: Sequence[DataFrame]) -> DataFrame:
    """The error records of all stages, columns `message`, `record` and maybe `info`.

    A field of `dynamicRecord` that has several types over the stages is text.
    """
    schema = _common([frame.schema["record"].dataType for frame in errors])
    empty = session.createDataFrame([], "message string, record string")
    return reduce(DataFrame.unionByName, [_shaped(frame, schema) for frame in (*errors, empty)])


def _common(types: Sequence[S.DataType]) -> S.StructType:
    fields: dict[str, S.DataType] = {}
    for record in types:
        if isinstance(record, S.StructType):
            for field in record.fields:
                known = fields.setdefault(field.name, field.dataType)
                if known != field.dataType:
                    fields[field.name] = S.StringType()
    return S.StructType([S.StructField(name, data_type) for name, data_type in fields.items()])


def _shaped(frame: DataFrame, schema: S.StructType) -> DataFrame:
    message, record = column("message"), column("record")
    info = column("info") if "info" in frame.schema.names else F.lit("")
    own = frame.schema["record"].dataType
    unread = record if isinstance(own, S.StringType) else F.lit("")
    parsed: Column = F.lit(None)
    if isinstance(own, S.StructType) and schema.fields:
        parts = [
            (
                cast(record.getField(field.name), own[field.name].dataType, field.dataType)
                if field.name in own.names
                else F.lit(None)
            )
            .cast(field.dataType)
            .alias(field.name)
            for field in schema.fields
        ]
        parsed = F.struct(*parts)
    return frame.select(
        F.struct(
            F.struct(F.lit("").alias("site"), info.alias("info")).alias("callsite"),
            # The last line of a traceback is the exception itself.
            F.substring_index(F.regexp_replace(message, r"\s+$", ""), "\n", -1).alias("msg"),
            message.alias("stackTrace"),
            unread.alias("input"),
            F.lit(0).cast("long").alias("bytesread"),
            F.lit("").alias("source"),
            parsed.cast(schema).alias("dynamicRecord"),
        ).alias("error")
    )
