"""Exclude patterns: the globs of a crawler target (Glue Developer Guide, define-crawler)."""

import re
from collections.abc import Callable, Sequence

from gluelocal.crawler.errors import CrawlError


def excluder(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Tells whether a path, relative to the target's include path, matches one of the patterns."""
    compiled = [glob_pattern(pattern) for pattern in patterns]
    return lambda path: any(pattern.fullmatch(path) for pattern in compiled)


def glob_pattern(glob: str) -> re.Pattern[str]:
    """`*` and `?` stay inside one folder, `**` crosses folders; `[a-z]`, `[!a]`, `{a,b}`, `\\*`."""
    parts: list[str] = []
    position, in_group = 0, False
    while position < len(glob):
        character = glob[position]
        position += 1
        if character == "*":
            crosses = glob.startswith("*", position)
            parts.append(".*" if crosses else "[^/]*")
            position += crosses
        elif character == "?":
            parts.append("[^/]")
        elif character == "[":
            bracket, position = _bracket(glob, position)
            parts.append(bracket)
        elif character == "{" and not in_group:
            parts.append("(?:")
            in_group = True
        elif character == "}" and in_group:
            parts.append(")")
            in_group = False
        elif character == "," and in_group:
            parts.append("|")
        elif character == "{":
            raise _wrong(glob, "groups in braces cannot be nested")
        elif character == "\\":
            if position == len(glob):
                raise _wrong(glob, "it ends with a backslash")
            parts.append(re.escape(glob[position]))
            position += 1
        else:
            parts.append(re.escape(character))
    if in_group:
        raise _wrong(glob, "a '{' is not closed")
    return re.compile("".join(parts), re.DOTALL)


def _bracket(glob: str, start: int) -> tuple[str, int]:
    """The bracket expression whose inside begins at `start`, and the position after it."""
    end = glob.find("]", start + 1)
    if end < 0:
        raise _wrong(glob, "a '[' is not closed")
    inside = glob[start:end]
    negated = inside.startswith("!")
    # All characters but the range's hyphen stand for themselves.
    content = re.sub(r"([\\\[\]^&~|])", r"\\\1", inside.removeprefix("!"))
    expression = f"(?!/)[{'^' if negated else ''}{content}]"
    try:
        re.compile(expression)
    except re.error as problem:
        raise _wrong(glob, f"[{inside}] is not a range ({problem})") from problem
    return expression, end + 1


def _wrong(glob: str, why: str) -> CrawlError:
    return CrawlError(f"The exclude pattern {glob!r} is not valid: {why}. Mend it in the target.")
