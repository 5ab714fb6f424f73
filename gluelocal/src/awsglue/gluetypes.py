"""The types of a DynamicFrame's schema (Glue Developer Guide, "PySpark extension types").

They differ from Spark's by ChoiceType: a field whose records hold values of several types.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar


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
        """The type as plain values: `dataType` and what the type adds."""
        return {"dataType": self.typeName()}

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

    def children(self) -> Iterator[tuple[str, DataType]]:
        """The element's type."""
        yield "element", self.elementType


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

    def jsonValue(self) -> dict[str, Any]:
        """Adds `choices`."""
        return {**super().jsonValue(), "choices": [c.jsonValue() for c in self.choices.values()]}

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
        """`name` and `container`, the type's own value."""
        return {"name": self.name, "container": self.dataType.jsonValue()}

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

    def jsonValue(self) -> dict[str, Any]:
        """Adds `fields`."""
        return {**super().jsonValue(), "fields": [field.jsonValue() for field in self.fields]}

    def children(self) -> Iterator[tuple[str, DataType]]:
        """The fields."""
        for field in self.fields:
            yield field.name, field.dataType
