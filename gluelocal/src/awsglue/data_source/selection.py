"""Which of a source's files a run reads: those that its job bookmark does not know yet."""

from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.sql import SparkSession

from awsglue.bookmarks.files import BOUNDED_FILES, BOUNDED_SIZE, unread
from awsglue.bookmarks.run import tracked
from awsglue.data_source.files import FileSet
from awsglue.errors import NotSupportedError


def select(
    session: SparkSession,
    parts: Mapping[str, FileSet],
    unwanted: Sequence[str],
    options: Mapping[str, Any],
    transformation_ctx: str,
) -> dict[str, FileSet]:
    """The files of each part of a source that this run reads.

    Without a bookmark, all that match no `unwanted` pattern; with one, those of them that are new,
    at most as many as boundedFiles or boundedSize in `options` allow.
    """
    run = tracked(transformation_ctx)
    if run is None:
        for name in (BOUNDED_FILES, BOUNDED_SIZE):
            # It would leave files out that no later run knows of.
            if options.get(name):
                raise NotSupportedError(
                    f"the option {name!r} without a job bookmark",
                    "run with --job-bookmark-option job-bookmark-enable, and give the source a "
                    "transformation_ctx",
                )
        return {key: part.without(session, unwanted) for key, part in parts.items()}
    listed = {key: part.files(session, unwanted) for key, part in parts.items()}
    new = unread(run, transformation_ctx, listed, options)
    return {key: part.only(new[key]) for key, part in parts.items()}
