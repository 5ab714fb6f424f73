"""The memory of a job run's processes, looked at while it runs."""

import threading
from dataclasses import dataclass
from types import TracebackType

import psutil

_EVERY = 0.2
_BOOTSTRAP = "gluelocal.jobs.bootstrap"
_EXECUTOR = "CoarseGrainedExecutorBackend"


@dataclass
class Peaks:
    """The most resident memory at one moment, in bytes, of each kind of process."""

    driver: int = 0
    executors: int = 0

    def see(self, driver: int, executors: int) -> None:
        self.driver = max(self.driver, driver)
        self.executors = max(self.executors, executors)


class Watch:
    """Watches the runs of the account whose process is `pid` while the block runs.

    The driver is the script's Python and its JVM; without a cluster its executor is in it.
    """

    def __init__(self, pid: int) -> None:
        self.peaks = Peaks()
        self._account = psutil.Process(pid)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Peaks:
        self._thread.start()
        return self.peaks

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_EVERY):
            driver = executors = 0
            for process in self._run():
                try:
                    resident = process.memory_info().rss
                    is_executor = any(_EXECUTOR in word for word in process.cmdline())
                except psutil.Error:
                    continue
                if is_executor:
                    executors += resident
                else:
                    driver += resident
            self.peaks.see(driver, executors)

    def _run(self) -> list[psutil.Process]:
        """All processes of the run in progress."""
        found = []
        for child in self._account.children():
            try:
                if _BOOTSTRAP in child.cmdline():
                    found += [child, *child.children(recursive=True)]
            except psutil.Error:
                continue
        return found
