"""The account's process: endpoint, Redshift, mail, crawlers and job runs under one roof.

`python -m gluelocal.server --state DIR`, started by `gluelocal.lifecycle`. It prints one JSON line
when it answers, or when it could not start; everything after that goes to account.log.
"""

import argparse
import asyncio
import fcntl
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from gluelocal import ministack
from gluelocal.account import LOOPBACK, Account, make_state, write_private
from gluelocal.clients import Clients
from gluelocal.crawler.service import Crawlers
from gluelocal.dataquality.publishing import Publishing
from gluelocal.dataquality.results import Results
from gluelocal.dataquality.rulesets import Rulesets
from gluelocal.endpoint import Endpoint, Operation, collect
from gluelocal.errors import GluelocalError
from gluelocal.jobs.service import JobRuns
from gluelocal.mail import MailServer
from gluelocal.redshift_process import RedshiftProcess
from gluelocal.upstream import address
from gluelocal.upstream.connection import Upstream

logger = logging.getLogger(__name__)

SHUTDOWN_GRACE_SECONDS = 5.0


class Server:
    """Everything that one account runs."""

    def __init__(self, account: Account) -> None:
        self._inherited = dict(os.environ)
        self._socket = _listen(account.settings.port)
        port = self._socket.getsockname()[1]
        self._account = account.with_ports(port, account.settings.redshift_port)
        self._redshift = RedshiftProcess(self._account)
        self._mail = MailServer(self._account.mailbox)
        self._event_failures: list[str] = []
        self._upstream: Upstream | None = None

    async def run(self, announce: Any) -> None:
        """Starts all parts, tells `announce`, serves until a signal comes, ends all parts."""
        if self._account.settings.upstream:
            self._upstream = Upstream(self._account, self._mail.deliver)
        # PostgreSQL needs the most time, so it starts first and is awaited last.
        self._redshift.start()
        try:
            self._mail.start()
            inner = ministack.load(self._account)
            if self._upstream is None:
                ministack.on_email(self._mail.deliver)
            else:
                self._upstream.start()
            clients = Clients(self._account)
            self._jobs = JobRuns(self._account, clients, self._emit, self._inherited)
            self._crawlers = Crawlers(self._account, clients, self._emit)
            rulesets = Rulesets(self._account.state / "dataquality")
            results = Results(self._account.state / "dataquality" / "results")
            publishing = Publishing(self._account, clients, results, self._emit)
            services = (self._jobs, self._crawlers, rulesets, results, publishing)
            parts = [service.operations() for service in services]
            own: Mapping[str, Operation] = {"GluelocalStatus": self._status}
            elsewhere = self._upstream.app if self._upstream else None
            await self._serve(Endpoint(inner, collect([*parts, own]), elsewhere), announce)
        finally:
            if self._upstream is not None:
                await self._upstream.stop()
            self._mail.stop()
            self._redshift.stop()
            self._account.running_file.unlink(missing_ok=True)

    async def _serve(self, endpoint: Endpoint, announce: Any) -> None:
        config = Config()
        config.bind = [f"fd://{self._socket.fileno()}"]
        config.keep_alive_timeout = 75
        config.graceful_timeout = SHUTDOWN_GRACE_SECONDS
        config.accesslog = None
        config.errorlog = logging.getLogger("hypercorn.error")
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        serving = asyncio.create_task(serve(endpoint, config, shutdown_trigger=ended.wait))  # type: ignore[arg-type]
        try:
            redshift_port = await asyncio.to_thread(self._redshift.await_ready)
            self._account = self._account.with_ports(self._account.settings.port, redshift_port)
            self._record_running()
            announce({"event": "ready"})
            await ended.wait()
            # Runs and crawls end while the services they use still answer.
            await asyncio.to_thread(self._jobs.shut_down)
            await asyncio.to_thread(self._crawlers.shut_down)
        finally:
            ended.set()
            await serving

    def _record_running(self) -> None:
        self._account.save()
        write_private(
            self._account.running_file,
            json.dumps({"pid": os.getpid(), "port": self._account.settings.port}),
        )

    def _emit(self, event: Mapping[str, Any]) -> None:
        """Puts an event on the bus. A failure must not change what the event tells of."""
        try:
            if self._upstream is None:
                ministack.put_service_event(self._account, event)
            else:
                self._upstream.put_event(event)
        except Exception as problem:
            self._event_failures.append(f"{event['detail-type']}: {problem}")
            logger.exception("the event %r was not delivered", event["detail-type"])

    def _status(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """What `gluelocal status` shows of the inside."""
        code = self._redshift.exit_code
        return {
            "redshift": "running" if code is None else f"ended with exit code {code}",
            "job_runs_in_progress": self._jobs.running,
            "mail_failures": self._mail.failures,
            "event_failures": self._event_failures,
            **(self._upstream.status() if self._upstream else {}),
        }


@contextmanager
def _only_one(state: Path) -> Iterator[None]:
    """Holds the state folder's lock: two servers in one folder would overwrite each other."""
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise GluelocalError(
                f"Another account is starting or stopping in {state}. Try again, or use another "
                "folder with --state."
            ) from None
        yield


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(128)
    except OSError as problem:
        listener.close()
        raise GluelocalError(
            f"Port {port} on {LOOPBACK} is taken ({problem.strerror}). Stop what uses it, or "
            "choose another: gluelocal up --port N (0 takes a free one)."
        ) from problem
    return listener


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m gluelocal.server")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--port", type=int)
    parser.add_argument("--redshift-port", type=int)
    parser.add_argument("--upstream", type=address.parse)
    options = parser.parse_args()
    # The pipe to whoever started us takes one line; after that standard output is the log.
    pipe = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def announce(event: Mapping[str, Any]) -> None:
        pipe.write(json.dumps(event) + "\n")
        pipe.close()

    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    try:
        account = Account.open_or_create(
            options.state, options.port, options.redshift_port, options.upstream
        )
        make_state(account.state)
        with _only_one(account.state):
            asyncio.run(Server(account).run(announce))
    except GluelocalError as problem:
        if pipe.closed:
            raise
        announce({"event": "failed", "message": str(problem)})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
