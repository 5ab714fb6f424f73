"""Results on disk: written beside their place under another name, and moved there when whole."""

import contextlib
import csv
import io
import re
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gluelocal.dq.data import is_s3
from gluelocal.dq.progress import Progress
from gluelocal.errors import UsageError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_BY_ENDING = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
    ".orc": "orc",
}
_TEXT = ("csv", "json")


@dataclass(frozen=True)
class Target:
    """Where rows go. `*.csv`, `*.json` and `*.jsonl` are one file on this machine's disk; all else
    is a folder of files: Parquet, unless the name's ending says ORC, or s3:// what it ends in.
    """

    option: str
    name: str
    format: str
    overwrite: bool
    unfinished: str = field(default_factory=lambda: f".{uuid.uuid4().hex[:12]}.unfinished")

    @classmethod
    def of(cls, option: str, name: str, overwrite: bool, lists: bool) -> "Target":
        """UsageError when it is there and not to be overwritten, or cannot hold what it has to.

        `lists`: whether a row has lists in it, which CSV cannot hold.
        """
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", name) and not is_s3(name):
            raise UsageError(f"{option} {name}: results go to a path, or to s3://.")
        ending = Path(name).suffix.lower()
        format_ = _BY_ENDING.get(ending, "parquet")
        if ending and not name.endswith("/") and ending not in _BY_ENDING:
            raise UsageError(
                f"{option} {name}: the ending tells the format; valid: {', '.join(_BY_ENDING)}, "
                "or none for a folder of Parquet."
            )
        if lists and format_ == "csv":
            raise UsageError(
                f"{option} {name}: each row has lists of rules, which CSV cannot hold. "
                "Write .json or .parquet."
            )
        target = cls(option, name.rstrip("/"), format_, overwrite)
        if not is_s3(name) and target._path.exists() and not overwrite:
            raise UsageError(f"{option} {name} is there already. Say --overwrite to replace it.")
        return target

    @property
    def _path(self) -> Path:
        return Path(self.name).expanduser().absolute()

    @property
    def local(self) -> Path | None:
        """The place on this machine; None for s3://."""
        return None if is_s3(self.name) else self._path

    def write(self, frame: "DataFrame") -> None:
        """Writes the rows beside the place; nothing is at the place before `commit`."""
        if is_s3(self.name):
            _refuse_existing(frame.sparkSession, self)
            _save(frame, self.format, self._draft_url)
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        _save(frame, self.format, str(self._draft))
        if self.format in _TEXT:
            _joined(self._draft, frame.columns if self.format == "csv" else None)

    def commit(self, spark: "SparkSession") -> None:
        if is_s3(self.name):
            system, path = _hadoop(spark, self.name)
            if system.exists(path):
                system.delete(path, True)
            if not system.rename(_hadoop(spark, self._draft_url)[1], path):
                raise UsageError(f"{self.option} {self.name} could not be put in its place.")
            return
        replaced = self._draft.with_name(self._draft.name + ".replaced")
        if self._path.exists():
            self._path.rename(replaced)
        self._draft.rename(self._path)
        _remove(replaced)

    def discard(self, spark: "SparkSession") -> None:
        """Leaves nothing behind of what was not committed."""
        if is_s3(self.name):
            system, path = _hadoop(spark, self._draft_url)
            system.delete(path, True)
        else:
            _remove(self._draft)

    @property
    def _draft(self) -> Path:
        return self._path.with_name(f".{self._path.name}{self.unfinished}")

    @property
    def _draft_url(self) -> str:
        folder, _, last = self.name.rpartition("/")
        return f"{folder}/.{last}{self.unfinished}"


def _save(frame: "DataFrame", format_: str, location: str) -> None:
    writer = frame.write.mode("overwrite").format(format_)
    if format_ == "csv":
        writer = writer.options(
            header=is_s3(location),
            escape='"',
            ignoreLeadingWhiteSpace=False,
            ignoreTrailingWhiteSpace=False,
        )
    elif format_ == "json":
        # A column without a value is a column still.
        writer = writer.options(ignoreNullFields=False)
    writer.save(location)


def _joined(folder: Path, header: list[str] | None) -> None:
    """A folder of part files becomes one file of the same name."""
    whole = folder.with_name(folder.name + ".whole")
    with whole.open("wb") as out:
        if header is not None:
            line = io.StringIO()
            csv.writer(line, lineterminator="\n").writerow(header)
            out.write(line.getvalue().encode())
        for part in sorted(folder.glob("part-*")):
            with part.open("rb") as rows:
                shutil.copyfileobj(rows, out)
    shutil.rmtree(folder)
    whole.rename(folder)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def _refuse_existing(spark: "SparkSession", target: Target) -> None:
    system, path = _hadoop(spark, target.name)
    if system.exists(path) and not target.overwrite:
        raise UsageError(
            f"{target.option} {target.name} is there already. Say --overwrite to replace it."
        )


def _hadoop(spark: "SparkSession", location: str) -> tuple[Any, Any]:
    """The file system of a location, and its path."""
    assert spark._jvm is not None
    path = spark._jvm.org.apache.hadoop.fs.Path(location)
    return path.getFileSystem(spark._jsparkSession.sessionState().newHadoopConf()), path


def wanted(
    rejected: str | None, valid: str | None, overwrite: bool, sources: Sequence[Path]
) -> list[Target]:
    """The results of a check; `sources` are the places on this machine that are read."""
    targets = []
    for option, name in (("--rejected", rejected), ("--valid", valid)):
        if name is not None:
            targets.append(Target.of(option, name, overwrite, lists=option == "--rejected"))
    if len({target.name for target in targets}) < len(targets):
        raise UsageError(f"--rejected and --valid are both {rejected}; give two places.")
    for target in targets:
        for source in sources:
            if target.local and (target.local == source or source in target.local.parents):
                raise UsageError(f"{target.option} {target.name} is where the data is.")
            if target.local and target.local in source.parents:
                raise UsageError(f"{target.option} {target.name} holds the data.")
    return targets


def write_all(
    spark: "SparkSession", results: "Mapping[Target, DataFrame]", progress: Progress
) -> None:
    """All of them are written before the first is put in its place."""
    try:
        for target, frame in results.items():
            progress.says(f"writing {target.name}")
            target.write(frame)
        for target in results:
            target.commit(spark)
    finally:
        for target in results:
            target.discard(spark)
