"""The rules that every contender is asked, in a form that none of them speaks.

Ten realistic ones for the movies, and variations over columns and bounds up to any number. NULL is
what separates the tools most, so the columns are chosen such that each rule can be said to all of
them with the same rows failing: see `Rule.sql`, which is the reference.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "complete",
    "completeness",
    "between",
    "greater",
    "less",
    "in",
    "not_in",
    "not_equal",
    "matches",
    "length_at_most",
    "unique",
]


@dataclass(frozen=True)
class Rule:
    """`values` are the bounds, the list or the pattern; both bounds of `between` are excluded."""

    kind: Kind
    column: str
    values: tuple[str | float, ...] = ()

    @property
    def dqdl(self) -> str:
        column = f'"{self.column}"'
        match self.kind:
            case "complete":
                return f"IsComplete {column}"
            case "completeness":
                return f"Completeness {column} > {self.values[0]}"
            case "unique":
                return f"IsUnique {column}"
            case "between":
                return f"ColumnValues {column} between {self.values[0]} and {self.values[1]}"
            case "greater":
                return f"ColumnValues {column} > {self.values[0]}"
            case "less":
                return f"ColumnValues {column} < {self.values[0]}"
            case "in":
                return f"ColumnValues {column} in [{_listed(self.values)}]"
            case "not_in":
                return f"ColumnValues {column} not in [{_listed(self.values)}]"
            case "not_equal":
                return f'ColumnValues {column} != "{self.values[0]}"'
            case "matches":
                return f'ColumnValues {column} matches "{self.values[0]}"'
            case "length_at_most":
                return f"ColumnLength {column} <= {self.values[0]}"

    @property
    def sql(self) -> str:
        """Whether a row passes, never NULL; of `unique`, which no row tells by itself, nothing."""
        column = f"`{self.column}`"
        match self.kind:
            case "complete" | "completeness":
                return f"{column} IS NOT NULL"
            case "between":
                test = f"{column} > {self.values[0]} AND {column} < {self.values[1]}"
                return f"coalesce({test}, false)"
            case "greater":
                return f"coalesce({column} > {self.values[0]}, false)"
            case "less":
                return f"coalesce({column} < {self.values[0]}, false)"
            case "in":
                return f"coalesce({column} IN ({self.sql_list}), false)"
            case "not_in":
                return f"coalesce(NOT {column} IN ({self.sql_list}), true)"
            case "not_equal":
                return f"coalesce({column} != '{self.values[0]}', true)"
            case "matches":
                return f"coalesce({column} RLIKE '{self.regex}', false)"
            case "length_at_most":
                return f"length(coalesce({column}, '')) <= {self.values[0]}"
            case "unique":
                raise ValueError("IsUnique is no predicate of a row")

    @property
    def sql_list(self) -> str:
        return ", ".join(f"'{value}'" for value in self.values)

    @property
    def regex(self) -> str:
        """The pattern for tools that do not anchor it themselves."""
        return f"^(?:{self.values[0]})$"

    @property
    def share(self) -> float:
        """The share of rows that has to be exceeded; every row, when it is 1."""
        return float(self.values[0]) if self.kind == "completeness" else 1.0

    def passes(self, failing: int, rows: int) -> bool:
        """The rule's outcome when so many rows fail."""
        return failing == 0 or (self.share < 1 and (rows - failing) / rows > self.share)


def _listed(values: tuple[str | float, ...]) -> str:
    return ", ".join(f'"{value}"' for value in values)


CERTIFICATES = ("U", "A", "UA", "R", "PG-13", "PG")
TEN = (
    Rule("complete", "Series_Title"),
    Rule("complete", "Director"),
    Rule("between", "IMDB_Rating", (7.5, 9.4)),
    Rule("in", "Certificate", CERTIFICATES),
    Rule("matches", "Runtime", ("[0-9]+ min",)),
    Rule("matches", "Released_Year", ("(19|20)[0-9][0-9]",)),
    Rule("length_at_most", "Series_Title", (70,)),
    Rule("greater", "No_of_Votes", (25000,)),
    Rule("completeness", "Meta_score", (0.8,)),
    Rule("not_in", "Genre", ("Adult", "Reality-TV", "Talk-Show")),
)
UNIQUE = Rule("unique", "id")
# Behind a number of rules: and UNIQUE besides.
WITH_UNIQUE = "+unique"
NULLABLE = frozenset({"Series_Title", "Certificate", "Meta_score", "Gross"})

_TEXTS = (
    "Series_Title", "Released_Year", "Certificate", "Runtime", "Genre",
    "Director", "Star1", "Star2", "Star3", "Star4", "Gross",
)  # fmt: skip


def ruleset(size: int) -> tuple[Rule, ...]:
    """The ten, then variations; none says the same as another."""
    return (*TEN, *(_variation(i) for i in range(1, size - len(TEN) + 1)))[:size]


def asked(rules: str) -> tuple[Rule, ...]:
    """A number of rules, with WITH_UNIQUE behind it or without, as the command line has it."""
    count = int(rules.removesuffix(WITH_UNIQUE))
    return ruleset(count) + ((UNIQUE,) if rules.endswith(WITH_UNIQUE) else ())


def _variation(i: int) -> Rule:
    """Eight kinds in turn. They fail few rows that the ten let pass, so the split stays alike."""
    column = _TEXTS[i // 8 % len(_TEXTS)]
    match i % 8:
        case 0:
            return Rule("between", "IMDB_Rating", (round(7.5 - i / 1000, 3), 9.4))
        case 1:
            return Rule("greater", "No_of_Votes", (25000 - i,))
        case 2:
            return Rule("length_at_most", column, (200 + i,))
        case 3:
            return Rule("not_in", column, (f"unknown {i}", f"none {i}", f"missing {i}"))
        case 4:
            return Rule("not_equal", column, (f"n/a {i}",))
        case 5:
            return Rule("matches", "Runtime", (f"[0-9]{{1,{3 + i}}} min",))
        case 6:
            return Rule("in", "Certificate", (*CERTIFICATES, f"{i}+"))
        case _:
            return Rule("less", "IMDB_Rating", (round(9.4 + i / 1000, 3),))
