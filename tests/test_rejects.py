"""The marker of a run's rejects: written, read, and refused when it is no marker."""

import json

import pytest

from imdb_etl.errors import ConfigError
from imdb_etl.rejects import Marker
from imdb_etl.summary import RowCounts

MARKER = Marker("jr_1", "imdb-etl", "movies", "s3://data/raw/é/", RowCounts(1000, 749, 251))


def test_a_marker_reads_back_as_it_was_written():
    assert Marker.from_json(MARKER.to_json()) == MARKER


def test_the_marker_is_json_for_other_programs_too():
    record = json.loads(MARKER.to_json())
    assert set(record) == {"run_id", "job", "ruleset", "source", "rows"}
    assert record["rows"] == {"read": 1000, "loaded": 749, "rejected": 251}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rows": {"read": 1, "loaded": 1}}, r"rows\.rejected: missing"),
        ({"rows": {"read": "1", "loaded": 1, "rejected": 0}}, r"rows\.read: expected int, got '1'"),
        ({"run_id": None}, "run_id: expected str"),
        ({"color": "red"}, "color: unknown key"),
    ],
)
def test_what_is_wrong_in_a_marker_is_named(change, message):
    text = json.dumps(json.loads(MARKER.to_json()) | change)
    with pytest.raises(ConfigError, match=message):
        Marker.from_json(text)


@pytest.mark.parametrize(("text", "message"), [("", "not JSON"), ("[1]", "the top level")])
def test_a_text_that_is_no_object_is_no_marker(text, message):
    with pytest.raises(ConfigError, match=message):
        Marker.from_json(text)
