"""What DynamicFrame costs: read, map, filter and write, against the same as DataFrame code.

Both sides run in one process on one Spark session, in turns, after a round that is not counted.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import ApplyMapping, Filter, SplitRows
from bench.quality import movies, session
from bench.report import Section
from gluelocal.java import java_home

ROUNDS = 5
ROWS = 1_000_000

MAPPINGS = [
    ("id", "string", "id", "bigint"),
    ("Series_Title", "string", "title", "string"),
    ("Released_Year", "string", "year", "int"),
    ("Certificate", "string", "certificate", "string"),
    ("Genre", "string", "genre", "string"),
    ("IMDB_Rating", "string", "rating", "double"),
    ("Meta_score", "string", "metascore", "int"),
    ("Director", "string", "director", "string"),
    ("No_of_Votes", "string", "votes", "bigint"),
]
VOTES = 50_000

Flow = Callable[[str, str], None]


@dataclass(frozen=True)
class Pair:
    """The same work twice; a flow takes the folder to read and the folder to write."""

    name: str
    dynamic: Flow
    plain: Flow


def measure(rows: int) -> Section:
    folder = movies.written(rows)
    movies.into_page_cache(folder)
    os.environ["JAVA_HOME"] = str(java_home())
    # Python functions run in this very Python, on both sides.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = session.started({})
    try:
        table = [_compared(spark, pair, folder.resolve().as_uri()) for pair in _pairs(spark)]
    finally:
        spark.stop()
    return Section(
        title=f"DynamicFrame against DataFrame code, {rows:,} rows",
        about=(
            f"CSV of {movies.FILES} files -> nine mapped columns -> rows with more than {VOTES:,} "
            f"votes -> files. {session.MASTER}, heap {session.HEAP}; median of {ROUNDS} rounds in "
            "turns after one that is not counted, least and most in brackets. CPU is that of "
            "Spark's tasks, which other work on the machine disturbs less."
        ),
        heads=["flow", *_HEADS, "ratio", *(f"CPU, {head}" for head in _HEADS), "ratio"],
        rows=table,
    )


def _compared(spark: SparkSession, pair: Pair, source: str) -> list[str]:
    sys.stderr.write(f"bench: {pair.name} ...\n")
    wall: dict[str, list[float]] = {"dynamic": [], "plain": []}
    cpu: dict[str, list[float]] = {"dynamic": [], "plain": []}
    for _ in range(1 + ROUNDS):
        for side, flow in (("dynamic", pair.dynamic), ("plain", pair.plain)):
            target = Path(tempfile.mkdtemp(dir=Path("build/bench").resolve()))
            work = session.Work(spark)
            started = time.perf_counter()
            flow(source, (target / "out").as_uri())
            wall[side].append(time.perf_counter() - started)
            cpu[side].append(sum(stage["cpu"] for stage in work.stages()) / 1000)
            shutil.rmtree(target)
    return [pair.name, *_cells(wall), *_cells(cpu)]


def _cells(seconds: dict[str, list[float]]) -> list[str]:
    """What each side took, and the ratio; the first round is not counted."""
    counted = {side: found[1:] for side, found in seconds.items()}
    medians = {side: statistics.median(found) for side, found in counted.items()}
    cells = [
        f"{medians[side]:.2f} ({min(found):.2f}-{max(found):.2f})"
        for side, found in counted.items()
    ]
    return [*cells, f"{medians['dynamic'] / medians['plain']:.2f}"]


def _pairs(spark: SparkSession) -> list[Pair]:
    glue = GlueContext(spark.sparkContext)

    def mapped(source: str) -> DynamicFrame:
        frame = glue.create_dynamic_frame.from_options(
            connection_type="s3",
            connection_options={"paths": [source]},
            format="csv",
            format_options={"withHeader": True},
        )
        return ApplyMapping.apply(frame=frame, mappings=MAPPINGS)

    def selected(source: str) -> DataFrame:
        frame = spark.read.csv(source, header=True, escape='"')
        columns = [F.col(old).cast(kind).alias(new) for old, _, new, kind in MAPPINGS]
        return frame.select(*columns)

    def written(frame: DynamicFrame, target: str, kind: str) -> None:
        glue.write_dynamic_frame.from_options(
            frame=frame, connection_type="s3", connection_options={"path": target}, format=kind
        )

    def filtered_plan(source: str) -> DynamicFrame:
        frame = mapped(source).toDF().where(F.col("votes") > VOTES)
        return DynamicFrame.fromDF(frame, glue, "filtered")

    def split(source: str) -> DynamicFrame:
        comparison = {"votes": {">": VOTES}}
        both = SplitRows.apply(
            frame=mapped(source), comparison_dict=comparison, name1="many", name2="few"
        )
        return both.select("many")

    def by_python(source: str) -> DynamicFrame:
        return Filter.apply(frame=mapped(source), f=lambda movie: movie["votes"] > VOTES)

    def by_udf(source: str) -> DataFrame:
        has_many = F.udf(_has_many, "boolean")
        frame = selected(source)
        return frame.where(has_many(F.struct(*frame.columns)))

    return [
        Pair(
            "filter of the DataFrame, to Parquet",
            lambda source, target: written(filtered_plan(source), target, "parquet"),
            lambda source, target: selected(source).where(_MANY).write.parquet(target),
        ),
        Pair(
            "SplitRows, to JSON",
            lambda source, target: written(split(source), target, "json"),
            lambda source, target: selected(source).where(_MANY).write.json(target),
        ),
        Pair(
            "Filter with a Python function, to Parquet; the other with a UDF",
            lambda source, target: written(by_python(source), target, "parquet"),
            lambda source, target: by_udf(source).write.parquet(target),
        ),
    ]


_HEADS = ("DynamicFrame (s)", "DataFrame (s)")
_MANY = f"votes > {VOTES}"


def _has_many(movie: Row) -> Any:
    return movie["votes"] > VOTES
