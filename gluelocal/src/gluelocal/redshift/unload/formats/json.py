"""JSON, one object a line (Redshift, "UNLOAD": booleans are t and f, NULL is null)."""

import json
from collections.abc import Sequence

import pyarrow as pa

from gluelocal.redshift.errors import RedshiftError
from gluelocal.redshift.unload.columns import ResultColumn
from gluelocal.redshift.unload.formats.base import FileWriter, register

# Their text is their JSON; NaN and the infinities have none.
_BARE = frozenset(("bigint", "smallint", "integer", "real", "double precision", "numeric", "super"))
_NO_JSON = frozenset(("NaN", "Infinity", "-Infinity"))


@register("JSON")
class JsonWriter(FileWriter):
    """Numbers as they are, SUPER nested, all else as strings."""

    @classmethod
    def check(cls, columns: Sequence[ResultColumn]) -> None:
        names = [column.name for column in columns]
        for name in names:
            if names.count(name) > 1:
                raise RedshiftError(
                    f'UNLOAD to JSON needs unique column names; "{name}" is there twice', "42701"
                )

    def write(self, texts: Sequence[pa.Array]) -> None:
        names = [json.dumps(column.name, ensure_ascii=False) for column in self.columns]
        columns = [
            [_value(text, column) for text in values.to_pylist()]
            for column, values in zip(self.columns, texts, strict=True)
        ]
        lines = [
            "{" + ",".join(map("{}:{}".format, names, row)) + "}\n"
            for row in zip(*columns, strict=True)
        ]
        self.file.write("".join(lines).encode())


def _value(text: str | None, column: ResultColumn) -> str:
    if text is None:
        return "null"
    if column.type.base in _BARE and text not in _NO_JSON:
        return text
    return json.dumps(text, ensure_ascii=False)
