"""Generated input files: plausible movies, and among them every kind of row that must be rejected.

An input is a folder of CSV files. Some of its movies stand in the inputs before it too, with other
votes, so that a load has rows to replace.
"""

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass

HEADER = (
    "Series_Title", "Released_Year", "Certificate", "Runtime", "Genre", "IMDB_Rating",
    "Meta_score", "Director", "Star1", "Star2", "Star3", "Star4", "No_of_Votes", "Gross",
)  # fmt: skip
FILES = 2
SHARED = 30
"""Movies that every input has, with values of its own."""

_TITLES = (
    "Das Boot", "Amélie", "七人の侍", "Léon: The Professional", 'The "Third" Man', "Крылья",
    "Çöğüş", "WALL·E", "O'Brother, Where Art Thou?", "Ran; or, Chaos", "Naïve \U0001f3ac Reel",
)  # fmt: skip
_PEOPLE = (
    "Agnès Varda", "Akira Kurosawa", "Céline Sciamma", "Wong Kar-wai", "Ana Lily Amirpour",
    "Park Chan-wook", "Kathryn Bigelow", "Zoë Kravitz", 'Dwayne "The Rock" Johnson', "Яна Троянова",
)  # fmt: skip
_GENRES = ("Drama", "Crime, Drama", "Action, Sci-Fi", "", "Animation, Family")
_SPOILS: tuple[tuple[str, str], ...] = (
    ("Released_Year", "PG"),
    ("Released_Year", "1893"),
    ("Released_Year", ""),
    ("Series_Title", ""),
    ("Series_Title", "ü" * 150),
    ("IMDB_Rating", "11.5"),
    ("IMDB_Rating", ""),
    ("IMDB_Rating", "7.25"),
    ("Meta_score", ""),
    ("Director", ""),
    ("No_of_Votes", "999"),
    ("No_of_Votes", "many"),
    ("Gross", ""),
    ("Gross", "1,23"),
    ("Runtime", "2 h"),
    ("Certificate", "a certificate of 31 characters"),
)


@dataclass(frozen=True)
class InputFile:
    """One CSV file of an input."""

    name: str
    text: str


def generated(number: int, rows: int, seed: int) -> tuple[InputFile, ...]:
    """The files of the input `number`: `rows` rows in all; the same text for the same arguments."""
    chance = random.Random(f"{seed}/{number}")
    movies = list(_movies(number, rows, chance))
    chance.shuffle(movies)
    return tuple(
        InputFile(f"part-{index}.csv", _csv(movies[index::FILES])) for index in range(FILES)
    )


def _movies(number: int, rows: int, chance: random.Random) -> Iterator[dict[str, str]]:
    """A third is spoilt or a duplicate, the rest is valid."""
    made: list[dict[str, str]] = []
    for index in range(rows):
        movie = _movie(f"shared {index}" if index < SHARED else f"{number}.{index}", chance)
        draw = chance.random()
        if index >= SHARED and draw < 0.25:
            column, cell = chance.choice(_SPOILS)
            movie[column] = cell
        elif index >= SHARED and draw < 0.33:
            # The same key with other votes, or the same row once more.
            movie = dict(chance.choice(made))
            if movie["No_of_Votes"].isdecimal() and chance.random() < 0.7:
                movie["No_of_Votes"] = str(int(movie["No_of_Votes"]) + chance.randint(1, 999))
        made.append(movie)
    yield from made


def _movie(mark: str, chance: random.Random) -> dict[str, str]:
    # The shared movies must have one key in all inputs.
    of_key = random.Random(mark)
    stars = [chance.choice(("", *_PEOPLE)) for _ in range(4)]
    cells = (
        f"{of_key.choice(_TITLES)} ({mark})",
        str(of_key.randint(1920, 2020)),
        chance.choice(("A", "U", "PG-13", "")),
        chance.choice(("142 min", "90 min", "")),
        chance.choice(_GENRES),
        f"{chance.randint(10, 99) / 10}",
        str(chance.randint(10, 100)),
        of_key.choice(_PEOPLE),
        *stars,
        str(chance.randint(1000, 2_400_000)),
        f"{chance.randint(1, 900_000_000):,}",
    )
    return dict(zip(HEADER, cells, strict=True))


def _csv(movies: list[dict[str, str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADER, lineterminator="\n")
    writer.writeheader()
    writer.writerows(movies)
    return text.getvalue()
