"""The process: configuration on standard input, one JSON line on standard output when it answers.

`{"event": "ready", "port": N}`, or `{"event": "failed", "message": …}` and exit code 1. SIGTERM and
SIGINT end it with 0; so does the end of the process that started it.
"""

import asyncio
import errno
import json
import logging
import os
import signal
import socket
import sys

from gluelocal.redshift import catalog
from gluelocal.redshift.config import GatewayConfiguration
from gluelocal.redshift.errors import RedshiftError, StartError
from gluelocal.redshift.gateway import Gateway, open_pool
from gluelocal.redshift.lazy_loader import LazyLoader
from gluelocal.redshift.postgres import PostgresServer

log = logging.getLogger(__name__)

_WATCH_SECONDS = 0.25


def main() -> int:
    """Runs until it is told to stop; the process's exit code."""
    parent = os.getppid()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s redshift %(levelname)s %(message)s")
    try:
        configuration = GatewayConfiguration.from_json(sys.stdin.read())
        listening = _listen(configuration.port)
        postgres = PostgresServer(configuration.folder)
        postgres.start()
    except StartError as problem:
        return _report_failure(str(problem))
    except OSError as problem:
        return _report_failure(f"the state folder cannot be used: {problem}")
    try:
        return asyncio.run(_serve(configuration, postgres, listening, parent))
    except RedshiftError as problem:
        return _report_failure(problem.message)
    finally:
        postgres.stop()


async def _serve(
    configuration: GatewayConfiguration,
    postgres: PostgresServer,
    listening: socket.socket,
    parent: int,
) -> int:
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wanted, told_to_stop.set)
    pool = open_pool(postgres.socket_path)
    await catalog.prepare(pool, configuration)
    await catalog.forget_sessions(pool, configuration.database)
    gateway = Gateway(postgres.socket_path, LazyLoader(configuration, pool), pool)
    await gateway.start(listening)
    _report({"event": "ready", "port": listening.getsockname()[1]})
    code = await _watch(told_to_stop, postgres, parent)
    await gateway.stop()
    await pool.close()
    return code


async def _watch(told_to_stop: asyncio.Event, postgres: PostgresServer, parent: int) -> int:
    """Until a signal, the parent's end (0) or the database's (1)."""
    while not told_to_stop.is_set():
        if os.getppid() != parent:
            return 0
        if not postgres.is_alive:
            log.error("PostgreSQL ended by itself: see %s", postgres.log)
            return 1
        try:
            await asyncio.wait_for(told_to_stop.wait(), _WATCH_SECONDS)
        except TimeoutError:
            continue
    return 0


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen(128)
    except OSError as problem:
        listening.close()
        if problem.errno == errno.EADDRINUSE:
            raise StartError(
                f"port {port} is taken on 127.0.0.1; stop what listens there or choose another "
                "port with --redshift-port (0 takes a free one)"
            ) from None
        raise StartError(f"cannot listen on port {port}: {problem}") from None
    return listening


def _report(event: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def _report_failure(message: str) -> int:
    _report({"event": "failed", "message": message})
    return 1


if __name__ == "__main__":
    sys.exit(main())
