"""One fault from beginning to end: break, repair, look, run again, look for every row."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from faults import acts, check, inject
from faults.check import Findings
from faults.expected import Expected, Key, Row, expected
from faults.fault import Fault, Trigger, kills_job, needs_cluster
from faults.inject import Met, Scene
from faults.inputs import generated
from faults.job_process import Ended
from faults.plan import Survey
from faults.processes import Processes
from faults.rig import Rig

ROWS = 300
_EMPTIED_EVERY = 10
_SETTLE_SECONDS = 60.0


@dataclass
class Trial:
    """What became of one fault."""

    number: int
    fault: Fault
    fired: bool
    broken: tuple[Ended, ...]
    committed: int
    """How many of the runs that met the fault had committed their load."""
    findings: Findings
    seconds: float = 0.0


@dataclass
class Trials:
    """Tries faults one after the other on one rig, and knows what the target must hold."""

    rig: Rig
    processes: Processes
    seed: int
    rows: int = ROWS
    wanted: dict[Key, Row] = field(default_factory=dict)
    tried: int = 0
    usual: float = 0.0
    """The seconds of the last run without a fault."""
    runs: dict[str, Expected] = field(default_factory=dict)
    """The input of each run whose load is in movies.loads."""

    def open(self) -> Survey:
        """Crawls a first input and runs it twice without a fault; what the second run did."""
        files = generated(0, self.rows, self.seed)
        wanted = expected(files)
        self.rig.put_input(_name(0), files)
        self.rig.crawl(_name(0))
        self.processes.prepare()
        self.wanted = dict(wanted.loaded)
        # The first run of a process takes longer than those to come.
        for _ in range(2):
            acts.repair(self.rig)
            run = self.rig.new_run(_name(0))
            ended = self.processes.steady().run(run)
            if not ended.succeeded:
                raise RuntimeError(f"a run without any fault {ended.state}: {ended.error}")
            survey = Survey(
                ended.steps,
                self.rig.storage.counts(),
                self.rig.copying.counts(),
                self.rig.warehouse.counts(),
                ended.seconds,
            )
            self.usual = ended.seconds
            findings = Findings()
            self._check([run.run_id], run.run_id, wanted, findings)
            if not findings.clean:
                raise RuntimeError(f"a run without any fault went wrong: {findings}")
        return survey

    def try_fault(self, number: int, fault: Fault) -> Trial:
        """One fault on an input of its own, which has the fault's number."""
        started = time.monotonic()
        self.tried += 1
        if self.tried % _EMPTIED_EVERY == 0:
            self.rig.redshift.execute(["delete from movies.imdb_movies"])
            self.wanted = {}
        name, files = _name(number), generated(number, self.rows, self.seed)
        wanted = expected(files)
        self.rig.put_input(name, files)
        findings = Findings()
        met = Met((), (), fired=True)
        for trigger in fault.triggers:
            # A killed account has forgotten the table.
            self.rig.require_table(name)
            met += inject.meet(self._scene(trigger, name), trigger)
            acts.repair(self.rig)
            self.processes.prepare()
            self._settle(findings)
            committed = self._check_between(met.runs, wanted, findings)
        self.rig.require_table(name)
        last = self._run_again(name, findings)
        self.wanted |= wanted.loaded
        if last is not None:
            self._check([*met.runs, last], last, wanted, findings)
        for ended in met.ended:
            if ended.state == "hung":
                findings.note(f"the run hung: {ended.error}")
        seconds = round(time.monotonic() - started, 1)
        return Trial(number, fault, met.fired, met.ended, committed, findings, seconds)

    def check_all(self) -> Findings:
        """At the very end: the rejects that are visible are those of the recorded loads."""
        findings = Findings()
        recorded = set(check.loads(self.rig))
        markers = {
            key.split("/")[1].removeprefix("run_id=")
            for key in check.keys_under(self.rig, "rejected/")
            if key.endswith("/_COMPLETE")
        }
        for run_id in sorted(recorded ^ markers):
            which = "a load without" if run_id in recorded else "no load, but"
            findings.note(f"run {run_id[-4:]}: {which} visible rejects")
        for run_id in sorted(recorded & markers & self.runs.keys()):
            check.check_rejects(self.rig, run_id, self.runs[run_id], findings)
        check.check_target(check.target_rows(self.rig), self.wanted, findings)
        return findings

    def _scene(self, trigger: Trigger, name: str) -> Scene:
        kills = kills_job(trigger)
        if needs_cluster(trigger):
            process = self.processes.cluster()
        elif kills:
            process = self.processes.ahead()
        else:
            process = self.processes.steady()
        other = self.processes.steady if kills else self.processes.ahead
        return Scene(self.rig, process, other, name, self.usual)

    def _settle(self, findings: Findings) -> None:
        """Waits until Redshift has ended the sessions of runs that are gone."""
        deadline = time.monotonic() + _SETTLE_SECONDS
        while check.sessions(self.rig):
            if time.monotonic() > deadline:
                findings.note("a session of the broken run is still open in Redshift")
                return
            time.sleep(0.05)

    def _check_between(self, runs: Iterable[str], wanted: Expected, findings: Findings) -> int:
        """After the repair, before the next run: the load is there as a whole or not at all."""
        present = check.check_loads(self.rig, runs, wanted, findings)
        rows = check.target_rows(self.rig)
        should = {**self.wanted, **(wanted.loaded if present else {})}
        if not check.same_target(rows, should):
            findings.note(
                f"after the fault the target has {rows.total()} rows, and it should have the "
                f"{len(should)} {'after' if present else 'before'} the load"
            )
        for run_id in runs:
            marker, _ = check.visible_rejects(self.rig, run_id)
            if marker is not None and run_id not in present:
                findings.note(f"run {run_id[-4:]} did not load, and its rejects are visible")
        return len(present)

    def _run_again(self, name: str, findings: Findings) -> str | None:
        """The id of the run after the repair; it has to succeed."""
        run = self.rig.new_run(name)
        ended = self.processes.steady().run(run)
        if ended.succeeded:
            self.usual = ended.seconds
            return run.run_id
        findings.note(f"the run after the repair {ended.state}: {ended.error[:300]}")
        run = self.rig.new_run(name)
        return run.run_id if self.processes.steady().run(run).succeeded else None

    def _check(self, runs: list[str], last: str, wanted: Expected, findings: Findings) -> None:
        present = check.check_loads(self.rig, runs, wanted, findings)
        if last not in present:
            findings.note("movies.loads lacks the run that succeeded")
        check.check_target(check.target_rows(self.rig), self.wanted, findings)
        for run_id in runs:
            if run_id in present:
                self.runs[run_id] = wanted
                check.check_rejects(self.rig, run_id, wanted, findings)
            elif check.visible_rejects(self.rig, run_id)[0] is not None:
                findings.note(f"run {run_id[-4:]} did not load, and its rejects are visible")
        if left := check.keys_under(self.rig, f"staging/run_id={last}/"):
            findings.note(f"{len(left)} staged files of the run that succeeded are left")
        check.check_leftovers(self.rig, findings)


def _name(number: int) -> str:
    return f"movies_{number}"
