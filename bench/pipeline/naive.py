"""The pipeline beside a job of the shape that public copies of it have (naive_job.py)."""

import sys
from collections.abc import Mapping
from pathlib import Path

from bench.pipeline import local, movies, warehouse
from bench.pipeline.checking import require_exact
from bench.pipeline.local import HEAP, Local
from bench.pipeline.movies import Movies
from bench.report import Section
from imdb_etl.locations import S3Location, ruleset_object

SIZES = (20_000, 100_000)
JOB = Path(__file__).with_name("naive_job.py")
START = "start Spark"


def measure() -> Section:
    with local.deployed() as account:
        lines = [line for rows in SIZES for line in _compared(account, movies.written(rows))]
    return Section(
        title="The pipeline beside the naive shape",
        about=(
            "Naive: three reads of the source (rules, passed rows, failed rows), Spark's JDBC "
            "writer with an INSERT for every row, no staging, no audit, no look at keys. Both are "
            f"job runs on one account with a heap of {HEAP}, in turns; seconds without the start "
            "of Spark. Rows too many are rows of a key that the target has already."
        ),
        heads=["rows", "job", "seconds", "of it, into Redshift", "rows loaded", "rows too many"],
        rows=lines,
    )


def _compared(account: Local, made: Movies) -> list[list[str]]:
    sys.stderr.write(f"bench: {made.facts.rows:,} rows\n")
    source = account.land(made)
    warehouse.copied(account.account, account.table, made.valid)
    lines = []
    run, summary = account.pipeline(source)
    require_exact(account, run, made)
    lines.append(_line(account, made, "imdb-etl", summary.seconds, "load"))
    warehouse.emptied(account.account, account.table)
    _, seconds = account.script(JOB, **_arguments(account, source))
    lines.append(_line(account, made, "naive", seconds, "insert"))
    warehouse.emptied(account.account, account.table)
    return lines


def _arguments(account: Local, source: S3Location) -> dict[str, str]:
    outputs = account.outputs
    return {
        "catalog": outputs["GlueDatabase"],
        "source": source.name,
        "ruleset": str(ruleset_object(outputs["ArtifactsBucket"], account.ruleset)),
        "rejects": f"s3://{account.bucket}/naive-rejects/{source.name}/",
        "connection": outputs["RedshiftConnection"],
        "target": account.table,
    }


def _line(
    account: Local, made: Movies, job: str, seconds: Mapping[str, float], into: str
) -> list[str]:
    loaded = warehouse.rows(account.account, account.table)
    total = sum(seconds.values()) - seconds[START]
    return [
        f"{made.facts.rows:,}",
        job,
        f"{total:.1f}",
        f"{seconds[into]:.1f}",
        f"{loaded:,}",
        f"{loaded - made.facts.loaded:,}",
    ]
