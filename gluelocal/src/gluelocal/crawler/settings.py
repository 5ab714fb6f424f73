"""A crawler's definition, checked: what gluelocal honours, and what it refuses by name."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gluelocal.crawler.errors import CrawlError

UPDATE, LOG = "UPDATE_IN_DATABASE", "LOG"
DEPRECATE, DELETE = "DEPRECATE_IN_DATABASE", "DELETE_FROM_DATABASE"
_UPDATE_BEHAVIORS = (UPDATE, LOG)
_DELETE_BEHAVIORS = (DEPRECATE, DELETE, LOG)
_NEW_FOLDERS = "CRAWL_NEW_FOLDERS_ONLY"
_RECRAWL = ("CRAWL_EVERYTHING", _NEW_FOLDERS)
_SUPPORTED_TARGETS = ("S3Targets", "JdbcTargets")


@dataclass(frozen=True)
class S3Target:
    path: str
    exclusions: tuple[str, ...] = ()
    sample_size: int | None = None


@dataclass(frozen=True)
class JdbcTarget:
    connection: str
    path: str
    exclusions: tuple[str, ...] = ()


@dataclass(frozen=True)
class CrawlerSettings:
    """What a crawl does, field by field as in the Glue API's Crawler and its Configuration."""

    name: str
    database: str
    table_prefix: str
    classifiers: tuple[str, ...]
    update_behavior: str
    delete_behavior: str
    s3_targets: tuple[S3Target, ...]
    jdbc_targets: tuple[JdbcTarget, ...]
    combine_compatible: bool
    table_level: int | None
    table_threshold: int | None
    merge_new_columns: bool
    partitions_inherit: bool


def read_settings(definition: Mapping[str, Any]) -> CrawlerSettings:
    """The settings of a Crawler structure; CrawlError for what is wrong or not supported."""
    policy = definition.get("SchemaChangePolicy") or {}
    update = _one_of(policy, "UpdateBehavior", _UPDATE_BEHAVIORS)
    delete = _one_of(policy, "DeleteBehavior", _DELETE_BEHAVIORS)
    recrawl = _one_of(definition.get("RecrawlPolicy") or {}, "RecrawlBehavior", _RECRAWL)
    if recrawl == _NEW_FOLDERS:
        # Glue Developer Guide, incremental-crawls: both behaviours count as LOG then.
        update = delete = LOG
    targets = definition.get("Targets") or {}
    _refuse_targets(targets)
    return CrawlerSettings(
        name=str(definition["Name"]),
        database=_database(definition),
        table_prefix=definition.get("TablePrefix") or "",
        classifiers=tuple(definition.get("Classifiers") or ()),
        update_behavior=update,
        delete_behavior=delete,
        s3_targets=tuple(map(_s3_target, targets.get("S3Targets") or ())),
        jdbc_targets=tuple(map(_jdbc_target, targets.get("JdbcTargets") or ())),
        **_configuration(definition.get("Configuration") or "{}"),
    )


def _database(definition: Mapping[str, Any]) -> str:
    if database := definition.get("DatabaseName"):
        return str(database)
    raise CrawlError(
        f"Crawler {definition['Name']!r} has no DatabaseName, so its tables have no place. "
        "Set one with UpdateCrawler."
    )


def _one_of(policy: Mapping[str, Any], key: str, valid: Sequence[str]) -> str:
    """The policy's value; the first of `valid` is the API's default."""
    value = policy.get(key) or valid[0]
    if value not in valid:
        raise CrawlError(
            f"{key} {value!r} is not supported by gluelocal's crawler; use {' or '.join(valid)}."
        )
    return str(value)


def _refuse_targets(targets: Mapping[str, Any]) -> None:
    for kind, given in targets.items():
        if given and kind not in _SUPPORTED_TARGETS:
            raise CrawlError(
                f"{kind} are not supported by gluelocal's crawler; it crawls "
                f"{' and '.join(_SUPPORTED_TARGETS)}."
            )
    if not any(targets.get(kind) for kind in _SUPPORTED_TARGETS):
        raise CrawlError("The crawler has no targets; give it S3Targets or JdbcTargets.")


def _s3_target(target: Mapping[str, Any]) -> S3Target:
    return S3Target(
        target.get("Path") or "", tuple(target.get("Exclusions") or ()), target.get("SampleSize")
    )


def _jdbc_target(target: Mapping[str, Any]) -> JdbcTarget:
    if extra := target.get("EnableAdditionalMetadata"):
        raise CrawlError(
            f"EnableAdditionalMetadata {', '.join(extra)} of a JDBC target is not supported by "
            "gluelocal's crawler; take it from the target."
        )
    return JdbcTarget(
        target.get("ConnectionName") or "",
        target.get("Path") or "",
        tuple(target.get("Exclusions") or ()),
    )


def _configuration(text: str) -> dict[str, Any]:
    """The fields that the Configuration string sets; each of its keys is honoured or refused."""
    try:
        given = json.loads(text)
    except ValueError as problem:
        raise CrawlError(f"The crawler's Configuration is not JSON: {problem}.") from problem
    keys = _flat(given)
    settings = {
        "combine_compatible": _take(
            keys, "Grouping.TableGroupingPolicy", {"CombineCompatibleSchemas": True}, False
        ),
        "merge_new_columns": _take(
            keys, "CrawlerOutput.Tables.AddOrUpdateBehavior", {"MergeNewColumns": True}, False
        ),
        "partitions_inherit": _take(
            keys, "CrawlerOutput.Partitions.AddOrUpdateBehavior", {"InheritFromTable": True}, False
        ),
        "table_level": _take_count(keys, "Grouping.TableLevelConfiguration"),
        "table_threshold": _take_count(keys, "CrawlerOutput.Tables.TableThreshold"),
    }
    _take(keys, "Version", {1: None}, None)
    _take(keys, "CreatePartitionIndex", {False: None}, None)
    if keys:
        raise CrawlError(
            f"The crawler's Configuration has {', '.join(sorted(keys))}, which gluelocal's crawler "
            "does not know. It knows Version, Grouping.TableGroupingPolicy, "
            "Grouping.TableLevelConfiguration, CrawlerOutput.Tables.AddOrUpdateBehavior, "
            "CrawlerOutput.Tables.TableThreshold and CrawlerOutput.Partitions.AddOrUpdateBehavior."
        )
    return settings


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    """Nested objects as dotted keys."""
    if not isinstance(value, dict):
        return {path: value}
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        flat |= _flat(inner, f"{path}.{key}" if path else str(key))
    return flat


def _take(keys: dict[str, Any], key: str, valid: Mapping[Any, Any], default: Any) -> Any:
    if key not in keys:
        return default
    value = keys.pop(key)
    if isinstance(value, list) or value not in valid:
        raise CrawlError(
            f"The crawler's Configuration sets {key} to {json.dumps(value)}, which gluelocal's "
            f"crawler does not support; it supports {', '.join(map(json.dumps, valid))}."
        )
    return valid[value]


def _take_count(keys: dict[str, Any], key: str) -> int | None:
    if key not in keys:
        return None
    value = keys.pop(key)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise CrawlError(
            f"The crawler's Configuration sets {key} to {json.dumps(value)}; "
            "it takes a whole number of 1 or more."
        )
    return value
