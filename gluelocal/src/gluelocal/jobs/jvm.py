"""How the JVM of a Spark process is started, by what the process finds in its environment."""

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gluelocal.jobs.class_archive import ClassArchive, Recording

_CLASS_PATH = "SPARK_DIST_CLASSPATH"
"""Spark's launcher puts these behind Spark's own jars (AbstractCommandBuilder.buildClassPath)."""
_OPTIONS = "SPARK_SUBMIT_OPTS"
_OF_ONE_JVM = (_CLASS_PATH, _OPTIONS)


@dataclass(frozen=True)
class Start:
    """`variables` of the environment, and the class archive that this JVM writes, if it does."""

    variables: Mapping[str, str]
    recording: Recording | None


def start(
    java_home: Path,
    jars: Sequence[Path],
    given: Mapping[str, str],
    options: Sequence[str] = (),
    record_as: str | None = None,
) -> Start:
    """For a JVM with `jars` behind Spark's, and its classes from the archive.

    `given` is the environment that the variables come into: what it has of them stays. Where there
    is no archive yet, a JVM with a name to record it as writes one.
    """
    # Without these jars now they come by another way, and another class path needs its own archive.
    archive = ClassArchive.of(java_home, jars) if jars and _CLASS_PATH not in given else None
    sharing = archive.reading() if archive is not None else None
    recording = None
    if archive is not None and sharing is None and record_as is not None:
        recording = archive.recording(record_as)
        sharing = recording.option if recording is not None else None
    words = [*map(shlex.quote, options), *filter(None, [sharing])]
    variables = {"JAVA_HOME": str(java_home)}
    if jars:
        before = filter(None, [given.get(_CLASS_PATH)])
        variables[_CLASS_PATH] = os.pathsep.join([*before, *map(str, jars)])
    if words:
        variables[_OPTIONS] = " ".join([*filter(None, [given.get(_OPTIONS)]), *words])
    return Start(variables, recording)


@contextmanager
def of_this_process(java_home: Path, jars: Sequence[Path]) -> Iterator[None]:
    """A block in which this process may start its JVM. Only JAVA_HOME stays: other processes that
    are started afterwards have the rest as it was."""
    before = {name: os.environ[name] for name in _OF_ONE_JVM if name in os.environ}
    os.environ.update(start(java_home, jars, os.environ).variables)
    try:
        yield
    finally:
        for name in _OF_ONE_JVM:
            os.environ.pop(name, None)
        os.environ.update(before)
