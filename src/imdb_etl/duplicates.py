"""Step 4b: at most one row a key.

The target has one row a key. When an input has several, the one with the highest value in
`prefer_highest` is kept (then the highest in each column in turn, so that the choice does not
depend on the order of rows or partitions), and the others are rejected.

Rows are found by a hash of their key. Two keys with one hash make each other suspect, no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as sf

from imdb_etl.names import REJECT_REASONS, TARGET

KEY_HASH = "_key_hash"
_RANK = "_rank"
_MOST_IN_A_FILTER = 1000


@dataclass(frozen=True)
class KeyCounts:
    """`rows` with a KEY_HASH and `without` one; `hashes`: those that several rows have, `repeated`
    of them."""

    rows: int
    without: int
    repeated: int
    hashes: DataFrame


def key_hash(key: Sequence[Column]) -> Column:
    """KEY_HASH of a row with these values in its key; never NULL."""
    return sf.xxhash64(*key).alias(KEY_HASH)


def count_keys(rows: DataFrame) -> KeyCounts:
    """Counts rows by KEY_HASH, NULL or not. A few bytes of each row are shuffled, not the row."""
    by_hash = rows.groupBy(KEY_HASH).agg(sf.count("*").alias("n"))
    has_hash = sf.col(KEY_HASH).isNotNull()
    # All the hashes of one row each become one line, so that little is left, and can be kept.
    lines = (
        by_hash.groupBy(
            sf.when(sf.col("n") > 1, sf.col(KEY_HASH)).alias(KEY_HASH), has_hash.alias("has_hash")
        )
        .agg(sf.sum("n").alias("n"))
        .localCheckpoint(eager=False)
    )
    with_hash, without, repeated = lines.agg(
        sf.sum(sf.when(sf.col("has_hash"), sf.col("n"))),
        sf.sum(sf.when(~sf.col("has_hash"), sf.col("n"))),
        sf.count(KEY_HASH),
    ).collect()[0]
    # In a line, other than in a row, it is there only where it repeats.
    hashes = lines.filter(has_hash).select(KEY_HASH)
    return KeyCounts(with_hash or 0, without or 0, repeated, hashes)


def split(rows: DataFrame, keys: KeyCounts) -> tuple[DataFrame, DataFrame]:
    """Rows with KEY_HASH: those whose key may repeat, and the others."""
    if keys.repeated <= _MOST_IN_A_FILTER:
        test = sf.col(KEY_HASH).isin(*(row[0] for row in keys.hashes.collect()))
        return rows.filter(test), rows.filter(~test)
    return (
        rows.join(keys.hashes, KEY_HASH, "left_semi"),
        rows.join(keys.hashes, KEY_HASH, "left_anti"),
    )


def mark_duplicates(rows: DataFrame, key: Sequence[str], prefer_highest: str) -> DataFrame:
    """`rows` (as mapping.convert makes them) with a reason on every row that is not kept."""
    names = rows.select(f"{TARGET}.*").columns
    order = [prefer_highest, *(name for name in names if name != prefer_highest)]
    is_candidate = sf.size(REJECT_REASONS) == 0
    window = Window.partitionBy(is_candidate, *(_value(name) for name in key)).orderBy(
        *(_value(name).desc_nulls_last() for name in order)
    )
    reason = f"duplicate key ({', '.join(key)}): another row of the input has it and is kept"
    is_duplicate = is_candidate & (sf.col(_RANK) > 1)
    return (
        rows.withColumn(_RANK, sf.row_number().over(window))
        .withColumn(
            REJECT_REASONS,
            sf.when(is_duplicate, sf.array(sf.lit(reason))).otherwise(sf.col(REJECT_REASONS)),
        )
        .drop(_RANK)
    )


def _value(name: str) -> Column:
    return sf.col(f"{TARGET}.{name}")
