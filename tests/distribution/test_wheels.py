"""What is in the wheels, and what their metadata says."""

import configparser
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "imdb_etl": [ROOT / "src" / "imdb_etl"],
    "gluelocal": [
        ROOT / "gluelocal" / "src" / name for name in ("awsglue", "awsgluedq", "dqdl", "gluelocal")
    ],
}
NAMES = sorted(PACKAGES)


class Wheel:
    def __init__(self, path):
        self._path = path

    def names(self):
        with zipfile.ZipFile(self._path) as archive:
            return set(archive.namelist())

    def about(self, name):
        """The text of a file of its .dist-info."""
        with zipfile.ZipFile(self._path) as archive:
            (found,) = (one for one in archive.namelist() if one.endswith(f".dist-info/{name}"))
            return archive.read(found).decode()

    @property
    def metadata(self):
        return Parser().parsestr(self.about("METADATA"))


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def wheel(name, wheels):
    return Wheel(wheels[name])


def test_every_file_of_the_packages_is_in_and_nothing_else(name, wheel):
    expected = {
        str(file.relative_to(folder.parent))
        for folder in PACKAGES[name]
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert {one for one in wheel.names() if ".dist-info/" not in one} == expected
    assert {f"{folder.name}/py.typed" for folder in PACKAGES[name]} <= expected


def test_the_licence_is_the_one_at_the_root(wheel):
    assert wheel.metadata["License-Expression"] == "Apache-2.0"
    assert wheel.about("licenses/LICENSE") == (ROOT / "LICENSE").read_text()


def test_the_page_of_the_distribution_is_its_readme(name, wheel):
    folder = ROOT if name == "imdb_etl" else ROOT / name
    assert wheel.metadata["Description-Content-Type"] == "text/markdown"
    assert wheel.metadata.get_payload().strip() == (folder / "README.md").read_text().strip()


def test_classifiers_name_the_pythons_that_are_allowed(name, wheel):
    named = {
        text.rpartition(" ")[2]
        for text in wheel.metadata.get_all("Classifier")
        if text.startswith("Programming Language :: Python :: 3.")
    }
    allowed = {
        "imdb_etl": ({"3.11"}, "<3.12,>=3.11"),
        "gluelocal": ({"3.11", "3.12"}, "<3.13,>=3.11"),
    }
    assert (named, wheel.metadata["Requires-Python"]) == allowed[name]


def test_the_commands_and_the_plugin_are_entry_points(wheels):
    points = configparser.ConfigParser()
    for wheel in wheels.values():
        points.read_string(Wheel(wheel).about("entry_points.txt"))
    assert dict(points["console_scripts"]) == {
        "gluelocal": "gluelocal.cli:main",
        "imdb-etl": "imdb_etl.ops.cli:main",
    }
    assert dict(points["pytest11"]) == {"gluelocal": "gluelocal.pytest_plugin"}


def test_both_distributions_have_one_version(wheels):
    assert len({Wheel(wheel).metadata["Version"] for wheel in wheels.values()}) == 1
