"""Text -> Ruleset. Imports no Spark, so that a bad ruleset is refused before any Spark starts."""

import functools
from importlib.resources import files

from lark import Lark
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from dqdl.builder import Builder
from dqdl.errors import DqdlSyntaxError
from dqdl.model import Constant, Ruleset
from dqdl.suggest import near, valid_here

_PUNCTUATION = {"IDENTIFIER": "a name", "STRING": "a quoted string", "NUMBER": "a number"}
_NAMES = {
    **_PUNCTUATION,
    "COMPARISON": "= != > >= < <=",
    "VARIABLE": "$name",
    "DURATION_UNIT": "days, hours or minutes",
    "SIZE_UNIT": "B, KB, MB, GB or TB",
    "OF": "of",
    "AND": "and",
    "OR": "or",
    "NULL": "NULL",
    "EMPTY": "EMPTY",
    "WHITESPACES_ONLY": "WHITESPACES_ONLY",
    "$END": "the end of the text",
}
_LOWER_CASE = ("between", "in", "labels", "matches", "not", "where", "with")
_LEFT_OUT = {"PARAMETER_AND", "COMMENT", "WHITE_SPACE"}


def parse(text: str) -> Ruleset:
    """Parses and checks a whole DQDL document.

    DqdlSyntaxError tells line, column, what was found and what is valid there: for text outside
    the grammar, unknown rule types, wrong parameters or conditions, and `where` or `with threshold`
    on rule types that do not take them (AWS Glue Developer Guide, dqdl and dqdl-rule-types).
    """
    document = text.removeprefix("\ufeff")
    try:
        tree = _grammar().parse(document)
    except UnexpectedInput as problem:
        raise _syntax_error(problem, document) from None
    constants: dict[str, Constant] = {}
    try:
        ruleset: Ruleset = Builder(constants).transform(tree)
    except VisitError as problem:
        # lark wraps what a rule of the Builder raises.
        raise problem.orig_exc from None
    if not ruleset.rules and not ruleset.analyzers:
        raise DqdlSyntaxError(1, 1, "No rules or analyzers provided. Write Rules = [ ... ].")
    return ruleset


@functools.cache
def _grammar() -> Lark:
    # By the import system: on a cluster the package can lie in an archive of --py-files.
    text = files("dqdl").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", lexer="contextual", maybe_placeholders=False)


def _syntax_error(problem: UnexpectedInput, document: str) -> DqdlSyntaxError:
    if isinstance(problem, UnexpectedToken):
        token = problem.token
        expected = set(problem.accepts or problem.expected)
        if token.type == "$END":
            line, column = _end(document)
            return DqdlSyntaxError(
                line, column, f"found the end of the text. {valid_here(_readable(expected))}"
            )
        before = problem.token_history[-1] if problem.token_history else None
        if before is not None and before.type == "IDENTIFIER" and before.lower() in _LOWER_CASE:
            token = before  # taken for a bare name, and the condition after it made no sense
            expected = {word.upper() for word in _LOWER_CASE}
        found = str(token)
        line, column = token.line or 1, token.column or 1
    else:
        assert isinstance(problem, UnexpectedCharacters)
        found, expected = document[problem.pos_in_stream or 0], set(problem.allowed or ())
        line, column = problem.line, problem.column
        if found == '"':
            return DqdlSyntaxError(line, column, "found a quoted string that never ends")
        if found == "'":
            found = "single quotes"
    words = _readable(expected)
    shown = found if found == "single quotes" else f"'{found}'"
    hint = "; strings stand in double quotes." if found == "single quotes" else near(found, words)
    return DqdlSyntaxError(line, column, f"found {shown}{hint} {valid_here(words)}")


def _end(document: str) -> tuple[int, int]:
    lines = document.split("\n")
    return len(lines), len(lines[-1]) + 1


def _readable(terminals: set[str]) -> list[str]:
    return sorted(_NAMES.get(name) or _literal(name) for name in terminals if name not in _LEFT_OUT)


def _literal(name: str) -> str:
    return str(_grammar().get_terminal(name).pattern.value).replace("\\", "")
