"""How an error names what is valid, and the near miss among it."""

import difflib
from collections.abc import Iterable

_SHOWN = 40


def near(found: str, valid: Iterable[str]) -> str:
    """The end of the sentence: `; did you mean X?` for the closest valid word, or a full stop."""
    words = {word.lower(): word for word in valid}
    close = difflib.get_close_matches(found.lower(), words, n=1, cutoff=0.7)
    return f"; did you mean {words[close[0]]}?" if close and words[close[0]] != found else "."


def valid_here(valid: Iterable[str]) -> str:
    words = list(valid)
    listed = ", ".join(words[:_SHOWN]) + (", ..." if len(words) > _SHOWN else ".")
    return f"Valid here: {listed}"
