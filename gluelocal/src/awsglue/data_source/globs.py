"""Glob patterns of `exclusions` (Glue Developer Guide, "Include and exclude patterns")."""

import json
import re
from collections.abc import Sequence

from awsglue.errors import InvalidOptionError

Matcher = re.Pattern[str]


def exclusions(text: str | Sequence[str] | None) -> list[str]:
    """The patterns of an `exclusions` option, a JSON list in a string, or InvalidOptionError."""
    if not text:
        return []
    patterns = text
    if isinstance(text, str):
        try:
            patterns = json.loads(text)
        except ValueError:
            patterns = text
    if isinstance(patterns, str) or not all(isinstance(one, str) for one in patterns):
        raise InvalidOptionError(
            f"exclusions must be a JSON list of glob patterns, such as '[\"**.tmp\"]', not {text!r}"
        )
    return list(patterns)


def matcher(glob: str) -> Matcher:
    r"""A pattern for whole paths: `*` and `?` stay inside a folder, `**` does not.

    `[a-z]`, `[!a-z]`, `{one,two}` (not nested) and `\*` for the character itself.
    """
    parts: list[str] = []
    position = 0
    in_group = False
    while position < len(glob):
        letter = glob[position]
        position += 1
        match letter:
            case "*":
                crosses = glob.startswith("*", position)
                parts.append(".*" if crosses else "[^/]*")
                position += crosses
            case "?":
                parts.append("[^/]")
            case "[":
                part, position = _bracket(glob, position)
                parts.append(part)
            case "{" if in_group:
                raise _invalid(glob, "groups in braces cannot be nested")
            case "{":
                parts.append("(?:")
                in_group = True
            case "}" if in_group:
                parts.append(")")
                in_group = False
            case "," if in_group:
                parts.append("|")
            case "\\" if position == len(glob):
                raise _invalid(glob, "it ends in a backslash")
            case "\\":
                parts.append(re.escape(glob[position]))
                position += 1
            case _:
                parts.append(re.escape(letter))
    if in_group:
        raise _invalid(glob, "it has an open brace")
    return re.compile("".join(parts), re.DOTALL)


def _bracket(glob: str, start: int) -> tuple[str, int]:
    """The bracket expression whose inside begins at `start`, and the position after it."""
    end = glob.find("]", start + 1)
    if end < 0:
        raise _invalid(glob, "it has an open bracket")
    inside = glob[start:end]
    negated = inside.startswith("!")
    # Only the hyphen of a range has a meaning inside brackets.
    letters = re.sub(r"([\\\[\]^&~|])", r"\\\1", inside.removeprefix("!"))
    expression = f"(?!/)[{'^' if negated else ''}{letters}]"
    try:
        re.compile(expression)
    except re.error as problem:
        raise _invalid(glob, f"[{inside}] is not a range ({problem})") from problem
    return expression, end + 1


def _invalid(glob: str, why: str) -> InvalidOptionError:
    return InvalidOptionError(
        f"the exclusion pattern {glob!r} is not valid: {why}; correct `exclusions`"
    )
