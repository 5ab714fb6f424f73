"""The job's configuration: typed, checked when it is read.

It is one JSON object in S3, written by `imdb-etl deploy` from conf/*.yml and the stack's outputs.
"""

import json
import re
import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from imdb_etl.errors import ConfigError

T = TypeVar("T")

_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_TARGET_TYPE = re.compile(r"smallint|integer|bigint|varchar\((\d+)\)|decimal\((\d+),(\d+)\)")
_MAX_VARCHAR = 65535
_MAX_PRECISION = 38

Reads = Literal["plain", "minutes", "thousands"]
ReadAs = Literal["string", "bigint", "double"]
Mode = Literal["merge", "append", "replace"]
MergeBy = Literal["delete_insert", "merge"]
OnFailedRuleset = Literal["fail", "load_valid"]


@dataclass(frozen=True)
class Column:
    """One column of the target table and the source column that it is made from.

    `type` is a Redshift type: smallint, integer, bigint, decimal(p,s) or varchar(n), n in bytes.
    `reads` tells how the source writes a number: plain (`9.3`), minutes (`142 min`) or thousands
    (`28,341,469`). A cell that is empty is absent: NULL where `nullable`, else the row is rejected.
    `read_as` is the type in which rules and mapping see the source column, whatever a crawler made
    of the file at hand: string, bigint or double.
    """

    name: str
    type: str
    source: str
    nullable: bool = True
    reads: Reads = "plain"
    read_as: ReadAs = "string"

    def __post_init__(self) -> None:
        _check_identifier("column name", self.name)
        matched = _TARGET_TYPE.fullmatch(self.type)
        if matched is None:
            raise ConfigError(
                f"column {self.name}: type {self.type!r} is not known; valid are smallint, "
                "integer, bigint, decimal(precision,scale), varchar(bytes)"
            )
        length, precision, scale = matched.groups()
        if length and not 1 <= int(length) <= _MAX_VARCHAR:
            raise ConfigError(f"column {self.name}: varchar takes 1 to {_MAX_VARCHAR} bytes")
        if precision and not 1 <= int(precision) <= _MAX_PRECISION:
            raise ConfigError(f"column {self.name}: decimal takes 1 to {_MAX_PRECISION} digits")
        if precision and int(scale) > int(precision):
            raise ConfigError(f"column {self.name}: {self.type} has more decimals than digits")
        if self.reads != "plain" and not self.is_number:
            raise ConfigError(f"column {self.name}: reads {self.reads} is for numbers only")

    @property
    def is_number(self) -> bool:
        return not self.type.startswith("varchar")

    @property
    def arguments(self) -> tuple[int, ...]:
        """The numbers in the type's brackets."""
        return tuple(int(number) for number in re.findall(r"\d+", self.type))


@dataclass(frozen=True)
class RedshiftTarget:
    """The table that valid rows are loaded into.

    `key` are the columns that identify a row. Of several valid rows with one key in one input, the
    one with the highest `prefer_highest` is loaded and the others are rejected.

    `mode`: merge replaces the rows of the same keys, append adds the rows of files that were not
    appended before, replace leaves this input's rows alone in the table. `merge_by` is the SQL of
    merge: DELETE and INSERT, or Redshift's MERGE. `role`: the ARN of a role of Redshift by which
    COPY and UNLOAD use S3; without one they use the job's own credentials.
    """

    connection: str
    database: str
    schema: str
    table: str
    key: tuple[str, ...]
    prefer_highest: str
    mode: Mode = "merge"
    merge_by: MergeBy = "delete_insert"
    role: str = ""

    def __post_init__(self) -> None:
        _check_identifier("schema", self.schema)
        _check_identifier("table", self.table)


@dataclass(frozen=True)
class PipelineConfig:
    """All that the job needs beside its arguments.

    `on_failed_ruleset`: what a failed rule on the dataset as a whole (RowCount and the like) does;
    fail stops the run before the target is touched, load_valid loads the rows that pass.
    """

    catalog_database: str
    data_bucket: str
    artifacts_bucket: str
    redshift: RedshiftTarget
    columns: tuple[Column, ...]
    on_failed_ruleset: OnFailedRuleset = "fail"

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise ConfigError(f"columns: {', '.join(doubled)} stand there more than once")
        if not self.redshift.key:
            raise ConfigError("redshift.key: at least one column must identify a row")
        for name in (*self.redshift.key, self.redshift.prefer_highest):
            if name not in names:
                raise ConfigError(
                    f"redshift: {name!r} is not a column; valid are {', '.join(names)}"
                )
        for column in self.columns:
            if column.name in self.redshift.key and column.nullable:
                # NULL equals nothing in SQL, so such a row would be added anew by every load.
                raise ConfigError(f"column {column.name} is in redshift.key, so nullable: false")


def parse_config(text: str, origin: str) -> PipelineConfig:
    """The configuration in a JSON text; ConfigError names `origin` and what is wrong in it."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as problem:
        raise ConfigError(f"{origin} is not JSON: {problem}") from problem
    try:
        return build(PipelineConfig, data)
    except ConfigError as problem:
        raise ConfigError(f"{origin}: {problem}") from problem


def build(kind: type[T], data: object, path: str = "") -> T:
    """A dataclass from plain data; unknown keys, missing keys and wrong types name their path."""
    if not isinstance(data, Mapping):
        raise ConfigError(f"{path or 'the top level'}: expected keys and values, got {data!r}")
    hints = get_type_hints(kind)
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    prefix = f"{path}." if path else ""
    if unknown := sorted(str(key) for key in data if key not in known):
        raise ConfigError(
            f"{prefix}{unknown[0]}: unknown key; valid are {', '.join(sorted(known))}"
        )
    values: dict[str, Any] = {}
    for name, field in known.items():
        if name in data:
            values[name] = _value(hints[name], data[name], f"{prefix}{name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ConfigError(f"{prefix}{name}: missing")
    return kind(**values)


def _value(hint: Any, data: object, path: str) -> object:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        if data is None and type(None) in arguments:
            return None
        (hint,) = (argument for argument in arguments if argument is not type(None))
        return _value(hint, data, path)
    if origin is Literal:
        if data not in arguments:
            raise ConfigError(f"{path}: {data!r} is not one of {', '.join(map(str, arguments))}")
        return data
    if origin is tuple:
        if not isinstance(data, (list, tuple)):
            raise ConfigError(f"{path}: expected a list, got {data!r}")
        return tuple(_value(arguments[0], item, f"{path}[{i}]") for i, item in enumerate(data))
    if origin is Mapping:
        if not isinstance(data, Mapping):
            raise ConfigError(f"{path}: expected keys and values, got {data!r}")
        return {str(key): _value(arguments[1], item, f"{path}.{key}") for key, item in data.items()}
    if is_dataclass(hint) and isinstance(hint, type):
        return build(hint, data, path)
    # A whole number is a float too; a bool is an int to Python, and still a mistake in a file.
    kinds = (int, float) if hint is float else hint
    if not isinstance(data, kinds) or (isinstance(data, bool) and hint is not bool):
        raise ConfigError(f"{path}: expected {hint.__name__}, got {data!r}")
    return data


def _check_identifier(what: str, name: str) -> None:
    # Identifiers go into SQL text, where only plain lower-case names are safe unquoted.
    if _IDENTIFIER.fullmatch(name) is None:
        raise ConfigError(f"{what} {name!r}: use lower-case letters, digits and _, 63 at most")
