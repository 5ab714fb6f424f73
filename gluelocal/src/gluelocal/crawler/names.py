"""Names of tables that a crawler makes (Glue Developer Guide, crawler-running)."""

import hashlib
import re

MAX_TABLE_NAME = 128
_NOT_ALLOWED = re.compile(r"[^a-z0-9_]")


def table_name(prefix: str, base_name: str) -> str:
    """Prefix and base name in lower case; what is not a letter, digit or `_` becomes `_`."""
    name = _NOT_ALLOWED.sub("_", base_name.lower())
    return f"{prefix.lower()}{name}"[:MAX_TABLE_NAME]


def with_hash(name: str, location: str) -> str:
    """The name for a table whose own name is taken: the same for the same location, always."""
    suffix = "_" + hashlib.md5(location.encode(), usedforsecurity=False).hexdigest()
    return name[: MAX_TABLE_NAME - len(suffix)] + suffix
