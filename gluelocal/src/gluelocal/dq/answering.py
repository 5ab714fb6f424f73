"""Every foreseeable problem is a message on standard error and an exit code, never a traceback."""

import contextlib
import sys
from collections.abc import Iterator

import typer

from dqdl.errors import DqdlError
from gluelocal.commands.options import err
from gluelocal.errors import GluelocalError

NOT_ANSWERED = 2


@contextlib.contextmanager
def answered() -> Iterator[None]:
    """Errors of gluelocal, dqdl, Spark and the disk end the command with exit code 2."""
    try:
        yield
    except _foreseeable() as problem:
        _fail(_said(problem))


def _foreseeable() -> tuple[type[Exception], ...]:
    """Asked when something has happened: Spark's errors are not known before it is imported."""
    own = (GluelocalError, DqdlError, OSError)
    if "pyspark" not in sys.modules:
        return own
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]
    from pyspark.errors import PySparkException

    return (*own, Py4JError, PySparkException)


def _said(problem: Exception) -> str:
    """The message; what Spark says goes without its plans and stacks."""
    if isinstance(problem, GluelocalError | DqdlError | OSError):
        return str(problem)
    java = getattr(problem, "java_exception", None)
    while java is not None and java.getCause() is not None:
        java = java.getCause()
    text = str(problem) if java is None else str(java.toString())
    return "Spark could not do it: " + text.split(";\n", 1)[0].split("\n\n", 1)[0].strip()


def _fail(message: str) -> None:
    err.print(message, markup=False, style="red")
    raise typer.Exit(NOT_ANSWERED)
