"""Reading a COPY statement into CopyOptions; the options may come in any order."""

import re
from collections.abc import Callable
from dataclasses import replace

from gluelocal.redshift.copy.options import CopyOptions
from gluelocal.redshift.errors import NotSupportedError, SqlSyntaxError
from gluelocal.redshift.sql.names import read_name, read_name_list
from gluelocal.redshift.sql.tokens import Cursor, Kind, tokenize

_MAX_ERRORS = 100_000
_FORMATS = ("CSV", "DELIMITER", "FIXEDWIDTH", "JSON", "AVRO", "PARQUET", "ORC", "SHAPEFILE")
_COLUMNAR_ALLOWED = frozenset(
    (
        "FORMAT",
        "AUTHORIZATION",
        "MANIFEST",
        "ACCEPTINVCHARS",
        "FILLRECORD",
        "STATUPDATE",
        "EXPLICIT_IDS",
        "COMPUPDATE",
        "SERIALIZETOJSON",
        "REGION",
        "NOLOAD",
    )
)
_CSV_EXCLUDES = ("ESCAPE", "REMOVEQUOTES", "FIXEDWIDTH")


def parse_copy(sql: str, case_sensitive: bool) -> CopyOptions:
    """SqlSyntaxError names the option that is unknown, doubled or in contradiction."""
    reader = _Reader(Cursor(tokenize(sql), 1), case_sensitive)
    return reader.read()


