"""The order of the steps; nothing else knows it.

`prepare` is what can be done before Spark starts, `process` is the rest.
"""

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from typing import Any

import boto3
from pyspark.sql import DataFrame
from pyspark.sql import functions as sf
from pyspark.storagelevel import StorageLevel

from awsglue.context import GlueContext
from imdb_etl import (
    audit,
    catalog,
    conform,
    duplicates,
    events,
    locations,
    mapping,
    quality,
    router,
    source,
)
from imdb_etl.config import PipelineConfig, parse_config
from imdb_etl.errors import ConfigError
from imdb_etl.locations import S3Location
from imdb_etl.names import RUN_ID
from imdb_etl.sinks import redshift, s3
from imdb_etl.summary import RowCounts, RuleOutcome, RunSummary

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """What one run was asked to do."""

    job: str
    run_id: str
    config: S3Location
    ruleset: str
    source: S3Location

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, Any]) -> "Request":
        """From what getResolvedOptions answers for names.JOB_ARGUMENTS."""
        return cls(
            job=arguments["JOB_NAME"],
            run_id=arguments["JOB_RUN_ID"],
            config=S3Location.parse(arguments["config"]),
            ruleset=arguments["ruleset"],
            source=S3Location.parse(arguments["source_path"]),
        )


@dataclass(frozen=True)
class Prepared:
    """What is known and checked before Spark starts."""

    config: PipelineConfig
    ruleset: str
    table: catalog.CatalogTable


@dataclass(frozen=True)
class Places:
    """Where one run writes in S3."""

    rejects: S3Location
    rule_outcomes: S3Location
    summary: S3Location

    @classmethod
    def of(cls, config: PipelineConfig, run_id: str) -> "Places":
        bucket = config.data_bucket
        return cls(
            locations.rejected_folder(bucket, run_id),
            locations.rule_outcomes_folder(bucket, run_id),
            locations.summary_object(bucket, run_id),
        )


class Stopwatch:
    """Seconds by step, in the order of the steps."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        logger.info("%s ...", name)
        yield
        self.seconds[name] = round(time.monotonic() - started, 3)


def prepare(request: Request) -> Prepared:
    """Configuration, ruleset and source, as far as they can be checked without Spark."""
    storage, glue = boto3.client("s3"), boto3.client("glue")
    config = parse_config(_text(storage, request.config), str(request.config))
    ruleset = quality.read_ruleset(
        storage, locations.ruleset_object(config.artifacts_bucket, request.ruleset)
    )
    quality.register_ruleset(glue, request.ruleset, ruleset)
    catalog.require_objects(storage, request.source)
    table = catalog.find_table(glue, config.catalog_database, request.source)
    catalog.require_columns(table, config.columns)
    return Prepared(config, ruleset, table)


def process(
    request: Request, prepared: Prepared, glue: GlueContext, watch: Stopwatch
) -> RunSummary:
    """The steps that need Spark: source, quality, router, mapping, sinks, audit, summary."""
    config = prepared.config
    # Parsed once: the rules, the rejects and the mapping all read this cache.
    with watch.step("read"):
        rows = source.read(glue, prepared.table).persist(StorageLevel.MEMORY_AND_DISK)
        read = rows.count()
        source.require_rows(read, request.source)
    with watch.step("evaluate rules"):
        conforming = conform.conforming(rows, config.columns)
        judged = quality.evaluate(glue, conforming, request.ruleset, prepared.ruleset)
    with watch.step("route and map"):
        by_rules = router.by_rules(judged.rows)
        converted = duplicates.mark_duplicates(
            mapping.convert(by_rules.valid, config.columns),
            config.redshift.key,
            config.redshift.prefer_highest,
        ).persist(StorageLevel.MEMORY_AND_DISK)
        mapped = router.by_reasons(converted)
        loadable = mapped.valid.count()
    rejects = _union(
        conform.misfits(rows, config.columns),
        by_rules.rejected,
        mapping.source_rows(mapped.rejected),
    )
    places = Places.of(config, request.run_id)
    storage = boto3.client("s3")
    try:
        with watch.step("write rejects and outcomes"):
            s3.write_json(glue, judged.outcomes, places.rule_outcomes, "rule_outcomes")
            s3.write_rows(
                glue, rejects.withColumn(RUN_ID, sf.lit(request.run_id)), places.rejects, "rejects"
            )
        with watch.step("audit"):
            rejected = s3.count_rows(glue, storage, places.rejects)
            counts = audit.reconcile(read, loadable, rejected)
        with watch.step("load"):
            names = [column.name for column in config.columns]
            redshift.load(
                glue,
                mapping.target_rows(mapped.valid),
                config.redshift,
                redshift.merge_statements(config.redshift, names, request.run_id, loadable),
                locations.staging_folder(config.data_bucket),
            )
    except Exception:
        # Rejects of a run that loaded nothing would look like a result.
        s3.discard(storage, places.rejects)
        s3.discard(storage, places.rule_outcomes)
        raise
    summary = _summary(request, config, counts, judged.rules, places, watch.seconds)
    s3.write_text(storage, places.summary, summary.to_json())
    events.put_summary(boto3.client("events"), summary)
    logger.info("%s", summary.to_json())
    return summary


def _union(*frames: DataFrame | None) -> DataFrame:
    """All rejected rows; a column that some of them lack is NULL there."""
    present = [frame for frame in frames if frame is not None]
    return reduce(lambda one, two: one.unionByName(two, allowMissingColumns=True), present)


def _summary(
    request: Request,
    config: PipelineConfig,
    counts: RowCounts,
    rules: tuple[RuleOutcome, ...],
    places: Places,
    seconds: Mapping[str, float],
) -> RunSummary:
    return RunSummary(
        job=request.job,
        run_id=request.run_id,
        ruleset=request.ruleset,
        source=str(request.source),
        table=f"{config.redshift.schema}.{config.redshift.table}",
        rows=counts,
        rules=rules,
        rejects=str(places.rejects),
        rule_outcomes=str(places.rule_outcomes),
        seconds=dict(seconds),
    )


def _text(client: Any, location: S3Location) -> str:
    try:
        body = client.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
    except client.exceptions.NoSuchKey as problem:
        raise ConfigError(
            f"there is no configuration {location}; `imdb-etl deploy` uploads it"
        ) from problem
    return str(body.decode())
