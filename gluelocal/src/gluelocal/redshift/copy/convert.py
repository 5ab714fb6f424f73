"""From a batch of a file's fields to rows for PostgreSQL's COPY, and the rows that don't fit."""

import pyarrow as pa
import pyarrow.csv

from gluelocal.redshift.copy.options import CopyOptions
from gluelocal.redshift.copy.rows import Batch, RowError, ValueFormatError
from gluelocal.redshift.copy.target import Target
from gluelocal.redshift.copy.types import Problem, convert_column

_NOT_NULL = 1213
_WRITE = pyarrow.csv.WriteOptions(include_header=False, batch_size=1 << 16)


def convert(
    batch: Batch, target: Target, options: CopyOptions
) -> tuple[pa.RecordBatch, list[RowError]]:
    """The rows that fit, and an error for each one that doesn't: that of its first bad column."""
    arrays: list[pa.Array] = []
    bad: dict[int, RowError] = {}
    for column, source in zip(target.columns, batch.columns, strict=True):
        values, problems = convert_column(source, column, options)
        arrays.append(values)
        if column.not_null and values.null_count:
            problems += _missing(values, {problem.row for problem in problems})
        for problem in problems:
            if problem.row not in bad:
                bad[problem.row] = RowError(
                    file=batch.file,
                    line=batch.lines[problem.row],
                    code=problem.error.code,
                    reason=problem.error.reason,
                    column=column,
                    position=problem.error.position,
                    raw_line=batch.raw_line(problem.row),
                    raw_value=problem.raw,
                )
    # PostgreSQL goes by position: names may repeat in no table, but must not be missing here.
    rows = pa.RecordBatch.from_arrays(arrays, [column.name for column in target.columns])
    if bad:
        rows = rows.filter(pa.array([row not in bad for row in range(len(rows))]))
    return rows, batch.rejected + [bad[row] for row in sorted(bad)]


def _missing(values: pa.Array, known: set[int]) -> list[Problem]:
    error = ValueFormatError(_NOT_NULL, "Missing data for not-null field")
    empty = values.is_null().to_pylist()
    return [
        Problem(row, "", error) for row, is_null in enumerate(empty) if is_null and row not in known
    ]


def encode(rows: pa.RecordBatch) -> bytes:
    """CSV as PostgreSQL reads it: strings quoted, NULL an empty field without quotes."""
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(rows, sink, _WRITE)
    return bytes(sink.getvalue())
