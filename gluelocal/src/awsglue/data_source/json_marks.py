"""JSON in which values of one field differ in type.

Every value is put into an object that names its type (`{"int": 1}`), which Spark's inference and
parser keep apart; then the objects become values again, or the members of a choice.
"""

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as S

from awsglue.data_source.json_lines import json_frame
from awsglue.engine.paths import ELEMENT, Path, column
from awsglue.engine.rows import Rows
from awsglue.errors import DataReadError

# A name that no data has, before the name of a type.
_MARK = "\ue000"
_TOKEN = r'"(?:[^"\\]++|\\.)*+"\s*:?|[^\s"\[\]{},:]+|[\[\]{},:]'


def by_marks(session: SparkSession, lines: DataFrame, order: S.DataType) -> Rows:
    """The rows of JSON texts, each an object or an array of objects, with their choices.

    `order` is a schema with the fields in the order that they shall have.
    """
    tokens = F.regexp_extract_all("value", F.lit(_TOKEN), F.lit(0))
    marked = lines.filter(F.trim("value") != "").select(
        F.array_join(F.transform(tokens, _marked), "").alias("value")
    )
    found = json_frame(session, marked, None).schema
    record, fields = _record(found)
    records = json_frame(session, marked, found).select(record.alias("record"))
    nested: set[Path] = set()
    cells = [
        _unmarked(
            column("record").getField(name), fields[name].dataType, wanted, (name,), nested
        ).alias(name)
        for name, wanted in _in_order(fields, order)
    ]
    tops = frozenset(path[0] for path in nested if len(path) == 1)
    inside = frozenset(path for path in nested if len(path) > 1)
    return Rows(records.select(*cells), tops, nested=inside)


def _record(root: S.StructType) -> tuple[Column, S.StructType]:
    """The marked records of all texts, and their fields; DataReadError where one is no object."""
    members = _members(root)
    if set(members) == {"struct"}:
        fields = members["struct"]
        assert isinstance(fields, S.StructType)
        return column(_MARK + "struct"), fields
    if set(members) == {"array"}:
        found = members["array"]
        element = found.elementType if isinstance(found, S.ArrayType) else found
        inner = _members(element) if isinstance(element, S.StructType) else {}
        fields = inner.get("struct", S.StringType())
        if len(inner) == 1 and isinstance(fields, S.StructType):
            objects = F.transform(
                column(_MARK + "array"), lambda each: each.getField(_MARK + "struct")
            )
            return F.explode(objects), fields
    raise DataReadError(
        "json: values of one field have several types, and the lines are not all objects, or all "
        f"arrays of objects, but {' and '.join(sorted(members))}; write one object a line"
    )


def _marked(token: Column) -> Column:
    first = F.substring(token, 1, 1)

    def of(kind: str) -> Column:
        return F.concat(F.lit(f'{{"{_MARK}{kind}":'), token, F.lit("}"))

    number = (
        F.when(token.rlike("[.eE]"), of("double"))
        .when(token.cast("int").isNotNull(), of("int"))
        .when(token.cast("long").isNotNull(), of("long"))
        .otherwise(of("decimal"))
    )
    return (
        # A name keeps its place before the colon.
        F.when(first == '"', F.when(token.endswith(":"), token).otherwise(of("string")))
        .when(first == "{", F.lit(f'{{"{_MARK}struct":{{'))
        .when(first == "}", F.lit("}}"))
        .when(first == "[", F.lit(f'{{"{_MARK}array":['))
        .when(first == "]", F.lit("]}"))
        .when(token.isin("true", "false"), of("boolean"))
        .when(first.rlike("[-0-9]"), number)
        .otherwise(token)
    )


def _members(marked: S.StructType) -> dict[str, S.DataType]:
    return {field.name.removeprefix(_MARK): field.dataType for field in marked.fields}


def _in_order(fields: S.StructType, order: S.DataType) -> list[tuple[str, S.DataType]]:
    """The fields' names with what is known of the order inside them."""
    known = {f.name: f.dataType for f in order.fields} if isinstance(order, S.StructType) else {}
    names = [name for name in known if name in fields.names]
    names += [name for name in fields.names if name not in known]
    return [(name, known.get(name, S.StringType())) for name in names]


def _unmarked(
    value: Column, marked: S.DataType, order: S.DataType, path: Path, choices: set[Path]
) -> Column:
    """The value without its marks; `choices` collects the paths of choices."""
    if not isinstance(marked, S.StructType):
        # Nothing but nulls.
        return value.cast(S.StringType())
    members = _members(marked)
    if len(members) > 1:
        choices.add(path)
    parts = []
    for kind, data_type in sorted(members.items()):
        inside = path if len(members) == 1 else (*path, kind)
        part = value.getField(_MARK + kind)
        parts.append((kind, _part(part, kind, data_type, order, inside, choices)))
    if len(parts) == 1:
        return parts[0][1]
    return F.when(value.isNotNull(), F.struct(*(part.alias(kind) for kind, part in parts)))


def _part(
    value: Column,
    kind: str,
    data_type: S.DataType,
    order: S.DataType,
    path: Path,
    choices: set[Path],
) -> Column:
    if kind == "int":
        return value.cast(S.IntegerType())
    if isinstance(data_type, S.StructType):
        fields = [
            _unmarked(value.getField(name), data_type[name].dataType, below, (*path, name), choices)
            .alias(name)
            for name, below in _in_order(data_type, order)
        ]  # fmt: skip
        return F.when(value.isNotNull(), F.struct(*fields))
    if isinstance(data_type, S.ArrayType):
        element = data_type.elementType
        inner = order.elementType if isinstance(order, S.ArrayType) else S.StringType()
        return F.transform(
            value, lambda each: _unmarked(each, element, inner, (*path, ELEMENT), choices)
        )
    return value
