"""A parsed ruleset. `str()` of a rule is the canonical text that AWS Glue reports as `Rule`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

from dqdl.operands import Keyword, Operand, Text, Variable


class Operator(StrEnum):
    EQUAL = "="
    NOT_EQUAL = "!="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    BETWEEN = "between"
    NOT_BETWEEN = "not between"
    IN = "in"
    NOT_IN = "not in"
    MATCHES = "matches"
    NOT_MATCHES = "not matches"

    @property
    def is_membership(self) -> bool:
        return self in (Operator.IN, Operator.NOT_IN)

    @property
    def is_pattern(self) -> bool:
        return self in (Operator.MATCHES, Operator.NOT_MATCHES)


class ConditionKind(StrEnum):
    """What a rule type measures, and so what its condition compares with."""

    BOOLEAN = "boolean"  # the rule takes no condition
    NUMBER = "number"
    STRING = "string"
    DATE = "date"
    DURATION = "duration"
    SIZE = "size"


@dataclass(frozen=True)
class Condition:
    """`kinds` holds more than one kind only when the operands are nothing but NULL."""

    operator: Operator
    operands: tuple[Operand, ...]
    kinds: frozenset[ConditionKind]

    @property
    def kind(self) -> ConditionKind:
        """The one kind; STRING when only NULL is compared."""
        return next(iter(self.kinds)) if len(self.kinds) == 1 else ConditionKind.STRING

    @property
    def values(self) -> tuple[Operand, ...]:
        """The operands with constants put in for `$names`."""
        return tuple(
            value
            for operand in self.operands
            for value in (operand.values if isinstance(operand, Variable) else (operand,))
        )

    def __str__(self) -> str:
        if self.operator in (Operator.BETWEEN, Operator.NOT_BETWEEN):
            return f"{self.operator} {self.operands[0]} and {self.operands[1]}"
        first = self.operands[0]
        if self.operator.is_membership and not (isinstance(first, Variable) and first.is_list):
            return f"{self.operator} [{','.join(map(str, self.operands))}]"
        return f"{self.operator} {first}"


@dataclass(frozen=True)
class Position:
    """Line and column in the ruleset's text, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Parameter:
    """`text` as written (quotes kept), `value` what it stands for, `connector` of / and or ''."""

    text: str
    value: str
    connector: str = ""

    def __str__(self) -> str:
        return f"{self.connector} {self.text}" if self.connector else self.text


@dataclass(frozen=True)
class Tag:
    """`with name = value`; a bracketed list of values is kept as a list."""

    name: str
    values: tuple[Operand, ...]
    is_list: bool = False

    def __str__(self) -> str:
        listed = ",".join(map(str, self.values))
        return f"with {self.name} = [{listed}]" if self.is_list else f"with {self.name} = {listed}"


Labels: TypeAlias = Mapping[str, str]


def labels_text(labels: Labels) -> str:
    pairs = ", ".join(f'"{key}"="{value}"' for key, value in labels.items())
    return f"labels=[{pairs}]"


@dataclass(frozen=True)
class Rule:
    """One rule of a known type, checked against that type's signature."""

    type_name: str
    parameters: tuple[Parameter, ...] = ()
    condition: Condition | None = None
    where: str | None = None
    threshold: Condition | None = None
    tags: tuple[Tag, ...] = ()
    labels: Labels = field(default_factory=dict)
    position: Position = field(default=Position(1, 1), compare=False)

    def __str__(self) -> str:
        parts = [self.type_name, *map(str, self.parameters)]
        if self.condition:
            parts.append(str(self.condition))
        if self.where is not None:
            parts.append(f'where "{self.where}"')
        if self.threshold:
            parts.append(f"with threshold {self.threshold}")
        parts += map(str, self.tags)
        if self.labels:
            parts.append(labels_text(self.labels))
        return " ".join(parts)

    @property
    def where_sql(self) -> str | None:
        """The filter as Spark SQL: `where` without the escapes of its quotes."""
        return None if self.where is None else self.where.replace('\\"', '"')

    def without_labels(self) -> "Rule":
        return replace(self, labels={})


