"""The beginning of an object, decompressed: what classifiers look at."""

import bz2
import codecs
import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from gluelocal.crawler.errors import CrawlError

# "only about the first 2 MB of a file is inspected": AWS Glue samples, resolve_choice.
SAMPLE_BYTES = 2 * 1024 * 1024

ReadRange = Callable[[int, int], bytes]


@dataclass(frozen=True)
class Sample:
    """`head` are up to 2 MB of content; `complete` when they are all of it.

    `read_range(first, size)` reads stored (never decompressed) bytes anywhere in the object, for
    formats whose schema stands at the end. `expansion` is content bytes by stored bytes.
    """

    location: str
    size: int
    head: bytes
    complete: bool
    compression: str
    expansion: float
    read_range: ReadRange

    @cached_property
    def text(self) -> str | None:
        """`head` as UTF-8 without its byte-order mark; None when it is not UTF-8.

        Glue reads UTF-8 only (Glue Developer Guide, format options).
        """
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            # A sample may end inside a character; the whole object may not.
            text = decoder.decode(self.head, final=self.complete)
        except UnicodeDecodeError:
            return None
        return text.removeprefix("\ufeff")


def take_sample(location: str, size: int, read_range: ReadRange) -> Sample:
    """Reads an object's beginning; CrawlError names a compression that is not supported."""
    stored = read_range(0, min(size, SAMPLE_BYTES))
    for compression, magic, start in _COMPRESSIONS:
        if stored.startswith(magic):
            head, used = _expand(location, compression, start, stored)
            complete = used == size and len(head) < SAMPLE_BYTES
            expansion = len(head) / max(used, 1)
            return Sample(location, size, head, complete, compression, expansion, read_range)
    for compression, magic in _UNSUPPORTED:
        if stored.startswith(magic):
            raise CrawlError(
                f"{location} is compressed with {compression}, which gluelocal's crawler cannot "
                "open; it opens gzip and bzip2. Recompress the object or exclude it with the "
                "target's Exclusions."
            )
    return Sample(location, size, stored, len(stored) == size, "none", 1.0, read_range)


class RangeFile(io.RawIOBase):
    """An object as a seekable file, for libraries that read a few places of it."""

    def __init__(self, size: int, read_range: ReadRange) -> None:
        self._size = size
        self._read_range = read_range
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = base + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        left = max(self._size - self._position, 0)
        wanted = left if size is None or size < 0 else min(size, left)
        if wanted == 0:
            return b""
        data = self._read_range(self._position, wanted)
        self._position += len(data)
        return data


class _Decompressor(Protocol):
    """What zlib's and bz2's decompressors have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _expand(
    location: str, compression: str, start: Callable[[], _Decompressor], stored: bytes
) -> tuple[bytes, int]:
    """Up to 2 MB of content, and how many stored bytes it came from."""
    content = bytearray()
    used = 0
    stream = start()
    try:
        while used < len(stored) and len(content) < SAMPLE_BYTES:
            chunk = stored[used : used + _CHUNK_BYTES]
            content += stream.decompress(chunk)
            used += len(chunk) - len(stream.unused_data)
            if stream.eof:
                # A file may be several compressed streams, one after the other.
                stream = start()
    except (zlib.error, OSError) as problem:
        raise CrawlError(
            f"{location} begins as {compression} but cannot be decompressed ({problem}). "
            "Put it again, or exclude it with the target's Exclusions."
        ) from problem
    return bytes(content[:SAMPLE_BYTES]), used


# Small, since a few bytes may become millions.
_CHUNK_BYTES = 16 * 1024
_COMPRESSIONS: tuple[tuple[str, bytes, Callable[[], _Decompressor]], ...] = (
    ("gzip", b"\x1f\x8b", lambda: zlib.decompressobj(wbits=31)),
    ("bzip2", b"BZh", bz2.BZ2Decompressor),
)
_UNSUPPORTED = (
    ("zip", b"PK\x03\x04"),
    ("lz4", b"\x04\x22\x4d\x18"),
    ("snappy", b"\xff\x06\x00\x00sNaPpY"),
    ("zstd", b"\x28\xb5\x2f\xfd"),
    ("xz", b"\xfd7zXZ\x00"),
)
