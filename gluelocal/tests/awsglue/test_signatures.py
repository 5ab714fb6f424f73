"""Our `awsglue` against the signatures of AWS's: every public name, parameter and default.

AWS's package is a dependency of this test alone: `make` puts it into a folder of .venv that is on
no path, for the two packages have one name. Each is introspected in a process of its own.
`cases/signature_differences.yaml` lists what differs and why: each entry must really differ, and
nothing else may.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parent
DIFFERENCES = HERE / "cases" / "signature_differences.yaml"
PARITY = HERE.parents[2] / "docs" / "parity.md"
# The frames that test_another_awsglue.py runs awsgluedq on.
STAND_IN = HERE.parent / "awsgluedq" / "stand_in" / "frames.py"
# The Makefile's AWS_GLUE.
AWS_FOLDER = Path(sys.prefix) / "aws-glue"
AWS_VERSION = "5.1.0"

# One object would be shared by all calls: here the default is None or cannot be changed, and means
# the same.
SAME_DEFAULTS = {
    "{}": ("None", "mappingproxy({})"),
    "[]": ("None", "()"),
    "UnknownType({})": ("None",),
}

Signatures = dict[str, dict[str, Any]]


def introspected(first_on_path: Path | None = None) -> Signatures:
    environment = dict(os.environ)
    if first_on_path is not None:
        environment["PYTHONPATH"] = str(first_on_path)
    finished = subprocess.run(
        [sys.executable, str(HERE / "signatures.py")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    found: Signatures = json.loads(finished.stdout)
    return found


def resolved(signatures: Signatures, module: str, name: str) -> Any:
    """What a name is, where another module defines it too; None when there is none."""
    what = signatures.get(module, {}).get(name)
    if isinstance(what, str) and what.startswith("-> "):
        return signatures[what.removeprefix("-> ")].get(name)
    return what


def differences(theirs: Signatures, ours: Signatures) -> Iterator[str]:
    """Each as the path of what is not there, or as path(parameter), path(order)."""
    for module in theirs:
        if module not in ours:
            yield module
            continue
        for name, what in theirs[module].items():
            path = f"{module}.{name}"
            mine = resolved(ours, module, name)
            if mine is None:
                yield path
            elif isinstance(what, str) and what.removeprefix("-> ") in ours:
                continue  # compared where it is defined
            else:
                yield from of_name(path, resolved(theirs, module, name), mine)


def of_name(path: str, theirs: Any, ours: Any) -> Iterator[str]:
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for name, what in theirs["members"].items():
            if name not in ours["members"]:
                yield f"{path}.{name}"
            else:
                yield from of_name(f"{path}.{name}", what, ours["members"][name])
    elif isinstance(theirs, list) and isinstance(ours, list):
        yield from of_parameters(path, theirs, ours)
    elif type(theirs) is not type(ours):
        yield f"{path}(kind)"


def of_parameters(path: str, theirs: list[str], ours: list[str]) -> Iterator[str]:
    wanted, given = named(theirs), named(ours)
    for name, default in wanted.items():
        if name not in given:
            yield f"{path}({name})"
        elif given[name] not in (default, *SAME_DEFAULTS.get(default or "", ())):
            yield f"{path}({name}={default})"
    for name in given.keys() - wanted.keys():
        if given[name] is None and not name.startswith("*"):
            yield f"{path}(needs {name})"
    positional = [name for name in wanted if name in given and not name.startswith("*")]
    if positional != [name for name in given if not name.startswith("*")][: len(positional)]:
        yield f"{path}(order)"


def named(parameters: list[str]) -> dict[str, str | None]:
    """Parameters without `self` (a class method of theirs may be a static one of ours)."""
    pairs = (parameter.partition("=") for parameter in parameters if parameter != "self")
    return {name: default if equals else None for name, equals, default in pairs}


@pytest.fixture(scope="module")
def listed() -> dict[str, str]:
    """Path of the difference -> its reason."""
    reasons: dict[str, str] = {}
    for entry in yaml.safe_load(DIFFERENCES.read_text()):
        for path in entry["paths"]:
            assert path not in reasons, f"{path} is listed twice"
            reasons[path] = entry["reason"]
    return reasons


@pytest.fixture(scope="module")
def ours() -> Signatures:
    return introspected()


@pytest.fixture(scope="module")
def theirs() -> Signatures:
    installed = {one.name: one.version for one in metadata.distributions(path=[str(AWS_FOLDER)])}
    assert installed.get("AWSGlueDataplanePython") == AWS_VERSION, (
        f"AWS's package {AWS_VERSION} is not in {AWS_FOLDER}; `make .venv/.dev` puts it there"
    )
    return introspected(AWS_FOLDER)


@pytest.fixture(scope="module")
def found(theirs: Signatures, ours: Signatures) -> list[str]:
    return sorted(differences(theirs, ours))


def test_the_two_packages_are_not_one(theirs: Signatures, ours: Signatures) -> None:
    assert "awsglue.engine.rows" in ours
    assert "awsglue.engine.rows" not in theirs


def test_every_difference_is_listed_with_a_reason(found: list[str], listed: dict[str, str]) -> None:
    assert [path for path in found if not listed.get(path)] == []


def test_every_listed_difference_is_there(found: list[str], listed: dict[str, str]) -> None:
    assert sorted(listed.keys() - set(found)) == []


def test_the_parity_page_names_every_difference(listed: dict[str, str]) -> None:
    page = set(re.findall(r"`(?:\w+\.)*(\w+)`", PARITY.read_text()))
    # What differs in a call is told of by the call's class.
    names = {path: re.sub(r"\.__init__\(.*", "", path).rsplit(".", 1)[1] for path in listed}
    assert [path for path, name in names.items() if name not in page] == []


def test_what_awsgluedq_uses_of_a_frame_is_there_on_awss_own(
    theirs: Signatures, tmp_path: Path
) -> None:
    package = tmp_path / "awsglue"
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.copy(STAND_IN, package / "dynamicframe.py")
    for name, used in introspected(tmp_path)["awsglue.dynamicframe"].items():
        there = theirs["awsglue.dynamicframe"][name]["members"]
        assert {member: there.get(member) for member in used["members"]} == used["members"]


def test_every_module_was_imported(theirs: Signatures, ours: Signatures) -> None:
    for package in (theirs, ours):
        assert {module: names["!"] for module, names in package.items() if "!" in names} == {}


@pytest.mark.parametrize(
    ("theirs", "ours", "expected"),
    [
        (["self", "a", "b=1"], ["a", "b=1"], []),
        (["a", "b={}"], ["a", "b=None"], []),
        (["a", "b=1"], ["a"], ["f(b)"]),
        (["a", "b=1"], ["a", "b=2"], ["f(b=1)"]),
        (["a", "b"], ["b", "a"], ["f(order)"]),
        (["a"], ["a", "b"], ["f(needs b)"]),
        (["a"], ["a", "b=None", "**kwargs"], []),
        (["a", "**kwargs"], ["a"], ["f(**kwargs)"]),
    ],
)
def test_parameters_are_compared(theirs: list[str], ours: list[str], expected: list[str]) -> None:
    assert list(of_parameters("f", theirs, ours)) == expected
