"""How `imdb-etl destroy` is shown: before the question, and afterwards."""

from collections.abc import Iterator

from imdb_etl.ops.destroy import Destroyed, Doomed


def doomed_lines(result: Doomed) -> Iterator[str]:
    """What is going to be removed."""
    if result.stack_id is not None:
        yield f"The stack {result.stack} and what it made"
    if result.redshift is not None:
        yield f"The serverless Redshift {result.redshift} with all its databases"
    for bucket in result.buckets:
        yield (
            f"The bucket {bucket.name} with {bucket.versions:,} versions of objects, "
            f"{bucket.size:,} bytes"
        )


def destroyed_lines(result: Destroyed) -> Iterator[str]:
    """What was removed, and what stays."""
    if not result.stack_deleted and not result.buckets:
        yield f"Nothing to remove: no stack {result.stack}, and no buckets of it"
    if result.stack_deleted:
        yield f"Deleted the stack {result.stack}"
    for bucket in result.buckets:
        yield f"Deleted the bucket {bucket.name} ({bucket.versions:,} versions)"
    for what in result.left:
        yield f"Left: {what}"
