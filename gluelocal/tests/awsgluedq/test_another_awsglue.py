"""Where another `awsglue` is first on the path, awsgluedq works on its frames."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

STAND_IN = Path(__file__).parent / "stand_in"


@pytest.mark.spark
def test_only_public_names_of_a_frame_are_used(tmp_path: Path) -> None:
    package = tmp_path / "awsglue"
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.copy(STAND_IN / "frames.py", package / "dynamicframe.py")
    finished = subprocess.run(
        [sys.executable, str(STAND_IN / "evaluate.py")],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    [line] = [line for line in finished.stdout.splitlines() if line.startswith("FOUND ")]
    assert json.loads(line.removeprefix("FOUND ")) == {
        "awsglue": str(package / "__init__.py"),
        "kinds": ["awsglue.dynamicframe"],
        "same_context": True,
        "keys": ["originalData", "rowLevelOutcomes", "ruleOutcomes"],
        "outcomes": ["Failed", "Passed"],
        "rows": ["Passed", "Failed"],
    }
