"""Our `awsglue` against the signatures of AWS's: every public name, parameter and default.

`cases/signatures-5.1.0.json` is what signatures.py prints for AWSGlueDataplanePython 5.1.0; the
two packages have one name, so ours is introspected in a process of its own too.
`cases/signature_differences.yaml` lists what differs and why: each entry must really differ, and
nothing else may.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parent
SNAPSHOT = HERE / "cases" / "signatures-5.1.0.json"
DIFFERENCES = HERE / "cases" / "signature_differences.yaml"
# A folder made by `pip install --target DIR AWSGlueDataplanePython==5.1.0`.
AWS_PACKAGE = "AWSGLUE_5_1_0_PATH"

# One object would be shared by all calls: here the default is None or cannot be changed, and means
# the same.
SAME_DEFAULTS = {
    "{}": ("None", "mappingproxy({})"),
    "[]": ("None", "()"),
    "UnknownType({})": ("None",),
}

Signatures = dict[str, dict[str, Any]]


def introspected(path: str | None = None) -> Signatures:
    environment = dict(os.environ)
    if path is not None:
        environment["PYTHONPATH"] = path
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
def found() -> list[str]:
    return sorted(differences(json.loads(SNAPSHOT.read_text()), introspected()))


def test_every_difference_is_listed_with_a_reason(found: list[str], listed: dict[str, str]) -> None:
    assert [path for path in found if not listed.get(path)] == []


def test_no_module_of_ours_failed_to_import() -> None:
    assert {module: names["!"] for module, names in introspected().items() if "!" in names} == {}


def test_every_listed_difference_is_there(found: list[str], listed: dict[str, str]) -> None:
    assert sorted(listed.keys() - set(found)) == []


@pytest.mark.skipif(AWS_PACKAGE not in os.environ, reason=f"{AWS_PACKAGE} is not set")
def test_snapshot_is_what_awss_package_has() -> None:
    assert introspected(os.environ[AWS_PACKAGE]) == json.loads(SNAPSHOT.read_text())


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
