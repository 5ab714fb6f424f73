"""Another CSV of the same shape, from this machine: values that do not map, and a second load."""

import csv
import io
from decimal import Decimal

import pytest

pytestmark = [pytest.mark.slow]

GOOD = {
    "Series_Title": 'Übung, "macht" den Meister',
    "Released_Year": "2020",
    "Certificate": "",
    "Runtime": "101 min",
    "Genre": "Drama",
    "IMDB_Rating": "8.1",
    "Meta_score": "77",
    "Director": "Jürgen Ölmann",
    "Star1": "A",
    "Star2": "B",
    "Star3": "C",
    "Star4": "D",
    "No_of_Votes": "12345678901",
    "Gross": "1,234,567",
}


def film(title, **changes):
    return {**GOOD, "Series_Title": title, **changes}


FILMS = [
    GOOD,
    film("two decimals", IMDB_Rating="8.15"),
    film("runtime in words", Runtime="two hours"),
    film("votes not a number", No_of_Votes="many"),
    film("twin"),
    film("twin", No_of_Votes="5000"),
    film("no votes", No_of_Votes=""),
    film("no gross", Gross=""),
]


@pytest.fixture(scope="module")
def ended(first_run, deployment, tmp_path_factory):
    assert first_run.code == 0
    text = io.StringIO()
    writer = csv.DictWriter(text, list(GOOD), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(FILMS)
    file = tmp_path_factory.mktemp("source") / "More films.csv"
    file.write_text(text.getvalue(), newline="")
    return deployment.run("--source", str(file))


def test_what_maps_is_loaded_exactly_and_the_rest_is_rejected(ended, deployment):
    assert ended.code == 0, ended.errors
    assert ended.result["rows"] == {"read": 8, "loaded": 2, "rejected": 6}
    rows = deployment.query(
        "select series_title, released_year, certificate, runtime, imdb_rating, director,"
        " no_of_votes, gross from movies.imdb_movies where released_year = 2020 and director ="
        " 'Jürgen Ölmann' order by series_title"
    )
    assert rows == [
        ("twin", 2020, None, 101, Decimal("8.1"), "Jürgen Ölmann", 12345678901, 1234567),
        (GOOD["Series_Title"], 2020, None, 101, Decimal("8.1"), "Jürgen Ölmann",
         12345678901, 1234567),
    ]  # fmt: skip


def test_every_reject_says_why(ended, deployment):
    rejects = deployment.json_lines(ended.result["rejects"])
    why = {(one["series_title"], str(one.get("no_of_votes"))): one["reject_reasons"]
           for one in rejects}  # fmt: skip
    reasons = {title: " ".join(found) for (title, _), found in why.items()}
    assert "imdb_rating: '8.15' does not convert to decimal(3,1)" in reasons["two decimals"]
    assert "runtime: 'two hours' does not convert to integer" in reasons["runtime in words"]
    assert "no_of_votes" in reasons["votes not a number"]
    assert "many" in reasons["votes not a number"]
    assert ("twin", "5000") in why
    assert "key" in reasons["twin"]
    assert 'rule failed: ColumnValues "no_of_votes" >= 1000' in reasons["no votes"]
    assert 'rule failed: ColumnValues "gross" matches' in reasons["no gross"]


def test_the_sample_can_be_read_again_afterwards(ended, deployment):
    assert ended.code == 0
    before = deployment.count()
    again = deployment.run()
    assert again.code == 0, again.errors
    assert again.result["rows"]["read"] == 1000
    assert deployment.count() == before
