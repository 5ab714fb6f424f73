"""Numbers and booleans. A DECIMAL's excess digits are cut, or rounded with ROUNDEC."""

import decimal
import math
import re

import pyarrow as pa
import pyarrow.compute as pc

from gluelocal.redshift.copy.options import CopyOptions
from gluelocal.redshift.copy.rows import ValueFormatError
from gluelocal.redshift.copy.target import Column
from gluelocal.redshift.copy.types.base import ColumnType, may_hold, register

_RANGE = 1204
_INVALID_DIGIT = 1207
_INVALID_FLOAT = 1208
_INVALID_DECIMAL = 1209
_INVALID_BOOLEAN = 1210
_INTEGER_OVERFLOW = 1222

_BITS = {"int2": 16, "int4": 32, "int8": 64}
_ARROW_INTEGERS = {"int2": pa.int16(), "int4": pa.int32(), "int8": pa.int64()}
_INTEGER_NAMES = {"int2": "Short", "int4": "Integer", "int8": "Long"}
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_TRUE = frozenset(("t", "true", "y", "yes", "1"))
_FALSE = frozenset(("f", "false", "n", "no", "0"))
# Enough for any DECIMAL(38) and any exponent that ends in one.
_CONTEXT = decimal.Context(prec=200, Emax=10_000, Emin=-10_000)


def _invalid_digit(text: str, position: int, name: str) -> ValueFormatError:
    found = text[position] if position < len(text) else ""
    return ValueFormatError(
        _INVALID_DIGIT, f"Invalid digit, Value '{found}', Pos {position}, Type: {name}", position
    )


@register("int2", "int4", "int8")
class Integers(ColumnType):
    """SMALLINT, INTEGER, BIGINT."""

    def arrow(self, column: Column) -> pa.DataType:
        return _ARROW_INTEGERS[column.type]

    def from_text(self, texts: pa.Array, column: Column, options: CopyOptions) -> pa.Array:
        numbers = super().from_text(texts, column, options)
        # pyarrow reads 0x1F as a number.
        if may_hold(texts, b"x") or may_hold(texts, b"X"):
            raise pa.ArrowInvalid("a hexadecimal number")
        return numbers

    def parse(self, text: str, column: Column, options: CopyOptions) -> object:
        stripped = text.strip()
        if not stripped:
            return None
        name = _INTEGER_NAMES[column.type]
        if _INTEGER.fullmatch(stripped) is None:
            digits = stripped.lstrip("+-")
            sign = len(stripped) - len(digits)
            good = len(digits) - len(digits.lstrip("0123456789"))
            raise _invalid_digit(stripped, min(sign, 1) + good, name)
        number = int(stripped)
        limit = 1 << (_BITS[column.type] - 1)
        if not -limit <= number < limit:
            raise ValueFormatError(
                _INTEGER_OVERFLOW,
                f"Overflow, Value out of range for type {name} (value: {stripped})",
            )
        return number


@register("numeric")
class Decimals(ColumnType):
    """DECIMAL(p, s)."""

    def arrow(self, column: Column) -> pa.DataType:
        return pa.decimal128(min(column.precision, 38), column.scale)

    def from_values(self, values: pa.Array, column: Column, options: CopyOptions) -> pa.Array:
        if pa.types.is_integer(values.type):
            # Wide enough for any integer, so that only the column's own range decides.
            values = pc.cast(values, pa.decimal128(20, 0))
        return super().from_values(values, column, options)

    def parse(self, text: str, column: Column, options: CopyOptions) -> object:
        stripped = text.strip()
        if not stripped:
            return None
        if _DECIMAL.fullmatch(stripped) is None:
            allowed = set("0123456789+-.eE")
            bad = next((n for n, sign in enumerate(stripped) if sign not in allowed), None)
            if bad is not None:
                raise _invalid_digit(stripped, bad, "Decimal")
            raise ValueFormatError(_INVALID_DECIMAL, f"Invalid decimal value '{stripped}'")
        rounding = decimal.ROUND_HALF_UP if options.round_decimals else decimal.ROUND_DOWN
        number = decimal.Decimal(stripped)
        # Also keeps an exponent like 1e999999 from being written out.
        if number and number.adjusted() >= column.precision - column.scale:
            raise self._overflow(column)
        unit = decimal.Decimal(1).scaleb(-column.scale)
        number = number.quantize(unit, rounding=rounding, context=_CONTEXT)
        if number and number.adjusted() >= column.precision - column.scale:
            raise self._overflow(column)
        return number

    def _overflow(self, column: Column) -> ValueFormatError:
        return ValueFormatError(_RANGE, f"Overflow for NUMERIC({column.precision},{column.scale})")


@register("float4", "float8")
class Floats(ColumnType):
    """REAL and DOUBLE PRECISION, with NaN and the infinities."""

    def arrow(self, column: Column) -> pa.DataType:
        return pa.float64()

    def from_text(self, texts: pa.Array, column: Column, options: CopyOptions) -> pa.Array:
        numbers = super().from_text(texts, column, options)
        finite = pc.is_finite(numbers)
        if not pc.all(finite).as_py():
            raise pa.ArrowInvalid("an infinity may be a number out of range")
        if column.type == "float4" and (pc.max(pc.abs(numbers)).as_py() or 0) > 3.4e38:
            raise pa.ArrowInvalid("out of range for REAL")
        return numbers

    def parse(self, text: str, column: Column, options: CopyOptions) -> object:
        stripped = text.strip()
        if not stripped:
            return None
        try:
            number = float(stripped.replace("_", "?"))
        except ValueError:
            raise ValueFormatError(_INVALID_FLOAT, f"Invalid float value '{stripped}'") from None
        named = stripped.lstrip("+-").lower() in ("inf", "infinity", "nan")
        largest = 3.4028235e38 if column.type == "float4" else math.inf
        if not named and (math.isinf(number) or abs(number) > largest):
            raise ValueFormatError(_RANGE, f"Overflow, Value out of range (value: {stripped})")
        return number


@register("bool")
class Boolean(ColumnType):
    """t, true, y, yes, 1 and their opposites, in any case."""

    def arrow(self, column: Column) -> pa.DataType:
        return pa.bool_()

    def parse(self, text: str, column: Column, options: CopyOptions) -> object:
        word = text.strip().lower()
        if not word:
            return None
        if word not in _TRUE | _FALSE:
            raise ValueFormatError(_INVALID_BOOLEAN, f"Unknown boolean format '{text}'")
        return word in _TRUE
