"""How Redshift lays a table out: distribution, sort keys, encodings. Kept for the catalog views."""

import json
from dataclasses import dataclass, field

from gluelocal.redshift.errors import SqlSyntaxError
from gluelocal.redshift.sql.names import read_name, read_name_list
from gluelocal.redshift.sql.quoting import literal
from gluelocal.redshift.sql.tokens import Cursor

_STYLES = ("AUTO", "EVEN", "KEY", "ALL")


@dataclass
class TableAttributes:
    """What a statement said; PostgreSQL has no use for it, the catalog views show it."""

    diststyle: str = ""
    distkey: str = ""
    sortkeys: list[str] = field(default_factory=list)
    encodings: dict[str, str] = field(default_factory=dict)
    primary_key: list[str] = field(default_factory=list)

    def note(self, table: str) -> str | None:
        """The SQL that keeps them for `table` (a name as written into SQL); None when empty."""
        said = {name: value for name, value in vars(self).items() if value}
        if not said:
            return None
        return (
            f"SELECT pg_gluelocal.note_table({literal(table)}::pg_catalog.regclass, "
            f"{literal(json.dumps(said))})"
        )


def read_table_attributes(cursor: Cursor, noted: TableAttributes) -> bool:
    """Reads all attributes that come next; whether there were any."""
    start = cursor.position
    while _read_one(cursor, noted):
        pass
    return cursor.position > start


def _read_one(cursor: Cursor, noted: TableAttributes) -> bool:
    if cursor.take("BACKUP"):
        if not cursor.take_any("YES", "NO"):
            raise SqlSyntaxError("syntax error: BACKUP takes YES or NO")
    elif cursor.take("DISTSTYLE"):
        style = cursor.take_any(*_STYLES)
        if not style:
            raise SqlSyntaxError(f"syntax error: DISTSTYLE takes one of {', '.join(_STYLES)}")
        noted.diststyle = style
    elif cursor.take("DISTKEY"):
        noted.distkey = _one_name(cursor)
    elif cursor.at("SORTKEY") or cursor.at("COMPOUND") or cursor.at("INTERLEAVED"):
        cursor.take_any("COMPOUND", "INTERLEAVED")
        if not cursor.take("SORTKEY"):
            raise SqlSyntaxError("syntax error: expected SORTKEY behind COMPOUND or INTERLEAVED")
        if not cursor.take_any("AUTO", "NONE"):
            noted.sortkeys = read_name_list(cursor, "the sort key's columns")
    elif cursor.at("ENCODE", "AUTO"):
        cursor.position += 2
    else:
        return False
    return True


def _one_name(cursor: Cursor) -> str:
    if cursor.at("("):
        names = read_name_list(cursor, "the distribution key's column")
        if len(names) != 1:
            raise SqlSyntaxError("syntax error: DISTKEY takes one column")
        return names[0]
    return read_name(cursor, "the distribution key's column")[-1]
