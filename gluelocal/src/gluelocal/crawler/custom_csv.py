"""A crawler's custom classifiers; of AWS's four kinds, CsvClassifier (Glue API)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from gluelocal.crawler.errors import CrawlError
from gluelocal.crawler.formats import Detected, Format, Storage
from gluelocal.crawler.formats.csv import (
    LAZY_SIMPLE,
    MIN_AGREEING,
    byte_length,
    columns,
    fits_width,
    is_header,
    parameters,
)
from gluelocal.crawler.formats.delimited import column_types, split_records
from gluelocal.crawler.formats.protocol import TEXT_INPUT, TEXT_OUTPUT
from gluelocal.crawler.hive_types import STRING, HiveType, Scalar
from gluelocal.crawler.sample import Sample

_OPEN_CSV = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
# A decimal without precision is decimal(10,0) in Hive.
_CUSTOM_TYPES = {
    "BINARY": "binary",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DECIMAL": "decimal(10,0)",
    "DOUBLE": "double",
    "FLOAT": "float",
    "INT": "int",
    "LONG": "bigint",
    "SHORT": "smallint",
    "STRING": "string",
    "TIMESTAMP": "timestamp",
}


def load_classifiers(names: Sequence[str], glue: Any) -> tuple[Format, ...]:
    """The classifiers of those names, in their order; CrawlError for a kind that cannot run."""
    return tuple(_load(name, glue) for name in dict.fromkeys(names))


@dataclass(frozen=True)
class CustomCsv:
    """A CsvClassifier as GetClassifier returns it."""

    name: str
    delimiter: str = ","
    quote: str = '"'
    contains_header: str = "UNKNOWN"
    header: tuple[str, ...] = ()
    trim: bool = False
    allow_single_column: bool = False
    types: tuple[str, ...] = ()
    serde: str = "None"
    _types: tuple[HiveType, ...] = field(init=False, repr=False, default=())

    def __post_init__(self) -> None:
        unknown = [one for one in self.types if one.upper() not in _CUSTOM_TYPES]
        if unknown:
            raise CrawlError(
                f"Classifier {self.name!r} has the custom datatype {unknown[0]!r}; "
                f"valid are {', '.join(_CUSTOM_TYPES)}."
            )
        types = tuple(Scalar(_CUSTOM_TYPES[one.upper()]) for one in self.types)
        object.__setattr__(self, "_types", types)

    def sniff(self, sample: Sample) -> Detected | None:
        """As the built-in CSV classifier, with what the definition states taken as given.

        Not recognised: less than two columns (unless AllowSingleColumn), rows of other widths
        than the first, a Header or CustomDatatypes of another length than the rows.
        """
        if sample.text is None:
            return None
        records = split_records(sample.text, self.delimiter, self.quote, sample.complete)
        if not records.rows:
            return None
        first, width = records.rows[0], len(records.rows[0])
        agreeing = sum(fits_width(row, width) for row in records.rows) / len(records.rows)
        if agreeing < MIN_AGREEING or (width < 2 and not self.allow_single_column):
            return None
        if any(given and len(given) != width for given in (self.header, self._types)):
            return None
        below = column_types(records.rows[1:], width, self.trim)
        has_header = self.contains_header == "PRESENT" or (
            self.contains_header == "UNKNOWN" and is_header(first, below)
        )
        rows = records.rows[1:] if has_header else records.rows
        unnamed = first if has_header else [f"col{position}" for position in range(width)]
        return Detected(
            classification="csv",
            columns=columns(self.header or unnamed, self._column_types(rows, width)),
            storage=self._storage(),
            parameters=parameters(self.delimiter, records, int(has_header))
            | ({"customSerde": self.serde} if self.serde != "None" else {}),
            records=len(rows),
            record_bytes=byte_length(sample, records),
        )

    def _column_types(self, rows: Sequence[Sequence[str]], width: int) -> Sequence[HiveType]:
        if self._types:
            return self._types
        if self.serde == "OpenCSVSerDe":
            # That SerDe gives every cell as a string (Amazon Athena, csv-serde).
            return [STRING] * width
        return column_types(rows, width, self.trim)

    def _storage(self) -> Storage:
        if self.serde != "OpenCSVSerDe":
            parameters = {"field.delim": self.delimiter}
            return Storage(TEXT_INPUT, TEXT_OUTPUT, LAZY_SIMPLE, parameters)
        parameters = {"separatorChar": self.delimiter, "quoteChar": self.quote, "escapeChar": "\\"}
        return Storage(TEXT_INPUT, TEXT_OUTPUT, _OPEN_CSV, parameters)


def _load(name: str, glue: Any) -> CustomCsv:
    try:
        answer: Mapping[str, Mapping[str, Any]] = glue.get_classifier(Name=name)["Classifier"]
    except ClientError as problem:
        raise CrawlError(
            f"The crawler's classifier {name!r} cannot be read: {problem}. Create it with "
            "CreateClassifier, or take it from the crawler's Classifiers."
        ) from problem
    for kind, definition in answer.items():
        if kind == "CsvClassifier":
            return _custom_csv(definition)
    raise CrawlError(
        f"The crawler's classifier {name!r} is a {', '.join(answer)}; gluelocal's crawler runs "
        "CsvClassifier only. Take it from the crawler's Classifiers."
    )


def _custom_csv(definition: Mapping[str, Any]) -> CustomCsv:
    configured = definition.get("CustomDatatypeConfigured", False)
    return CustomCsv(
        name=definition["Name"],
        delimiter=definition.get("Delimiter") or ",",
        quote=definition.get("QuoteSymbol") or '"',
        contains_header=definition.get("ContainsHeader") or "UNKNOWN",
        header=tuple(definition.get("Header") or ()),
        trim=not definition.get("DisableValueTrimming", True),
        allow_single_column=definition.get("AllowSingleColumn", False),
        types=tuple(definition.get("CustomDatatypes") or ()) if configured else (),
        serde=definition.get("Serde") or "None",
    )
