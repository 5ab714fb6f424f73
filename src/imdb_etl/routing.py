"""Steps 3 and 4: judged rows -> rows to load, and rows to reject with their reasons."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from imdb_etl import duplicates, mapping, router
from imdb_etl.config import Column, RedshiftTarget
from imdb_etl.duplicates import KEY_HASH
from imdb_etl.names import REJECT_REASONS


@dataclass(frozen=True)
class Routed:
    """Every row once: `valid` has the target's columns and `loadable` rows; `rejected` are frames
    that together have all the others, with REJECT_REASONS."""

    valid: DataFrame
    loadable: int
    rejected: tuple[DataFrame, ...]


def route(judged: DataFrame, columns: Sequence[Column], target: RedshiftTarget) -> Routed:
    """Splits by the rules, then by what converts to the target, then by key.

    Converting is cheaper than keeping what came of it: it is done once to count, which tells what
    there is to look for, and once to write. Only rows whose key repeats are compared.
    """
    by_rules = router.by_rules(judged)
    key = mapping.values(by_rules.valid, columns, target.key)
    passed = by_rules.valid.withColumn(KEY_HASH, duplicates.key_hash(key))
    converted = mapping.convert(passed, columns)
    split = _by_conversion(converted)
    hash_if_it_converts = sf.when(sf.col(mapping.CONVERTS), sf.col(KEY_HASH)).alias(KEY_HASH)
    keys = duplicates.count_keys(converted.select(hash_if_it_converts))
    rejected = [by_rules.rejected]
    if keys.without:
        misfits = mapping.source_rows(split.rejected).drop(KEY_HASH)
        rejected.append(mapping.with_reasons(misfits, columns))
    if not keys.repeated:
        return Routed(mapping.target_rows(split.valid), keys.rows, tuple(rejected))
    suspects, single = duplicates.split(passed, keys)
    compared = router.by_reasons(
        duplicates.mark_duplicates(
            _by_conversion(mapping.convert(suspects, columns))
            .valid.drop(mapping.CONVERTS, KEY_HASH)
            .withColumn(REJECT_REASONS, sf.array().cast("array<string>")),
            target.key,
            target.prefer_highest,
        ).localCheckpoint(eager=False)
    )
    loadable = _by_conversion(mapping.convert(single, columns)).valid
    return Routed(
        mapping.target_rows(loadable).union(mapping.target_rows(compared.valid)),
        keys.rows - compared.rejected.count(),
        (*rejected, mapping.source_rows(compared.rejected)),
    )


def _by_conversion(converted: DataFrame) -> router.Split:
    return router.by_test(converted, sf.col(mapping.CONVERTS))
