"""The type that holds the values of two."""

import pytest

from gluelocal.crawler.hive_types import (
    NULL,
    STRING,
    Array,
    HiveType,
    Map,
    Scalar,
    Struct,
    merge,
    render,
)


def scalar(name: str) -> Scalar:
    return Scalar(name)


CASES = [
    (scalar("int"), scalar("bigint"), "bigint"),
    (scalar("int"), scalar("double"), "double"),
    (scalar("smallint"), scalar("float"), "float"),
    (scalar("bigint"), scalar("float"), "double"),
    (scalar("bigint"), STRING, "string"),
    (scalar("boolean"), scalar("int"), "string"),
    (scalar("date"), scalar("timestamp"), "string"),
    (scalar("decimal(10,2)"), scalar("decimal(8,4)"), "decimal(12,4)"),
    (scalar("decimal(10,2)"), scalar("int"), "decimal(12,2)"),
    (scalar("decimal(38,0)"), scalar("decimal(10,10)"), "string"),
    (scalar("decimal(10,2)"), scalar("double"), "double"),
    (NULL, scalar("int"), "int"),
    (NULL, NULL, "string"),
    (Array(NULL), Array(scalar("int")), "array<int>"),
    (Array(scalar("int")), scalar("int"), "string"),
    (Map(STRING, scalar("int")), Map(STRING, scalar("double")), "map<string,double>"),
    (
        Struct((("a", scalar("int")),)),
        Struct((("b", STRING), ("a", scalar("bigint")))),
        "struct<a:bigint,b:string>",
    ),
    (Struct(()), Struct(()), "string"),
]


@pytest.mark.parametrize(("left", "right", "wanted"), CASES)
def test_two_types_merge(left: HiveType, right: HiveType, wanted: str) -> None:
    assert render(merge(left, right)) == wanted


@pytest.mark.parametrize(("left", "right", "_"), CASES)
def test_merging_does_not_depend_on_the_order_of_scalars(
    left: HiveType, right: HiveType, _: str
) -> None:
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        assert merge(left, right) == merge(right, left)
