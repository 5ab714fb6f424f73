"""The movies of the benchmark: rows drawn from the sample with a seed, some with a fault."""

import csv
import random
from pathlib import Path

SAMPLE = Path("data/imdb_top_1000.csv")
FOLDER = Path("build/bench/data")
FILES = 8
SCHEMA = (
    "id BIGINT, Series_Title STRING, Released_Year STRING, Certificate STRING, Runtime STRING, "
    "Genre STRING, IMDB_Rating DOUBLE, Meta_score BIGINT, Director STRING, Star1 STRING, "
    "Star2 STRING, Star3 STRING, Star4 STRING, No_of_Votes BIGINT, Gross STRING"
)
_SEED = 20261123
# A quarter of the sample has no metascore or another certificate; with these it is a third.
_FAULTS = (
    ("IMDB_Rating", "99.3"),
    ("No_of_Votes", "12"),
    ("Series_Title", ""),
    ("Series_Title", "An untitled film whose working title was typed in twice, typed in twice"),
    ("Released_Year", "PG"),
    ("Certificate", "16+"),
)
_FAULTY = 0.106


def written(rows: int) -> Path:
    """The folder of the CSV files (header, UTF-8); made once for a number of rows."""
    folder = FOLDER / f"movies-{rows}"
    if folder.exists():
        return folder
    unfinished = folder.with_suffix(".unfinished")
    unfinished.mkdir(parents=True, exist_ok=True)
    with SAMPLE.open(encoding="utf-8", newline="") as opened:
        reader = csv.DictReader(opened)
        heads = ["id", *(reader.fieldnames or [])]
        sample = list(reader)
    rng = random.Random(_SEED)
    for number in range(FILES):
        share = range(rows * number // FILES, rows * (number + 1) // FILES)
        with (unfinished / f"part-{number}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, heads, lineterminator="\n")
            writer.writeheader()
            writer.writerows(_movie(rng, sample, i) for i in share)
    unfinished.rename(folder)
    return folder


def _movie(rng: random.Random, sample: list[dict[str, str]], i: int) -> dict[str, str]:
    movie = {"id": str(i), **rng.choice(sample)}
    # At least the votes that the rule wants: the sample's fewest are just above them.
    movie["No_of_Votes"] = str(int(int(movie["No_of_Votes"]) * rng.uniform(1, 1.2)))
    if rng.random() < _FAULTY:
        column, value = rng.choice(_FAULTS)
        movie[column] = value
    return movie


def into_page_cache(folder: Path) -> int:
    """Reads the files once, so that the first contender is not the one who waits for the disk.

    Their size in bytes.
    """
    size = 0
    for file in sorted(folder.glob("*.csv")):
        with file.open("rb") as opened:
            while block := opened.read(1 << 22):
                size += len(block)
    return size
