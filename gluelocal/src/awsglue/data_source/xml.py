"""XML files: the elements of one tag are the rows.

Each file is read whole, once to see which elements repeat and then for its rows, and each row
becomes a JSON text in Python. Types and choices come from these texts by a plain plan, as for JSON.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pyspark.sql import SparkSession

from awsglue.catalog import CatalogTable
from awsglue.data_source import documents
from awsglue.data_source.catalog_columns import catalog_columns
from awsglue.data_source.files import FileSet
from awsglue.data_source.formats import FORMATS, refuse_options, truth
from awsglue.data_source.json_lines import json_frame
from awsglue.data_source.json_types import typed
from awsglue.data_source.xml_values import Options, Path, elements, repeated, row_of
from awsglue.engine.rows import Rows
from awsglue.errors import InvalidOptionError


class XmlFormat:
    """XML; an element that stands more than once in some row is an array in every row."""

    by_folders = False
    finds_partitions = False

    def read(self, session: SparkSession, files: FileSet, options: Mapping[str, Any]) -> Rows:
        """Columns of all the data: attributes, child elements, and text beside them.

        Options: `rowTag`, `encoding`, `excludeAttribute`, `attributePrefix`, `valueTag`,
        `treatEmptyValuesAsNulls`, `ignoreSurroundingSpaces` (Glue Developer Guide, "Using the XML
        format in AWS Glue"). Text that is a number or a truth value in JSON's notation is one; an
        element without text is null.
        """
        refuse_options("xml", options, ("withSchema",))
        encoding = str(options.get("encoding") or "utf-8")
        given = _options(options)

        def repeats(_: str, content: bytes) -> Iterator[Path]:
            for element in elements(documents.decoded(content, encoding), given.row_tag):
                yield from set(repeated(element))

        with documents.parsing("xml"):
            lists = frozenset(documents.parsed(session, files, repeats).distinct().collect())

        def rows(_: str, content: bytes) -> Iterator[str]:
            for element in elements(documents.decoded(content, encoding), given.row_tag):
                yield row_of(element, lists, given)

        lines = documents.texts(session, files, rows)
        return typed(session, lines, lambda schema: json_frame(session, lines, schema))

    def read_table(self, session: SparkSession, files: FileSet, table: CatalogTable) -> Rows:
        """The catalog's columns by name, in the types that the files have.

        The table's or the SerDe's parameters give the options, `rowTag` above all.
        """
        return catalog_columns(
            self.read(session, files, {**table.serde, **table.parameters}), table
        )


def _options(options: Mapping[str, Any]) -> Options:
    row_tag = options.get("rowTag")
    if not row_tag:
        raise InvalidOptionError("xml needs format_options rowTag, the tag of a row's element")
    return Options(
        row_tag=str(row_tag),
        attributes=not truth(options.get("excludeAttribute", False)),
        attribute_prefix=str(options.get("attributePrefix", "_")),
        value_tag=str(options.get("valueTag", "_VALUE")),
        blank_is_null=truth(options.get("treatEmptyValuesAsNulls", False)),
        trim=truth(options.get("ignoreSurroundingSpaces", False)),
    )


FORMATS.register("xml")(XmlFormat())
