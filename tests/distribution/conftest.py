"""gluelocal's wheel in an environment that was empty."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class LightBase:
    """gluelocal without an extra: no PySpark, no boto3, no server, and no Java to be found."""

    def __init__(self, folder):
        self.folder = folder
        self.python = folder / "bin" / "python"

    @property
    def packages(self):
        (found,) = self.folder.glob("lib/python*/site-packages")
        return found

    def run(self, *command, cwd):
        environment = {name: text for name, text in os.environ.items() if name != "JAVA_HOME"}
        environment |= {"PATH": str(self.folder / "bin"), "PYTHONPATH": ""}
        return subprocess.run(
            [self.folder / "bin" / command[0], *command[1:]],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
        )


@pytest.fixture(scope="session")
def light_base(wheels, tmp_path_factory):
    folder = tmp_path_factory.mktemp("light") / "environment"
    # This environment's pip serves the other one: a pip of its own would take seconds more.
    venv.create(folder, with_pip=False)
    base = LightBase(folder)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"),
            *("--python", base.python, "install", "--no-compile"),
            *("--constraint", ROOT / "constraints.txt", wheels["gluelocal"]),
        ],
        check=True,
    )
    return base
