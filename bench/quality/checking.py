"""What a contender has written, read back from its files."""

from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def split_facts(spark: SparkSession, output: Path, schema: str, failed: str) -> dict[str, int]:
    """Rows and bytes of both sides, and the fingerprint of the rejected.

    `schema` are the columns that say which rules failed, `failed` how many did, as SQL.
    """
    valid = spark.read.parquet(str(output / "valid"))
    rejected = spark.read.schema(f"id BIGINT, {schema}").json(str(output / "rejected"))
    sizes = {side: _bytes(output / side) for side in ("valid", "rejected")}
    return {
        "valid": valid.count(),
        "valid_bytes": sizes["valid"],
        "rejected_bytes": sizes["rejected"],
        **fingerprint(rejected, failed),
    }


def fingerprint(rejected: DataFrame, failed: str) -> dict[str, int]:
    """Equal for equal sets of rows with equally many failures: their number, ids, failures."""
    row = rejected.agg(
        F.count(F.lit(1)),
        F.expr("coalesce(sum(CAST(xxhash64(id) AS DECIMAL(20, 0))), 0)"),
        F.expr(f"coalesce(sum({failed}), 0)"),
    ).first()
    assert row is not None
    return {"rejected": row[0], "ids": int(row[1]), "failures": int(row[2])}


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())
