"""What a command is doing, in a terminal; nothing at all elsewhere."""

import contextlib
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.live import Live
from rich.spinner import Spinner

from gluelocal.commands.options import err

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class Progress:
    """A line that says the current step, and how many of Spark's tasks are done of it."""

    def __init__(self) -> None:
        self._step = ""
        self._spark: SparkSession | None = None
        self._spinner = Spinner("dots")
        self._live: Live | None = None

    def says(self, step: str) -> None:
        self._step = step

    def watch(self, spark: "SparkSession") -> None:
        self._spark = spark

    def __enter__(self) -> "Progress":
        if err.is_terminal:
            self._live = Live(
                get_renderable=self._line, console=err, transient=True, refresh_per_second=8
            )
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._spark = None
        if self._live is not None:
            self._live.stop()

    def _line(self) -> RenderableType:
        self._spinner.update(text=self._step + self._tasks())
        return self._spinner

    def _tasks(self) -> str:
        if self._spark is None:
            return ""
        from py4j.protocol import Py4JError  # type: ignore[import-untyped]

        # The session may end while it is asked; the line is then only a little shorter.
        with contextlib.suppress(Py4JError, AttributeError, OSError):
            tracker = self._spark.sparkContext.statusTracker()
            stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
            tasks = sum(stage.numTasks for stage in stages if stage)
            done = sum(stage.numCompletedTasks for stage in stages if stage)
            return f" ({done} of {tasks} tasks)" if tasks else ""
        return ""
