"""A section of the report: what was measured, on what, and the figures."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """One table; every row has as many cells as there are heads."""

    title: str
    about: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]

    def as_markdown(self) -> str:
        lines = [f"\n## {self.title}\n", self.about, ""]
        lines.append("| " + " | ".join(self.heads) + " |")
        lines.append("|" + " --- |" * len(self.heads))
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        return "\n".join(lines) + "\n"
