"""How the Data Catalog describes files of a format: input, output, SerDe, table parameters.

The values are those that AWS Glue's crawlers and Athena write for the same files.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from awsglue.options import truth
from awsglue.registry import Registry

_SERDE = "org.apache.hadoop.hive.serde2"
_IO = "org.apache.hadoop.hive.ql.io"
_TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
_TEXT_OUTPUT = f"{_IO}.HiveIgnoreKeyTextOutputFormat"


class Description(NamedTuple):
    """Of files; `serde_parameters` are the SerDe's, `parameters` the table's."""

    input_format: str
    output_format: str
    serde: str
    serde_parameters: dict[str, str]
    parameters: dict[str, str]


Describe = Callable[[Mapping[str, Any], Sequence[str]], Description]
"""(format_options, names of the columns) -> the description."""

DESCRIPTIONS: Registry[Describe] = Registry("format of enableUpdateCatalog")


@DESCRIPTIONS.register("csv")
def _csv(options: Mapping[str, Any], _names: Sequence[str]) -> Description:
    separator = str(options.get("separator", ","))
    quote = str(options.get("quoteChar", '"'))
    parameters = {"classification": "csv", "delimiter": separator}
    if truth(options.get("writeHeader", True)):
        parameters["skip.header.line.count"] = "1"
    if quote == '"':
        serde, settings = f"{_SERDE}.lazy.LazySimpleSerDe", {"field.delim": separator}
    else:
        serde = f"{_SERDE}.OpenCSVSerde"
        settings = {"separatorChar": separator, "quoteChar": quote}
    return Description(_TEXT_INPUT, _TEXT_OUTPUT, serde, settings, parameters)


@DESCRIPTIONS.register("json")
def _json(_options: Mapping[str, Any], names: Sequence[str]) -> Description:
    return Description(
        _TEXT_INPUT,
        _TEXT_OUTPUT,
        "org.openx.data.jsonserde.JsonSerDe",
        {"paths": ",".join(sorted(names))},
        {"classification": "json"},
    )


@DESCRIPTIONS.register("avro")
def _avro(_options: Mapping[str, Any], _names: Sequence[str]) -> Description:
    return Description(
        f"{_IO}.avro.AvroContainerInputFormat",
        f"{_IO}.avro.AvroContainerOutputFormat",
        f"{_SERDE}.avro.AvroSerDe",
        {"serialization.format": "1"},
        {"classification": "avro"},
    )


@DESCRIPTIONS.register("glueparquet")
def _parquet(_options: Mapping[str, Any], _names: Sequence[str]) -> Description:
    return Description(
        f"{_IO}.parquet.MapredParquetInputFormat",
        f"{_IO}.parquet.MapredParquetOutputFormat",
        f"{_IO}.parquet.serde.ParquetHiveSerDe",
        {"serialization.format": "1"},
        # Without it a later job could not update the table.
        {"classification": "parquet", "useGlueParquetWriter": "true"},
    )
