"""Rows in a schema that a script declares."""

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue import gluetypes as G
from awsglue.engine import paths
from awsglue.engine.rows import Rows
from awsglue.engine.types import glue_name, spark_type_of
from awsglue.errors import InvalidOptionError


def in_schema(rows: Rows, schema: G.StructType) -> Rows:
    """The schema's columns, cast to its types; null where the rows lack one.

    InvalidOptionError when a column has a type that its declared choice lacks.
    """
    columns, choices = [], set()
    for field in schema:
        target = spark_type_of(field.dataType)
        found = paths.find(rows.schema, (field.name,), case_sensitive=True)
        if found is None:
            value = F.lit(None).cast(target)
        elif isinstance(field.dataType, G.ChoiceType):
            value = _as_choice(rows, found, target)
            choices.add(field.name)
        else:
            value = rows.value_at(found.path, found.column, found.data_type, target)
        columns.append(value.alias(field.name))
    return Rows(rows.frame.select(*columns), frozenset(choices))


def _as_choice(rows: Rows, found: paths.Found, target: S.DataType) -> Column:
    assert isinstance(target, S.StructType)
    own = found.data_type
    if rows.is_choice(found.path) and isinstance(own, S.StructType):
        there = {name: found.column.getField(name) for name in own.names}
    else:
        there = {glue_name(own): found.column}
    if missing := set(there) - set(target.names):
        raise InvalidOptionError(
            f"with_frame_schema: the column {found.path[0]!r} has values of the types "
            f"{', '.join(sorted(missing))}, which the declared choice lacks; it has "
            f"{', '.join(target.names)}"
        )
    parts = [
        there.get(part.name, F.lit(None)).cast(part.dataType).alias(part.name)
        for part in target.fields
    ]
    return F.when(found.column.isNotNull(), F.struct(*parts))
