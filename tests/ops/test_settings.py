"""The project's configuration files: complete, consistent, and checked."""

import json
import re
import shutil

import pytest

from imdb_etl.config import parse_config
from imdb_etl.errors import ConfigError, RulesetError
from imdb_etl.ops.settings import Project

OUTPUTS = {
    "GlueDatabase": "imdb_etl",
    "DataBucket": "data",
    "ArtifactsBucket": "artifacts",
    "RedshiftConnection": "imdb-etl-redshift",
}


@pytest.fixture
def copy(project, tmp_path):
    """A project of the test's own, to be broken."""
    shutil.copytree(project.root / "conf", tmp_path / "conf")
    return Project(tmp_path)


def test_the_job_s_configuration_is_one_that_the_job_accepts(settings):
    config = parse_config(settings.job_config(OUTPUTS, "dev"), "here")
    assert config.columns == settings.columns
    assert (config.redshift.connection, config.redshift.database) == ("imdb-etl-redshift", "dev")
    assert config.redshift.role == ""
    with_role = settings.job_config(OUTPUTS | {"RedshiftRole": "arn:r"}, "dev")
    assert parse_config(with_role, "here").redshift.role == "arn:r"


def test_the_columns_are_those_of_the_table(project, settings):
    ddl = (project.root / "conf" / "redshift" / "02_imdb_movies.sql").read_text()
    found = re.findall(r"^    (\w+)\s+([\w(),]+?)(\s+not null)?,?(?:\s+--.*)?$", ddl, re.MULTILINE)
    in_table = [(name, kind, not required) for name, kind, required in found]
    assert in_table == [(c.name, c.type, c.nullable) for c in settings.columns]


def test_every_source_column_of_the_sample_is_mapped(project, settings):
    with (project.root / settings.sample).open() as file:
        header = file.readline().strip().lower().split(",")
    assert sorted(header) == sorted(column.source for column in settings.columns)


def test_aws_needs_an_address_and_takes_the_rest_from_base(copy, settings):
    with pytest.raises(ConfigError, match="notification_email: missing"):
        copy.settings("aws")
    with (copy.root / "conf" / "aws.yml").open("a") as file:
        file.write("notification_email: me@example.org\nredshift: {table: other}\n")
    changed = copy.settings("aws")
    assert (changed.redshift.table, changed.redshift.schema) == ("other", "movies")
    assert changed.columns == settings.columns
    assert changed.account is None


MISTAKES = [
    ("extra: 1\n", r"conf/local.yml: extra: unknown key"),
    ("notification_email: a@b.c\naccount: {up: [x]}\n", r"account\.down: missing"),
    ("stack_name: 7\n", "stack_name: expected str, got 7"),
    ("a: [\n", "local.yml is not YAML"),
    ("- a\n", "expected keys and values at the top level"),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_a_mistake_in_a_file_is_named(copy, text, message):
    (copy.root / "conf" / "local.yml").write_text(text)
    with pytest.raises(ConfigError, match=message):
        copy.settings("local")


def test_a_missing_file_is_named(copy):
    (copy.root / "conf" / "local.yml").unlink()
    with pytest.raises(ConfigError, match=r"local\.yml cannot be read: No such file"):
        copy.settings("local")


def test_a_project_is_found_from_any_folder_in_it(copy, tmp_path):
    assert Project.find(copy.root / "conf" / "rulesets").root == tmp_path
    with pytest.raises(ConfigError, match="is not in an imdb-etl project"):
        Project.find(tmp_path.parent)


def test_a_ruleset_is_a_name_or_a_file(copy, tmp_path):
    assert copy.ruleset_file("top_rated").name == "top_rated.dqdl"
    mine = tmp_path / "mine.dqdl"
    mine.write_text("Rules = [ RowCount > 0 ]")
    assert copy.ruleset_file(str(mine)) == mine
    with pytest.raises(
        RulesetError, match="no ruleset 'top'; conf/rulesets has: movies, top_rated"
    ):
        copy.ruleset_file("top")
    with pytest.raises(RulesetError, match="no ruleset file nowhere"):
        copy.ruleset_file("nowhere.dqdl")


def test_the_configuration_names_no_secret(settings):
    assert "password" not in json.dumps(json.loads(settings.job_config(OUTPUTS, "dev"))).lower()
