"""What a run was asked to do, and all of it that can be checked before Spark starts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from imdb_etl import catalog, locations, quality
from imdb_etl.config import PipelineConfig, parse_config
from imdb_etl.errors import ConfigError
from imdb_etl.locations import S3Location

_LOAD_ID = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_BOOKMARKS_ON = "job-bookmark-enable"


@dataclass(frozen=True)
class Request:
    """What one run was asked to do.

    `incremental`: job bookmarks are on, so the source gives what is new in it.
    """

    job: str
    run_id: str
    config: S3Location
    ruleset: str
    source: S3Location
    incremental: bool = False

    def __post_init__(self) -> None:
        # It becomes part of S3 keys and of SQL.
        if _LOAD_ID.fullmatch(self.run_id) is None:
            raise ConfigError(
                f"JOB_RUN_ID {self.run_id!r}: 1 to 200 letters, digits, _, - and . are expected"
            )

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, Any]) -> "Request":
        """From what getResolvedOptions answers for names.JOB_ARGUMENTS."""
        return cls(
            job=arguments["JOB_NAME"],
            run_id=arguments["JOB_RUN_ID"],
            config=S3Location.parse(arguments["config"]),
            ruleset=arguments["ruleset"],
            source=S3Location.parse(arguments["source_path"]),
            incremental=arguments.get("job_bookmark_option") == _BOOKMARKS_ON,
        )


@dataclass(frozen=True)
class Prepared:
    """What is known and checked before Spark starts; `etags`: S3's content marks by address."""

    config: PipelineConfig
    ruleset: str
    table: catalog.CatalogTable
    etags: Mapping[str, str]


def prepare(request: Request) -> Prepared:
    """Configuration, ruleset and source, as far as they can be checked without Spark."""
    storage, glue = boto3.client("s3"), boto3.client("glue")
    config = parse_config(_text(storage, request.config), str(request.config))
    if request.incremental and config.redshift.mode == "replace":
        raise ConfigError(
            "redshift.mode is replace and the run is incremental: the table would be left with the "
            "new files' rows alone. Run without bookmarks (--full), or load by merge or append"
        )
    ruleset = quality.read_ruleset(
        storage, locations.ruleset_object(config.artifacts_bucket, request.ruleset)
    )
    quality.register_ruleset(glue, request.ruleset, ruleset)
    objects = catalog.find_objects(storage, request.source)
    table = catalog.find_table(glue, config.catalog_database, request.source)
    catalog.require_columns(table, config.columns)
    return Prepared(config, ruleset, table, {str(found.location): found.etag for found in objects})


def _text(client: Any, location: S3Location) -> str:
    try:
        body = client.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
    except client.exceptions.NoSuchKey as problem:
        raise ConfigError(
            f"there is no configuration {location}; `imdb-etl deploy` uploads it"
        ) from problem
    return str(body.decode())
