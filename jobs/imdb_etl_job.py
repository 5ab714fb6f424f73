"""AWS Glue entry script: arguments -> pipeline -> commit.

The package imdb_etl arrives by --extra-py-files; all else is what Glue itself offers.
"""

import logging
import sys

from pyspark.context import SparkContext

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from imdb_etl import pipeline
from imdb_etl.names import JOB_ARGUMENTS


def main() -> None:
    """One run. An error leaves the script, so that Glue marks the run FAILED with its text."""
    logging.basicConfig(
        stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )
    logging.getLogger("py4j").setLevel(logging.WARNING)
    arguments = getResolvedOptions(sys.argv, list(JOB_ARGUMENTS))
    request = pipeline.Request.from_arguments(arguments)
    watch = pipeline.Stopwatch()
    with watch.step("check"):
        prepared = pipeline.prepare(request)
    with watch.step("start Spark"):
        glue_context = GlueContext(SparkContext.getOrCreate())
        # The JVM does not compile methods above 8,000 bytes, which Spark makes of long queries:
        # beyond this limit Spark makes small ones instead (Spark's own advice for HotSpot).
        settings = glue_context.spark_session.conf
        settings.set("spark.sql.codegen.hugeMethodLimit", "8000")
        # Glue's default, by which a cast that fails is NULL; the mapping tells why itself.
        settings.set("spark.sql.ansi.enabled", "false")
        job = Job(glue_context)
        job.init(arguments["JOB_NAME"], arguments)
    pipeline.process(request, prepared, glue_context, watch)
    # Bookmarks move only now: a run that failed reads the same files again.
    job.commit()


if __name__ == "__main__":
    main()
