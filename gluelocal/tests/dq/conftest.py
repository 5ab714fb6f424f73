"""The command line in this process, with the session's Spark where a test has it."""

from collections.abc import Callable

import pytest
from click.testing import Result
from typer.testing import CliRunner

from gluelocal.cli import app

Invoke = Callable[..., Result]


@pytest.fixture
def dq() -> Invoke:
    """`dq("check", "a.csv", "a.dqdl")` answers with exit_code, stdout and stderr."""

    def invoke(*words: str, stdin: bytes | None = None) -> Result:
        return CliRunner().invoke(app, ["dq", *map(str, words)], input=stdin)

    return invoke
