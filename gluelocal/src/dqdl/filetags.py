"""The tags of the file rules: which values they take, and what they say.

AWS Glue Developer Guide, FileFreshness, FileMatch, FileUniqueness and FileSize, "Optional
File-based Rule Tags". A number may also stand in quotes, and a truth value be written in any case,
as in AWS's public tests of the language.
"""

import re
from collections.abc import Sequence
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from dqdl.errors import RuleFailedError
from dqdl.files import FilesOf, Filters
from dqdl.model import Rule, Tag
from dqdl.operands import Text
from dqdl.ruletype import TagType
from dqdl.scope import Scope
from dqdl.suggest import near
from dqdl.tags import tag_of, text, truth_tag, values, whole

ALGORITHMS = ("MD5", "SHA-1", "SHA-256")

# In the order in which they apply where filterOrder says nothing.
_FILTERS = ("recentFiles", "uriRegex")
_OFFSET = re.compile(r"(?:UTC|GMT|UT)?([+-])([0-9]{1,2})(?::?([0-5][0-9]))?")
_UTC_NAMES = ("Z", "UTC", "GMT", "UT")
_LARGEST_OFFSET = timedelta(hours=18)


def _recent_problem(tag: Tag, _tags: Sequence[Tag]) -> str | None:
    return None if whole(tag) else "recentFiles is how many of the newest files, 1 or more"


def _regex_problem(tag: Tag, _tags: Sequence[Tag]) -> str | None:
    return None if text(tag) else "uriRegex is a quoted regular expression"


def _order_problem(tag: Tag, tags: Sequence[Tag]) -> str | None:
    there = [other.name for other in tags if other.name in _FILTERS]
    names = [value.value if isinstance(value, Text) else str(value) for value in values(tag)]
    for name in names:
        if name not in there:
            listed = ", ".join(f'"{filter_tag}"' for filter_tag in there) or "none"
            return (
                "filterOrder names filter tags that the rule has"
                f"{near(name, there)} Valid here: {listed}"
            )
    return "filterOrder names each filter tag once" if len(set(names)) < len(names) else None


def _algorithm_problem(tag: Tag, _tags: Sequence[Tag]) -> str | None:
    name = text(tag) or ""
    if name in ALGORITHMS:
        return None
    return f"hashAlgorithm is one of {', '.join(ALGORITHMS)}{near(name, ALGORITHMS)}"


def _zone_problem(tag: Tag, _tags: Sequence[Tag]) -> str | None:
    if _zone(text(tag) or ""):
        return None
    return (
        'timeZone is the name of a time zone, such as "America/New_York" or "UTC", or an offset '
        'from UTC, such as "+02:00"'
    )


def _zone(name: str) -> tzinfo | None:
    """The time zone of a java.time.ZoneId; None when there is none of that name."""
    if name in _UTC_NAMES:
        return UTC
    offset = _OFFSET.fullmatch(name)
    if offset:
        sign, hours, minutes = offset.groups()
        delta = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if delta > _LARGEST_OFFSET:
            return None
        return timezone(-delta if sign == "-" else delta)
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        # OSError is for a name that is a folder of the time zone database.
        return None


FILTER_TAGS = (
    TagType("recentFiles", _recent_problem),
    TagType("uriRegex", _regex_problem),
    TagType("filterOrder", _order_problem),
)
FAIL_FAST = truth_tag("failFast")
MATCH_FILE_NAME = truth_tag("matchFileName")
HASH_ALGORITHM = TagType("hashAlgorithm", _algorithm_problem)
TIME_ZONE = TagType("timeZone", _zone_problem)


def files_of(rule: Rule, scope: Scope, place: int = 0) -> FilesOf:
    """The files of the rule's path in that place, or of the frame when the rule names none."""
    path = rule.parameters[place].value if len(rule.parameters) > place else None
    return FilesOf(path, _filters(rule, scope), scope.files)


def _filters(rule: Rule, scope: Scope) -> Filters:
    recent, regex, order = (tag_of(rule, name) for name in (*_FILTERS, "filterOrder"))
    first = [] if order is None else [v.value for v in values(order) if isinstance(v, Text)]
    there = [name for name in _FILTERS if tag_of(rule, name)]
    return Filters(
        None if recent is None else whole(recent),
        None if regex is None else _pattern(regex, scope),
        tuple(dict.fromkeys([*first, *there])),
    )


def _pattern(tag: Tag, scope: Scope) -> str:
    r"""The regular expression, to be found anywhere in a path.

    The guide's `(?!.*\.tmp$).*` leaves files out only where it is tried at the path's beginning.
    """
    (value,) = values(tag)
    assert isinstance(value, Text)
    try:
        scope.find(value.pattern, "")
    except RuleFailedError as problem:
        raise RuleFailedError(f"uriRegex {value} is no regular expression: {problem}") from problem
    return f"^(?:{value.pattern})" if value.pattern.startswith("(?!") else value.pattern


def hash_algorithm(rule: Rule) -> str:
    tag = tag_of(rule, HASH_ALGORITHM.name)
    return (text(tag) if tag else None) or "SHA-256"


def time_zone(rule: Rule) -> tzinfo:
    tag = tag_of(rule, TIME_ZONE.name)
    return (_zone(text(tag) or "") if tag else None) or UTC
