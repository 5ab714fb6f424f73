"""The registry of column types, and the way of one column through its type."""

import codecs
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from gluelocal.redshift.copy.options import CopyOptions
from gluelocal.redshift.copy.rows import ValueFormatError
from gluelocal.redshift.copy.target import Column
from gluelocal.redshift.errors import NotSupportedError

_ARROW_ERRORS = (pa.ArrowInvalid, pa.ArrowNotImplementedError)
_INVALID_UTF8 = 1220


@dataclass(frozen=True)
class Problem:
    """A value that didn't fit: its row in the batch, what it was, and why not."""

    row: int
    raw: str
    error: ValueFormatError


class ColumnType(ABC):
    """How texts and values become a column's."""

    # An empty field of a number or a date is NULL; of a string it is an empty string.
    empty_is_null = True

    @abstractmethod
    def arrow(self, column: Column) -> pa.DataType:
        """The type of the arrays that `from_text` and `from_values` give."""

    @abstractmethod
    def parse(self, text: str, column: Column, options: CopyOptions) -> object:
        """One text; ValueFormatError says what is wrong with it."""

    def from_text(self, texts: pa.Array, column: Column, options: CopyOptions) -> pa.Array:
        """All texts at once; any of pyarrow's errors means: look at each."""
        return pc.cast(texts, self.arrow(column))

    def from_values(self, values: pa.Array, column: Column, options: CopyOptions) -> pa.Array:
        """All values at once, likewise."""
        return pc.cast(values, self.arrow(column))


_TYPES: dict[str, ColumnType] = {}


def register(*names: str) -> Callable[[type[ColumnType]], type[ColumnType]]:
    """Makes a class the type of columns that PostgreSQL calls so."""

    def add(kind: type[ColumnType]) -> type[ColumnType]:
        for name in names:
            if name in _TYPES:
                raise ValueError(f"the column type {name} is registered twice")
            _TYPES[name] = kind()
        return kind

    return add


def known_types() -> list[str]:
    return sorted(_TYPES)


def column_type(column: Column) -> ColumnType:
    """NotSupportedError lists the types that COPY can fill."""
    found = _TYPES.get(column.type)
    if found is None:
        raise NotSupportedError(
            f"COPY into column {column.name} of type {column.type}",
            hint=f"COPY fills columns of: {', '.join(known_types())}",
        )
    return found


def convert_column(
    source: pa.Array, column: Column, options: CopyOptions
) -> tuple[pa.Array, list[Problem]]:
    """A column's values, NULL where there is a problem."""
    kind = column_type(column)
    problems: list[Problem] = []
    if pa.types.is_null(source.type):
        return pa.nulls(len(source), kind.arrow(column)), problems
    if pa.types.is_binary(source.type) or pa.types.is_large_binary(source.type):
        source, problems = _decode(source, options)
    is_text = pa.types.is_string(source.type) or pa.types.is_large_string(source.type)
    if is_text and kind.empty_is_null:
        source = pc.if_else(pc.equal(source, ""), pa.scalar(None, source.type), source)
    try:
        if is_text:
            return kind.from_text(source, column, options), problems
        return kind.from_values(source, column, options), problems
    except _ARROW_ERRORS:
        converted, more = _one_by_one(source, kind, column, options)
        return converted, problems + more


def _one_by_one(
    source: pa.Array, kind: ColumnType, column: Column, options: CopyOptions
) -> tuple[pa.Array, list[Problem]]:
    values: list[object] = []
    problems: list[Problem] = []
    for row, value in enumerate(source.to_pylist()):
        parsed = None
        if value is not None:
            text = value if isinstance(value, str) else text_of(value)
            try:
                parsed = kind.parse(text, column, options)
            except ValueFormatError as problem:
                problems.append(Problem(row, text, problem))
        values.append(parsed)
    return pa.array(values, kind.arrow(column)), problems


def may_hold(texts: pa.Array, needle: bytes) -> bool:
    """Whether the bytes of an array have `needle` somewhere: much cheaper than a look at each text.

    A slice shares its bytes with its neighbours, so True may be wrong; False never is.
    """
    data = texts.buffers()[2]
    return data is not None and needle in data.to_pybytes()


def text_of(value: object) -> str:
    """A value as the text that a file would hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _decode(source: pa.Array, options: CopyOptions) -> tuple[pa.Array, list[Problem]]:
    try:
        return pc.cast(source, pa.string()), []
    except _ARROW_ERRORS:
        pass
    texts: list[str | None] = []
    problems: list[Problem] = []
    for row, raw in enumerate(source.to_pylist()):
        text: str | None = None
        if raw is not None:
            try:
                text = _text(raw, options.accept_inv_chars)
            except ValueFormatError as problem:
                problems.append(Problem(row, raw.decode("utf-8", "replace"), problem))
        texts.append(text)
    return pa.array(texts, pa.string()), problems


def _text(raw: bytes, replacement: str) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as problem:
        if replacement:
            return raw.decode("utf-8", f"redshift-replace-{ord(replacement)}")
        sequence = raw[problem.start : problem.end].hex(" ")
        raise ValueFormatError(
            _INVALID_UTF8,
            "String contains invalid or unsupported UTF8 codepoints. "
            f"Bad UTF8 hex sequence: {sequence} (error 4)",
            problem.start,
        ) from None


def _replacing(character: str) -> Callable[[UnicodeError], tuple[str, int]]:
    def replace(problem: UnicodeError) -> tuple[str, int]:
        assert isinstance(problem, UnicodeDecodeError)
        return character * (problem.end - problem.start), problem.end

    return replace


# ACCEPTINVCHARS: one replacement for each bad byte.
for _code in range(1, 128):
    codecs.register_error(f"redshift-replace-{_code}", _replacing(chr(_code)))
