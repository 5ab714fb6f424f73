"""Whether a run put every row where it belongs: the target and the reject files, read back."""

import gzip
import io
import json

from bench.pipeline import warehouse
from bench.pipeline.local import Ended, Local
from bench.pipeline.movies import Movies, title_sum
from imdb_etl.locations import rejected_folder


def require_exact(local: Local, run: Ended, movies: Movies) -> None:
    """SystemExit unless the target is what plain COPY made of the valid rows, and each of the
    other rows stands in the run's reject files once."""
    facts = movies.facts
    different = warehouse.differences(local.account, local.table)
    rejected, titles = _rejects(local, run)
    if different or (rejected, titles) != (facts.rejected, facts.titles):
        raise SystemExit(
            f"run {run.id}: {different} rows of the target differ from the valid rows; "
            f"{rejected} rows are rejected where {facts.rejected} are expected, with "
            f"{'the same' if titles == facts.titles else 'other'} titles"
        )


def _rejects(local: Local, run: Ended) -> tuple[int, int]:
    """(rows, sum over their titles) of the run's reject files."""
    folder = rejected_folder(local.bucket, run.id)
    pages = local.s3.get_paginator("list_objects_v2").paginate(
        Bucket=folder.bucket, Prefix=folder.key
    )
    rows = titles = 0
    for page in pages:
        for found in page.get("Contents", ()):
            # The marker, and other names that readers of a folder pass over.
            if found["Key"].rpartition("/")[2].startswith("_"):
                continue
            body = local.s3.get_object(Bucket=folder.bucket, Key=found["Key"])["Body"]
            packed = found["Key"].endswith(".gz")
            with gzip.open(body) if packed else io.BufferedReader(body) as lines:
                for line in lines:
                    rows += 1
                    titles += title_sum(json.loads(line)["series_title"])
    return rows, titles
