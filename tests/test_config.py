"""The job's configuration: what is refused, and how the message names it."""

import json

import pytest

from imdb_etl.config import PipelineConfig, parse_config
from imdb_etl.errors import ConfigError

GOOD = {
    "catalog_database": "imdb_etl",
    "data_bucket": "data",
    "artifacts_bucket": "artifacts",
    "redshift": {
        "connection": "imdb-etl-redshift",
        "database": "dev",
        "schema": "movies",
        "table": "imdb_movies",
        "key": ["title"],
        "prefer_highest": "votes",
    },
    "columns": [
        {"name": "title", "type": "varchar(256)", "source": "title", "nullable": False},
        {"name": "votes", "type": "bigint", "source": "votes"},
        {"name": "rating", "type": "decimal(3,1)", "source": "rating"},
    ],
}


def with_change(path, value):
    """GOOD with one value changed; `path` is a tuple of keys and indexes."""
    data = json.loads(json.dumps(GOOD))
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return json.dumps(data)


def test_a_good_configuration_is_read():
    config = parse_config(json.dumps(GOOD), "here")
    assert isinstance(config, PipelineConfig)
    assert config.redshift.key == ("title",)
    assert config.columns[2].arguments == (3, 1)
    assert config.columns[1].nullable
    assert config.columns[1].reads == "plain"


CASES = [
    ("unknown key at the top", ("extra",), 1, "extra: unknown key; valid are artifacts_bucket"),
    ("unknown key below", ("redshift", "keys"), [], "redshift.keys: unknown key"),
    ("unknown key in a list", ("columns", 1, "kind"), "x", r"columns\[1\].kind: unknown key"),
    ("wrong type", ("data_bucket",), 7, "data_bucket: expected str, got 7"),
    ("text for a bool", ("columns", 0, "nullable"), "no", r"columns\[0\].nullable: expected bool"),
    ("text for a list", ("redshift", "key"), "title", "redshift.key: expected a list, got 'title'"),
    ("a list for an object", ("redshift",), [], "redshift: expected keys and values"),
    ("unknown type", ("columns", 1, "type"), "int8", "column votes: type 'int8' is not known"),
    ("too many digits", ("columns", 2, "type"), "decimal(39,1)", "takes 1 to 38 digits"),
    ("more decimals than digits", ("columns", 2, "type"), "decimal(2,3)", "more decimals"),
    ("varchar of no length", ("columns", 0, "type"), "varchar(0)", "1 to 65535 bytes"),
    ("unknown way to read", ("columns", 1, "reads"), "hours", "is not one of plain, minutes"),
    ("text read as minutes", ("columns", 0, "reads"), "minutes", "for numbers only"),
    ("a name that is no identifier", ("redshift", "table"), "a; drop", "table 'a; drop': use"),
    ("a column twice", ("columns", 1, "name"), "title", "title stand there more than once"),
    ("a key that is no column", ("redshift", "key"), ["name"], "'name' is not a column"),
    ("no key", ("redshift", "key"), [], "at least one column must identify a row"),
    ("a key that may be NULL", ("columns", 0, "nullable"), True, "so nullable: false"),
]


@pytest.mark.parametrize(
    ("path", "value", "message"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_a_mistake_is_refused_with_its_path(path, value, message):
    with pytest.raises(ConfigError, match=message) as refused:
        parse_config(with_change(path, value), "s3://b/config.json")
    assert str(refused.value).startswith("s3://b/config.json: ")


def test_a_missing_key_is_named():
    data = {key: value for key, value in GOOD.items() if key != "data_bucket"}
    with pytest.raises(ConfigError, match="data_bucket: missing"):
        parse_config(json.dumps(data), "here")


def test_text_that_is_no_json_is_refused():
    with pytest.raises(ConfigError, match="here is not JSON"):
        parse_config("{", "here")
