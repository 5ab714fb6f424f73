"""The account's Redshift: a process of its own (`python -m gluelocal.redshift`), watched here."""

import json
import signal
import subprocess
import sys
import threading

from gluelocal.account import Account
from gluelocal.errors import GluelocalError

STOP_SECONDS = 20.0


class RedshiftProcess:
    """Starts, watches and stops the gateway and the PostgreSQL behind it."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._process: subprocess.Popen[str] | None = None
        self._log = account.log

    def start(self) -> None:
        """Starts the process; `await_ready` then says on which port it answers."""
        settings = self._account.settings
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gluelocal.redshift"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        # On standard input, since a command line can be read by every user of the machine.
        configuration = {
            "state": str(self._account.state),
            "port": settings.redshift_port,
            "user": settings.redshift_user,
            "password": settings.redshift_password,
            "database": settings.redshift_database,
            "aws_endpoint_url": self._account.endpoint_url,
            "aws_region": settings.region,
            "aws_access_key_id": settings.access_key_id,
            "aws_secret_access_key": settings.secret_access_key,
        }
        assert self._process.stdin is not None
        with self._process.stdin as pipe:
            pipe.write(json.dumps(configuration))

    def await_ready(self) -> int:
        """The port it answers on; GluelocalError with its own words when it could not start."""
        assert self._process is not None and self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            raise GluelocalError(f"Redshift did not start (exit code {code}): see {self._log}")
        answer = json.loads(line)
        if answer["event"] != "ready":
            self._process.wait()
            raise GluelocalError(f"Redshift did not start: {answer['message']}")
        # Nothing more is expected; a reader keeps the pipe from ever filling up.
        threading.Thread(target=self._process.stdout.read, daemon=True).start()
        return int(answer["port"])

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return None if self._process is None else self._process.poll()

    def stop(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
