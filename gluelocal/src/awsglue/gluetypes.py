"""The types of a DynamicFrame's schema (Glue Developer Guide, "PySpark extension types").

They differ from Spark's by ChoiceType: a field whose records hold values of several types.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar, Self

from awsglue.errors import InvalidOptionError, NotSupportedError


class DataType:
    """Base of all types; `properties` is free text that travels with the type."""

    name: ClassVar[str] = "data"

    def __init__(self, properties: Mapping[str, Any] | None = None) -> None:
        self.properties = dict(properties or {})

    @classmethod
    def typeName(cls) -> str:
        """The type's name in mappings, casts and the members of a choice."""
        return cls.name

    def jsonValue(self) -> dict[str, Any]:
        """The type as plain values: `dataType`, `properties` and what the type adds."""
        return {"dataType": self.typeName(), "properties": self.properties}

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> Self:
        """The type that jsonValue describes; InvalidOptionError when that is another type."""
        name = json_value.get("dataType")
        if name != cls.typeName():
            raise InvalidOptionError(
                f"{cls.__name__}.fromJsonValue: the dataType is {name!r}, not {cls.typeName()!r}"
            )
        make: Callable[..., Self] = cls
        return make(*cls._parts(json_value), json_value.get("properties"))

    @classmethod
    def _parts(cls, _json_value: Mapping[str, Any], /) -> tuple[Any, ...]:
        """The arguments that jsonValue shows, but `properties`."""
        return ()

    def children(self) -> "Iterator[tuple[str, DataType]]":
        """Named types inside this one, in order, as printSchema shows them."""
        return iter(())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DataType) and self.jsonValue() == other.jsonValue()

    def __hash__(self) -> int:
        return hash(repr(self.jsonValue()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.jsonValue()})"


class AtomicType(DataType):
    """A type without parts."""


class BinaryType(AtomicType):
    """Bytes."""

    name = "binary"


class BooleanType(AtomicType):
    """True or false."""

    name = "boolean"


class ByteType(AtomicType):
    """Whole numbers of 8 bits."""

    name = "byte"


class ShortType(AtomicType):
    """Whole numbers of 16 bits."""

    name = "short"


class IntegerType(AtomicType):
    """Whole numbers of 32 bits."""

    name = "int"


class LongType(AtomicType):
    """Whole numbers of 64 bits; the catalog's bigint."""

    name = "long"


class FloatType(AtomicType):
    """Binary fractions of 32 bits."""

    name = "float"


class DoubleType(AtomicType):
    """Binary fractions of 64 bits."""

    name = "double"


class DateType(AtomicType):
    """Days."""

    name = "date"


class TimestampType(AtomicType):
    """Moments, in microseconds."""

    name = "timestamp"


class TimestampNTZType(AtomicType):
    """Dates with a time of day, in microseconds, of no time zone."""

    name = "timestampntz"


class StringType(AtomicType):
    """Text."""

    name = "string"


class NullType(AtomicType):
    """A field that holds nothing but null."""

    name = "null"


class UnknownType(AtomicType):
    """A type that nothing is known of."""

    name = "unknown"


