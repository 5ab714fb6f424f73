"""Data Catalog types of Redshift columns."""

from collections.abc import Mapping
from dataclasses import dataclass

from gluelocal.crawler.hive_types import STRING, HiveType, Scalar

# numeric without precision is numeric(18,0) in Redshift (Database Developer Guide, r_Numeric).
_DEFAULT_PRECISION = (18, 0)


@dataclass(frozen=True)
class Mapped:
    """`observed` when a table made by AWS's crawler shows it; else it is our reading."""

    type: str
    observed: bool = False


# Keys as information_schema.columns.data_type gives them.
TYPES: Mapping[str, Mapped] = {
    "smallint": Mapped("smallint"),
    "integer": Mapped("int", observed=True),
    "bigint": Mapped("bigint", observed=True),
    "real": Mapped("float"),
    "double precision": Mapped("double"),
    "boolean": Mapped("boolean"),
    "character": Mapped("string"),
    "character varying": Mapped("string", observed=True),
    "text": Mapped("string"),
    "name": Mapped("string"),
    '"char"': Mapped("string"),
    "date": Mapped("date"),
    "timestamp without time zone": Mapped("timestamp"),
    "timestamp with time zone": Mapped("timestamp"),
    "time without time zone": Mapped("string"),
    "time with time zone": Mapped("string"),
    "interval": Mapped("string"),
    "binary varying": Mapped("binary"),
    "bytea": Mapped("binary"),
    "super": Mapped("string"),
    "geometry": Mapped("string"),
    "geography": Mapped("string"),
    "hllsketch": Mapped("string"),
}


def redshift_type(data_type: str, precision: int | None, scale: int | None) -> HiveType | None:
    """The catalog's type, None for a type that Redshift does not have; case is ignored."""
    name = data_type.lower()
    if name in ("numeric", "decimal"):
        digits = _DEFAULT_PRECISION if precision is None else (precision, scale or 0)
        return Scalar(f"decimal({digits[0]},{digits[1]})")
    mapped = TYPES.get(name)
    if mapped is None:
        return None
    return STRING if mapped.type == "string" else Scalar(mapped.type)
