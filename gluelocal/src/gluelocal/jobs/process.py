"""One run's process: its files, its environment, and how it ended."""

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from gluelocal.account import LOOPBACK, Account
from gluelocal.errors import GluelocalError
from gluelocal.java import java_home
from gluelocal.jobs import jvm, spark_jars
from gluelocal.jobs.arguments import Instructions
from gluelocal.jobs.bootstrap import ERROR_FILE_VARIABLE
from gluelocal.jobs.class_archive import Recording
from gluelocal.jobs.spark_conf import (
    CLASS_PATH,
    DEFAULTS,
    LOCAL,
    LOGGING,
    MASTER,
    write_defaults,
)
from gluelocal.jobs.store import ERROR_LOG, OUTPUT_LOG

SPARK_COMMANDS = frozenset({"glueetl"})
SHELL_COMMANDS = frozenset({"pythonshell"})
STOP_GRACE_SECONDS = 5.0
ERROR_FILE = "error.json"

_NO_JVM = "JAVA_GATEWAY_EXITED"
_JAVA_EXCEPTION = 'Exception in thread "main"'


class LaunchError(GluelocalError):
    """The run's process could not be started; the message becomes the run's ErrorMessage."""


@dataclass(frozen=True)
class Ending:
    """How a process ended: `error` is None exactly when it succeeded."""

    error: str | None


