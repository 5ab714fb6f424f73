"""Cutting SQL into tokens that know where they stand, so that a rewrite touches only what it means.

PostgreSQL's lexical rules (documentation, chapter 4.1): nested comments, dollar quotes, E-strings.
Text that doesn't follow them gives LexicalError; the caller passes it on, and PostgreSQL explains.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto


class LexicalError(Exception):
    """Not SQL's lexical form: a string, name or comment without an end."""


class Kind(Enum):
    WORD = auto()
    QUOTED = auto()
    STRING = auto()
    NUMBER = auto()
    PARAMETER = auto()
    OPERATOR = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A range of the statement; `text` is as written, `word` is upper case for bare words only."""

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        return self.text.upper() if self.kind is Kind.WORD else ""

    @property
    def value(self) -> str:
        """A name without its quotes (a bare one in lower case), or a string's content."""
        if self.kind is Kind.QUOTED:
            return self.text[1:-1].replace('""', '"')
        if self.kind is Kind.WORD:
            return self.text.lower()
        if self.kind is Kind.STRING:
            return string_value(self.text)
        return self.text


_SCANNER = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*)
  | (?P<comment>/\*)
  | (?P<STRING>[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*')
  | (?P<QUOTED>"(?:[^"]|"")+")
  | (?P<dollar>\$(?:[A-Za-z_\x80-\U0010ffff][\w\x80-\U0010ffff]*)?\$)
  | (?P<PARAMETER>\$\d+)
  | (?P<NUMBER>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)
  | (?P<WORD>[A-Za-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]*)
  | (?P<open>['"])
  | (?P<OPERATOR>::|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_QUOTE_IN_STRING = re.compile(r"\\'|''")
_COMMENT_EDGE = re.compile(r"/\*|\*/")
# UNLOAD's query may escape its quotes with backslashes, as spark-redshift does.
_BACKSLASHED_STRING = re.compile(r"'(?:[^'\\]|''|\\.)*'", re.DOTALL)
_KINDS = {kind.name: kind for kind in Kind}


def tokenize(sql: str, backslashes: bool = False) -> list[Token]:
    """All tokens of `sql`, comments and blanks left out; LexicalError when something has no end."""
    return list(_scan(sql, backslashes))


def _scan(sql: str, backslashes: bool) -> Iterator[Token]:
    position = 0
    end = len(sql)
    while position < end:
        found = _SCANNER.match(sql, position)
        if backslashes and sql[position] == "'":
            found = _BACKSLASHED_STRING.match(sql, position)
            if found is None:
                raise LexicalError("a string has no end")
            yield Token(Kind.STRING, found.group(), position, found.end())
            position = found.end()
            continue
        assert found is not None
        group = found.lastgroup or ""
        start, position = position, found.end()
        if group == "comment":
            position = _end_of_comment(sql, start)
        elif group == "dollar":
            close = sql.find(found.group(), position)
            if close < 0:
                raise LexicalError("a dollar-quoted string has no end")
            position = close + len(found.group())
            yield Token(Kind.STRING, sql[start:position], start, position)
        elif group == "open":
            raise LexicalError("a quoted string or name has no end")
        elif group != "space":
            yield Token(_KINDS[group], found.group(), start, position)


def _end_of_comment(sql: str, start: int) -> int:
    depth = 0
    for edge in _COMMENT_EDGE.finditer(sql, start):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    raise LexicalError("a comment has no end")


def string_value(text: str) -> str:
    """The content of a string token; backslashes stay as they are but before a quote."""
    if text.startswith("$"):
        mark = text[: text.index("$", 1) + 1]
        return text[len(mark) : -len(mark)]
    body = text[text.index("'") + 1 : -1]
    # In one pass: a backslashed quote next to another is no doubled one.
    return _QUOTE_IN_STRING.sub("'", body)


def statements(tokens: Sequence[Token]) -> list[list[Token]]:
    """Cuts at semicolons; empty statements are left out."""
    found: list[list[Token]] = [[]]
    for token in tokens:
        if token.text == ";":
            found.append([])
        else:
            found[-1].append(token)
    return [statement for statement in found if statement]


class Edits:
    """Replacements of ranges of one text, applied together; ranges must not overlap."""

    def __init__(self) -> None:
        self._edits: list[tuple[int, int, str]] = []

    def replace(self, start: int, end: int, text: str) -> None:
        self._edits.append((start, end, text))

    def replace_token(self, token: Token, text: str) -> None:
        self.replace(token.start, token.end, text)

    def insert(self, position: int, text: str) -> None:
        self.replace(position, position, text)

    def apply(self, sql: str, start: int = 0, end: int | None = None) -> str:
        """The part of `sql` from `start` to `end` with the edits made in it."""
        limit = len(sql) if end is None else end
        parts: list[str] = []
        position = start
        for begin, stop, text in sorted(self._edits, key=lambda edit: edit[:2]):
            if begin < position or stop > limit:
                # Inside a range that is gone already, or in another statement.
                continue
            parts += (sql[position:begin], text)
            position = stop
        return "".join((*parts, sql[position:limit]))


class Cursor:
    """Reading a statement's tokens from left to right."""

    def __init__(self, tokens: Sequence[Token], position: int = 0) -> None:
        self.tokens = tokens
        self.position = position

    @property
    def current(self) -> Token | None:
        return self.peek(0)

    @property
    def last(self) -> Token:
        """The token read last."""
        return self.tokens[min(self.position, len(self.tokens)) - 1]

    def peek(self, ahead: int = 1) -> Token | None:
        index = self.position + ahead
        return self.tokens[index] if index < len(self.tokens) else None

    def next(self) -> Token | None:
        token = self.current
        self.position += 1
        return token

    def at(self, *words: str) -> bool:
        """Whether these words or operators come next."""
        return all(
            (token := self.peek(ahead)) is not None and (token.word or token.text) == word
            for ahead, word in enumerate(words)
        )

    def take(self, *words: str) -> bool:
        """Reads these words or operators if they come next."""
        if not self.at(*words):
            return False
        self.position += len(words)
        return True

    def take_any(self, *words: str) -> str:
        """Reads one of these words; empty when none comes next."""
        for word in words:
            if self.take(word):
                return word
        return ""

    def skip_parentheses(self) -> None:
        """Reads a parenthesised group, if one comes next."""
        if not self.at("("):
            return
        depth = 0
        while (token := self.next()) is not None:
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if depth == 0:
                return
