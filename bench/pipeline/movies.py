"""Movies for the pipeline: the sample's columns and rows, each title made unique by a number.

About a third breaks a rule, and a few rows stand there twice. Which rows must be loaded is said
here, by plain Python on the texts, so that a run can be compared with it.
"""

import csv
import io
import itertools
import json
import random
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

SAMPLE = Path("data/imdb_top_1000.csv")
FOLDER = Path("build/bench/data")
FILES = 8
_SEED = 20261123
# A quarter of the sample breaks a rule; with these it is a third.
_FAULTS = (
    ("IMDB_Rating", "99.3"),
    ("No_of_Votes", "12"),
    ("Series_Title", "A title that is too long to be one. " * 8),
    ("Released_Year", "PG"),
    ("Meta_score", ""),
    ("Gross", "unknown"),
)
_FAULTY = 0.11
_TWICE_EVERY = 9973
_MARK = "\0"


@dataclass(frozen=True)
class Facts:
    """What must become of the rows.

    `titles` is a sum over the rejected rows' titles, whatever their order.
    """

    rows: int
    loaded: int
    rejected: int
    titles: int


@dataclass(frozen=True)
class Movies:
    """`files`: CSV with a header, as they land in S3. `valid`: the target's rows, without one."""

    files: tuple[Path, ...]
    valid: Path
    facts: Facts

    @property
    def size(self) -> int:
        """Bytes of the CSV files."""
        return sum(file.stat().st_size for file in self.files)


def title_sum(title: str) -> int:
    """One title's part of Facts.titles."""
    return zlib.crc32(title.encode())


def written(rows: int) -> Movies:
    """The files for a number of rows; made once."""
    folder = FOLDER / f"pipeline-{rows}"
    if not folder.exists():
        unfinished = folder.with_suffix(".unfinished")
        unfinished.mkdir(parents=True, exist_ok=True)
        made = _write(unfinished, rows)
        (unfinished / "facts.json").write_text(json.dumps(asdict(made)))
        unfinished.rename(folder)
    facts = Facts(**json.loads((folder / "facts.json").read_text()))
    return Movies(tuple(sorted(folder.glob("part-*.csv"))), folder / "valid.csv", facts)


@dataclass(frozen=True)
class _Texts:
    """A movie as lines of CSV, each in two halves that go around the title's number.

    `target` is there when the movie must be loaded.
    """

    title: str
    source: tuple[str, str]
    target: tuple[str, str] | None


def _write(folder: Path, rows: int) -> Facts:
    with SAMPLE.open(encoding="utf-8", newline="") as opened:
        reader = csv.DictReader(opened)
        header = ",".join(reader.fieldnames or [])
        texts = _drawn([_variants(movie) for movie in reader])
    loaded = titles = 0
    line = title = ""
    with (folder / "valid.csv").open("w", encoding="utf-8") as valid:
        for part in range(FILES):
            with (folder / f"part-{part}.csv").open("w", encoding="utf-8") as file:
                file.write(f"{header}\n")
                for i in range(rows * part // FILES, rows * (part + 1) // FILES):
                    target = None
                    # Else the row before comes again, and is rejected whatever that one was.
                    if i % _TWICE_EVERY != _TWICE_EVERY - 1:
                        text, number = next(texts), f" #{i}"
                        line, title = number.join(text.source), text.title + number
                        target = text.target and number.join(text.target)
                    file.write(line)
                    if target:
                        loaded += 1
                        valid.write(target)
                    else:
                        titles += title_sum(title)
    return Facts(rows, loaded, rows - loaded, titles)


def _drawn(movies: list[list[_Texts]]) -> Iterator[_Texts]:
    """The sample over and over, a share of it with a fault."""
    rng = random.Random(_SEED)
    for sound, *faulty in itertools.cycle(movies):
        yield rng.choice(faulty) if rng.random() < _FAULTY else sound


def _variants(movie: Mapping[str, str]) -> list[_Texts]:
    """The movie as it is, then with each of the faults."""
    return [_texts(movie), *(_texts({**movie, column: value}) for column, value in _FAULTS)]


def _texts(movie: Mapping[str, str]) -> _Texts:
    title = movie["Series_Title"]
    marked = {**movie, "Series_Title": title + _MARK}
    target = _halves(_loaded(marked)) if _is_valid(movie) else None
    return _Texts(title, _halves(marked.values()), target)


def _halves(cells: Iterable[str]) -> tuple[str, str]:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    before, _, after = text.getvalue().partition(_MARK)
    return before, after


def _is_valid(movie: Mapping[str, str]) -> bool:
    """The row rules of conf/rulesets/movies.dqdl."""
    return (
        len(movie["Series_Title"]) < 240
        and re.fullmatch("(19|20)[0-9]{2}", movie["Released_Year"]) is not None
        and 0 < float(movie["IMDB_Rating"]) < 10.1
        and movie["Meta_score"] != ""
        and re.fullmatch("[0-9,]+", movie["Gross"]) is not None
        and int(movie["No_of_Votes"]) >= 1000
    )


def _loaded(movie: Mapping[str, str]) -> Iterable[str]:
    """The cells as the target has them."""
    changed = {
        "Runtime": movie["Runtime"].removesuffix(" min"),
        "Gross": movie["Gross"].replace(",", ""),
    }
    return {**movie, **changed}.values()
