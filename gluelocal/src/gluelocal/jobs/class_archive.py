"""An archive of the classes that Spark's JVM has loaded and checked, which the next JVM maps.

Java's class data sharing (JEP 310, JEP 350) halves the time until Spark has read its first rows.
The first job run that finds no archive writes one when its JVM ends; every later JVM of the same
Java with the same jars reads it. Java itself checks that both are the same, and goes on without
the archive where they are not.
"""

import hashlib
import importlib.util
import os
import re
import shlex
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

_FIRST_JAVA = 13
"""Earlier ones cannot write the classes of a program at its end (JEP 350)."""
_VERSION = re.compile(r'^JAVA_VERSION="(\d+)', re.MULTILINE)
_KEPT = 3
"""An archive has 130 MB, and each environment's Spark has its own."""
_MOST_SECONDS = 60.0
_POLL_SECONDS = 0.2
# Otherwise Java lists on standard output what it leaves out.
_QUIET = "'-Xlog:cds*=off'"


@dataclass(frozen=True)
class Recording:
    """An archive in the making: the JVM that has `option` writes `part` at its end."""

    part: Path
    archive: Path

    @property
    def option(self) -> str:
        return _option("ArchiveClassesAtExit", self.part)

    def finish(self, is_running: Callable[[], bool], stop: threading.Event) -> None:
        """Waits for the JVM to write it; without one at the end, none is tried again."""
        deadline = time.monotonic() + _MOST_SECONDS
        while is_running() and not self._is_complete() and time.monotonic() < deadline:
            if stop.wait(_POLL_SECONDS):
                self.part.unlink(missing_ok=True)
                return
        if self._is_complete():
            self.part.replace(self.archive)
        else:
            self.part.unlink(missing_ok=True)
            _refused(self.archive).touch()

    def _is_complete(self) -> bool:
        # The header comes last (JDK 17, FileMapInfo::open_for_write seeks past it).
        with suppress(FileNotFoundError), self.part.open("rb") as file:
            return any(file.read(4))
        return False


@dataclass(frozen=True)
class ClassArchive:
    """The archive for one Java and one class path, whether it is there or not."""

    path: Path

    @classmethod
    def of(cls, java_home: Path, jars: Sequence[Path]) -> "ClassArchive | None":
        """For Spark's jars and `jars` behind them; None where this Java can have none."""
        release, base = java_home / "release", java_home / "lib" / "server" / "classes.jsa"
        if not release.is_file() or not base.is_file() or (spark := _spark_jars()) is None:
            return None
        version = _VERSION.search(release.read_text())
        if version is None or int(version[1]) < _FIRST_JAVA:
            return None
        # What Java compares, too: an archive that it would refuse must not be found.
        parts = [str(java_home), str(base.stat().st_mtime_ns), release.read_text()]
        for jar in (*spark, *jars):
            found = jar.stat()
            parts.append(f"{jar} {found.st_size} {found.st_mtime_ns}")
        key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
        return cls(platformdirs.user_cache_path("gluelocal") / f"classes-{key}.jsa")

    def reading(self) -> str | None:
        """The JVM option to read it, or None when it is not there."""
        try:
            os.utime(self.path)
        except OSError:
            return None
        return _option("SharedArchiveFile", self.path)

    def recording(self, name: str) -> Recording | None:
        """For a JVM that shall write it; None when nobody can. `name` is that JVM's own."""
        if _refused(self.path).exists():
            return None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _remove_old(self.path.parent)
        except OSError:
            return None
        if not os.access(self.path.parent, os.W_OK):
            return None
        return Recording(self.path.with_name(f"{self.path.name}.{name}.part"), self.path)


def _option(name: str, path: Path) -> str:
    return f"{shlex.quote(f'-XX:{name}={path}')} {_QUIET}"


def _refused(archive: Path) -> Path:
    return archive.with_suffix(".refused")


def _spark_jars() -> list[Path] | None:
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None:
        return None
    return sorted((Path(found.origin).parent / "jars").glob("*.jar"))


def _remove_old(folder: Path) -> None:
    """Makes room for a new one; a JVM that has mapped a removed one keeps it."""
    archives = sorted(folder.glob("classes-*.jsa"), key=lambda one: one.stat().st_mtime)
    for archive in archives[: max(0, len(archives) - (_KEPT - 1))]:
        archive.unlink(missing_ok=True)
    long_ago = time.time() - 24 * 3600
    for left in folder.glob("classes-*.part"):
        if left.stat().st_mtime < long_ago:
            left.unlink(missing_ok=True)
