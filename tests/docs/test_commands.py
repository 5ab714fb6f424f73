"""Every command block of README and getting-started is run as it stands, in a copy of the project.

A comment above a block says what to do with it: `<!-- run -->`, `<!-- run, exit code 1 -->` or
`<!-- not run: why -->`. A ```text block behind it has lines that the commands print, in that order.
Blocks run one after the other, as a reader types them; one that stands on both pages runs once.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from gluelocal import lifecycle
from gluelocal.account import Account

PROJECT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/getting-started.md")
FENCE = re.compile(
    r"^(?:<!-- (?P<mark>[^\n]*?) -->\n)?```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
RUN = re.compile(r"run(?:, exit code (?P<code>\d+))?")
LEFT_OUT = "not run: "
BLOCK_SECONDS = 900
NOT_COPIED = (".git", ".venv", ".gluelocal", ".*_cache", "__pycache__", "build", "dist", "site")
# What this test run's own account, or a make around it, would tell the commands.
NOT_INHERITED = re.compile(r"GLUELOCAL_|AWS_|REDSHIFT_|MAKE|MFLAGS|KEEP$|PYTHONPATH$")


@dataclass(frozen=True)
class Block:
    """One command block, with what the page claims of it."""

    page: str
    line: int
    mark: str | None
    text: str
    printed: str

    def __str__(self):
        return f"{Path(self.page).stem}:{self.line}"

    @property
    def exit_code(self):
        """None for a block that is not run."""
        said = RUN.fullmatch(self.mark or "")
        return int(said["code"] or 0) if said else None


def blocks_of(page):
    content = (PROJECT / page).read_text(encoding="utf-8")
    fences = list(FENCE.finditer(content))
    for fence, after in zip(fences, [*fences[1:], None], strict=True):
        if fence["language"] in ("bash", "sh", "shell", "console", ""):
            printed = after["text"] if after and after["language"] == "text" else ""
            line = content.count("\n", 0, fence.start("text")) + 1
            yield Block(page, line, fence["mark"], fence["text"], printed)


BLOCKS = [block for page in PAGES for block in blocks_of(page)]
RUNNABLE = [block for block in BLOCKS if block.exit_code is not None]


def test_every_block_says_whether_it_is_run():
    unmarked = [
        str(block)
        for block in BLOCKS
        if block.exit_code is None and not (block.mark or "").startswith(LEFT_OUT)
    ]
    assert not unmarked
    left_out = {block.text.splitlines()[0]: block.mark for block in BLOCKS if not block.exit_code}
    left_out = {first: mark for first, mark in left_out.items() if mark.startswith(LEFT_OUT)}
    assert set(left_out) == {"make test", "pip install 'gluelocal[account]'"}
    assert all(len(mark) > len(LEFT_OUT) for mark in left_out.values())


@pytest.mark.parametrize("page", PAGES)
def test_no_commands_hide_in_another_kind_of_block(page):
    content = FENCE.sub("", (PROJECT / page).read_text(encoding="utf-8"))
    assert "```" not in content
    assert not re.search(r"^(?: {4}|\t)\S", content, re.MULTILINE)


class Shell:
    """A reader's shell in a clone of his own: where he is and what he has set stays."""

    def __init__(self, folder):
        self.folder = folder
        self._variables = folder.parent / "variables"
        self._environment = {
            name: value for name, value in os.environ.items() if not NOT_INHERITED.match(name)
        }
        self._ended = {}

    def ended(self, block):
        """How the block ended, after all that stand before it."""
        for one in RUNNABLE[: RUNNABLE.index(block) + 1]:
            if one.text not in self._ended:
                self._ended[one.text] = self._run(one.text)
        return self._ended[block.text]

    def _run(self, text):
        kept = f"[ ! -f {self._variables} ] || . {self._variables}"
        leave = f"trap 'export -p > {self._variables}' EXIT"
        return subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", f"{kept}\n{leave}\n{text}"],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=BLOCK_SECONDS,
        )


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reader") / "clone"
    # With new times, so that make finds the environment newer and installs nothing.
    ignored = shutil.ignore_patterns(*NOT_COPIED)
    shutil.copytree(PROJECT, folder, ignore=ignored, copy_function=shutil.copy)
    environment_like_this_one(folder / ".venv")
    # Ports that nobody has; the account keeps what it finds.
    state = folder / ".gluelocal"
    Account.open_or_create(state, free_port(), free_port()).save()
    yield Shell(folder)
    lifecycle.down(state)


def environment_like_this_one(folder):
    """`folder` is this test run's environment, but for the files in which make notes its own."""
    folder.mkdir()
    for entry in Path(sys.prefix).iterdir():
        if entry.name not in (".run", ".dev"):
            (folder / entry.name).symlink_to(entry)
    (folder / ".run").touch()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def comparable(text):
    """Its lines, with ids, seconds and dates alike."""
    text = re.sub(r"jr_[0-9a-f]{64}", "jr_RUN", text)
    text = re.sub(r"\b\d+\.\d\b", "N.N", text)
    text = re.sub(r"\w{3}, \d+ \w{3} \d{4} [\d:]{8} [+-]\d{4}", "DATE", text)
    return [line.rstrip() for line in text.splitlines() if line.strip()]


@pytest.mark.slow
@pytest.mark.parametrize("block", RUNNABLE, ids=str)
def test_a_block_does_what_the_page_says(shell, block):
    ended = shell.ended(block)
    assert ended.returncode == block.exit_code, ended.stdout + ended.stderr
    printed = iter(comparable(ended.stdout))
    missing = [line for line in comparable(block.printed) if line not in printed]
    assert not missing, ended.stdout