class RunProcess:
    """A script's process; it and everything it starts are one process group."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", folder: Path, recording: Recording | None = None
    ) -> None:
        self._process = process
        self._folder = folder
        self._recording = recording

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self, timeout: float) -> Ending | None:
        """How it ended, or None when it still runs after `timeout` seconds."""
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        return Ending(self._error(code))

    def let_record(self, stop: threading.Event) -> None:
        """After a good end: time for the run's JVM to write the class archive, if it is to."""
        if self._recording is not None:
            self._recording.finish(self._has_group, stop)

    def stop(self) -> None:
        """Ends the whole group: asked first, killed after a grace period."""
        self._signal_group(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_GRACE_SECONDS)
        # Whatever the script started and did not end (its JVM, its workers) goes with it.
        self._signal_group(signal.SIGKILL)
        self._process.wait()
        if self._recording is not None:
            self._recording.discard()

    def _last_words_of_java(self) -> str:
        """Why the JVM did not start: Python only knows that it did not."""
        lines = (self._folder / ERROR_LOG).read_text(errors="replace").splitlines()
        said = [line for line in lines if line.startswith(_JAVA_EXCEPTION)]
        return said[-1] if said else "The log of the run has what it printed."

    def _signal_group(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _has_group(self) -> bool:
        try:
            os.killpg(self._process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _error(self, code: int) -> str | None:
        if code == 0:
            return None
        error_file = self._folder / ERROR_FILE
        if error_file.is_file():
            error = json.loads(error_file.read_text())
            text = f"{error['type']}: {error['message']}" if error["message"] else error["type"]
            return f"{text} {self._last_words_of_java()}" if _NO_JVM in text else text
        if code < 0:
            return f"Command was ended by signal {signal.Signals(-code).name}"
        return f"Command failed with exit code {code}"


def launch(
    account: Account,
    s3: Any,
    command: str,
    what: Instructions,
    script_argv: list[str],
    folder: Path,
    inherited: Mapping[str, str],
    own: Mapping[str, str],
) -> RunProcess:
    """Fetches what the run needs into `folder` and starts it; LaunchError says what was missing.

    Its environment is what is left of `inherited`, and `own`.
    """
    work = folder / "work"
    work.mkdir(parents=True, exist_ok=True)
    script = _fetch(s3, what.script, folder, "the script")
    modules = [
        _fetch(s3, url, folder / "python", "a file of --extra-py-files")
        for url in what.extra_py_files
    ]
    for url in what.extra_files:
        _fetch(s3, url, work, "a file of --extra-files")
    # An empty file, not /dev/null: the Java SDK warns at length about a file it cannot read.
    no_profiles = folder / "aws-config"
    no_profiles.touch()
    environment = _environment(account, modules, inherited, no_profiles) | dict(own)
    environment[ERROR_FILE_VARIABLE] = str(folder / ERROR_FILE)
    recording = None
    if command in SPARK_COMMANDS:
        jars = tuple(
            str(_fetch(s3, url, folder / "jars", "a jar of --extra-jars"))
            for url in what.extra_jars
        )
        started = _configured(account, what.spark_conf, jars, folder, environment)
        environment |= started.variables
        recording = started.recording
        # Not by SPARK_CONF_DIR: that folder is on the class path, and Java makes no archive of
        # classes with a folder there.
        environment["PYSPARK_SUBMIT_ARGS"] = shlex.join(
            ["--properties-file", str(folder / "conf" / DEFAULTS), "pyspark-shell"]
        )
        environment["SPARK_LOCAL_IP"] = LOOPBACK
        environment["PYSPARK_PYTHON"] = environment["PYSPARK_DRIVER_PYTHON"] = sys.executable
    with (folder / OUTPUT_LOG).open("wb") as out, (folder / ERROR_LOG).open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "gluelocal.jobs.bootstrap", str(script), *script_argv],
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
    return RunProcess(process, folder, recording)


def _configured(
    account: Account,
    conf: Mapping[str, str],
    extra_jars: tuple[str, ...],
    folder: Path,
    environment: Mapping[str, str],
) -> jvm.Start:
    """Writes the run's Spark settings, and tells how its JVM starts in this environment."""
    # Executors elsewhere have this machine's files only when Spark brings them.
    in_one_jvm = conf.get(MASTER, LOCAL).split("[")[0] == "local"
    s3a_jars = spark_jars.fetched() if in_one_jvm else ()
    write_defaults(folder / "conf", account, conf, extra_jars, has_s3a=bool(s3a_jars))
    return jvm.start(
        java_home(),
        s3a_jars,
        environment,
        options=[f"-Dlog4j2.configurationFile={folder / 'conf' / LOGGING}"],
        record_as=None if CLASS_PATH in conf else folder.name,
    )


def _environment(
    account: Account, modules: list[Path], inherited: Mapping[str, str], no_profiles: Path
) -> dict[str, str]:
    """`inherited` (what the account was started with), with this account's AWS and no other."""
    kept = {key: value for key, value in inherited.items() if not _is_not_for_a_run(key)}
    # Modules of the run come before anything that is installed, as on Glue.
    path = [*map(_import_root, modules), *filter(None, [kept.get("PYTHONPATH")])]
    return (
        kept
        | account.aws_environment()
        | {
            "AWS_CONFIG_FILE": str(no_profiles),
            "AWS_SHARED_CREDENTIALS_FILE": str(no_profiles),
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONPATH": os.pathsep.join(path),
            "PYTHONUNBUFFERED": "1",
        }
    )


def _import_root(module: Path) -> str:
    """An archive is a place to import from; a single module's place is its folder."""
    return str(module.parent if module.suffix == ".py" else module)


def _is_not_for_a_run(variable: str) -> bool:
    return variable.startswith("AWS_") or variable in {
        "PYTHONSTARTUP",
        "PYSPARK_SUBMIT_ARGS",
        "SPARK_CONF_DIR",
        "SPARK_HOME",
    }


def _fetch(s3: Any, url: str, folder: Path, what: str) -> Path:
    """Downloads s3://bucket/key into a folder, under its own name."""
    parts = urlsplit(url)
    key = parts.path.lstrip("/")
    if parts.scheme not in ("s3", "s3a") or not parts.netloc or not key:
        raise LaunchError(f"{what} must be named as s3://bucket/key, and is {url!r}.")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / Path(key).name
    try:
        s3.download_file(parts.netloc, key, str(target))
    except (BotoCoreError, ClientError) as problem:
        raise LaunchError(f"{what} cannot be read from {url}: {problem}") from problem
    return target


def describe_command(command: Mapping[str, Any]) -> str:
    """The job's command name; LaunchError for kinds of job that do not run here."""
    name = str(command.get("Name", ""))
    if name not in SPARK_COMMANDS | SHELL_COMMANDS:
        valid = ", ".join(sorted(SPARK_COMMANDS | SHELL_COMMANDS))
        raise LaunchError(f"gluelocal runs the commands {valid}; {name!r} is not one of them.")
    return name
