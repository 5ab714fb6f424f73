"""Avro container files: fields by name, logical types kept, complex values as JSON text."""

from collections.abc import Iterator
from itertools import islice
from typing import IO, Any, cast

import fastavro
import pyarrow as pa

from gluelocal.redshift.copy.formats.base import Input, register
from gluelocal.redshift.copy.formats.json import json_text
from gluelocal.redshift.copy.formats.paths import PathError, picker
from gluelocal.redshift.copy.rows import Batch, RowError
from gluelocal.redshift.copy.types.base import text_of
from gluelocal.redshift.errors import RedshiftError

_INVALID_RECORD = 1216
_BATCH = 20_000


@register("AVRO")
def read_avro(given: Input) -> Iterator[Batch]:
    """RedshiftError when the file is no Avro, or is cut off."""
    pick = picker(given, "AVRO")
    first = 1
    records = _records(given)
    while chunk := list(islice(records, _BATCH)):
        rows: list[list[object]] = []
        numbers: list[int] = []
        kept: list[object] = []
        rejected: list[RowError] = []
        for number, record in enumerate(chunk, first):
            try:
                rows.append(pick(record))
                numbers.append(number)
                kept.append(record)
            except PathError as problem:
                rejected.append(RowError(given.name, number, _INVALID_RECORD, str(problem)))
        first += len(chunk)
        columns = [_array([row[n] for row in rows]) for n in range(len(given.target.columns))]
        yield _batch(given, columns, numbers, kept, rejected)


def _batch(
    given: Input,
    columns: list[pa.Array],
    numbers: list[int],
    records: list[object],
    rejected: list[RowError],
) -> Batch:
    return Batch(given.name, columns, numbers, lambda row: json_text(records[row]), rejected)


def _records(given: Input) -> Iterator[Any]:
    try:
        yield from fastavro.reader(cast(IO[bytes], given.file))
    except (ValueError, EOFError, TypeError, KeyError, IndexError) as problem:
        raise RedshiftError(f"The file {given.name} is no valid Avro file: {problem}") from None


def _array(values: list[object]) -> pa.Array:
    plain = [
        json_text(value)
        if isinstance(value, dict | list)
        else value.hex()
        if isinstance(value, bytes)
        else value
        for value in values
    ]
    try:
        return pa.array(plain)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        # A union of types: as texts, which the column then reads.
        return pa.array([None if value is None else text_of(value) for value in plain], pa.string())
