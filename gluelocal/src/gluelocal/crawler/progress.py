"""What a crawl tells while it works, and where it looks whether it should go on."""

from collections.abc import Callable

from gluelocal.crawler.errors import CrawlCancelled


class Progress:
    """Collects the crawl's log lines, passes each on at once, and asks for cancellation."""

    def __init__(self, cancelled: Callable[[], bool], log: Callable[[str], None]) -> None:
        self._cancelled = cancelled
        self._log = log
        self.lines: list[str] = []

    def benchmark(self, message: str) -> None:
        self._tell("BENCHMARK", message)

    def info(self, message: str) -> None:
        self._tell("INFO", message)

    def warn(self, message: str) -> None:
        self._tell("WARN", message)

    def checkpoint(self) -> None:
        """Raises CrawlCancelled once the crawl was asked to stop."""
        if self._cancelled():
            raise CrawlCancelled("The crawl was stopped before it wrote to the Data Catalog.")

    def _tell(self, level: str, message: str) -> None:
        line = f"{level} : {message}"
        self.lines.append(line)
        self._log(line)
