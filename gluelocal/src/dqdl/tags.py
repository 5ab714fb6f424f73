"""What a tag says, `with name = value`: read once it is known to be of its rule type."""

import re
from collections.abc import Sequence

from dqdl.model import Rule, Tag
from dqdl.operands import Number, Operand, Text, Variable, Word
from dqdl.ruletype import TagType

_TRUTH = {"true": True, "false": False}


def tag_of(rule: Rule, name: str) -> Tag | None:
    return next((tag for tag in rule.tags if tag.name == name), None)


def values(tag: Tag) -> tuple[Operand, ...]:
    """The values with constants put in for `$names`."""
    return tuple(
        value
        for operand in tag.values
        for value in (operand.values if isinstance(operand, Variable) else (operand,))
    )


def text(tag: Tag) -> str | None:
    """The one quoted value or bare word; None where it is anything else."""
    found = values(tag)
    return found[0].value if len(found) == 1 and isinstance(found[0], Text | Word) else None


def whole(tag: Tag) -> int | None:
    """The one whole number, which may be quoted; None where it is anything else."""
    found = values(tag)
    written = found[0].text if len(found) == 1 and isinstance(found[0], Number) else text(tag)
    return int(written) if written is not None and re.fullmatch(r"[0-9]+", written) else None


def is_set(rule: Rule, name: str) -> bool:
    """Whether the rule has the tag, and it says "true"."""
    tag = tag_of(rule, name)
    return tag is not None and _TRUTH[(text(tag) or "").lower()]


def truth_tag(name: str) -> TagType:
    """A tag that is "true" or "false", in any case."""
    return TagType(name, _truth_problem)


def _truth_problem(tag: Tag, _tags: Sequence[Tag]) -> str | None:
    return None if (text(tag) or "").lower() in _TRUTH else f'{tag.name} is "true" or "false"'
