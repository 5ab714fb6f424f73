"""What a command is doing right now: a live line on a terminal, nothing in a script."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status


class Progress:
    """Shows steps on standard error, so that standard output stays for results."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None

    @contextmanager
    def step(self, text: str) -> "Iterator[Progress]":
        """Shows `text` while the block runs."""
        if not self._console.is_terminal:
            yield self
            return
        with self._console.status(text) as self._status:
            yield self

    def update(self, text: str) -> None:
        """Changes the shown text inside a step."""
        if self._status is not None:
            self._status.update(text)
