"""JSON texts in which numbers stand as they were written: as floats they would lose digits."""

import json
from typing import Any


class Written(str):
    """A number or truth value as it stands in the source."""


def json_text(value: Any) -> str:
    """The JSON text of dicts, lists, plain values and `Written` ones."""
    match value:
        case Written():
            return str(value)
        case dict():
            fields = (f"{json.dumps(name)}:{json_text(part)}" for name, part in value.items())
            return f"{{{','.join(fields)}}}"
        case list():
            return f"[{','.join(map(json_text, value))}]"
    return json.dumps(value)
