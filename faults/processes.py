"""The worker processes: one that lives long, one ahead to be killed, one with a cluster."""

from faults.job_process import JobProcess
from faults.rig import Rig

CLUSTER = "local-cluster[2,1,768]"


class Processes:
    """Starts each when it is first wanted, and again when it is gone."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._steady: JobProcess | None = None
        self._ahead: JobProcess | None = None
        self._cluster: JobProcess | None = None

    def steady(self) -> JobProcess:
        """The one for runs that leave it alive."""
        if self._steady is None or not self._steady.alive:
            self._steady = self._rig.new_process()
        return self._steady

    def ahead(self) -> JobProcess:
        """One that may be killed. It was started before it is wanted, so that nobody waits."""
        self.prepare()
        assert self._ahead is not None
        return self._ahead

    def prepare(self) -> None:
        """Starts the one ahead, if there is none, and does not wait for it."""
        if self._ahead is None or not self._ahead.alive:
            self._ahead = self._rig.new_process()

    def cluster(self) -> JobProcess:
        """One whose executors are processes of their own."""
        if self._cluster is None or not self._cluster.alive:
            self._cluster = self._rig.new_process(CLUSTER)
        return self._cluster

    def stop(self) -> None:
        for process in (self._steady, self._ahead, self._cluster):
            if process is not None:
                process.stop()
