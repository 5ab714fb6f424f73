"""What a correct run makes of an input, computed without Spark and without the pipeline.

The policy is conf/rulesets/movies.dqdl with the columns of conf/base.yml, written down once more
in plain Python: two descriptions that agree are the point. The inputs keep to what both describe
(no cell with blanks around it, no line break inside a cell).
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from faults.inputs import InputFile

Value = str | int | Decimal | None
Row = tuple[Value, ...]
"""A row of the target table, in the order of its columns."""
Key = tuple[str, int, str]

_YEAR = re.compile(r"(19|20)[0-9]{2}")
_WHOLE = re.compile(r"[0-9]+")
_RATING = re.compile(r"[0-9]{1,2}\.[0-9]")
_MINUTES = re.compile(r"([0-9]+) ?min")
_THOUSANDS = re.compile(r"[0-9]+|[0-9]{1,3}(,[0-9]{3})+")
_WIDTHS = {
    "certificate": 16, "genre": 128, "director": 128,
    "star1": 128, "star2": 128, "star3": 128, "star4": 128,
}  # fmt: skip
_TITLE = 256
_FEWEST_VOTES = 1000
_KEY = (0, 1, 7)
_VOTES = 12


@dataclass(frozen=True)
class Expected:
    """Where every row of one input belongs.

    `loaded` by key; `rejected` counts the input's raw rows, cell by cell in the header's order;
    `files` names the files that have a raw row.
    """

    read: int
    loaded: Mapping[Key, Row]
    rejected: Counter[tuple[str, ...]]
    files: Mapping[tuple[str, ...], set[str]]


def expected(files: Iterable[InputFile]) -> Expected:
    """The two sides of an input."""
    kept: dict[Key, tuple[Row, tuple[str, ...]]] = {}
    rejected: Counter[tuple[str, ...]] = Counter()
    files_of: dict[tuple[str, ...], set[str]] = {}
    read = 0
    for file in files:
        for raw in list(csv.reader(io.StringIO(file.text)))[1:]:
            read += 1
            cells = tuple(raw)
            files_of.setdefault(cells, set()).add(file.name)
            row = _converted(cells)
            if row is None:
                rejected[cells] += 1
                continue
            key = key_of(row)
            if key not in kept:
                kept[key] = row, cells
            elif _preference(row) > _preference(kept[key][0]):
                rejected[kept[key][1]] += 1
                kept[key] = row, cells
            else:
                rejected[cells] += 1
    loaded = {key: row for key, (row, _) in kept.items()}
    return Expected(read, loaded, rejected, files_of)


def key_of(row: Row) -> Key:
    """What identifies a row of the target."""
    title, year, director = (row[index] for index in _KEY)
    assert isinstance(title, str) and isinstance(year, int) and isinstance(director, str)
    return title, year, director


def _preference(row: Row) -> int:
    votes = row[_VOTES]
    assert isinstance(votes, int)
    return votes


def _converted(cells: tuple[str, ...]) -> Row | None:
    """The row as the target holds it, or None when it must be rejected."""
    title, year, certificate, runtime, genre, rating, score, director, *stars, votes, gross = cells
    texts = dict(
        zip(_WIDTHS, (certificate, genre, director, *stars), strict=True),
    )
    minutes = _MINUTES.fullmatch(runtime)
    valid = (
        title != ""
        and len(title.encode()) <= _TITLE
        and _YEAR.fullmatch(year)
        and all(len(text.encode()) <= _WIDTHS[name] for name, text in texts.items())
        and (runtime == "" or minutes)
        and _RATING.fullmatch(rating)
        and 0 < Decimal(rating) < Decimal("10.1")
        and _WHOLE.fullmatch(score)
        and director != ""
        and _WHOLE.fullmatch(votes)
        and int(votes) >= _FEWEST_VOTES
        and _THOUSANDS.fullmatch(gross)
    )
    if not valid:
        return None
    return (
        title,
        int(year),
        certificate or None,
        int(minutes.group(1)) if minutes else None,
        genre or None,
        Decimal(rating),
        int(score),
        director,
        *(star or None for star in stars),
        int(votes),
        int(gross.replace(",", "")),
    )
