"""JSON texts in a frame's column `value`, parsed by Spark."""

from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as S

# What cannot be parsed ends in an error, rather than in rows of nulls.
STRICT = {"mode": "FAILFAST"}


def json_frame(session: SparkSession, lines: DataFrame, schema: S.StructType | None) -> DataFrame:
    """JSON texts parsed by Spark; without a schema, with Spark's own inference."""
    reader: Any = session.read.options(**STRICT)
    if schema is not None:
        reader = reader.schema(schema)
    encoder = session._jvm.org.apache.spark.sql.Encoders.STRING()  # type: ignore[union-attr]
    # `as` is a keyword in Python, and PySpark has no Dataset of texts.
    texts = getattr(lines._jdf, "as")(encoder)
    return DataFrame(reader._jreader.json(texts), session)
