"""Delimited text and CSV (Redshift, "UNLOAD": CSV, DELIMITER, ADDQUOTES, ESCAPE, NULL AS)."""

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from gluelocal.redshift.unload.columns import ResultColumn
from gluelocal.redshift.unload.formats.base import FileWriter, register

_SUPER = "super"


class _DelimitedWriter(FileWriter):
    def start(self) -> None:
        if self.options.header:
            names = [self.field(pa.array([c.name]), c, is_name=True) for c in self.columns]
            self._write_lines(names)

    def write(self, texts: Sequence[pa.Array]) -> None:
        fields = []
        for values, column in zip(texts, self.columns, strict=True):
            missing = "null" if column.type.base == _SUPER else self.missing
            fields.append(pc.fill_null(self.field(values, column), missing))
        self._write_lines(fields)

    @property
    def missing(self) -> str:
        """What stands for NULL."""
        return self.options.null_as

    def field(self, values: pa.Array, column: ResultColumn, is_name: bool = False) -> pa.Array:
        """The values as they stand between delimiters; NULL stays NULL."""
        raise NotImplementedError

    def _write_lines(self, fields: Sequence[pa.Array]) -> None:
        lines = pc.binary_join_element_wise(*fields, self.options.delimiter)
        self.file.write("\n".join([*lines.to_pylist(), ""]).encode())


@register("TEXT")
class TextWriter(_DelimitedWriter):
    """Pipe-delimited by default; ESCAPE changes CHAR and VARCHAR alone."""

    @property
    def missing(self) -> str:
        text = self.options.null_as
        return f'"{text}"' if self.options.add_quotes else text

    def field(self, values: pa.Array, column: ResultColumn, is_name: bool = False) -> pa.Array:
        if self.options.escape and (is_name or column.type.is_text):
            escaped = "\n\r\\" + self.options.delimiter + ("\"'" if self.options.add_quotes else "")
            values = pc.replace_substring_regex(values, f"([{re.escape(escaped)}])", r"\\\1")
        if self.options.add_quotes:
            values = pc.binary_join_element_wise('"', values, '"', "")
        return values


@register("CSV")
class CsvWriter(_DelimitedWriter):
    """Quotes only where they are needed; an empty string is `""`, to differ from NULL."""

    def field(self, values: pa.Array, column: ResultColumn, is_name: bool = False) -> pa.Array:
        marks = re.escape('"\n\r' + self.options.delimiter)
        needed = pc.match_substring_regex(values, f"[{marks}]|^$")
        quoted = pc.binary_join_element_wise('"', pc.replace_substring(values, '"', '""'), '"', "")
        return pc.if_else(needed, quoted, values)
