"""Dates and times (Redshift, "DATEFORMAT and TIMEFORMAT strings")."""

import datetime
import re
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from gluelocal.redshift.copy.options import CopyOptions
from gluelocal.redshift.copy.rows import ValueFormatError
from gluelocal.redshift.copy.target import Column
from gluelocal.redshift.copy.types.base import ColumnType, may_hold, register
from gluelocal.redshift.errors import SqlSyntaxError

_INVALID_DATE = 1205
_INVALID_TIMESTAMP = 1206
_EPOCHS = {"epochsecs": 1_000_000, "epochmillisecs": 1_000}
_EPOCH = datetime.datetime(1970, 1, 1)  # noqa: DTZ001 a TIMESTAMP has no zone

# Longer words first: YYYY is not YY twice.
_FORMAT_WORDS = {
    "YYYY": "%Y", "HH24": "%H", "HH12": "%I", "MONTH": "%B", "MON": "%b", "DDD": "%j",
    "YY": "%y", "MM": "%m", "MI": "%M", "DD": "%d", "DAY": "%A", "DY": "%a", "HH": "%H",
    "SS": "%S", "US": "%f", "MS": "%f", "AM": "%p", "PM": "%p", "OF": "%z", "TZ": "%Z",
}  # fmt: skip
_FORMAT = re.compile("|".join(_FORMAT_WORDS), re.IGNORECASE)

# What 'auto' also understands; the ISO forms come first, in `from_text` and `_iso`.
_AUTO_DATES = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%m/%d/%Y",
    "%m-%d-%Y",
    "%m.%d.%Y",
    "%m/%d/%y",
    "%d-%b-%Y",
    "%Y-%b-%d",
    "%b-%d-%Y",
    "%d %b %Y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%y%m%d",
)
_AUTO_TIMES = ("", " %H:%M:%S", " %H:%M:%S.%f", " %H:%M", " %I:%M:%S %p", " %I:%M %p")


@lru_cache(maxsize=64)
def python_format(pattern: str) -> str:
    """Redshift's format string in strptime's words; SqlSyntaxError when a letter is left over."""
    rest = _FORMAT.sub("", pattern)
    if re.search(r"[A-Za-z]", rest.replace("T", "")):
        raise SqlSyntaxError(f"the date or time format '{pattern}' is not supported by gluelocal")
    quoted = pattern.replace("%", "%%")
    return _FORMAT.sub(lambda found: _FORMAT_WORDS[found.group().upper()], quoted)


def _by_formats(text: str, formats: tuple[str, ...]) -> datetime.datetime | None:
    for pattern in formats:
        try:
            return datetime.datetime.strptime(text, pattern)  # noqa: DTZ007 the zone is the caller's
        except ValueError:
            continue
    return None


def _without_zone(moment: datetime.datetime) -> datetime.datetime:
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(datetime.UTC).replace(tzinfo=None)


@register("date")
class Date(ColumnType):
    """YYYY-MM-DD, or as DATEFORMAT says; with ACCEPTANYDATE what is no date is NULL."""

    def arrow(self, column: Column) -> pa.DataType:
        return pa.date32()

    def from_text(self, texts: pa.Array, column: Column, options: CopyOptions) -> pa.Array:
        if options.date_format not in ("", "auto", "YYYY-MM-DD"):
            raise pa.ArrowInvalid("a format of the user's own")
        return super().from_text(texts, column, options)

    def parse(self, text: str, column: Column, options: CopyOptions) -> object:
        stripped = text.strip()
        if not stripped:
            return None
        if options.date_format in ("", "YYYY-MM-DD"):
            formats: tuple[str, ...] = ("%Y-%m-%d",)
        elif options.date_format == "auto":
            formats = _AUTO_DATES
        else:
            formats = (python_format(options.date_format),)
        found = _by_formats(stripped, formats)
        if found is None and options.date_format in ("", "auto"):
            moment = _iso(stripped)
            found = None if moment is None else _without_zone(moment)
        if found is not None:
            return found.date()
        if options.accept_any_date:
            return None
        if len(stripped) < 10 and options.date_format in ("", "YYYY-MM-DD"):
            raise ValueFormatError(_INVALID_DATE, "Invalid Date Format - length must be 10 or more")
        raise ValueFormatError(_INVALID_DATE, f"Invalid date or date format '{stripped}'")


