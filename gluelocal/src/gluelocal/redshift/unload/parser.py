"""Reading an UNLOAD statement into UnloadOptions; the options may come in any order."""

import re
from collections.abc import Callable
from dataclasses import replace

from gluelocal.redshift.copy.parser import one_character
from gluelocal.redshift.errors import NotSupportedError, RedshiftError, SqlSyntaxError
from gluelocal.redshift.sql.names import read_name_list
from gluelocal.redshift.sql.tokens import Cursor, Kind, LexicalError, statements, tokenize
from gluelocal.redshift.unload.options import LARGEST_FILE, UnloadOptions

_FORMATS = ("CSV", "PARQUET", "JSON")
_ESCAPED = re.compile(r"\\([\\'])|'(')")
_SMALLEST_FILE = 5 << 20
_UNITS = {"MB": 1 << 20, "GB": 1 << 30}
_KEYS = ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")
_COMPRESSIONS = ("GZIP", "BZIP2", "ZSTD")
_TEXT_ONLY = ("DELIMITER", "FIXEDWIDTH", "ADDQUOTES", "ESCAPE", "NULL", "HEADER")
_EXCLUDED = {
    "CSV": ("FIXEDWIDTH", "ADDQUOTES", "ESCAPE"),
    "PARQUET": (*_TEXT_ONLY, *_COMPRESSIONS),
    "JSON": _TEXT_ONLY,
}


def parse_unload(sql: str, case_sensitive: bool) -> UnloadOptions:
    """SqlSyntaxError names the option that is unknown, doubled or in contradiction."""
    return _Reader(Cursor(tokenize(sql, backslashes=True), 1), case_sensitive).read()