class DecimalType(AtomicType):
    """Exact decimal numbers; (10,2) unless told."""

    name = "decimal"

    def __init__(
        self, precision: int = 10, scale: int = 2, properties: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(properties)
        self.precision = precision
        self.scale = scale

    def jsonValue(self) -> dict[str, Any]:
        """Adds `precision` and `scale`."""
        return {**super().jsonValue(), "precision": self.precision, "scale": self.scale}

    @classmethod
    def _parts(cls, json_value: Mapping[str, Any], /) -> tuple[Any, ...]:
        return json_value["precision"], json_value["scale"]


class EnumType(AtomicType):
    """Text that is one of the `options`."""

    name = "enum"

    def __init__(self, options: Iterable[str], properties: Mapping[str, Any] | None = None) -> None:
        super().__init__(properties)
        self.options = list(options)

    def jsonValue(self) -> dict[str, Any]:
        """Adds `options`."""
        return {**super().jsonValue(), "options": self.options}

    @classmethod
    def _parts(cls, json_value: Mapping[str, Any], /) -> tuple[Any, ...]:
        return (json_value["options"],)


class ArrayType(DataType):
    """A list of values of one type."""

    name = "array"

    def __init__(
        self, elementType: DataType | None = None, properties: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(properties)
        self.elementType = elementType or UnknownType()

    def jsonValue(self) -> dict[str, Any]:
        """Adds `elementType`."""
        return {**super().jsonValue(), "elementType": self.elementType.jsonValue()}

    @classmethod
    def _parts(cls, json_value: Mapping[str, Any], /) -> tuple[Any, ...]:
        return (_from_json(json_value["elementType"]),)

    def children(self) -> Iterator[tuple[str, DataType]]:
        """The element's type."""
        yield "element", self.elementType


class SetType(ArrayType):
    """A list of different values of one type."""

    name = "set"


class MapType(DataType):
    """Values by text keys."""

    name = "map"

    def __init__(
        self, valueType: DataType | None = None, properties: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(properties)
        self.keyType = StringType()
        self.valueType = valueType or UnknownType()

    def jsonValue(self) -> dict[str, Any]:
        """Adds `valueType`."""
        return {**super().jsonValue(), "valueType": self.valueType.jsonValue()}

    @classmethod
    def _parts(cls, json_value: Mapping[str, Any], /) -> tuple[Any, ...]:
        return (_from_json(json_value["valueType"]),)

    def children(self) -> Iterator[tuple[str, DataType]]:
        """The key's and the value's type."""
        yield "keyType", self.keyType
        yield "valueType", self.valueType


class ChoiceType(DataType):
    """One of several types, record by record; the members' names are their type names."""

    name = "choice"

    def __init__(
        self, choices: Iterable[DataType] = (), properties: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(properties)
        self.choices = {choice.typeName(): choice for choice in choices}

    def add(self, new_choice: DataType) -> None:
        """Adds a member; InvalidOptionError when there is one of its name."""
        if new_choice.typeName() in self.choices:
            raise InvalidOptionError(f"the choice has a member {new_choice.typeName()!r} already")
        self.choices[new_choice.typeName()] = new_choice

    def merge(self, new_choices: Iterable[DataType]) -> None:
        """Adds the members that are not there."""
        for choice in new_choices:
            self.choices.setdefault(choice.typeName(), choice)

    def jsonValue(self) -> dict[str, Any]:
        """Adds `choices`."""
        return {**super().jsonValue(), "choices": [c.jsonValue() for c in self.choices.values()]}

    @classmethod
    def _parts(cls, json_value: Mapping[str, Any], /) -> tuple[Any, ...]:
        return ([_from_json(choice) for choice in json_value["choices"]],)

    def children(self) -> Iterator[tuple[str, DataType]]:
        """The members, by type name."""
        return iter(self.choices.items())


class Field:
    """A named part of a struct."""

    def __init__(
        self, name: str, dataType: DataType, properties: Mapping[str, Any] | None = None
    ) -> None:
        self.name = name
        self.dataType = dataType
        self.properties = dict(properties or {})

    def jsonValue(self) -> dict[str, Any]:
        """`name`, `container`, which is the type's own value, and `properties`."""
        container = self.dataType.jsonValue()
        return {"name": self.name, "container": container, "properties": self.properties}

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> Self:
        """The field that jsonValue describes."""
        data_type = _from_json(json_value["container"])
        return cls(json_value["name"], data_type, json_value.get("properties"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Field) and self.jsonValue() == other.jsonValue()

    def __hash__(self) -> int:
        return hash(repr(self.jsonValue()))

    def __repr__(self) -> str:
        return f"Field({self.name}, {self.dataType.typeName()})"


class StructType(DataType):
    """Named fields in order."""

    name = "struct"

    def __init__(
        self, fields: Iterable[Field] = (), properties: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(properties)
        self.fields = list(fields)
        self.field_map = {field.name: field for field in self.fields}

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def add(self, field: Field) -> None:
        """Adds a field at the end; InvalidOptionError when there is one of its name."""
        if self.hasField(field):
            raise InvalidOptionError(f"the struct has a field {field.name!r} already")
        self.fields.append(field)
        self.field_map[field.name] = field

    def hasField(self, field: str | Field) -> bool:
        """Whether there is a field of that name, or of that field's name."""
        return (field.name if isinstance(field, Field) else field) in self.field_map

    def getField(self, field: str | Field) -> Field:
        """The field of that name, or of that field's name; KeyError when there is none."""
        return self.field_map[field.name if isinstance(field, Field) else field]

    def jsonValue(self) -> dict[str, Any]:
        """Adds `fields`."""
        return {**super().jsonValue(), "fields": [field.jsonValue() for field in self.fields]}

    @classmethod
    def _parts(cls, json_value: Mapping[str, Any], /) -> tuple[Any, ...]:
        return ([Field.fromJsonValue(field) for field in json_value["fields"]],)

    def children(self) -> Iterator[tuple[str, DataType]]:
        """The fields."""
        for field in self.fields:
            yield field.name, field.dataType


class EntityType(DataType):
    """Not implemented by the service either (Glue Developer Guide, "PySpark extension types")."""

    name = "entity"

    def __init__(
        self, entity: str, base_type: DataType, properties: Mapping[str, Any] | None
    ) -> None:
        raise NotSupportedError("EntityType")


_TYPES: dict[str, type[DataType]] = {
    kind.typeName(): kind
    for kind in (
        *(BinaryType, BooleanType, ByteType, ShortType, IntegerType, LongType, FloatType),
        *(DoubleType, DecimalType, DateType, TimestampType, TimestampNTZType, StringType),
        *(EnumType, NullType, UnknownType, ArrayType, SetType, MapType, ChoiceType, StructType),
    )
}


def _from_json(json_value: Mapping[str, Any]) -> DataType:
    name = json_value.get("dataType")
    if name not in _TYPES:
        raise InvalidOptionError(f"the dataType {name!r} is unknown; valid: {', '.join(_TYPES)}")
    return _TYPES[name].fromJsonValue(json_value)
