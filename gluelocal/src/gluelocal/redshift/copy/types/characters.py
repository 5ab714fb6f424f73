"""CHAR and VARCHAR, whose lengths count bytes (Redshift, "Character types")."""

import pyarrow as pa
import pyarrow.compute as pc

from gluelocal.redshift.copy.options import CopyOptions
from gluelocal.redshift.copy.rows import ValueFormatError
from gluelocal.redshift.copy.target import Column
from gluelocal.redshift.copy.types.base import ColumnType, may_hold, register

_TOO_LONG = 1204
_NOT_CHAR = 1215
_NUL = 1218


@register("varchar", "bpchar", "text", "name")
class Characters(ColumnType):
    """Too long a string is an error, or cut with TRUNCATECOLUMNS; blanks at its end don't count."""

    empty_is_null = False

    def arrow(self, column: Column) -> pa.DataType:
        return pa.string()

    def from_values(self, values: pa.Array, column: Column, options: CopyOptions) -> pa.Array:
        return self.from_text(pc.cast(values, pa.string()), column, options)

    def from_text(self, texts: pa.Array, column: Column, options: CopyOptions) -> pa.Array:
        texts = pc.cast(texts, pa.string())
        if options.blanks_as_null:
            blank = pc.match_substring_regex(texts, r"^\s+$")
            texts = pc.if_else(blank, pa.scalar(None, pa.string()), texts)
        if options.empty_as_null:
            texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
        if options.trim_blanks and column.type == "varchar":
            texts = pc.utf8_rtrim(texts, " ")
        longest = pc.max(pc.binary_length(texts)).as_py() or 0
        if column.length is not None and longest > column.length:
            raise pa.ArrowInvalid("a string is too long")
        if column.type == "bpchar" and not pc.all(pc.string_is_ascii(texts)).as_py():
            raise pa.ArrowInvalid("CHAR holds single-byte characters only")
        if may_hold(texts, b"\0"):
            raise pa.ArrowInvalid("a string has a NUL")
        return texts

    def parse(self, text: str, column: Column, options: CopyOptions) -> object:
        if options.blanks_as_null and text and not text.strip():
            return None
        if options.empty_as_null and not text:
            return None
        if options.trim_blanks and column.type == "varchar":
            text = text.rstrip(" ")
        if "\0" in text:
            raise ValueFormatError(_NUL, "Invalid null byte - field longer than 1 byte")
        fixed = column.type == "bpchar"
        if fixed and not text.isascii():
            raise ValueFormatError(
                _NOT_CHAR, "Multibyte character not supported for CHAR (Hint: try using VARCHAR)"
            )
        return text if column.length is None else _fit(text, column.length, fixed, options)


def _fit(text: str, length: int, fixed: bool, options: CopyOptions) -> str:
    encoded = text.encode()
    if len(encoded) <= length:
        return text
    if options.truncate_columns or not encoded[length:].strip(b" "):
        # Never half a character.
        return encoded[:length].decode("utf-8", "ignore")
    raise ValueFormatError(_TOO_LONG, f"{'Char' if fixed else 'String'} length exceeds DDL length")
