"""What the commands share: options, and how they print."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


class Shown(StrEnum):
    TEXT = "text"
    JSON = "json"


State = Annotated[
    Path | None,
    typer.Option(help="The account's folder (default: $GLUELOCAL_STATE, else .gluelocal)."),
]
Output = Annotated[Shown, typer.Option(help="How to print it.")]


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2, allow_nan=False) + "\n")
