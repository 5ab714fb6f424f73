"""Step 3: every row goes to exactly one side, valid or rejected.

A row is valid if and only if its test is true. NULL is not true, so a row without a result is
rejected, never lost: filtering by `x` and by `NOT x` would drop it from both sides.
"""

from typing import NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sf

from imdb_etl.names import PASSED, REJECT_REASONS, ROW_RESULT, RULES_FAIL

_FAILED = "rule failed: "
# No character of a rule.
_BETWEEN = "\x01"


class Split(NamedTuple):
    """Two frames that share no row and together have all of them."""

    valid: DataFrame
    rejected: DataFrame


def by_rules(rows: DataFrame) -> Split:
    """Splits by the rules' row result; the rejected side says in REJECT_REASONS which failed."""
    split = by_test(rows, sf.col(ROW_RESULT) == PASSED)
    # The order inside the array differs from run to run on Glue; a reader should not see that.
    failed = sf.sort_array(sf.coalesce(sf.col(RULES_FAIL), sf.array().cast("array<string>")))
    # As one text and apart again: Spark interprets `transform`, and compiles these.
    prefixed = sf.concat(sf.lit(_FAILED), sf.array_join(failed, _BETWEEN + _FAILED))
    unjudged = sf.array(sf.lit("the rules gave this row no result"))
    reasons = sf.when(sf.size(failed) > 0, sf.split(prefixed, _BETWEEN)).otherwise(unjudged)
    return Split(split.valid, split.rejected.withColumn(REJECT_REASONS, reasons))


def by_reasons(rows: DataFrame) -> Split:
    """Splits by REJECT_REASONS: a row with none is valid."""
    return by_test(rows, sf.size(REJECT_REASONS) == 0)


def by_test(rows: DataFrame, test: Column) -> Split:
    """Splits by a Boolean; where it is NULL the row is rejected."""
    is_valid = sf.coalesce(test, sf.lit(False))
    return Split(rows.filter(is_valid), rows.filter(~is_valid))
