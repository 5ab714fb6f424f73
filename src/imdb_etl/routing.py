"""Steps 3 and 4: judged rows -> rows to load, and rows to reject with their reasons."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from imdb_etl import duplicates, mapping, router
from imdb_etl.config import Column, RedshiftTarget
from imdb_etl.names import REJECT_REASONS, TARGET

_SOURCE = "_source"


@dataclass(frozen=True)
class Routed:
    """Every row once: `valid` has the target's columns and `loadable` rows; `rejected` are frames
    that together have all the others, with REJECT_REASONS."""

    valid: DataFrame
    loadable: int
    rejected: tuple[DataFrame, ...]


def route(judged: DataFrame, columns: Sequence[Column], target: RedshiftTarget) -> Routed:
    """Splits by the rules, then by what converts to the target, then by key.

    Each row is converted once, and what came of it is kept, as the input is: the rows to load, or
    the row as it was. Only rows whose key repeats are compared, so an input without any costs no
    more than the count of its keys.
    """
    by_rules = router.by_rules(judged)
    names = by_rules.valid.columns
    converted = mapping.convert(by_rules.valid, columns).withColumn(
        duplicates.KEY_HASH, duplicates.key_hash(target.key)
    )
    converts = sf.col(mapping.CONVERTS)
    kept = converted.select(
        mapping.CONVERTS,
        duplicates.KEY_HASH,
        sf.when(converts, sf.col(TARGET)).alias(TARGET),
        sf.when(~converts, sf.struct(*(f"`{name}`" for name in names))).alias(_SOURCE),
    ).localCheckpoint(eager=False)
    split = router.by_test(kept, converts)
    misfits = mapping.with_reasons(split.rejected.select(f"{_SOURCE}.*"), columns)
    rejected = (by_rules.rejected, misfits)
    keys = duplicates.count_keys(split.valid)
    if not keys.repeated:
        return Routed(mapping.target_rows(split.valid), keys.rows, rejected)
    _, single = duplicates.split(split.valid, keys)
    # The rows as they came are not kept beside the converted ones: the few are computed again.
    suspects, _ = duplicates.split(converted.filter(converts), keys)
    compared = router.by_reasons(
        duplicates.mark_duplicates(
            suspects.drop(mapping.CONVERTS, duplicates.KEY_HASH).withColumn(
                REJECT_REASONS, sf.array().cast("array<string>")
            ),
            target.key,
            target.prefer_highest,
        ).localCheckpoint(eager=False)
    )
    return Routed(
        mapping.target_rows(single).union(mapping.target_rows(compared.valid)),
        keys.rows - compared.rejected.count(),
        (*rejected, mapping.source_rows(compared.rejected)),
    )
