"""The fixture `glue_context` where gluelocal's pytest plugin is not: in AWS's Glue image.

Loaded there by `pytest -p glue_context` (docker-compose.yml).
"""

import pytest
from pyspark.context import SparkContext

from awsglue.context import GlueContext


@pytest.fixture(scope="session")
def glue_context():
    return GlueContext(SparkContext.getOrCreate())
