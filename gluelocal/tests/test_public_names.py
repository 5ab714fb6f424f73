"""cases/public_names.yaml: none of these names may go but as docs/versioning.md says."""

import dataclasses
import importlib
import importlib.metadata
from pathlib import Path

import pytest
import typer
import yaml

from gluelocal import account, pytest_plugin
from gluelocal.cli import app

NAMES = yaml.safe_load((Path(__file__).parent / "cases" / "public_names.yaml").read_text())


def commands(group, prefix=""):
    """Every command's own name, with the words of its arguments and options."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", set(words(command))


def words(command):
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            yield (parameter.metavar or parameter.name).strip("[].").upper()
        else:
            yield from (*parameter.opts, *parameter.secondary_opts)


@pytest.fixture(scope="module")
def offered():
    return dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("command", NAMES["commands"])
def test_a_command_and_its_options(offered, command):
    assert command in offered
    assert set(NAMES["commands"][command]) <= offered[command]


def test_the_variables_that_env_prints():
    settings = account.Settings(port=1, redshift_port=2, redshift_password="")
    printed = account.Account(Path("state"), settings).environment()
    assert set(NAMES["printed_variables"]) <= set(printed)


@pytest.mark.parametrize(("variable", "module"), NAMES["read_variables"].items())
def test_a_variable_that_a_user_sets(variable, module):
    read = vars(importlib.import_module(module))
    assert variable in {value for name, value in read.items() if name.endswith("_VARIABLE")}


@pytest.mark.parametrize(("name", "value"), NAMES["defaults"].items())
def test_a_default(name, value):
    assert str(getattr(account, name)) == str(value)


@pytest.mark.parametrize("name", NAMES["fixtures"])
def test_a_fixture(name):
    assert type(getattr(pytest_plugin, name)).__name__ == "FixtureFunctionDefinition"


def test_the_markers(pytestconfig):
    registered = {line.partition(":")[0] for line in pytestconfig.getini("markers")}
    assert set(NAMES["markers"]) <= registered


def test_the_extras():
    listed = importlib.metadata.metadata("gluelocal").get_all("Provides-Extra")
    assert set(NAMES["extras"]) <= set(listed)


@pytest.mark.parametrize(("module", "names"), NAMES["modules"].items())
def test_the_names_of_a_module(module, names):
    found = importlib.import_module(module)
    assert [name for name in names if not hasattr(found, name)] == []


@pytest.mark.parametrize(("place", "names"), NAMES["attributes"].items())
def test_the_attributes_of_what_a_fixture_gives(place, names):
    module, _, name = place.partition(":")
    given = getattr(importlib.import_module(module), name)
    found = {field.name for field in dataclasses.fields(given)} | set(vars(given))
    assert set(names) <= found


def test_the_page_names_every_command_and_extra():
    page = (Path(__file__).parents[2] / "docs" / "versioning.md").read_text()
    assert [one for one in NAMES["commands"] if f"`{one}" not in page] == []
    assert [one for one in NAMES["extras"] if f"`{one}`" not in page] == []
