"""What a client's SQL becomes: parts for PostgreSQL, and parts that the gateway does itself."""

from dataclasses import dataclass, field

from gluelocal.redshift.sql.tokens import Edits, Token


@dataclass(frozen=True)
class PassThrough:
    """SQL for PostgreSQL, whose answers reach the client as they are."""

    sql: str


@dataclass(frozen=True)
class Load:
    """A COPY from S3."""

    sql: str
    case_sensitive: bool = False


@dataclass(frozen=True)
class Unload:
    """An UNLOAD to S3."""

    sql: str
    case_sensitive: bool = False


@dataclass(frozen=True)
class Script:
    """SQL that runs in one go; the client sees the first command's tag, or `tag` where given.

    `commits`: it also ends the client's transaction, as TRUNCATE does in Redshift.
    """

    statements: tuple[str, ...]
    tag: str = ""
    commits: bool = False


OwnStep = Load | Unload | Script
"""What the gateway carries out itself."""

Step = PassThrough | OwnStep


@dataclass
class Dialect:
    """What a session has set that changes how its SQL is read."""

    case_sensitive: bool = False


@dataclass
class Statement:
    """One statement being rewritten: edits are noted against the whole text."""

    sql: str
    tokens: list[Token]
    dialect: Dialect
    edits: Edits = field(default_factory=Edits)

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end

    @property
    def original(self) -> str:
        return self.sql[self.start : self.end]

    def rewritten(self) -> str:
        return self.edits.apply(self.sql, self.start, self.end).rstrip()