def _iso(text: str) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return None


@register("timestamp")
class Timestamp(ColumnType):
    """YYYY-MM-DD HH:MI:SS[.ffffff], or as TIMEFORMAT says; the value has no zone."""

    pattern = "YYYY-MM-DD HH24:MI:SS"

    def arrow(self, column: Column) -> pa.DataType:
        return pa.timestamp("us")

    def from_text(self, texts: pa.Array, column: Column, options: CopyOptions) -> pa.Array:
        if options.time_format not in ("", "auto"):
            raise pa.ArrowInvalid("a format of the user's own")
        if options.time_format == "" and may_hold(texts, b"T"):
            raise pa.ArrowInvalid("a T is no part of the default format")
        return self._cast(texts, column)

    def _cast(self, texts: pa.Array, column: Column) -> pa.Array:
        return pc.cast(texts, self.arrow(column))

    def parse(self, text: str, column: Column, options: CopyOptions) -> object:
        stripped = text.strip()
        if not stripped:
            return None
        found = self._parse(stripped, options)
        if found is not None:
            return self._settle(found)
        if options.accept_any_date:
            return None
        expected = options.time_format or self.pattern
        raise ValueFormatError(
            _INVALID_TIMESTAMP, f"Invalid timestamp format or value [{expected}]"
        )

    def _settle(self, moment: datetime.datetime) -> datetime.datetime:
        return _without_zone(moment)

    def _parse(self, text: str, options: CopyOptions) -> datetime.datetime | None:
        if options.time_format in _EPOCHS:
            try:
                microseconds = int(float(text) * _EPOCHS[options.time_format])
                return _EPOCH + datetime.timedelta(microseconds=microseconds)
            except (ValueError, OverflowError):
                return None
        if options.time_format not in ("", "auto"):
            return _by_formats(text, (python_format(options.time_format),))
        iso = None if options.time_format == "" and "T" in text else _iso(text)
        if iso is not None or options.time_format == "":
            return iso
        every = tuple(date + time for date in _AUTO_DATES for time in _AUTO_TIMES)
        return _by_formats(text, every)


@register("timestamptz")
class TimestampWithZone(Timestamp):
    """The same with an offset behind it; without one it is UTC, the session's zone."""

    pattern = "YYYY-MM-DD HH24:MI:SSOF"

    def arrow(self, column: Column) -> pa.DataType:
        return pa.timestamp("us", "UTC")

    def from_values(self, values: pa.Array, column: Column, options: CopyOptions) -> pa.Array:
        if pa.types.is_timestamp(values.type) and values.type.tz is None:
            return pc.assume_timezone(pc.cast(values, pa.timestamp("us")), "UTC")
        return super().from_values(values, column, options)

    def _cast(self, texts: pa.Array, column: Column) -> pa.Array:
        try:
            return pc.cast(texts, self.arrow(column))
        except pa.ArrowInvalid:
            return pc.assume_timezone(pc.cast(texts, pa.timestamp("us")), "UTC")

    def _settle(self, moment: datetime.datetime) -> datetime.datetime:
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=datetime.UTC)


@register("time", "timetz")
class Time(ColumnType):
    """HH:MI:SS[.ffffff], for TIMETZ with an offset."""

    def arrow(self, column: Column) -> pa.DataType:
        return pa.string()

    def from_text(self, texts: pa.Array, column: Column, options: CopyOptions) -> pa.Array:
        raise pa.ArrowNotImplementedError("pyarrow has no parser of times")

    def from_values(self, values: pa.Array, column: Column, options: CopyOptions) -> pa.Array:
        if not pa.types.is_time(values.type):
            raise pa.ArrowInvalid("no time")
        return pc.cast(pc.cast(values, pa.time64("us")), pa.string())

    def parse(self, text: str, column: Column, options: CopyOptions) -> object:
        stripped = text.strip()
        if not stripped:
            return None
        try:
            return datetime.time.fromisoformat(stripped).isoformat()
        except ValueError:
            raise ValueFormatError(
                _INVALID_TIMESTAMP, f"Invalid time format or value '{stripped}'"
            ) from None