class _Reader:
    def __init__(self, cursor: Cursor, case_sensitive: bool) -> None:
        self._cursor = cursor
        self._case_sensitive = case_sensitive
        self._options = CopyOptions((), "")
        self._seen: set[str] = set()

    def read(self) -> CopyOptions:
        cursor = self._cursor
        table = read_name(cursor, "the table", self._case_sensitive)
        columns = None
        if cursor.at("("):
            columns = tuple(read_name_list(cursor, "the columns", self._case_sensitive))
        cursor.take("FROM")
        source = self._string("FROM")
        if not source.startswith("s3://"):
            raise NotSupportedError(f"COPY from {source.partition(':')[0]}", "Sources are s3://…")
        self._options = CopyOptions(table, source, columns)
        while (token := cursor.current) is not None:
            cursor.next()
            handler = _OPTIONS.get(token.word)
            if handler is None:
                raise SqlSyntaxError(
                    f'syntax error at or near "{token.text if token.word else "…"}"',
                    hint=f"COPY's options: {', '.join(sorted(_OPTIONS))}",
                )
            handler(self, token.word)
        self._check()
        return self._options

    # Reading pieces

    def _set(self, **values: object) -> None:
        self._options = replace(self._options, **values)  # type: ignore[arg-type]

    def _once(self, name: str) -> None:
        if name in self._seen:
            raise SqlSyntaxError(f"conflicting or redundant options: {name}")
        self._seen.add(name)

    def _string(self, name: str, default: str | None = None) -> str:
        self._cursor.take("AS")
        token = self._cursor.current
        if token is not None and token.kind is Kind.STRING:
            self._cursor.next()
            return token.value
        if default is not None:
            return default
        raise SqlSyntaxError(f"syntax error: {name} takes a string in single quotes")

    def _number(self, name: str, largest: int) -> int:
        self._cursor.take("AS")
        token = self._cursor.next()
        text = "" if token is None else token.value
        if not text.isdigit() or int(text) > largest:
            raise SqlSyntaxError(f"syntax error: {name} takes a number from 0 to {largest}")
        return int(text)

    # One method for each shape of option

    def flag(self, name: str) -> None:
        self._once(name)
        self._set(**{_FLAGS[name]: True})

    def compression(self, name: str) -> None:
        if self._options.compression:
            raise SqlSyntaxError(f"conflicting options: {self._options.compression} and {name}")
        self._once(name)
        self._set(compression=name)

    def format_keyword(self, name: str) -> None:
        self._cursor.take("AS")
        chosen = self._cursor.take_any(*_FORMATS)
        if not chosen:
            found = self._cursor.current
            text = "" if found is None else found.text
            raise SqlSyntaxError(f'COPY format "{text}" not recognized', f"Formats: {_FORMATS}")
        self.format(chosen)

    def format(self, name: str) -> None:
        if name == "DELIMITER":
            self._once("DELIMITER")
            self._set(delimiter=one_character("DELIMITER", self._string("DELIMITER")))
            return
        if "FORMAT" in self._seen:
            raise SqlSyntaxError(f"conflicting options: {self._options.format} and {name}")
        self._seen.add("FORMAT")
        argument = ""
        if name in ("JSON", "AVRO"):
            argument = self._string(name, default="auto")
        elif name == "FIXEDWIDTH":
            argument = self._string(name)
        self._set(format=name, format_argument=argument)

    def quote(self, name: str) -> None:
        self._once(name)
        self._set(quote=one_character(name, self._string(name)))

    def authorization(self, name: str) -> None:
        # Needed as on AWS; what it says is not looked at and never repeated in a message.
        if name == "WITH":
            if not self._cursor.take("CREDENTIALS"):
                raise SqlSyntaxError("syntax error: expected CREDENTIALS behind WITH")
            name = "CREDENTIALS"
        self._once(name)
        if name != "IAM_ROLE" or not self._cursor.take("DEFAULT"):
            self._string(name)
        self._seen.add("AUTHORIZATION")
        if name in ("IAM_ROLE", "CREDENTIALS", "ACCESS_KEY_ID"):
            if self._options.authorization:
                raise SqlSyntaxError(f"conflicting options: {self._options.authorization}, {name}")
            self._set(authorization=name)

    def region(self, name: str) -> None:
        self._once(name)
        self._set(region=self._string(name))

    def encoding(self, name: str) -> None:
        self._once(name)
        self._cursor.take("AS")
        token = self._cursor.next()
        value = "" if token is None else token.value.upper()
        if value not in ("UTF8", "UTF16", "UTF16LE", "UTF16BE"):
            raise SqlSyntaxError("ENCODING takes UTF8, UTF16, UTF16LE or UTF16BE")
        self._set(encoding=value)

    def null_as(self, name: str) -> None:
        self._once(name)
        text = self._string(name)
        nul = text in ("\\0", "\\000")
        self._set(null_as="\0" if nul else text.replace("\\\\", "\\"))

    def date_format(self, name: str) -> None:
        self._once(name)
        self._set(date_format=self._string(name))

    def time_format(self, name: str) -> None:
        self._once(name)
        self._set(time_format=self._string(name))

    def accept_inv_chars(self, name: str) -> None:
        self._once(name)
        character = self._string(name, default="?")
        if len(character) != 1 or not 0 < ord(character) < 128:
            raise SqlSyntaxError("ACCEPTINVCHARS takes one ASCII character")
        self._set(accept_inv_chars=character)

    def ignore_header(self, name: str) -> None:
        self._once(name)
        self._set(ignore_header=self._number(name, 1 << 31))

    def max_error(self, name: str) -> None:
        self._once(name)
        self._set(max_error=self._number(name, _MAX_ERRORS))

    def ignored_switch(self, name: str) -> None:
        self._once(name)
        self._cursor.take_any("PRESET", "ON", "OFF", "TRUE", "FALSE")

    def ignored_number(self, name: str) -> None:
        self._once(name)
        self._number(name, 1 << 31)

    def refused(self, name: str) -> None:
        raise NotSupportedError(f"COPY option {name}")

    # What doesn't go together

    def _check(self) -> None:
        options = self._options
        if "SECRET_ACCESS_KEY" in self._seen and "ACCESS_KEY_ID" not in self._seen:
            raise SqlSyntaxError("SECRET_ACCESS_KEY needs ACCESS_KEY_ID")
        if "ACCESS_KEY_ID" in self._seen and "SECRET_ACCESS_KEY" not in self._seen:
            raise SqlSyntaxError("ACCESS_KEY_ID needs SECRET_ACCESS_KEY")
        if not options.authorization:
            raise SqlSyntaxError(
                "CREDENTIALS argument is not specified",
                hint="Add IAM_ROLE 'arn:…' (it is needed as on AWS, and not checked here).",
            )
        if options.format in ("ORC", "SHAPEFILE"):
            raise NotSupportedError(f"COPY format {options.format}")
        if options.format == "PARQUET":
            self._check_columnar()
        if options.format == "CSV":
            for name in _CSV_EXCLUDES:
                if name in self._seen:
                    raise SqlSyntaxError(f"CSV is not compatible with {name}")
        elif "QUOTE" in self._seen:
            raise SqlSyntaxError("QUOTE needs CSV")
        if options.format in ("JSON", "AVRO", "FIXEDWIDTH") and "DELIMITER" in self._seen:
            raise SqlSyntaxError(f"{options.format} is not compatible with DELIMITER")
        if options.escape and options.remove_quotes and options.format != "TEXT":
            raise SqlSyntaxError(f"ESCAPE is not compatible with {options.format}")
        if options.ignore_all_errors and "MAXERROR" in self._seen:
            raise SqlSyntaxError("IGNOREALLERRORS is not compatible with MAXERROR")
        if not options.delimiter:
            self._set(delimiter="," if options.format == "CSV" else "|")

    def _check_columnar(self) -> None:
        if "REGION" in self._seen:
            raise NotSupportedError("REGION argument for PARQUET based COPY")
        for name in sorted(self._seen - _COLUMNAR_ALLOWED - _AUTHORIZATIONS):
            raise SqlSyntaxError(f"{name} argument is not supported for PARQUET based COPY")


