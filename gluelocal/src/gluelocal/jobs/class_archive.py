"""An archive of the classes that Spark's JVM has loaded and checked, which the next JVM maps.

Java's class data sharing (JEP 310, JEP 350) halves the time until Spark has read its first rows.
The second job run that finds no archive writes one when its JVM ends, which takes it a while: a
single run would pay for nothing. Every later JVM of the same Java with the same jars reads it. Java
itself checks that both are the same, and goes on without the archive where they are not.
"""

import hashlib
import importlib.util
import logging
import os
import re
import shlex
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

logger = logging.getLogger(__name__)

_FIRST_JAVA = 13
"""Earlier ones cannot write the classes of a program at its end (JEP 350)."""
_VERSION = re.compile(r'^JAVA_VERSION="(\d+)', re.MULTILINE)
_KEPT = 3
"""An archive has 130 MB, and each environment's Spark has its own."""
_MOST_SECONDS = 120.0
_TRIES = 3
_POLL_SECONDS = 0.2
# Otherwise Java lists on standard output what it leaves out.
_QUIET = "'-Xlog:cds*=off'"


@dataclass(frozen=True)
class Recording:
    """An archive in the making: the JVM that has `option` writes `part` at its end."""

    part: Path
    archive: Path
    base: Path | None

    @property
    def option(self) -> str:
        own = _option("ArchiveClassesAtExit", self.part)
        on = [_option("SharedArchiveFile", self.base)] if self.base is not None else []
        return " ".join([*on, own, _QUIET])

    def finish(self, is_running: Callable[[], bool], stop: threading.Event) -> None:
        """Waits for the JVM to write it, and keeps it; `stop` ends the wait.

        A script may have started no JVM at all, or Java may have found that it cannot: some end
        without an archive, and then none is tried again.
        """
        deadline = time.monotonic() + _MOST_SECONDS
        while is_running() and not self._is_complete() and time.monotonic() < deadline:
            if stop.wait(_POLL_SECONDS):
                return
        try:
            if self._is_complete():
                self.part.replace(self.archive)
            else:
                _count_failure(self.archive)
        except OSError as problem:
            # The run itself is as good as without.
            logger.warning("no archive of Spark's classes: %s", problem)

    def discard(self) -> None:
        """Removes what is left of it, if it was not kept."""
        with suppress(OSError):
            self.part.unlink()

    def _is_complete(self) -> bool:
        # The header comes last (JDK 17, FileMapInfo::open_for_write seeks past it).
        with suppress(FileNotFoundError), self.part.open("rb") as file:
            return any(file.read(4))
        return False


@dataclass(frozen=True)
class ClassArchive:
    """The archive for one Java and one class path, whether it is there or not.

    It stands on an archive of Java's own classes. A Java without one, as the wheel's, gets it at
    `base`, beside the other.
    """

    path: Path
    java: Path
    base: Path | None

    @classmethod
    def of(cls, java_home: Path, jars: Sequence[Path]) -> "ClassArchive | None":
        """For Spark's jars and `jars` behind them; None where this Java can have none."""
        release, own = java_home / "release", java_home / "lib" / "server" / "classes.jsa"
        if not release.is_file() or (spark := _spark_jars()) is None:
            return None
        version = _VERSION.search(release.read_text())
        if version is None or int(version[1]) < _FIRST_JAVA:
            return None
        # What Java compares, too: an archive that it would refuse must not be found.
        parts = [str(java_home), release.read_text()]
        javas = filter(Path.is_file, [java_home / "lib" / "modules", own])
        for file in (*javas, *spark, *jars):
            found = file.stat()
            parts.append(f"{file} {found.st_size} {found.st_mtime_ns}")
        key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
        path = platformdirs.user_cache_path("gluelocal") / f"classes-{key}.jsa"
        return cls(path, java_home / "bin" / "java", None if own.is_file() else _base(path))

    def reading(self) -> str | None:
        """The JVM option to read it, or None when it is not there."""
        try:
            os.utime(self.path)
        except OSError:
            return None
        both = [*filter(None, [self.base]), self.path]
        return f"{_option('SharedArchiveFile', *both)} {_QUIET}"

    def recording(self, name: str) -> Recording | None:
        """For a JVM that shall write it, whose own `name` is; None the first time it is asked for,
        and when nobody can."""
        if _failures(self.path) >= _TRIES:
            return None
        asked = self.path.with_suffix(".asked")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not asked.exists():
                asked.touch()
                return None
            _remove_old(self.path.parent)
            part = self.path.with_name(f"{self.path.name}.{name}.part")
            part.touch()
            if self.base is not None and not self.base.exists() and not self._write_base(part):
                part.unlink(missing_ok=True)
                _count_failure(self.path)
                return None
        except OSError as problem:
            logger.warning("no archive of Spark's classes: %s", problem)
            return None
        return Recording(part, self.path, self.base)

    def _write_base(self, part: Path) -> bool:
        words = [str(self.java), "-Xshare:dump", f"-XX:SharedArchiveFile={part}", "-Xlog:disable"]
        try:
            subprocess.run(words, check=True, capture_output=True, timeout=_MOST_SECONDS)
            part.replace(_base(self.path))
        except (OSError, subprocess.SubprocessError):
            return False
        return True


def _option(name: str, *paths: Path) -> str:
    return shlex.quote(f"-XX:{name}={os.pathsep.join(map(str, paths))}")


def _base(archive: Path) -> Path:
    return archive.with_suffix(".base")


def _count_failure(archive: Path) -> None:
    with _marks(archive).open("a") as file:
        file.write(".")


def _failures(archive: Path) -> int:
    marks = _marks(archive)
    return marks.stat().st_size if marks.is_file() else 0


def _marks(archive: Path) -> Path:
    return archive.with_suffix(".failures")


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
        _base(archive).unlink(missing_ok=True)
    for pattern, days in {"classes-*.part": 1, "classes-*.asked": 90}.items():
        for left in folder.glob(pattern):
            if left.stat().st_mtime < time.time() - days * 24 * 3600:
                left.unlink(missing_ok=True)
