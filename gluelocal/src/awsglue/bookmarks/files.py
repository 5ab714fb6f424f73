"""Which files of a source are new: by their modified time, as S3 gives it.

A listing of S3 is no snapshot: an object can appear with an earlier time than one that was seen (a
long upload has the time of its start), and several objects have the same second. So the files of
the last `maxBand` milliseconds are remembered by name, as on the service (Glue Developer Guide,
"Connection types and options", maxBand), and only what is older goes by time alone.

A source has parts: a catalog table's partitions, each with its own times, so that a partition that
is added later with old files is read; without partitions there is one part, named "".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from awsglue.bookmarks.run import BookmarkedRun
from awsglue.bookmarks.state import State
from awsglue.errors import InvalidOptionError
from awsglue.storage import File

DEFAULT_BAND = 900_000
"""Milliseconds."""
BOUNDED_FILES, BOUNDED_SIZE = "boundedFiles", "boundedSize"

_NOTHING: Mapping[str, Any] = {"since": -1, "until": -1, "seen": {}}
"""A part that was never read. `since`, `until`: ms since 1970; `seen`: [modified, size] by path."""


@dataclass(frozen=True)
class Bounds:
    """How much one run takes (Glue Developer Guide, "Workload partitioning"); None: no bound."""

    files: int | None = None
    size: int | None = None
    band: int = DEFAULT_BAND

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Bounds":
        """InvalidOptionError for what is no number, and for both bounds at once."""
        files = _number(options, BOUNDED_FILES)
        size = _number(options, BOUNDED_SIZE)
        if files is not None and size is not None:
            raise InvalidOptionError(
                f"{BOUNDED_FILES} and {BOUNDED_SIZE} are both given; only one bound is supported"
            )
        band = _number(options, "maxBand")
        return cls(files, size, DEFAULT_BAND if band is None else band)

    def take(self, files: Sequence[tuple[str, File]]) -> Sequence[tuple[str, File]]:
        """The first of `files` within the bound, and at least one: a big file must have its run."""
        if self.files is not None:
            return files[: max(self.files, 1)]
        if self.size is None:
            return files
        total = 0
        for position, (_, file) in enumerate(files):
            total += file.size
            if total > self.size:
                return files[: max(position, 1)]
        return files


def unread(
    run: BookmarkedRun,
    transformation_ctx: str,
    parts: Mapping[str, Sequence[File]],
    options: Mapping[str, Any],
) -> dict[str, list[File]]:
    """The files of each part that the run reads, and notes them in the run.

    `options` may have boundedFiles or boundedSize, and maxBand; a bounded run takes the oldest.
    """
    bounds = Bounds.of(options)
    before = _parts(run.after.get(transformation_ctx))
    limit = None if run.until is None else _parts(run.until.get(transformation_ctx))
    new = [
        (part, file)
        for part, files in parts.items()
        for file in files
        if not _is_known(before.get(part), file)
        and (limit is None or _is_known(limit.get(part), file))
    ]
    new.sort(key=lambda one: (one[1].modified, one[1].path))
    taken: dict[str, list[File]] = {part: [] for part in parts}
    for part, file in bounds.take(new):
        taken[part].append(file)
    after = {
        part: _advanced(before.get(part), files, bounds.band)
        for part, files in taken.items()
        if files
    }
    run.advance(transformation_ctx, {"files": {**before, **after}})
    return taken


def _parts(state: State | None) -> Mapping[str, Mapping[str, Any]]:
    parts: Mapping[str, Mapping[str, Any]] = (state or {}).get("files", {})
    return parts


def _is_known(part: Mapping[str, Any] | None, file: File) -> bool:
    """Whether a file was read, as it is now."""
    known = part or _NOTHING
    if not known["since"] <= file.modified <= known["until"]:
        return bool(file.modified < known["since"])
    return bool(known["seen"].get(file.path) == [file.modified, file.size])


def _advanced(
    part: Mapping[str, Any] | None, taken: Iterable[File], band: int
) -> Mapping[str, Any]:
    known = part or _NOTHING
    seen = {**known["seen"], **{file.path: [file.modified, file.size] for file in taken}}
    until = max(known["until"], *(modified for modified, _ in seen.values()))
    # Names from before the old start are not known any more, whatever the band is now.
    since = max(known["since"], until - band, 0)
    kept = {path: facts for path, facts in seen.items() if facts[0] >= since}
    return {"since": since, "until": until, "seen": kept}


def _number(options: Mapping[str, Any], name: str) -> int | None:
    value = options.get(name)
    if value in (None, ""):
        return None
    try:
        number = int(str(value))
    except ValueError:
        number = -1
    if number < 0:
        raise InvalidOptionError(f"{name} must be a whole number in a string, not {value!r}")
    return number
