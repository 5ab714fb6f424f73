"""Step 4b: at most one row a key.

The target has one row a key. When an input has several, the one with the highest value in
`prefer_highest` is kept (then the highest in each column in turn, so that the choice does not
depend on the order of rows or partitions), and the others are rejected.
"""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as sf

from imdb_etl.names import REJECT_REASONS, TARGET

_RANK = "_rank"


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
