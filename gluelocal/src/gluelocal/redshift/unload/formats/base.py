"""The registry of formats, and what a writer is given."""

from collections.abc import Callable, Sequence
from typing import ClassVar

import pyarrow as pa

from gluelocal.redshift.unload.columns import ResultColumn
from gluelocal.redshift.unload.options import UnloadOptions


class FileWriter:
    """Writes one file into a stream of bytes."""

    typed: ClassVar[bool] = False
    """Whether its files have types: values then come as `ResultColumn.expression` says."""
    suffix: ClassVar[str] = ""

    def __init__(
        self, file: pa.NativeFile, columns: Sequence[ResultColumn], options: UnloadOptions
    ) -> None:
        self.file = file
        self.columns = columns
        self.options = options
        self.start()

    def start(self) -> None:
        """Before the first row."""

    def write(self, texts: Sequence[pa.Array]) -> None:
        """Rows, as one array of texts a column."""
        raise NotImplementedError

    def finish(self) -> None:
        """Behind the last row."""

    @classmethod
    def check(cls, columns: Sequence[ResultColumn]) -> None:
        """RedshiftError when a query's columns cannot be written so."""


WRITERS: dict[str, type[FileWriter]] = {}


def register(name: str) -> Callable[[type[FileWriter]], type[FileWriter]]:
    def add(writer: type[FileWriter]) -> type[FileWriter]:
        if name in WRITERS:
            raise ValueError(f"the format {name} is registered twice")
        WRITERS[name] = writer
        return writer

    return add
