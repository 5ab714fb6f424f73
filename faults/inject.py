"""Carries one fault out: a run that meets it, and what becomes of that run."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from faults import acts
from faults.fault import (
    Act,
    AtMoment,
    AtRequest,
    AtStatement,
    AtStep,
    ClockJump,
    InService,
    Side,
    Trigger,
    TwoAtOnce,
)
from faults.job_process import Ended, JobProcess, Run
from faults.rig import Rig
from faults.storage_proxy import StorageRule
from faults.warehouse_proxy import WarehouseRule


@dataclass
class Scene:
    """Where a fault is carried out. `second` gives the process of a second run."""

    rig: Rig
    process: JobProcess
    second: Callable[[], JobProcess]
    source: str
    """The name of the input."""
    usual: float
    """The seconds that a run without a fault takes in a process that has started Spark."""


@dataclass(frozen=True)
class Met:
    """The runs that met the fault, how each ended, and whether the fault struck at all."""

    runs: tuple[str, ...]
    ended: tuple[Ended, ...]
    fired: bool

    def __add__(self, other: "Met") -> "Met":
        return Met(self.runs + other.runs, self.ended + other.ended, self.fired and other.fired)


class Striking:
    """An act as something to call, which remembers whether it was carried out."""

    def __init__(self, scene: Scene, act: Act) -> None:
        self._scene = scene
        self._act = act
        self._acting = threading.Lock()
        self._fired = False

    @property
    def fired(self) -> bool:
        """Waits for an act under way: a run that it kills ends before the act does."""
        with self._acting:
            return self._fired

    def __call__(self) -> dict[str, Any]:
        """The answer to a run that pauses."""
        with self._acting:
            self._fired |= acts.carry_out(self._scene.rig, self._scene.process, self._act)
        return {"fail": True} if self._act is Act.FAIL else {}


def meet(scene: Scene, trigger: Trigger) -> Met:
    """One run (or two at once) with the fault. Nothing is repaired."""
    run = scene.rig.new_run(scene.source)
    match trigger:
        case AtStep(pause, act):
            strike = Striking(scene, act)
            ended = scene.process.run(run, pause, strike)
            return Met((run.run_id,), (ended,), strike.fired and _took_effect(act, ended))
        case AtMoment(part, act):
            return _at_moment(scene, run, part * scene.usual, Striking(scene, act))
        case AtRequest() as trigger:
            return _at_request(scene, run, trigger)
        case AtStatement() as trigger:
            return _at_statement(scene, run, trigger)
        case ClockJump(seconds, None):
            ended = scene.process.run(run, clock=seconds)
            return Met((run.run_id,), (ended,), True)
        case ClockJump(seconds, pause):
            return _clock_jump(scene, run, ClockJump(seconds, pause))
        case TwoAtOnce() as trigger:
            return _two_at_once(scene, run, trigger)
        case InService(part):
            # Its process starts Spark first, and all in it is done for the first time.
            seconds = part * (5.0 + 2 * scene.usual)
            run_id, ended, fired = acts.killed_in_service(scene.rig, run, seconds)
            return Met((run_id,), (ended,), fired)


def _took_effect(act: Act, ended: Ended) -> bool:
    """A full disk is a fault only for a run that wanted to write to it."""
    return act is not Act.FILL_DISK or "No space left on device" in ended.error


def _at_moment(scene: Scene, run: Run, seconds: float, strike: Striking) -> Met:
    scene.process.begin(run)
    timer = threading.Timer(seconds, strike)
    timer.start()
    ended = scene.process.end()
    timer.cancel()
    timer.join()
    return Met((run.run_id,), (ended,), strike.fired)


def _at_request(scene: Scene, run: Run, trigger: AtRequest) -> Met:
    proxy = scene.rig.storage if trigger.side is Side.JOB else scene.rig.copying
    rule = StorageRule(
        trigger.label,
        trigger.nth,
        trigger.effect,
        trigger.times,
        trigger.seconds,
        strike := Striking(scene, trigger.act),
    )
    proxy.arm(rule)
    ended = scene.process.run(run)
    proxy.arm(None)
    return Met((run.run_id,), (ended,), strike.fired)


def _at_statement(scene: Scene, run: Run, trigger: AtStatement) -> Met:
    rule = WarehouseRule(
        trigger.label,
        trigger.nth,
        trigger.cut,
        trigger.seconds,
        strike := Striking(scene, trigger.act),
        trigger.refuse_after,
    )
    scene.rig.warehouse.arm(rule)
    ended = scene.process.run(run)
    scene.rig.warehouse.arm(None)
    return Met((run.run_id,), (ended,), strike.fired)


def _clock_jump(scene: Scene, run: Run, jump: ClockJump) -> Met:
    fired = []

    def answer() -> Mapping[str, Any]:
        fired.append(True)
        return {"clock": jump.seconds}

    ended = scene.process.run(run, jump.pause, answer)
    return Met((run.run_id,), (ended,), bool(fired))


def _two_at_once(scene: Scene, run: Run, trigger: TwoAtOnce) -> Met:
    other_run = scene.rig.new_run(scene.source)
    other = scene.second()
    ended: list[Ended] = []

    def meanwhile() -> Mapping[str, Any]:
        ended.append(other.run(other_run, clock=trigger.clock))
        if trigger.kill:
            scene.process.kill()
        return {}

    if trigger.pause is not None:
        first = scene.process.run(run, trigger.pause, meanwhile)
    else:
        other.begin(other_run, clock=trigger.clock)
        first = scene.process.run(run)
        ended.append(other.end())
    if not ended:
        return Met((run.run_id,), (first,), False)
    return Met((run.run_id, other_run.run_id), (first, *ended), True)
