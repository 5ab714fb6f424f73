"""The Redshift of the harness: the local gateway and its PostgreSQL, to be killed and started."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import redshift_connector

from imdb_etl.ops.target import Redshift

_START_TRIES = 5
PASSWORD = "of-the-fault-suite-1"


class RedshiftProcess:
    """One data folder and the process that serves it; a restart may take another port."""

    def __init__(self, state: Path, aws: dict[str, str]) -> None:
        self._state = state
        self._aws = aws
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    @property
    def address(self) -> Redshift:
        return Redshift("127.0.0.1", self.port, "dev", "awsuser", PASSWORD)

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Returns when it answers. RuntimeError with its own words when it does not start."""
        for _ in range(_START_TRIES):
            answer = self._launched()
            if answer["event"] == "ready":
                self.port = int(answer["port"])
                return
            # What a kill has left behind may need a moment to go.
            time.sleep(0.5)
        raise RuntimeError(f"Redshift did not start: {answer}")

    def stop(self) -> None:
        if self._process is not None and self.alive:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(30)

    def kill_gateway(self) -> None:
        """kill -9 of the gateway; the PostgreSQL behind it is left alone, as it would be."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def kill_database(self) -> None:
        """kill -9 of every process of PostgreSQL; the gateway sees it and ends by itself."""
        assert self._process is not None
        try:
            family = psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return
        for process in family:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(family, timeout=10)
        self._process.wait(30)

    def kill_backends(self) -> bool:
        """kill -9 of the processes that serve clients: PostgreSQL then restarts all sessions.

        False when there is no client.
        """
        assert self._process is not None
        killed = False
        for process in psutil.Process(self._process.pid).children(recursive=True):
            try:
                if "awsuser" in " ".join(process.cmdline()):
                    process.kill()
                    killed = True
            except psutil.NoSuchProcess:
                continue
        return killed

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query, straight from the gateway."""
        with closing(self._connect()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]

    def execute(self, statements: Sequence[str]) -> None:
        """One transaction."""
        with closing(self._connect()) as connection, closing(connection.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    def _connect(self) -> Any:
        at = self.address
        return redshift_connector.connect(
            host=at.host,
            port=at.port,
            database=at.database,
            user=at.user,
            password=at.password,
            ssl=False,
        )

    def _launched(self) -> dict[str, Any]:
        self._state.mkdir(parents=True, exist_ok=True)
        with (self._state / "redshift.log").open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gluelocal.redshift"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdin is not None and self._process.stdout is not None
        with self._process.stdin as pipe:
            pipe.write(json.dumps(self._configuration()))
        line = self._process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"event": "died"}
        if answer["event"] != "ready":
            self._process.wait()
        return answer

    def _configuration(self) -> dict[str, object]:
        return {
            "state": str(self._state),
            "port": 0,
            "user": "awsuser",
            "password": PASSWORD,
            "database": "dev",
            "aws_endpoint_url": self._aws["AWS_ENDPOINT_URL"],
            "aws_region": self._aws["AWS_DEFAULT_REGION"],
            "aws_access_key_id": self._aws["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": self._aws["AWS_SECRET_ACCESS_KEY"],
        }