def one_character(name: str, text: str) -> str:
    """The character that an option such as DELIMITER is given; SqlSyntaxError names the option."""
    octal = re.fullmatch(r"\\([0-7]{1,3})", text)
    if octal is not None:
        text = chr(int(octal.group(1), 8))
    text = {"\\t": "\t", "\\\\": "\\"}.get(text, text)
    if len(text) != 1 or ord(text) > 127:
        raise SqlSyntaxError(f"{name} takes one ASCII character, \\t or an octal number like \\001")
    return text


_AUTHORIZATIONS = frozenset(
    ("IAM_ROLE", "CREDENTIALS", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")
)

_FLAGS = {
    "MANIFEST": "manifest",
    "ACCEPTANYDATE": "accept_any_date",
    "BLANKSASNULL": "blanks_as_null",
    "EMPTYASNULL": "empty_as_null",
    "ESCAPE": "escape",
    "EXPLICIT_IDS": "explicit_ids",
    "FILLRECORD": "fill_record",
    "IGNOREBLANKLINES": "ignore_blank_lines",
    "REMOVEQUOTES": "remove_quotes",
    "ROUNDEC": "round_decimals",
    "TRIMBLANKS": "trim_blanks",
    "TRUNCATECOLUMNS": "truncate_columns",
    "IGNOREALLERRORS": "ignore_all_errors",
    "NOLOAD": "no_load",
}

_OPTIONS: dict[str, Callable[[_Reader, str], None]] = {
    **dict.fromkeys(_FLAGS, _Reader.flag),
    **dict.fromkeys(("GZIP", "BZIP2", "ZSTD"), _Reader.compression),
    **dict.fromkeys(_FORMATS, _Reader.format),
    **dict.fromkeys(_AUTHORIZATIONS, _Reader.authorization),
    "WITH": _Reader.authorization,
    "FORMAT": _Reader.format_keyword,
    "QUOTE": _Reader.quote,
    "REGION": _Reader.region,
    "ENCODING": _Reader.encoding,
    "NULL": _Reader.null_as,
    "DATEFORMAT": _Reader.date_format,
    "TIMEFORMAT": _Reader.time_format,
    "ACCEPTINVCHARS": _Reader.accept_inv_chars,
    "IGNOREHEADER": _Reader.ignore_header,
    "MAXERROR": _Reader.max_error,
    "COMPUPDATE": _Reader.ignored_switch,
    "STATUPDATE": _Reader.ignored_switch,
    "COMPROWS": _Reader.ignored_number,
    **dict.fromkeys(
        ("LZOP", "ENCRYPTED", "MASTER_SYMMETRIC_KEY", "SSH", "READRATIO", "SERIALIZETOJSON"),
        _Reader.refused,
    ),
}
