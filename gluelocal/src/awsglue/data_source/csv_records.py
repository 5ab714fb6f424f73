"""CSV texts cut into records, and escape characters that Spark's parser does not know.

Spark takes an escape character for quotes inside quotes alone. On the service the character after
it "is used as-is, except for a small set of well-known escapes (\\n, \\r, \\t, and \\0)", anywhere
(Glue Developer Guide, "Using the CSV format in AWS Glue").
"""

import re
from collections.abc import Iterator

from pyspark.sql import Column
from pyspark.sql import functions as F

_LINE_END = re.compile(r"\r\n|\n|\r")
# Stand-ins for what was escaped while Spark parses; no text of data has these characters.
_ESCAPE, _SEPARATOR, _QUOTE, _CONTROLS = "\ue000", "\ue001", "\ue002", "\ue003\ue004\ue005\ue006"
_LETTERS = "nrt0"
_MEANT = "\n\r\t\0"


def protected(text: Column, escape: str, separator: str, quote: str) -> Column:
    """The text with a stand-in for every escaped character that has a meaning in CSV."""
    stands = [(escape, _ESCAPE), (separator, _SEPARATOR)]
    if quote:
        stands.append((quote, _QUOTE))
    stands += list(zip(_LETTERS, _CONTROLS, strict=True))
    # The escaped escape character comes first, or its second half would escape what follows.
    for meant, stand in stands:
        text = F.regexp_replace(text, re.escape(escape + meant), stand)
    return F.regexp_replace(text, f"(?s){re.escape(escape)}(.)", "$1")


def restored(cell: Column, escape: str, separator: str, quote: str) -> Column:
    """A cell of a protected text as it is meant."""
    cell = F.regexp_replace(cell, _SEPARATOR, separator.replace("\\", "\\\\").replace("$", "\\$"))
    others, zero = _CONTROLS[:-1], _CONTROLS[-1]
    # Spark's translate takes the character 0 for "nothing".
    cell = F.regexp_replace(cell, zero, "\0")
    stands = _ESCAPE + (_QUOTE if quote else "") + others
    return F.translate(cell, stands, escape + quote + _MEANT[:-1])


def restored_name(name: str, escape: str, separator: str, quote: str) -> str:
    """As `restored`, for a name in a header."""
    stands = str.maketrans(dict(zip(_CONTROLS, _MEANT, strict=True)))
    for stand, meant in ((_ESCAPE, escape), (_SEPARATOR, separator), (_QUOTE, quote)):
        name = name.replace(stand, meant)
    return name.translate(stands)


def records(text: str, separator: str, quote: str, escape: str, multi_line: bool) -> Iterator[str]:
    """The records of a whole text, without blank ones; with `multi_line` quotes hold line ends."""
    if not (multi_line and quote):
        yield from (line for line in _LINE_END.split(text) if line.strip())
        return
    words = [re.escape(quote), re.escape(separator), _LINE_END.pattern]
    if escape:
        words.insert(0, f"{re.escape(escape)}.")
    start = cell = 0
    closed = -1
    inside = False
    for found in re.finditer("|".join(words), text, re.DOTALL):
        word = found[0]
        if word == quote:
            # A quote opens at the start of a cell; one right after a closing quote is doubled.
            if inside:
                inside, closed = False, found.end()
            else:
                inside = found.start() in (cell, closed)
        elif not inside and word == separator:
            cell = found.end()
        elif not inside and _LINE_END.fullmatch(word):
            if text[start : found.start()].strip():
                yield text[start : found.start()]
            start = cell = found.end()
    if text[start:].strip():
        yield text[start:]
