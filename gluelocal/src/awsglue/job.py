"""The job object of a Glue script: start, and commit of the bookmarks at the end."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from awsglue.errors import NotSupportedError
from awsglue.utils import BOOKMARK_DEFAULT

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from awsglue.context import GlueContext


class BookmarksNotKeptError(NotSupportedError):
    """The run asks for job bookmarks, which would have to be kept between runs."""

    def __init__(self) -> None:
        # The text says it all: no frame around it.
        Exception.__init__(
            self,
            "job bookmarks are not kept by gluelocal yet: "
            "run with --job-bookmark-option job-bookmark-disable",
        )


class Job:
    """One job run (Glue Developer Guide, "Tracking processed data using job bookmarks").

    The state is the process's, as on the service: a run is one process.
    """

    job_name: ClassVar[str | None] = None
    args: ClassVar[dict[str, Any]] = {}

    def __init__(self, glue_context: "GlueContext | SparkSession") -> None:
        self.glue_context = glue_context

    @classmethod
    def init(cls, job_name: str, args: Mapping[str, Any] | None = None) -> None:
        """Starts the run; `args` is what getResolvedOptions returned.

        Raises BookmarksNotKeptError when they ask for anything but job-bookmark-disable.
        """
        given = dict(args or {})
        if given.get("job_bookmark_option", BOOKMARK_DEFAULT) != BOOKMARK_DEFAULT:
            raise BookmarksNotKeptError
        cls.job_name, cls.args = job_name, given

    @classmethod
    def isInitialized(cls) -> bool:
        """Whether init was called in this process."""
        return cls.job_name is not None

    @classmethod
    def commit(cls) -> None:
        """Ends the run; with bookmarks disabled there is no state to advance."""
