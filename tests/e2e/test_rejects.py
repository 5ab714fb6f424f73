"""Rejected rows come back: shown, replayed under a laxer ruleset, and once each in the table."""

import csv
import io
import json
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow]

SAMPLE = Path("data/imdb_top_1000.csv")
EACH_MOVIE = "select series_title, released_year, director, gross from movies.imdb_movies"


@pytest.fixture
def lax(tmp_path):
    file = tmp_path / "lax_for_a_test.dqdl"
    file.write_text('Rules = [ IsComplete "series_title" ]\n')
    return str(file)


@pytest.fixture
def table_of_its_own(deployment):
    """Empty, and put back afterwards: other tests of this account load what is rejected here."""
    deployment.execute("create table movies.kept_aside as select * from movies.imdb_movies")
    deployment.execute("delete from movies.imdb_movies")
    yield
    deployment.execute("delete from movies.imdb_movies")
    deployment.execute("insert into movies.imdb_movies select * from movies.kept_aside")
    deployment.execute("drop table movies.kept_aside")


def replay(deployment, run_id, lax):
    ended = deployment.command(
        "rejects", "replay", run_id, "--ruleset", lax, "--env", "local", "--output", "json"
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.usefixtures("table_of_its_own")
def test_a_replay_loads_each_rejected_row_once_however_often(first_run, deployment, lax):
    run_id = first_run.result["job_run_id"]
    listed = json.loads(deployment.command("rejects", "list", "--output", "json").stdout)
    assert {one["run_id"]: one["rejected"] for one in listed["runs"]}[run_id] == 251

    shown = deployment.command("rejects", "show", run_id[:20], "--output", "csv")
    assert shown.returncode == 0, shown.stderr
    rejected = list(csv.DictReader(io.StringIO(shown.stdout)))
    with SAMPLE.open(newline="") as file:
        sample = list(csv.DictReader(file))
    assert list(rejected[0]) == [name.lower() for name in sample[0]]
    titles = {row["Series_Title"] for row in sample}
    assert len(rejected) == 251
    assert {row["series_title"] for row in rejected} <= titles

    first = replay(deployment, run_id, lax)
    # One film's year is `PG`, which no ruleset turns into a number.
    assert first["rows"] == {"read": 251, "loaded": 250, "rejected": 1}
    assert deployment.count() == 250
    movies = sorted(map(repr, deployment.query(EACH_MOVIE)))
    assert len(set(movies)) == len(movies)

    again = replay(deployment, run_id, lax)
    assert (again["rows"], again["source"]) == (first["rows"], first["source"])
    assert sorted(map(repr, deployment.query(EACH_MOVIE))) == movies
