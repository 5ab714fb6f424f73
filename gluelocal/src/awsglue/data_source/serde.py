"""The format of a catalog table that has no `classification`, from its SerDe and input format.

Class names: Hive's and Athena's documentation ("Supported SerDes and data formats").
"""

from awsglue.catalog import CatalogTable
from awsglue.errors import DataReadError

_BY_SERDE = {
    "LazySimpleSerDe": "csv",
    "OpenCSVSerde": "csv",
    "JsonSerDe": "json",
    "HiveJsonSerDe": "json",
    "ParquetHiveSerDe": "parquet",
    "OrcSerde": "orc",
    "AvroSerDe": "avro",
    "IonHiveSerDe": "ion",
    "GrokSerDe": "grokLog",
}
_BY_CLASSIFICATION = {"grok": "grokLog", "groklog": "grokLog"}


def format_name(table: CatalogTable) -> str:
    """The name of the table's format; DataReadError when nothing in the catalog tells it."""
    if table.classification:
        return _BY_CLASSIFICATION.get(table.classification, table.classification)
    short = table.serde_library.rsplit(".", 1)[-1]
    if short in _BY_SERDE:
        return _BY_SERDE[short]
    serde = f"its SerDe {table.serde_library!r} is not known" if short else "it has no SerDe"
    raise DataReadError(
        f"{table}: the catalog does not say the format: {serde}; set the table parameter "
        "'classification', such as 'csv' or 'parquet'"
    )
