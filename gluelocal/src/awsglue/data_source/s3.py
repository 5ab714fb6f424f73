"""Files by path: connection type `s3` (and any other path that Spark's file systems know)."""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import SparkSession

from awsglue.data_source import columnar, csv, json  # noqa: F401 - importing registers them
from awsglue.data_source.files import FileSet, exclusions
from awsglue.data_source.formats import FORMATS, truth
from awsglue.engine.rows import Rows
from awsglue.errors import InvalidOptionError, NotSupportedError

# These would leave rows out; without bookmarks and work-load partitioning there is no next run to
# read them.
_BOUNDED = ("boundedFiles", "boundedSize")


def read(
    session: SparkSession,
    connection_options: Mapping[str, Any],
    format_name: str | None,
    format_options: Mapping[str, Any],
) -> Rows:
    """The rows under `paths`; `exclusions` is a JSON list of globs, `recurse` takes subfolders.

    groupFiles and groupSize tune the service's readers and change nothing here.
    """
    for name in _BOUNDED:
        if name in connection_options:
            raise NotSupportedError(f"connection_options {name!r}")
    paths = connection_options.get("paths") or connection_options.get("path")
    if not paths:
        raise InvalidOptionError("connection_options needs 'paths', a list of s3:// paths")
    if not format_name:
        raise InvalidOptionError("a source in S3 needs format, such as 'csv' or 'json'")
    files = FileSet(
        [paths] if isinstance(paths, str) else list(paths),
        recursive=truth(connection_options.get("recurse", False)),
    )
    unwanted = exclusions(connection_options.get("exclusions"))
    return FORMATS.get(format_name).read(session, files.without(session, unwanted), format_options)
