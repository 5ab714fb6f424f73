"""Types of a DynamicFrame's schema as plain values, and how they grow."""

import pytest

from awsglue import gluetypes as G
from awsglue.errors import InvalidOptionError

SCHEMA = G.StructType(
    [
        G.Field("id", G.ChoiceType([G.LongType(), G.StringType()])),
        G.Field("price", G.DecimalType(5, 1), {"unit": "EUR"}),
        G.Field("tags", G.ArrayType(G.StringType())),
        G.Field("kinds", G.SetType(G.EnumType(["a", "b"]))),
        G.Field("counts", G.MapType(G.IntegerType())),
        G.Field("seen", G.TimestampNTZType()),
    ],
    {"from": "test"},
)


def test_a_type_comes_back_from_its_json_value() -> None:
    value = SCHEMA.jsonValue()
    assert G.StructType.fromJsonValue(value).jsonValue() == value
    assert value["fields"][1] == {
        "name": "price",
        "container": {"dataType": "decimal", "properties": {}, "precision": 5, "scale": 1},
        "properties": {"unit": "EUR"},
    }


def test_another_types_json_value_is_refused() -> None:
    with pytest.raises(InvalidOptionError, match="the dataType is 'string', not 'int'"):
        G.IntegerType.fromJsonValue(G.StringType().jsonValue())
    with pytest.raises(InvalidOptionError, match=r"'blob' is unknown; valid: binary, boolean"):
        G.ArrayType.fromJsonValue({"dataType": "array", "elementType": {"dataType": "blob"}})


def test_a_choice_grows() -> None:
    choice = G.ChoiceType([G.LongType()])
    choice.add(G.StringType())
    choice.merge([G.LongType(), G.DateType()])
    assert list(choice.choices) == ["long", "string", "date"]
    with pytest.raises(InvalidOptionError, match="a member 'string' already"):
        choice.add(G.StringType())


def test_a_struct_grows() -> None:
    struct = G.StructType([G.Field("a", G.LongType())])
    struct.add(G.Field("b", G.StringType()))
    assert struct.hasField("b")
    assert struct.hasField(G.Field("a", G.DateType()))
    assert not struct.hasField("c")
    assert struct.getField("b").dataType == G.StringType()
    with pytest.raises(KeyError):
        struct.getField("c")
    with pytest.raises(InvalidOptionError, match="a field 'a' already"):
        struct.add(G.Field("a", G.DateType()))


def test_entity_types_are_not_there() -> None:
    with pytest.raises(NotImplementedError, match=r"EntityType .*docs/parity\.md"):
        G.EntityType("e", G.StringType(), {})
