"""Starting and stopping an account's process, from the command line or a test."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from gluelocal.account import Account, make_state, resolve_state
from gluelocal.errors import GluelocalError, UsageError
from gluelocal.upstream import address

STOP_SECONDS = 40.0


@dataclass(frozen=True)
class Started:
    """An account that answers; `already` when it ran before."""

    account: Account
    already: bool


def up(
    state: Path | None = None,
    port: int | None = None,
    redshift_port: int | None = None,
    upstream: str | None = None,
) -> Started:
    """Starts the account of a state folder in the background; returns when it answers.

    `upstream` is a URL or "none"; the account keeps it, as it keeps its ports. Raises
    GluelocalError when it cannot start: a taken port is named with the option to change it.
    """
    folder = resolve_state(state)
    running = running_pid(folder)
    if running is not None:
        account = Account.open(folder)
        if port not in (None, 0, account.settings.port):
            raise UsageError(
                f"The account in {folder} runs on port {account.settings.port} already. "
                "Stop it first (`gluelocal down`), or use another --state."
            )
        if upstream is not None and address.parse(upstream) != account.settings.upstream:
            raise UsageError(
                f"The account in {folder} runs with the upstream "
                f"{account.settings.upstream or address.NONE} already. Stop it first "
                "(`gluelocal down`), or use another --state."
            )
        return Started(account, already=True)
    options: dict[str, object] = {"--port": port, "--redshift-port": redshift_port}
    if upstream is not None:
        options["--upstream"] = address.parse(upstream) or address.NONE
    _start(folder, options)
    return Started(Account.open(folder), already=False)


def _start(folder: Path, options: Mapping[str, object]) -> None:
    make_state(folder)
    command = [sys.executable, "-m", "gluelocal.server", "--state", str(folder)]
    for name, value in options.items():
        if value is not None:
            command += [name, str(value)]
    log = folder / "account.log"
    with log.open("a") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            # Its own session: Ctrl-C in this terminal is ours to handle, and it outlives us.
            start_new_session=True,
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
    except KeyboardInterrupt:
        _end(process.pid)
        raise
    if not line:
        raise GluelocalError(f"The account did not start (exit code {process.wait()}): see {log}")
    answer = json.loads(line)
    if answer["event"] != "ready":
        process.wait()
        raise GluelocalError(str(answer["message"]))


def down(state: Path | None = None, purge: bool = False) -> bool:
    """Stops the account; with `purge` its state goes too. False when none was running."""
    folder = resolve_state(state)
    pid = running_pid(folder)
    if pid is not None:
        _end(pid)
    if purge and folder.is_dir():
        if not (folder / "account.json").is_file():
            raise UsageError(f"{folder} is not an account's state, so it is left alone.")
        shutil.rmtree(folder)
    return pid is not None


def running_pid(folder: Path) -> int | None:
    """The pid of the account's process, when that process is there and is ours."""
    try:
        pid = int(json.loads((folder / "running.json").read_text())["pid"])
        command = psutil.Process(pid).cmdline()
    except (FileNotFoundError, ValueError, KeyError, psutil.Error):
        return None
    return pid if "gluelocal.server" in command and str(folder) in command else None


def memory_bytes(pid: int) -> int:
    """Memory of a process and its children; shared pages count once where the system tells."""
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return 0
    total = 0
    for process in family:
        try:
            info: Any = process.memory_full_info()
        except psutil.Error:
            continue
        total += getattr(info, "pss", 0) or info.rss
    return total


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        try:
            # A child of ours stays a zombie until it is waited for.
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return
        except psutil.NoSuchProcess:
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    raise GluelocalError(
        f"The account (process {pid}) did not stop within {STOP_SECONDS:.0f} s and was killed; "
        "what MiniStack had in memory since its start is lost."
    )
