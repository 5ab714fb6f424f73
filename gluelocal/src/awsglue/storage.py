"""Files through Spark's own file systems: what Spark can write, this can list and move."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pyspark.sql import SparkSession

from awsglue.errors import GlueRuntimeError


class StorageError(GlueRuntimeError):
    """A file could not be moved or removed."""


class File(NamedTuple):
    """`size` in bytes."""

    path: str
    size: int


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

    def files(self, path: str, recursive: bool = True) -> Iterator[File]:
        """The files in a folder, or the file itself; not those that Spark passes over."""
        place, system = self._place(path)
        found = system.listFiles(place, recursive)
        while found.hasNext():
            status = found.next()
            file = status.getPath()
            # Names that start so are markers and unfinished output.
            if not file.getName().startswith(("_", ".")):
                yield File(str(file.toString()), int(status.getLen()))

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
