"""Files through Spark's own file systems: what Spark can write, this can list and move."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pyspark.sql import SparkSession

from awsglue.errors import GlueRuntimeError


class StorageError(GlueRuntimeError):
    """A file could not be moved or removed."""


class File(NamedTuple):
    """`size` in bytes, `modified` in milliseconds since 1970."""

    path: str
    size: int
    modified: int


class Storage:
    """The Hadoop file systems of a session."""

    def __init__(self, session: SparkSession) -> None:
        self._jvm: Any = session._jvm
        jsc: Any = session._jsc
        self._configuration = jsc.hadoopConfiguration()

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder."""
        place, system = self._place(path)
        return bool(system.exists(place))

    def matching(self, pattern: str) -> list[str]:
        """The files and folders that a path means: itself, or what a glob pattern matches."""
        place, system = self._place(pattern)
        if system.exists(place):
            return [str(system.makeQualified(place).toString())]
        # Without a match there is no answer at all when the pattern is a plain path.
        return [str(status.getPath().toString()) for status in system.globStatus(place) or ()]

    def files(self, path: str, recursive: bool = True) -> Iterator[File]:
        """The files in a folder, or the file itself; not those that Spark passes over."""
        place, system = self._place(path)
        above = len(str(system.makeQualified(place).toString()))
        found = system.listFiles(place, recursive)
        while found.hasNext():
            status = found.next()
            file = str(status.getPath().toString())
            below = file[above:].strip("/") or file.rsplit("/", 1)[-1]
            if not any(_is_passed_over(name) for name in below.split("/")):
                yield File(file, int(status.getLen()), int(status.getModificationTime()))

    def has_folders(self, path: str) -> bool:
        """Whether folders lie directly in a folder."""
        place, system = self._place(path)
        return any(status.isDirectory() for status in system.listStatus(place))

    def move(self, source: str, target: str) -> None:
        """Renames a file, making the folders above it; StorageError when the target is there."""
        old, system = self._place(source)
        new, _ = self._place(target)
        # An object store's rename would put the file on top of another, or inside a folder.
        if system.exists(new):
            raise StorageError(f"{target} exists already; nothing was overwritten")
        system.mkdirs(new.getParent())
        if not system.rename(old, new):
            raise StorageError(f"{source} could not be moved to {target}")

    def remove(self, path: str) -> None:
        """Removes a file or folder with all that is in it; nothing happens when it is not there."""
        place, system = self._place(path)
        system.delete(place, True)

    def write_text(self, path: str, text: str) -> None:
        """Writes a file in UTF-8, replacing one that is there."""
        place, system = self._place(path)
        stream = system.create(place, True)
        try:
            stream.write(bytearray(text.encode()))
        finally:
            stream.close()

    def _place(self, path: str) -> tuple[Any, Any]:
        place = self._jvm.org.apache.hadoop.fs.Path(path)
        return place, place.getFileSystem(self._configuration)


def _is_passed_over(name: str) -> bool:
    """Names of markers and unfinished output, of files and folders; `_x=1` is a partition."""
    return name.startswith(".") or (name.startswith("_") and "=" not in name)
