"""The options of an UNLOAD, read from its statement (Redshift, "UNLOAD").

Every option is either understood, or ignored because it means nothing to the result (REGION,
ROWGROUPSIZE), or refused by its name. None is skipped over.
"""

from dataclasses import dataclass

LARGEST_FILE = int(6.2 * (1 << 30))


@dataclass(frozen=True)
class UnloadOptions:
    """One UNLOAD; texts are already unescaped, `max_file_size` is in bytes."""

    query: str
    destination: str
    format: str = "TEXT"
    authorization: str = ""
    delimiter: str = ""
    header: bool = False
    add_quotes: bool = False
    escape: bool = False
    null_as: str = ""
    compression: str = ""
    manifest: bool = False
    verbose: bool = False
    allow_overwrite: bool = False
    clean_path: bool = False
    parallel: bool = True
    max_file_size: int = LARGEST_FILE
    partition_by: tuple[str, ...] = ()
    include_partitions: bool = False
    extension: str | None = None
