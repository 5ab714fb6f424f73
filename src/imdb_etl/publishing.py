"""Step 6b: how a run's results become visible, and what becomes of them when it fails.

Rejects are written before the load and must be seen if and only if the load is done. So the run
first leaves a note of what it is about to do (`pending/`), and after COMMIT publishes: the rejects'
marker, then the summary. A run that dies in between is published by the next one from its note,
when the audit table in Redshift says that its load was committed.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from awsglue.context import GlueContext
from imdb_etl.config import PipelineConfig
from imdb_etl.locations import Places, S3Location, pending_folder
from imdb_etl.names import LOADS_TABLE
from imdb_etl.rejects import Marker
from imdb_etl.sinks import redshift, s3
from imdb_etl.summary import RunSummary

logger = logging.getLogger(__name__)

# Longer than a job may run (infra/template.yaml): who left such a note is not going to load.
_DEAD_AFTER = timedelta(days=1)


def announce(client: Any, places: Places, summary: RunSummary) -> None:
    """Leaves the note of a load that is about to start (`client`: boto3 s3, here and below)."""
    s3.write_text(client, places.pending, summary.to_json())


def publish(client: Any, places: Places, summary: RunSummary) -> None:
    """Makes a committed run's rejects visible and writes its summary; may be repeated."""
    marker = Marker(summary.run_id, summary.job, summary.ruleset, summary.source, summary.rows)
    s3.write_text(client, places.marker, marker.to_json())
    s3.write_text(client, places.summary, summary.to_json())
    s3.delete(client, places.pending)


def withdraw(client: Any, places: Places) -> None:
    """Removes what a run that did not load has written; nobody could see it without its marker."""
    try:
        for folder in (places.rejects, places.rule_outcomes, places.staging):
            s3.discard(client, folder)
        s3.delete(client, places.pending)
    except (BotoCoreError, ClientError) as problem:
        # The run's own error is the news; `imdb-etl clean` removes what stays.
        logger.warning("what the failed run wrote could not be removed: %s", problem)


def clear_staging(client: Any, places: Places) -> None:
    """Removes the staged copy of rows that are loaded."""
    try:
        s3.discard(client, places.staging)
    except (BotoCoreError, ClientError) as problem:
        logger.warning("the staged files could not be removed: %s", problem)


def publish_unfinished(
    glue: GlueContext, client: Any, config: PipelineConfig, own: Places
) -> tuple[str, ...]:
    """Publishes runs that died between COMMIT and publishing; the ids of those.

    A note whose load is not in the audit table stays for a day (that run may be loading right
    now) and is then dropped.
    """
    notes = s3.objects(client, pending_folder(config.data_bucket))
    if not notes:
        return ()
    loads = redshift.recorded(glue, config.redshift, LOADS_TABLE, "load_id", own.staging)
    published = []
    for key, modified in notes.items():
        note = S3Location(config.data_bucket, key)
        text = s3.read_text(client, note)
        # Another run may have published it in this moment.
        if text is None:
            continue
        summary = RunSummary.from_json(text)
        if summary.run_id in loads:
            logger.warning("run %s had loaded and was not published: done now", summary.run_id)
            publish(client, Places.of(config.data_bucket, summary.run_id), summary)
            published.append(summary.run_id)
        elif datetime.now(UTC) - modified > _DEAD_AFTER:
            s3.delete(client, note)
    return tuple(published)
