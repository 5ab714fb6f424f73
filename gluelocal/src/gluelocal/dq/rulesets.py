"""Rulesets from files or standard input, and where exactly they are wrong."""

import sys
from dataclasses import dataclass
from pathlib import Path

from dqdl import Ruleset, parse
from dqdl.errors import DqdlSyntaxError
from gluelocal.errors import UsageError

STANDARD_INPUT = "-"
_WIDTH = 120


@dataclass(frozen=True)
class Finding:
    """Something at a place of a ruleset's text; `severity` is error or warning.

    `line` and `column` count from 1.
    """

    severity: str
    line: int
    column: int
    message: str


class RulesetError(UsageError):
    """A ruleset that is not valid DQDL; the text has the line and a caret under the place."""

    def __init__(self, name: str, text: str, finding: Finding) -> None:
        super().__init__(shown(name, text, finding))
        self.finding = finding


def read_text(file: str) -> str:
    """The text of a file, or of standard input for `-`; UsageError when it cannot be had."""
    try:
        data = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
    except FileNotFoundError:
        raise UsageError(f"There is no ruleset {file}.") from None
    except OSError as problem:
        raise UsageError(f"The ruleset {file} cannot be read: {problem.strerror}.") from problem
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise UsageError(
            f"The ruleset {file} is not UTF-8: byte 0x{data[problem.start]:02x} in line {line}. "
            "Save it as UTF-8."
        ) from None


def name_of(file: str) -> str:
    return "standard input" if file == STANDARD_INPUT else file


def parsed(file: str, text: str) -> Ruleset:
    """RulesetError for text that is not valid DQDL."""
    problem = syntax_error(text)
    if problem is not None:
        raise RulesetError(name_of(file), text, problem)
    return parse(text)


def syntax_error(text: str) -> Finding | None:
    """The first error, or None; the parser finds one at a time."""
    if not text.strip("\ufeff \t\r\n\f"):
        return Finding("error", 1, 1, "the ruleset is empty. Write Rules = [ ... ].")
    try:
        parse(text)
    except DqdlSyntaxError as problem:
        return Finding("error", problem.line, problem.column, problem.message)
    return None


def shown(name: str, text: str, finding: Finding) -> str:
    """`name:line:column: severity: message`, the line, and a caret under the place."""
    head = f"{name}:{finding.line}:{finding.column}: {finding.severity}: {finding.message}"
    lines = text.removeprefix("\ufeff").split("\n")
    if not 1 <= finding.line <= len(lines):
        return head
    line = lines[finding.line - 1].rstrip("\r")
    start = max(0, finding.column - 1 - _WIDTH // 2)
    before = line[start : finding.column - 1]
    # A tab stays a tab, so that the caret stands under its place however wide tabs are.
    padding = "".join("\t" if char == "\t" else " " for char in before)
    return f"{head}\n    {line[start : start + _WIDTH]}\n    {padding}^"
