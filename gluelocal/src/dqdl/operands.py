"""What stands on the right-hand side of a condition, as written and as a value.

`str()` of every operand is its canonical text: what AWS Glue prints in the `Rule` column.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{2}:\d{2}|\d{1,2}:\d{2} (?:AM|PM)")


@dataclass(frozen=True)
class Number:
    """A number; `text` is kept as written (`5.00`, `-3`)."""

    text: str

    @property
    def value(self) -> Decimal:
        return Decimal(self.text)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Text:
    """A quoted string; `raw` is what stands between the quotes, escapes included."""

    raw: str

    @property
    def value(self) -> str:
        return re.sub(r"\\(.)", r"\1", self.raw, flags=re.DOTALL)

    @property
    def pattern(self) -> str:
        """The string as a regular expression, where a backslash keeps its own meaning."""
        return self.raw.replace('\\"', '"')

    @property
    def is_date(self) -> bool:
        """A quoted `YYYY-MM-DD`, `HH:mm` or `h:mm AM` is a date or time, not a string."""
        return bool(_DATE.fullmatch(self.raw) or _TIME.fullmatch(self.raw))

    def moment(self, now: datetime) -> datetime:
        """The date at midnight, or today at the time; ValueError when there is no such day."""
        if _DATE.fullmatch(self.raw):
            return datetime.fromisoformat(self.raw).replace(tzinfo=now.tzinfo)
        layout = "%I:%M %p" if self.raw.endswith("M") else "%H:%M"
        time = datetime.strptime(self.raw, layout).replace(tzinfo=now.tzinfo).timetz()
        return datetime.combine(now.date(), time)

    def __str__(self) -> str:
        return f'"{self.raw}"'


@dataclass(frozen=True)
class Word:
    """A bare word: `true` in an analyzer's tag."""

    value: str

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Keyword:
    """NULL, EMPTY or WHITESPACES_ONLY."""

    name: Literal["NULL", "EMPTY", "WHITESPACES_ONLY"]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Variable:
    """`$name`: a constant of the ruleset, with the values it stands for."""

    name: str
    values: tuple["Text | Keyword", ...]
    is_list: bool

    def __str__(self) -> str:
        return f"${self.name}"


@dataclass(frozen=True)
class Duration:
    amount: int
    unit: Literal["days", "hours", "minutes"]

    @property
    def delta(self) -> timedelta:
        return timedelta(**{self.unit: self.amount})

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"


@dataclass(frozen=True)
class Size:
    """A file size; KB, MB, GB and TB are powers of 1024 (awslabs/dqdl, Size)."""

    amount: int
    unit: Literal["B", "KB", "MB", "GB", "TB"]

    @property
    def bytes(self) -> int:
        return self.amount << 10 * ("B", "KB", "MB", "GB", "TB").index(self.unit)

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"


@dataclass(frozen=True)
class Now:
    """`now()`, or `(now() - 3 days)` with a signed offset."""

    sign: Literal["", "+", "-"] = ""
    offset: Duration | None = None

    def moment(self, now: datetime) -> datetime:
        if self.offset is None:
            return now
        return now - self.offset.delta if self.sign == "-" else now + self.offset.delta

    def __str__(self) -> str:
        return f"(now() {self.sign} {self.offset})" if self.offset else "now()"


@dataclass(frozen=True)
class Call:
    """A function over earlier results: `last(3)`, `avg(last(3))`, `index(last(3), 0)`."""

    name: str
    arguments: tuple["Operand", ...]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(str(argument) for argument in self.arguments)})"


@dataclass(frozen=True)
class Arithmetic:
    """`left operator right`; operators have one precedence and bind from the left, as in Glue."""

    operator: Literal["+", "-", "*", "/"]
    left: "Operand"
    right: "Operand"

    def __str__(self) -> str:
        return f"{self.left} {self.operator} {self.right}"


@dataclass(frozen=True)
class Parenthesized:
    inner: "Operand"

    def __str__(self) -> str:
        return f"({self.inner})"


Operand: TypeAlias = (
    Number
    | Text
    | Word
    | Keyword
    | Variable
    | Duration
    | Size
    | Now
    | Call
    | Arithmetic
    | Parenthesized
)


def calls(operand: Operand) -> tuple[Call, ...]:
    """Every function call in the operand, outermost first."""
    match operand:
        case Call(arguments=arguments):
            return (operand, *(call for argument in arguments for call in calls(argument)))
        case Arithmetic(left=left, right=right):
            return calls(left) + calls(right)
        case Parenthesized(inner=inner):
            return calls(inner)
        case _:
            return ()
