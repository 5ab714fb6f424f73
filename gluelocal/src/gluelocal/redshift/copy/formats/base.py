"""The registry of formats, and what a reader is given."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gluelocal.redshift.copy.options import CopyOptions
from gluelocal.redshift.copy.rows import Batch
from gluelocal.redshift.copy.target import Target
from gluelocal.redshift.errors import NotSupportedError


@dataclass(frozen=True)
class Input:
    """One file to read: its name, its bytes, and what the COPY says about it.

    `fetch` reads another small object of S3, for jsonpaths.
    """

    name: str
    file: io.BufferedIOBase
    options: CopyOptions
    target: Target
    fetch: Callable[[str], str]


FormatReader = Callable[[Input], Iterator[Batch]]
FORMATS: dict[str, FormatReader] = {}


def register(name: str) -> Callable[[FormatReader], FormatReader]:
    def add(reader: FormatReader) -> FormatReader:
        if name in FORMATS:
            raise ValueError(f"the format {name} is registered twice")
        FORMATS[name] = reader
        return reader

    return add


def reader_for(name: str) -> FormatReader:
    """NotSupportedError lists the formats that there are."""
    if name not in FORMATS:
        raise NotSupportedError(
            f"COPY format {name}", hint=f"Formats: {', '.join(sorted(FORMATS))}"
        )
    return FORMATS[name]
