"""Steps 3 and 4: judged rows -> rows to load, and rows to reject with their reasons."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame

from imdb_etl import duplicates, mapping, router
from imdb_etl.config import Column, RedshiftTarget
from imdb_etl.names import TARGET


@dataclass(frozen=True)
class Routed:
    """Every row once: `valid` has the target's columns and `loadable` rows; `rejected` are frames
    that together have all the others, with REJECT_REASONS."""

    valid: DataFrame
    loadable: int
    rejected: tuple[DataFrame, ...]


def route(judged: DataFrame, columns: Sequence[Column], target: RedshiftTarget) -> Routed:
    """Splits by the rules, then by what converts to the target, then by key.

    The converted rows are kept, as the input is: they are counted, searched for keys that repeat,
    and loaded. Only rows with such a key are compared, so an input without any costs no more than
    the count of its keys.
    """
    by_rules = router.by_rules(judged)
    mapped = router.by_reasons(mapping.convert(by_rules.valid, columns))
    rejected = (by_rules.rejected, mapping.source_rows(mapped.rejected))
    hashed = mapped.valid.withColumn(duplicates.KEY_HASH, duplicates.key_hash(target.key))
    kept = hashed.select(duplicates.KEY_HASH, TARGET).localCheckpoint(eager=False)
    keys = duplicates.count_keys(kept)
    if not keys.repeated:
        return Routed(mapping.target_rows(kept), keys.rows, rejected)
    _, single = duplicates.split(kept, keys)
    # The rows as they came are not kept with the converted ones: the few are computed again.
    suspects, _ = duplicates.split(hashed, keys)
    compared = router.by_reasons(
        duplicates.mark_duplicates(
            suspects.drop(duplicates.KEY_HASH), target.key, target.prefer_highest
        ).localCheckpoint(eager=False)
    )
    return Routed(
        mapping.target_rows(single).union(mapping.target_rows(compared.valid)),
        keys.rows - compared.rejected.count(),
        (*rejected, mapping.source_rows(compared.rejected)),
    )