@dataclass(frozen=True)
class CompositeRule:
    """Two rules joined by AND or OR."""

    operator: str  # AND | OR
    left: "AnyRule"
    right: "AnyRule"
    labels: Labels = field(default_factory=dict)

    def operands(self) -> Iterator["AnyRule"]:
        """The joined rules; a tree of one operator counts as one flat list, as Glue prints it."""
        nested = (self.left, self.right)
        if self._is_uniform(self.operator):
            for rule in nested:
                if isinstance(rule, CompositeRule):
                    yield from rule.operands()
                else:
                    yield rule
        else:
            yield from nested

    def _is_uniform(self, operator: str) -> bool:
        return self.operator == operator and all(
            not rule.labels and rule._is_uniform(operator)
            for rule in (self.left, self.right)
            if isinstance(rule, CompositeRule)
        )

    def __str__(self) -> str:
        joined = f" {self.operator} ".join(f"({rule})" for rule in self.operands())
        return f"({joined}) {labels_text(self.labels)}" if self.labels else joined

    def without_labels(self) -> "CompositeRule":
        return replace(
            self,
            left=self.left.without_labels(),
            right=self.right.without_labels(),
            labels={},
        )


AnyRule: TypeAlias = Rule | CompositeRule


@dataclass(frozen=True)
class Analyzer:
    """A rule type without a condition: its metrics are recorded, nothing is judged."""

    type_name: str
    parameters: tuple[Parameter, ...] = ()
    tags: tuple[Tag, ...] = ()

    def __str__(self) -> str:
        parts = [self.type_name, *map(str, self.parameters)]
        if self.tags:
            # One `with` for all tags, as the guide writes it for analyzers.
            parts.append("with " + ", ".join(str(t).removeprefix("with ") for t in self.tags))
        return " ".join(parts)


@dataclass(frozen=True)
class Constant:
    name: str
    values: tuple[Text | Keyword, ...]
    is_list: bool

    def __str__(self) -> str:
        listed = ",".join(map(str, self.values))
        return f"{self.name} = [{listed}]" if self.is_list else f"{self.name} = {listed}"


Dictionary: TypeAlias = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True)
class Ruleset:
    """A whole document; `rules` and `analyzers` are in the order of the text."""

    rules: tuple[AnyRule, ...]
    analyzers: tuple[Analyzer, ...] = ()
    metadata: Dictionary = field(default_factory=dict)
    sources: Dictionary = field(default_factory=dict)
    constants: tuple[Constant, ...] = ()
    default_labels: Labels = field(default_factory=dict)

    def labels_of(self, rule: AnyRule) -> dict[str, str]:
        """The rule's labels over the ruleset's default ones."""
        return {**self.default_labels, **rule.labels}

    def __str__(self) -> str:
        sections = []
        for name, dictionary in (("Metadata", self.metadata), ("DataSources", self.sources)):
            if dictionary:
                sections.append(f"{name} = {_dictionary_text(dictionary)}")
        sections += map(str, self.constants)
        if self.default_labels:
            sections.append("Default" + labels_text(self.default_labels).replace("l", "L", 1))
        if self.rules:
            sections.append(_list_text("Rules", self.rules))
        if self.analyzers:
            sections.append(_list_text("Analyzers", self.analyzers))
        return "\n".join(sections) + "\n"


def _list_text(name: str, entries: tuple[object, ...]) -> str:
    lines = ",\n".join(f"    {entry}" for entry in entries)
    return f"{name} = [\n{lines}\n]"


def _dictionary_text(dictionary: Dictionary) -> str:
    pairs = []
    for key, value in dictionary.items():
        if isinstance(value, str):
            pairs.append(f'    "{key}": "{value}"')
        else:
            pairs.append(f'    "{key}": [' + ", ".join(f'"{item}"' for item in value) + "]")
    return "{\n" + ",\n".join(pairs) + "\n}"
