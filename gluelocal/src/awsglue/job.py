"""The job object of a Glue script: start, and commit of the bookmarks at the end."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from awsglue.bookmarks import run
from awsglue.errors import InvalidOptionError
from awsglue.utils import BOOKMARK_DEFAULT, BOOKMARK_OPTIONS, BOOKMARK_PAUSE

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from awsglue.context import GlueContext


class Job:
    """One job run (Glue Developer Guide, "Tracking processed data using job bookmarks").

    The state is the process's, as on the service: a run is one process.
    """

    job_name: ClassVar[str | None] = None
    args: ClassVar[dict[str, Any]] = {}

    def __init__(self, glue_context_or_spark_session: "GlueContext | SparkSession") -> None:
        self.glue_context = glue_context_or_spark_session

    @classmethod
    def init(cls, job_name: str, args: Mapping[str, Any] | None = None) -> None:
        """Starts the run and loads its bookmark; `args` is what getResolvedOptions returned.

        Raises InvalidOptionError for an unknown bookmark option, BookmarkError when the bookmark
        cannot be read or a range names an unknown run.
        """
        given = dict(args or {})
        option = given.get("job_bookmark_option") or BOOKMARK_DEFAULT
        if option not in BOOKMARK_OPTIONS:
            valid = ", ".join(BOOKMARK_OPTIONS)
            raise InvalidOptionError(f"job_bookmark_option is {option!r}; valid: {valid}")
        if option == BOOKMARK_DEFAULT:
            run.end()
        else:
            run.begin(job_name, given, paused=option == BOOKMARK_PAUSE)
        cls.job_name, cls.args = job_name, given

    @classmethod
    def isInitialized(cls) -> bool:
        """Whether init was called in this process."""
        return cls.job_name is not None

    @classmethod
    def commit(cls) -> None:
        """Keeps what the run's sources have read, all contexts at once; nothing when disabled.

        Raises VersionMismatchError when another run or a reset changed the bookmark since init.
        """
        if (bookmarked := run.current()) is not None:
            bookmarked.commit()
