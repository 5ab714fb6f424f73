"""Files by path: connection type `s3` (and any other path that Spark's file systems know)."""

import logging
from collections.abc import Mapping
from typing import Any

from pyspark.sql import SparkSession

from awsglue.data_source import known_formats  # noqa: F401 - importing registers them
from awsglue.data_source.documents import compression
from awsglue.data_source.files import FileSet, PathNotFoundError
from awsglue.data_source.formats import FORMATS, FileFormat, refuse_options, truth
from awsglue.data_source.globs import exclusions
from awsglue.data_source.selection import select
from awsglue.data_source.storage_classes import excluded
from awsglue.engine.rows import Rows
from awsglue.errors import InvalidOptionError

_LOGGER = logging.getLogger(__name__)

_SHARED_OPTIONS = ("attachFilename", "attachTimestamp")


def read(
    session: SparkSession,
    connection_options: Mapping[str, Any],
    format_name: str | None,
    format_options: Mapping[str, Any],
    transformation_ctx: str = "",
) -> Rows:
    """The rows of the files in `paths` (Glue Developer Guide, "Amazon S3 connections").

    `exclusions` is a JSON list of globs, `recurse` takes subfolders, `compressionType` says how
    files are compressed whose names do not, `excludeStorageClasses` leaves out objects of S3. The
    names of folders are no columns, as on the service, but for parquet and orc, which Spark itself
    reads there. With a job bookmark, the rows of new files.

    Without files there are no rows and no columns. So it is when a path leads to nothing: the
    service logs a warning and goes on ("Skipping Partition ... or path does not exist"), and so
    does this, but for parquet and orc, where it is a PathNotFoundError. A file that cannot be read
    is an error when its rows are needed, whatever `isFailFast` says.

    groupFiles, groupSize and useS3ListImplementation tune the service's readers and change nothing
    here.
    """
    paths = connection_options.get("paths") or connection_options.get("path")
    if not paths:
        raise InvalidOptionError("connection_options needs 'paths', a list of s3:// paths")
    if not format_name:
        raise InvalidOptionError("a source in S3 needs format, such as 'csv' or 'json'")
    file_format = FORMATS.get(format_name)
    refuse_options(format_name, format_options, _SHARED_OPTIONS)
    recursive = truth(connection_options.get("recurse", False))
    files = FileSet(
        [paths] if isinstance(paths, str) else list(paths),
        recursive=recursive and not file_format.by_folders,
        flat=not recursive and not file_format.by_folders,
        what=format_name,
    )
    try:
        chosen = _chosen(session, file_format, files, connection_options, transformation_ctx)
        return _rows(session, file_format, chosen, format_options)
    except PathNotFoundError as problem:
        if file_format.by_folders:
            raise
        _LOGGER.warning("skipped: %s", problem)
    chosen = _chosen(
        session, file_format, files.there(session), connection_options, transformation_ctx
    )
    return _rows(session, file_format, chosen, format_options)


def _chosen(
    session: SparkSession,
    file_format: FileFormat,
    files: FileSet,
    options: Mapping[str, Any],
    transformation_ctx: str,
) -> FileSet:
    unwanted = [
        *exclusions(options.get("exclusions")),
        *excluded(files.paths, options.get("excludeStorageClasses")),
    ]
    if not file_format.by_folders:
        files = files.unpacked_as(session, compression(options))
    elif truth(options.get("recurse", False)):
        files = files.deep(session)
    [chosen] = select(session, {"": files}, unwanted, options, transformation_ctx).values()
    return chosen


def _rows(
    session: SparkSession, file_format: FileFormat, files: FileSet, options: Mapping[str, Any]
) -> Rows:
    if not files.paths:
        return Rows(session.createDataFrame([], "struct<>"))
    return file_format.read(session, files, options)