class _Reader:
    def __init__(self, cursor: Cursor, case_sensitive: bool) -> None:
        self._cursor = cursor
        self._case_sensitive = case_sensitive
        self._options = UnloadOptions("", "")
        self._seen: set[str] = set()

    def read(self) -> UnloadOptions:
        cursor = self._cursor
        if not cursor.take("("):
            raise SqlSyntaxError("syntax error: UNLOAD takes a query in quotes and parentheses")
        query = self._query()
        if not cursor.take(")", "TO"):
            raise SqlSyntaxError("syntax error: expected ) TO 's3://…' behind the query of UNLOAD")
        destination = self._string("TO")
        if not destination.startswith("s3://"):
            raise SqlSyntaxError("UNLOAD destination is not supported. (Hint: only S3 is allowed)")
        self._options = UnloadOptions(_checked(query), destination)
        while (token := cursor.next()) is not None:
            handler = _OPTIONS.get(token.word)
            if handler is None:
                raise SqlSyntaxError(
                    f'syntax error at or near "{token.text if token.word else "…"}"',
                    hint=f"UNLOAD's options: {', '.join(sorted(_OPTIONS))}",
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

    def _query(self) -> str:
        token = self._cursor.current
        text = self._string("UNLOAD")
        # Drivers escape quotes and backslashes of the query with backslashes; people double quotes.
        written = "" if token is None else token.text
        return _ESCAPED.sub(r"\1\2", written[1:-1]) if written.startswith("'") else text

    def _string(self, name: str) -> str:
        self._cursor.take("AS")
        token = self._cursor.current
        if token is None or token.kind is not Kind.STRING:
            raise SqlSyntaxError(f"syntax error: {name} takes a string in single quotes")
        self._cursor.next()
        return token.value

    def _size(self, name: str) -> float:
        self._cursor.take("AS")
        token = self._cursor.next()
        if token is None or token.kind is not Kind.NUMBER:
            raise SqlSyntaxError(f"syntax error: {name} takes a size, such as 100 MB")
        return float(token.text) * _UNITS[self._cursor.take_any(*_UNITS) or "MB"]

    # One method for each shape of option

    def flag(self, name: str) -> None:
        self._once(name)
        self._set(**{_FLAGS[name]: True})

    def format_keyword(self, _name: str) -> None:
        self._cursor.take("AS")
        chosen = self._cursor.take_any(*_FORMATS)
        if not chosen:
            found = self._cursor.current
            text = "" if found is None else found.text
            raise SqlSyntaxError(f'UNLOAD format "{text}" not recognized', f"Formats: {_FORMATS}")
        self.format(chosen)

    def format(self, name: str) -> None:
        if "FORMAT" in self._seen:
            raise SqlSyntaxError(f"conflicting options: {self._options.format} and {name}")
        self._seen.add("FORMAT")
        self._set(format=name)

    def compression(self, name: str) -> None:
        self._once(name)
        if self._options.compression:
            raise SqlSyntaxError(f"conflicting options: {self._options.compression} and {name}")
        self._set(compression=name)

    def authorization(self, name: str) -> None:
        # Needed as on AWS; what it says is not looked at and never repeated in a message.
        if name == "WITH":
            if not self._cursor.take("CREDENTIALS"):
                raise SqlSyntaxError("syntax error: expected CREDENTIALS behind WITH")
            name = "CREDENTIALS"
        self._once(name)
        if name != "IAM_ROLE" or not self._cursor.take("DEFAULT"):
            self._string(name)
        if name in ("IAM_ROLE", "CREDENTIALS", "ACCESS_KEY_ID"):
            if self._options.authorization:
                raise SqlSyntaxError(f"conflicting options: {self._options.authorization}, {name}")
            self._set(authorization=name)

    def manifest(self, name: str) -> None:
        self._once(name)
        self._set(manifest=True, verbose=self._cursor.take("VERBOSE"))

    def delimiter(self, name: str) -> None:
        self._once(name)
        self._set(delimiter=one_character(name, self._string(name)))

    def null_as(self, name: str) -> None:
        self._once(name)
        self._set(null_as=self._string(name).replace("\\\\", "\\"))

    def parallel(self, name: str) -> None:
        self._once(name)
        self._set(
            parallel=self._cursor.take_any("ON", "TRUE", "OFF", "FALSE") in ("ON", "TRUE", "")
        )

    def max_file_size(self, name: str) -> None:
        self._once(name)
        size = self._size(name)
        if not _SMALLEST_FILE <= size <= LARGEST_FILE:
            raise SqlSyntaxError("MAXFILESIZE must be between 5 MB and 6.2 GB")
        self._set(max_file_size=int(size))

    def row_group_size(self, name: str) -> None:
        self._once(name)
        self._size(name)

    def region(self, name: str) -> None:
        self._once(name)
        self._string(name)

    def extension(self, name: str) -> None:
        self._once(name)
        self._set(extension=self._string(name))

    def partition_by(self, name: str) -> None:
        self._once(name)
        if not self._cursor.take("BY"):
            raise SqlSyntaxError("syntax error: expected BY behind PARTITION")
        names = read_name_list(self._cursor, "the partition columns", self._case_sensitive)
        self._set(partition_by=tuple(names), include_partitions=self._cursor.take("INCLUDE"))

    def refused(self, name: str) -> None:
        raise NotSupportedError(f"UNLOAD option {name}")

    # What doesn't go together

    def _check(self) -> None:
        options = self._options
        if ("SECRET_ACCESS_KEY" in self._seen) != ("ACCESS_KEY_ID" in self._seen):
            raise SqlSyntaxError("ACCESS_KEY_ID and SECRET_ACCESS_KEY need each other")
        if not options.authorization:
            raise SqlSyntaxError(
                "CREDENTIALS argument is not specified",
                hint="Add IAM_ROLE 'arn:…' (it is needed as on AWS, and not checked here).",
            )
        for name in _EXCLUDED.get(options.format, ()):
            if name in self._seen:
                raise SqlSyntaxError(f"{options.format} is not compatible with {name}")
        if "ROWGROUPSIZE" in self._seen and options.format != "PARQUET":
            raise SqlSyntaxError("ROWGROUPSIZE needs PARQUET")
        if options.clean_path and options.allow_overwrite:
            raise SqlSyntaxError("CLEANPATH is not compatible with ALLOWOVERWRITE")
        if not options.delimiter:
            self._set(delimiter="," if options.format == "CSV" else "|")


def _checked(query: str) -> str:
    try:
        tokens = tokenize(query)
    except LexicalError as problem:
        raise SqlSyntaxError(f"syntax error in the query of UNLOAD: {problem}") from None
    if len(statements(tokens)) != 1:
        raise SqlSyntaxError("UNLOAD takes one SELECT query")
    first = next(token.word for token in tokens if token.text != "(")
    if first not in ("SELECT", "WITH"):
        raise SqlSyntaxError("UNLOAD takes a SELECT query")
    depth = 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0 and token.word == "LIMIT":
            raise RedshiftError(
                "Limit clause is not supported in the outer SELECT of UNLOAD",
                "0A000",
                hint="Put it into a nested SELECT: select * from (select … limit 10)",
            )
    return query.strip().rstrip(";")


_FLAGS = {
    "HEADER": "header",
    "ADDQUOTES": "add_quotes",
    "ESCAPE": "escape",
    "ALLOWOVERWRITE": "allow_overwrite",
    "CLEANPATH": "clean_path",
}

_OPTIONS: dict[str, Callable[[_Reader, str], None]] = {
    **dict.fromkeys(_FLAGS, _Reader.flag),
    **dict.fromkeys(_COMPRESSIONS, _Reader.compression),
    **dict.fromkeys(_FORMATS, _Reader.format),
    **dict.fromkeys(("IAM_ROLE", "CREDENTIALS", "WITH", *_KEYS), _Reader.authorization),
    "FORMAT": _Reader.format_keyword,
    "MANIFEST": _Reader.manifest,
    "DELIMITER": _Reader.delimiter,
    "NULL": _Reader.null_as,
    "PARALLEL": _Reader.parallel,
    "MAXFILESIZE": _Reader.max_file_size,
    "ROWGROUPSIZE": _Reader.row_group_size,
    "REGION": _Reader.region,
    "EXTENSION": _Reader.extension,
    "PARTITION": _Reader.partition_by,
    **dict.fromkeys(
        ("FIXEDWIDTH", "ENCRYPTED", "KMS_KEY_ID", "MASTER_SYMMETRIC_KEY"), _Reader.refused
    ),
}
