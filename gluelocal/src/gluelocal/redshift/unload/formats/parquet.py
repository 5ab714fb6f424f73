"""Parquet with snappy row groups (Redshift, "UNLOAD": a TIMESTAMPTZ loses its zone)."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gluelocal.redshift.errors import RedshiftError
from gluelocal.redshift.unload.columns import ResultColumn
from gluelocal.redshift.unload.formats.base import FileWriter, register


@register("PARQUET")
class ParquetWriter(FileWriter):
    """Every column in its own type; SUPER as its JSON text."""

    typed = True
    suffix = ".parquet"

    @classmethod
    def check(cls, columns: Sequence[ResultColumn]) -> None:
        for column in columns:
            # It raises what there is to say.
            _ = column.arrow

    def start(self) -> None:
        fields = [pa.field(column.name, column.arrow) for column in self.columns]
        self._schema = pa.schema(fields)
        self._writer = pq.ParquetWriter(self.file, self._schema, compression="snappy")

    def write(self, texts: Sequence[pa.Array]) -> None:
        arrays = [
            _typed(values, column) for values, column in zip(texts, self.columns, strict=True)
        ]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))

    def finish(self) -> None:
        self._writer.close()


def _typed(values: pa.Array, column: ResultColumn) -> pa.Array:
    if pa.types.is_boolean(column.arrow):
        return pc.equal(values, "t")
    try:
        return pc.cast(values, column.arrow)
    except pa.ArrowInvalid as problem:
        raise RedshiftError(
            f"UNLOAD of column {column.name} to PARQUET as {column.arrow}: {problem}",
            hint="Cast it in the query.",
        ) from None
