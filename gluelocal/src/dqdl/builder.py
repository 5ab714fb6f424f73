"""lark's parse tree -> the model, checked bottom-up as it is built."""

from dataclasses import replace
from functools import reduce
from typing import Any, cast

from lark import Token, Transformer, v_args

from dqdl import checks
from dqdl.errors import DqdlSyntaxError
from dqdl.model import (
    Analyzer,
    AnyRule,
    CompositeRule,
    Condition,
    Constant,
    Operator,
    Parameter,
    Position,
    Rule,
    Ruleset,
    Tag,
)
from dqdl.operands import (
    Call,
    Duration,
    Keyword,
    Now,
    Number,
    Operand,
    Parenthesized,
    Size,
    Text,
    Variable,
    Word,
)

MAX_LABELS = 10
MAX_LABEL_KEY = 128
MAX_LABEL_VALUE = 256


def position(token: Token) -> Position:
    return Position(token.line or 1, token.column or 1)


def error(token: Token, message: str) -> DqdlSyntaxError:
    return DqdlSyntaxError(token.line or 1, token.column or 1, message)


class _Where(str):
    __slots__ = ()


class _Labels(dict[str, str]):
    pass


@v_args(inline=True)
class Builder(Transformer[Token, Any]):
    """Method names are the rules of grammar.lark; lark calls them children first."""

    def __init__(self, constants: dict[str, Constant]) -> None:
        super().__init__()
        self._constants = constants

    def start(self, *sections: Any) -> Ruleset:
        found: dict[str, Any] = {}
        for section in sections:
            if not isinstance(section, Constant):
                found.update(section)
        return Ruleset(
            rules=found.get("rules", ()),
            analyzers=found.get("analyzers", ()),
            metadata=found.get("metadata", {}),
            sources=found.get("sources", {}),
            constants=tuple(self._constants.values()),
            default_labels=found.get("default_labels", {}),
        )

    # Sections

    def metadata(self, _name: Token, _equals: Token, dictionary: dict[str, Any]) -> Any:
        return {"metadata": dictionary}

    def data_sources(self, _name: Token, _equals: Token, dictionary: dict[str, Any]) -> Any:
        return {"sources": dictionary}

    def dictionary(self, *pairs: tuple[str, Any]) -> dict[str, Any]:
        return dict(pairs)

    def pair(self, key: Token, value: Token | tuple[str, ...]) -> tuple[str, Any]:
        return key[1:-1], value[1:-1] if isinstance(value, Token) else value

    def string_list(self, *strings: Token) -> tuple[str, ...]:
        return tuple(string[1:-1] for string in strings)

    def constant(self, name: Token, _equals: Token, value: Any) -> Constant:
        if name.startswith((".", "_")):
            raise error(name, f"Variable name '{name}' cannot start with '.' or '_'")
        if name in self._constants:
            raise error(name, f"Variable '{name}' is already defined")
        is_list = isinstance(value, tuple)
        constant = Constant(str(name), value if is_list else (value,), is_list)
        self._constants[str(name)] = constant
        return constant

    def constant_list(self, *values: Text | Keyword) -> tuple[Text | Keyword, ...]:
        return values

    def default_labels(self, _name: Token, _equals: Token, labels: dict[str, str]) -> Any:
        return {"default_labels": labels}

    def rules(self, _name: Token, _equals: Token, *rules: AnyRule) -> Any:
        return {"rules": rules}

    def analyzers(self, _name: Token, _equals: Token, *analyzers: Analyzer) -> Any:
        return {"analyzers": analyzers}

    # Rules

    def rule(self, name: Token, *parts: Any) -> Rule:
        of_type: dict[type, list[Any]] = {}
        for part in parts:
            of_type.setdefault(type(part), []).append(part)
        for kind, what in ((_Where, "where"), (_Labels, "labels")):
            if len(of_type.get(kind, ())) > 1:
                raise error(name, f"rule {name} has more than one {what}; it takes one")
        tags = of_type.get(tuple, [])
        rule = Rule(
            type_name=str(name),
            parameters=tuple(of_type.get(Parameter, ())),
            condition=next(iter(of_type.get(Condition, ())), None),
            where=next((str(where) for where in of_type.get(_Where, ())), None),
            threshold=checks.threshold(tags, position(name)),
            tags=tuple(
                Tag(tag_name, condition.operands, is_list)
                for tag_name, condition, is_list in tags
                if tag_name != "threshold"
            ),
            labels=dict(next(iter(of_type.get(_Labels, ())), {})),
            position=position(name),
        )
        return checks.rule(rule)

    def composite(self, left: AnyRule, operator: Token, right: AnyRule) -> AnyRule:
        word = str(operator).upper()
        # Brackets inside a chain of one operator change nothing, and do not print.
        first, *rest = CompositeRule(word, left, right).operands()
        return reduce(lambda chain, rule: CompositeRule(word, chain, rule), rest, first)

    def labelled(self, rule: AnyRule, labels: dict[str, str]) -> AnyRule:
        return replace(rule, labels=dict(labels))

    def analyzer(self, name: Token, *parts: Parameter | Tag) -> Analyzer:
        parameters = tuple(part for part in parts if isinstance(part, Parameter))
        tags = tuple(part for part in parts if isinstance(part, Tag))
        checks.analyzer(str(name), len(parameters), tags, position(name))
        return Analyzer(str(name), parameters, tags)

    def analyzer_tag(self, name: Token, _equals: Token, value: Operand) -> Tag:
        return Tag(str(name), (value,))

    def word(self, token: Token) -> Word:
        return Word(str(token))

    def parameter(self, *tokens: Token) -> Parameter:
        token = tokens[-1]
        connector = tokens[0].lower() if len(tokens) > 1 else ""
        if token.type == "STRING":
            return Parameter(str(token), token[1:-1].replace('\\"', '"'), connector)
        if token.type == "VARIABLE":
            variable = self.variable(token)
            value = variable.values[0]
            if variable.is_list or not isinstance(value, Text):
                raise error(token, f"{token} stands for a list or keyword; a parameter is a string")
            return Parameter(str(token), value.value, connector)
        return Parameter(str(token), str(token), connector)

    def where(self, _word: Token, string: Token) -> _Where:
        if not string[1:-1].strip():
            raise error(string, "found an empty where; write the filter as Spark SQL")
        return _Where(string[1:-1])

    def tag(self, _with: Token, name: Token, *condition: Any) -> tuple[str, Condition, bool]:
        if len(condition) == 1:
            return str(name), cast(Condition, condition[0]), False
        operator = Operator("".join(condition[0].split()))
        return str(name), checks.condition(operator, condition[1], position(name)), True

    def labels(self, _word: Token, _equals: Token, labels: dict[str, str]) -> _Labels:
        return _Labels(labels)

    def label(self, key: Token, _equals: Token, value: Token) -> tuple[Token, Token]:
        return key, value

    @v_args(inline=False, meta=True)
    def label_list(self, _meta: object, pairs: list[tuple[Token, Token]]) -> dict[str, str]:
        found: dict[str, str] = {}
        for key, value in pairs:
            # The guide lets a value be empty; AWS's published parser does not.
            if not key[1:-1]:
                raise error(key, "Label key cannot be empty")
            if key[1:-1] in found:
                raise error(key, f"Duplicate label key {key}. Key must be unique.")
            if len(key) - 2 > MAX_LABEL_KEY or len(value) - 2 > MAX_LABEL_VALUE:
                raise error(
                    key,
                    f"label {key} is too long: a key has at most {MAX_LABEL_KEY} characters, "
                    f"a value {MAX_LABEL_VALUE}",
                )
            found[key[1:-1]] = value[1:-1]
            if len(found) > MAX_LABELS:
                raise error(key, f"Number of labels exceed maximum allowed (MAX: {MAX_LABELS})")
        return found

    # Conditions

    def condition(self, *parts: Any) -> Condition:
        words = [part for part in parts if isinstance(part, Token)]
        operands: list[Operand] = []
        for part in parts:
            if isinstance(part, list):
                operands += part
            elif not isinstance(part, Token):
                operands.append(part)
        spelled = " ".join("".join(word.split()) for word in words if word.type != "AND")
        return checks.condition(Operator(spelled), operands, position(words[0]))

    def operand_list(self, *operands: Operand) -> list[Operand]:
        return list(operands)

    def number(self, *tokens: Token) -> Number:
        return Number("".join(tokens))

    def duration(self, amount: Token, unit: Token) -> Duration:
        return Duration(_whole(amount), cast(Any, str(unit)))

    def size(self, amount: Token, unit: Token) -> Size:
        return Size(_whole(amount), cast(Any, str(unit)))

    def text(self, token: Token) -> Text:
        return Text(token[1:-1])

    def keyword(self, token: Token) -> Keyword:
        return Keyword(cast(Any, token.upper()))

    def variable(self, token: Token) -> Variable:
        constant = self._constants.get(token[1:])
        if constant is None:
            names = ", ".join(sorted(self._constants)) or "none"
            raise error(token, f"found {token}, which is not defined. Constants here: {names}")
        return Variable(constant.name, constant.values, constant.is_list)

    def call(self, name: Token, *arguments: Operand) -> Call | Now:
        if name == "now" and not arguments:
            return Now()
        checks.function(str(name), len(arguments), position(name))
        return Call(str(name), arguments)

    def arithmetic(self, left: Operand, operator: Token, right: Operand) -> Operand:
        return checks.arithmetic(left, cast(Any, str(operator)), right, position(operator))

    def parenthesized(self, inner: Operand) -> Operand:
        # `(now() - 3 days)` prints its own brackets.
        return inner if isinstance(inner, Now) and inner.offset else Parenthesized(inner)


def _whole(amount: Token) -> int:
    if "." in amount:
        raise error(amount, f"found '{amount}'; durations and sizes are whole numbers")
    return int(amount)
