"""SUPER, which holds JSON, and VARBYTE, which files give in hexadecimal."""

import json

import pyarrow as pa

from gluelocal.redshift.copy.options import CopyOptions
from gluelocal.redshift.copy.rows import ValueFormatError
from gluelocal.redshift.copy.target import Column
from gluelocal.redshift.copy.types.base import ColumnType, register

_INVALID_VALUE = 1223
_INVALID_SUPER = 1224


@register("super")
class Super(ColumnType):
    """JSON text."""

    def arrow(self, column: Column) -> pa.DataType:
        return pa.string()

    def from_text(self, texts: pa.Array, column: Column, options: CopyOptions) -> pa.Array:
        raise pa.ArrowNotImplementedError("JSON is checked value by value")

    def parse(self, text: str, column: Column, options: CopyOptions) -> object:
        try:
            json.loads(text)
        except ValueError as problem:
            raise ValueFormatError(
                _INVALID_SUPER, f"Invalid JSON format for SUPER: {problem}"
            ) from None
        return text


@register("bytea")
class VarByte(ColumnType):
    """Hexadecimal digits."""

    def arrow(self, column: Column) -> pa.DataType:
        return pa.string()

    def from_text(self, texts: pa.Array, column: Column, options: CopyOptions) -> pa.Array:
        raise pa.ArrowNotImplementedError("hexadecimal digits are checked value by value")

    def parse(self, text: str, column: Column, options: CopyOptions) -> object:
        try:
            return "\\x" + bytes.fromhex(text.strip()).hex()
        except ValueError:
            raise ValueFormatError(_INVALID_VALUE, f"Invalid hexadecimal value '{text}'") from None
