"""The AWS clients a crawl works with."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CrawlClients:
    """boto3 clients: `glue` for the Data Catalog's tables, connections and classifiers."""

    glue: Any
    s3: Any
    secretsmanager: Any
