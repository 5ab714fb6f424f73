"""A real standalone cluster of Spark on this machine: one master, two workers, of pip's PySpark."""

import os
import re
import subprocess
import sys
import time
import venv
from pathlib import Path

import psutil
import pyspark
import pytest

from gluelocal.java import java_home

WORKERS = 2
START_SECONDS = 180
STOP_SECONDS = 20
SPARK_HOME = Path(pyspark.__file__).parent


class Cluster:
    """Its processes, with their logs in `folder`; each worker has a work folder of its own there.

    Executors get their worker's `environment`; `inherited` is what is left of ours in it.
    """

    def __init__(self, folder, environment, inherited=os.environ):
        self.folder = folder
        self.environment = {
            **inherited,
            **environment,
            "JAVA_HOME": str(java_home()),
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_HOME": str(SPARK_HOME),
            # What listens does so here; the daemons' web pages take no other setting.
            "SPARK_LOCAL_IP": "127.0.0.1",
        }
        self.url = ""
        self._processes = []

    def start(self):
        self.url = self._start("master", "master.Master", "--port", "0", says=r"master at (\S+)")
        for number in range(WORKERS):
            name = f"worker-{number}"
            work = ("--work-dir", str(self.folder / name), "--cores", "1", "--memory", "1g")
            self._start(name, "worker.Worker", *work, self.url, says="(registered) with master")

    def stop(self):
        """Ends all processes; with a worker go its executors."""
        running = [psutil.Process(one.pid) for one in self._processes if one.poll() is None]
        family = [each for one in running for each in (one, *one.children(recursive=True))]
        for process in reversed(self._processes):
            process.terminate()
        _, alive = psutil.wait_procs(family, STOP_SECONDS)
        for process in alive:
            process.kill()
        for process in self._processes:
            process.wait(STOP_SECONDS)

    def _start(self, name, daemon, *arguments, says):
        """Starts a daemon; what its log has for the group in `says`, as soon as it is there."""
        log = self.folder / f"{name}.log"
        listen = ("--host", "127.0.0.1", "--webui-port", "0")
        with log.open("wb") as out:
            process = subprocess.Popen(
                [
                    *(SPARK_HOME / "bin" / "spark-class", f"org.apache.spark.deploy.{daemon}"),
                    *(*listen, *arguments),
                ],
                cwd=self.folder,
                env=self.environment,
                stdout=out,
                stderr=out,
            )
        self._processes.append(process)
        deadline = time.monotonic() + START_SECONDS
        while not (found := re.search(says, log.read_text())):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the {name} did not start: {log.read_text()}")
            time.sleep(0.1)
        return found.group(1)


@pytest.fixture(scope="module")
def cluster(local_account, tmp_path_factory):
    # A worker may read and write S3 by its machine's role, which is its environment here.
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), local_account.environment)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def bare_cluster(tmp_path_factory):
    """A cluster of no account, whose processes have no package on their path."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder / "python", with_pip=False)
    inherited = {name: os.environ[name] for name in ("HOME", "LANG", "PATH") if name in os.environ}
    cluster = Cluster(folder, {}, inherited)
    cluster.environment["PYSPARK_PYTHON"] = str(folder / "python" / "bin" / "python")
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
