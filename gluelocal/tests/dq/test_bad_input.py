"""Every mistake of fixtures/bad_input.yaml: exit code 2, a sentence on standard error, no trace."""

from pathlib import Path
from typing import Any

import pytest
import yaml

CASES = yaml.safe_load(
    (Path(__file__).with_name("fixtures") / "bad_input.yaml").read_text(encoding="utf-8")
)
NEEDLESS = [case for case in CASES if not case.get("spark")]
NEEDED = [case for case in CASES if case.get("spark")]


def lay_out(folder: Path, case: dict[str, Any]) -> list[str]:
    """Makes the files; the words of the command."""
    (folder / "good.csv").write_text("a,b\n1,x\n,y\n")
    (folder / "good.dqdl").write_text("Rules = [ RowCount > 0 ]")
    for name, content in case.get("files", {}).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            file.write_text(content)
        elif "hex" in content:
            file.write_bytes(bytes.fromhex(content["hex"]))
        else:
            file.mkdir()
    words = [word.replace("{dir}", str(folder)) for word in case["arguments"]]
    return [case.get("command", "check"), *words]


def refuses(dq: Any, folder: Path, case: dict[str, Any]) -> None:
    words = lay_out(folder, case)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    answer = dq(*words)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert "Traceback" not in answer.stderr
    for said in case["says"]:
        assert said in answer.stderr
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert after == before


@pytest.mark.parametrize("case", NEEDLESS, ids=[case["title"] for case in NEEDLESS])
def test_a_mistake_is_told_before_spark_starts(
    dq: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: dict[str, Any]
) -> None:
    def started(*_: object) -> None:
        raise AssertionError("Spark was wanted")

    monkeypatch.setattr("gluelocal.dq.given.spark_session", started)
    refuses(dq, tmp_path, case)


@pytest.mark.spark
@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("case", NEEDED, ids=[case["title"] for case in NEEDED])
def test_a_mistake_that_spark_finds_is_told_too(
    dq: Any, tmp_path: Path, case: dict[str, Any]
) -> None:
    refuses(dq, tmp_path, case)


def test_a_file_that_may_not_be_read_is_named(dq: Any, tmp_path: Path) -> None:
    lay_out(tmp_path, {"arguments": []})
    secret = tmp_path / "good.csv"
    secret.chmod(0)
    try:
        secret.read_bytes()
    except PermissionError:
        answer = dq("check", secret, tmp_path / "good.dqdl")
        assert answer.exit_code == 2
        assert "no permission" in answer.stderr
    else:
        pytest.skip("this user may read everything")
    finally:
        secret.chmod(0o600)
