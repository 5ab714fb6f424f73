"""Values of options, as scripts write them."""

from typing import Any


def truth(value: Any) -> bool:
    """An option's truth: scripts write True as well as "true"."""
    return value if isinstance(value, bool) else str(value).strip().lower() == "true"
