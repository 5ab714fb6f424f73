"""The order of the steps; nothing else knows it. (What goes before Spark is in preparation.py.)"""

import logging
from collections.abc import Sequence
from functools import reduce
from typing import Any

import boto3
from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from awsglue.context import GlueContext
from imdb_etl import (
    audit,
    catalog,
    events,
    gate,
    headers,
    intake,
    publishing,
    quality,
    routing,
    source,
)
from imdb_etl.errors import SinkError, SourceError
from imdb_etl.intake import Input
from imdb_etl.locations import Places, S3Location
from imdb_etl.names import LOAD_FILES_TABLE, RUN_ID
from imdb_etl.preparation import Prepared, Request, prepare
from imdb_etl.sinks import redshift, s3
from imdb_etl.sinks.statements import Load, SourceFile, load_statements
from imdb_etl.stopwatch import Stopwatch
from imdb_etl.summary import RowCounts, RuleOutcome, RunSummary

__all__ = ["Prepared", "Request", "Stopwatch", "prepare", "process"]

logger = logging.getLogger(__name__)


def process(
    request: Request, prepared: Prepared, glue: GlueContext, watch: Stopwatch
) -> RunSummary:
    """The steps that need Spark: source, quality, router, mapping, sinks, audit, publishing."""
    config, storage = prepared.config, boto3.client("s3")
    places = Places.of(config.data_bucket, request.run_id)
    with watch.step("recover"):
        publishing.publish_unfinished(glue, storage, config, places)
        before = _appended_before(glue, prepared, places)
    with watch.step("read"):
        given = intake.read(glue, prepared.table, config.columns, without=before)
        _require_unchanged(storage, request, prepared, given)
        headers.require_same_columns(
            storage, map(S3Location.parse, given.files), prepared.table, config.columns
        )
    if not given.read:
        if not request.incremental and not before:
            source.require_rows(0, request.source)
        # Nothing new: the target stays as it is, and no rule is judged on nothing.
        nothing = RowCounts(read=0, loaded=0, rejected=0)
        return _finish(_summary(request, prepared, places, nothing, ()), storage, places, watch)
    with watch.step("evaluate rules"):
        judged = quality.evaluate(
            glue, given.rows, list(given.files), request.ruleset, prepared.ruleset
        )
        gate.require_passed(request.ruleset, judged.rows, judged.rules, config.on_failed_ruleset)
    with watch.step("route and map"):
        routed = routing.route(judged.rows, config.columns, config.redshift)
    rejects = _union(given.misfits, *routed.rejected)
    try:
        with watch.step("write rejects and outcomes"):
            s3.write_json(glue, judged.outcomes, places.rule_outcomes, "rule_outcomes")
            marked = rejects.withColumn(RUN_ID, sf.lit(request.run_id))
            s3.write_rows(glue, marked, places.rejects, "rejects")
        with watch.step("audit"):
            rejected = s3.count_rows(glue, storage, places.rejects)
            counts = audit.reconcile(given.read, routed.loadable, rejected)
        summary = _summary(request, prepared, places, counts, judged.rules)
        publishing.announce(storage, places, summary)
        with watch.step("load"):
            statements = load_statements(
                config.redshift, routed.valid.columns, _load(request, prepared, counts, given)
            )
            redshift.load(glue, routed.valid, config.redshift, statements, places.staging)
    except Exception as problem:
        # Unless the database said that it refused, the load may stand all the same. Its rejects
        # stay then, unseen, and the next run finds out.
        if not isinstance(problem, SinkError) or problem.undone:
            publishing.withdraw(storage, places)
        raise
    return _finish(summary, storage, places, watch)


def _finish(summary: RunSummary, storage: Any, places: Places, watch: Stopwatch) -> RunSummary:
    with watch.step("publish"):
        publishing.publish(storage, places, summary.timed(watch.seconds))
        publishing.clear_staging(storage, places)
        events.put_summary(boto3.client("events"), summary)
    logger.info("%s", summary.timed(watch.seconds).to_json())
    return summary.timed(watch.seconds)


def _appended_before(glue: GlueContext, prepared: Prepared, places: Places) -> list[str]:
    """In the mode append: the source's files that an earlier load has appended."""
    target = prepared.config.redshift
    if target.mode != "append":
        return []
    known = redshift.recorded(glue, target, LOAD_FILES_TABLE, "file_id", places.staging)
    files = (SourceFile(url, etag, 0) for url, etag in prepared.etags.items())
    return [file.url for file in files if file.file_id in known]


def _require_unchanged(storage: Any, request: Request, prepared: Prepared, given: Input) -> None:
    """In the mode append a file is known by its content, which must be that which was read."""
    if prepared.config.redshift.mode != "append":
        return
    now = catalog.find_objects(storage, request.source)
    etags = {str(found.location): found.etag for found in now}
    changed = [url for url in given.files if etags.get(url, "") != prepared.etags.get(url)]
    if changed:
        raise SourceError(
            f"{', '.join(changed)}: changed while the run read it, so it cannot be known what was "
            "appended; nothing was loaded. Run again when the upload is done"
        )


def _union(*frames: DataFrame | None) -> DataFrame:
    """All rejected rows; a column that some of them lack is NULL there."""
    present = [frame for frame in frames if frame is not None]
    return reduce(lambda one, two: one.unionByName(two, allowMissingColumns=True), present)


def _load(request: Request, prepared: Prepared, counts: RowCounts, given: Input) -> Load:
    files = (
        SourceFile(url, prepared.etags.get(url, ""), rows) for url, rows in given.files.items()
    )
    return Load(
        request.run_id, request.job, str(request.source), request.ruleset, counts, tuple(files)
    )


def _summary(
    request: Request,
    prepared: Prepared,
    places: Places,
    counts: RowCounts,
    rules: Sequence[RuleOutcome],
) -> RunSummary:
    target = prepared.config.redshift
    return RunSummary(
        job=request.job,
        run_id=request.run_id,
        ruleset=request.ruleset,
        source=str(request.source),
        table=f"{target.schema}.{target.table}",
        mode=target.mode,
        rows=counts,
        rules=tuple(rules),
        rejects=str(places.rejects),
        rule_outcomes=str(places.rule_outcomes),
        seconds={},
    )
