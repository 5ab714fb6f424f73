"""S3 and a Data Catalog to crawl into, and the one reader of the case files."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from gluelocal.crawler import CrawlClients, CrawlSummary, crawl


@pytest.fixture(scope="session")
def crawl_clients(aws_endpoint: str) -> CrawlClients:
    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=aws_endpoint,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(s3={"addressing_style": "path"}),
        )

    return CrawlClients(client("glue"), client("s3"), client("secretsmanager"))


@dataclass
class Place:
    """A bucket and a database of one test, both called `name`, and a crawler over them."""

    name: str
    clients: CrawlClients
    lines: list[str] = field(default_factory=list)

    def put(self, key: str, content: bytes | str) -> None:
        body = content.encode() if isinstance(content, str) else content
        self.clients.s3.put_object(Bucket=self.name, Key=key, Body=body)

    def remove(self, key: str) -> None:
        self.clients.s3.delete_object(Bucket=self.name, Key=key)

    def url(self, path: str) -> str:
        return f"s3://{self.name}/{path}"

    def crawl(
        self, path: str = "data/", cancelled: Callable[[], bool] | None = None, **definition: Any
    ) -> CrawlSummary:
        """Crawls one S3 target; further keys as in the Crawler structure."""
        target = {"Path": self.url(path), **definition.pop("target", {})}
        whole = {
            "Name": "tester",
            "DatabaseName": self.name,
            "Targets": {"S3Targets": [target]},
            **definition,
        }
        self.lines.clear()
        return crawl(whole, self.clients, cancelled or (lambda: False), self.lines.append)

    def table(self, name: str) -> dict[str, Any]:
        answer = self.clients.glue.get_table(DatabaseName=self.name, Name=name)
        table: dict[str, Any] = answer["Table"]
        return table

    def columns(self, name: str) -> list[str]:
        columns = self.table(name)["StorageDescriptor"]["Columns"]
        return [f"{column['Name']}: {column['Type']}" for column in columns]

    def table_names(self) -> list[str]:
        tables = self.clients.glue.get_tables(DatabaseName=self.name)["TableList"]
        return sorted(table["Name"] for table in tables)

    def partitions(self, table: str) -> dict[tuple[str, ...], dict[str, Any]]:
        answer = self.clients.glue.get_partitions(DatabaseName=self.name, TableName=table)
        return {tuple(one["Values"]): one for one in answer["Partitions"]}


@pytest.fixture
def place(crawl_clients: CrawlClients) -> Place:
    name = f"crawl-{uuid.uuid4().hex[:12]}"
    crawl_clients.s3.create_bucket(Bucket=name)
    crawl_clients.glue.create_database(DatabaseInput={"Name": name})
    return Place(name, crawl_clients)


CASES = Path(__file__).parent / "cases"
