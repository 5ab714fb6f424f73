"""Parquet: columns by position, their types as strict as in Redshift's reader of such files."""

import shutil
import tempfile
from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.parquet

from gluelocal.redshift.copy.formats.base import Input, register
from gluelocal.redshift.copy.rows import Batch
from gluelocal.redshift.copy.target import Column
from gluelocal.redshift.errors import RedshiftError

_INCOMPATIBLE_SCHEMA = 15007
_INVALID_FILE = 15001
_BATCH = 65_536

_types = pa.types


def _is_text(found: pa.DataType) -> bool:
    return bool(
        _types.is_string(found)
        or _types.is_large_string(found)
        or _types.is_binary(found)
        or _types.is_large_binary(found)
    )


# Which of a file's types a column takes (Redshift, "COPY from columnar data formats").
_COMPATIBLE: dict[str, Callable[[pa.DataType], bool]] = {
    "int2": _types.is_integer,
    "int4": _types.is_integer,
    "int8": _types.is_integer,
    "numeric": lambda found: _types.is_decimal(found) or _types.is_integer(found),
    "float4": _types.is_floating,
    "float8": _types.is_floating,
    "bool": _types.is_boolean,
    "date": _types.is_date,
    "timestamp": _types.is_timestamp,
    "timestamptz": _types.is_timestamp,
    "time": _types.is_time,
    "varchar": _is_text,
    "bpchar": _is_text,
    "super": _is_text,
    "bytea": _is_text,
}


@register("PARQUET")
def read_parquet(given: Input) -> Iterator[Batch]:
    """RedshiftError when the file is none, or its columns are not the table's."""
    with tempfile.TemporaryFile() as local:
        # A Parquet file is read from its end; on disk it may be larger than memory.
        shutil.copyfileobj(given.file, local, 1 << 20)
        local.seek(0)
        try:
            file = pyarrow.parquet.ParquetFile(local)
            _check(given, file.schema_arrow)
            first = 1
            for rows in file.iter_batches(_BATCH):
                columns = [_plain(column) for column in rows.columns]
                yield _batch(given, columns, range(first, first + len(rows)))
                first += len(rows)
        except pa.ArrowException as problem:
            raise _scan_error(
                f"File '{given.name}' is no valid Parquet file: {problem}", _INVALID_FILE
            ) from None


def _batch(given: Input, columns: list[pa.Array], lines: range) -> Batch:
    return Batch(
        given.name, columns, lines, lambda row: str([column[row].as_py() for column in columns])
    )


def _plain(column: pa.Array) -> pa.Array:
    if _types.is_dictionary(column.type):
        return column.dictionary_decode()
    return column


def _check(given: Input, schema: pa.Schema) -> None:
    columns = given.target.columns
    if len(schema) != len(columns):
        raise _scan_error(
            f"Unmatched number of columns between table and file. Table columns: {len(columns)}, "
            f"Data columns: {len(schema)}, File name: {given.name}",
            _INCOMPATIBLE_SCHEMA,
        )
    for column, field in zip(columns, schema, strict=True):
        found = field.type.value_type if _types.is_dictionary(field.type) else field.type
        if not _takes(column, found):
            raise _scan_error(
                f"File '{given.name}' has an incompatible Parquet schema for column "
                f"'{column.name}'. Column type: {column.type}, Parquet field: "
                f"{field.name} {field.type}",
                _INCOMPATIBLE_SCHEMA,
            )


def _takes(column: Column, found: pa.DataType) -> bool:
    check = _COMPATIBLE.get(column.type)
    return _types.is_null(found) or (check is not None and bool(check(found)))


def _scan_error(context: str, code: int) -> RedshiftError:
    line = "-" * 47
    detail = (
        f"\n  {line}\n  error:  Spectrum Scan Error\n  code:      {code}\n  context:   {context}\n"
        f"  query:     0\n  location:  gluelocal\n  process:   gluelocal\n  {line}"
    )
    return RedshiftError("Spectrum Scan Error", detail=detail)
