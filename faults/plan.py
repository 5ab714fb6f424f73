"""Which faults are tried: drawn by a seed from what a run without any fault was seen to do.

A kind is a row of the report's table. Each has faults that are tried first (every boundary between
two steps, say), and then as many drawn ones as are asked for.
"""

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from faults.fault import (
    Act,
    AtMoment,
    AtRequest,
    AtStatement,
    AtStep,
    ClockJump,
    Fault,
    InService,
    Side,
    Trigger,
    TwoAtOnce,
)
from faults.job_process import Pause
from faults.storage_proxy import ANY, Effect
from faults.warehouse_proxy import CONNECT, Cut
from faults.worker import AFTER, BEFORE

ALWAYS = 1_000_000
_HOUR = 3600.0
_DAY = 24 * _HOUR


@dataclass(frozen=True)
class Survey:
    """What a run without any fault did: its steps, its requests and statements by label."""

    steps: tuple[str, ...]
    requests: Counter[str]
    copy_requests: Counter[str]
    statements: Counter[str]
    seconds: float

    @property
    def pauses(self) -> list[Pause]:
        """Every boundary once: before each step, and after the last."""
        return [*(Pause(step, BEFORE) for step in self.steps), Pause(self.steps[-1], AFTER)]


@dataclass(frozen=True)
class Draw:
    """Draws places from a survey."""

    chance: random.Random
    survey: Survey

    def pause(self) -> Pause:
        return self.chance.choice(self.survey.pauses)

    def request(self) -> tuple[str, int]:
        """A label and the number of one request with it, each label as likely as the others."""
        return self._numbered(self.survey.requests)

    def copy_request(self) -> tuple[str, int]:
        return self._numbered(self.survey.copy_requests)

    def statement(self) -> tuple[str, int]:
        return self._numbered(self.survey.statements)

    def moment(self) -> float:
        """A part of a run's time."""
        return round(self.chance.random(), 3)

    def _numbered(self, counts: Counter[str]) -> tuple[str, int]:
        label = self.chance.choice(sorted(counts))
        return label, self.chance.randint(1, counts[label])


Source = Callable[[Draw], Iterator[Trigger]]
"""The triggers of a kind: the fixed ones, then drawn ones without end."""


def _kill_job(draw: Draw) -> Iterator[Trigger]:
    pauses = draw.survey.pauses
    yield from (AtStep(pause, Act.KILL_JOB) for pause in draw.chance.sample(pauses, len(pauses)))
    while True:
        yield AtMoment(draw.moment(), Act.KILL_JOB)
        yield AtRequest(Side.JOB, *draw.request(), Effect.PASS, act=Act.KILL_JOB)
        yield AtStatement(*draw.statement(), Cut.PASS, act=Act.KILL_JOB)
        yield AtRequest(Side.JOB, *draw.request(), Effect.LOST, act=Act.KILL_JOB)
        yield AtStep(draw.pause(), Act.KILL_PYTHON)
        yield AtMoment(draw.moment(), Act.KILL_PYTHON)


def _fail(draw: Draw) -> Iterator[Trigger]:
    while True:
        pauses = draw.survey.pauses
        yield from (AtStep(pause, Act.FAIL) for pause in draw.chance.sample(pauses, len(pauses)))


def _kill_executor(draw: Draw) -> Iterator[Trigger]:
    with_spark = [
        pause for pause in draw.survey.pauses if pause.step not in ("check", "start Spark")
    ]
    while True:
        yield AtStep(draw.chance.choice(with_spark), Act.KILL_EXECUTOR)
        yield AtMoment(draw.moment(), Act.KILL_EXECUTOR)


def _kill_redshift(draw: Draw) -> Iterator[Trigger]:
    kills = (Act.KILL_GATEWAY, Act.KILL_DATABASE, Act.KILL_BACKENDS)
    while True:
        yield AtStatement(*draw.statement(), Cut.PASS, act=draw.chance.choice(kills))
        yield AtMoment(draw.moment(), draw.chance.choice(kills[:2]))
        yield AtStatement(*draw.statement(), Cut.AFTER, act=draw.chance.choice(kills))
        yield AtStep(draw.pause(), draw.chance.choice(kills[:2]))


def _kill_storage(draw: Draw) -> Iterator[Trigger]:
    while True:
        yield AtRequest(Side.JOB, *draw.request(), Effect.PASS, act=Act.KILL_ACCOUNT)
        yield AtStep(draw.pause(), Act.KILL_ACCOUNT)
        yield AtRequest(Side.COPY, *draw.copy_request(), Effect.PASS, act=Act.KILL_ACCOUNT)
        yield AtMoment(draw.moment(), Act.KILL_ACCOUNT)


def _busy(draw: Draw) -> Iterator[Trigger]:
    while True:
        yield AtRequest(Side.JOB, *draw.request(), Effect.BUSY)
        yield AtRequest(Side.JOB, *draw.request(), Effect.BUSY, times=ALWAYS)
        nth = draw.chance.randint(1, draw.survey.requests.total())
        yield AtRequest(Side.JOB, ANY, nth, Effect.BUSY, times=ALWAYS)
        nth = draw.chance.randint(1, draw.survey.requests.total())
        yield AtRequest(Side.JOB, ANY, nth, Effect.BUSY, times=draw.chance.randint(2, 8))


def _slow(draw: Draw) -> Iterator[Trigger]:
    while True:
        seconds = round(draw.chance.uniform(0.5, 3.0), 1)
        yield AtRequest(Side.JOB, *draw.request(), Effect.SLOW, times=3, seconds=seconds)
        # Longer than the job waits for an answer: it asks again, and the first request goes on.
        yield AtRequest(Side.JOB, *draw.request(), Effect.SLOW, seconds=25.0)


def _cut(draw: Draw) -> Iterator[Trigger]:
    effects = (Effect.CUT, Effect.HALF, Effect.LOST, Effect.HALF_ANSWER)
    while True:
        for effect in draw.chance.sample(effects, len(effects)):
            times = draw.chance.choice((1, 1, 2, ALWAYS))
            yield AtRequest(Side.JOB, *draw.request(), effect, times=times)


def _copy(draw: Draw) -> Iterator[Trigger]:
    copies = sorted(label for label in draw.survey.statements if label.startswith("COPY"))
    effects = (Effect.BUSY, Effect.CUT, Effect.HALF_ANSWER, Effect.SLOW)
    while True:
        for label in copies:
            yield AtStatement(label, 1, Cut.PASS, act=Act.LOSE_STAGED)
            yield AtStatement(label, 1, Cut.PASS, act=Act.CUT_STAGED)
            yield AtStatement(label, 1, Cut.DURING, seconds=draw.chance.uniform(0.0, 0.3))
            yield AtStatement(label, 1, Cut.AFTER)
            times = draw.chance.choice((1, ALWAYS))
            effect = draw.chance.choice(effects)
            yield AtRequest(
                Side.COPY,
                *draw.copy_request(),
                effect,
                times=times,
                seconds=0.7 if effect is Effect.SLOW else 0.0,
            )
            yield AtRequest(Side.COPY, *draw.copy_request(), Effect.PASS, act=Act.KILL_BACKENDS)


def _commit(draw: Draw) -> Iterator[Trigger]:
    commit = "COMMIT", draw.survey.statements["COMMIT"]
    while True:
        yield AtStatement(*commit, Cut.AFTER)
        yield AtStatement(*commit, Cut.AFTER, refuse_after=True)
        yield AtStatement(*commit, Cut.BEFORE, refuse_after=True)
        yield AtStatement(*commit, Cut.AFTER, act=Act.KILL_DATABASE)
        yield AtStatement(*commit, Cut.AFTER, act=Act.KILL_JOB)
        yield AtStatement(*commit, Cut.AFTER, act=Act.KILL_ACCOUNT)
        yield AtStatement(*commit, Cut.BEFORE)
        yield AtStatement(*commit, Cut.DURING, seconds=draw.chance.uniform(0.0, 0.01))
        yield AtStatement(*commit, Cut.DURING, seconds=0.0, refuse_after=True)
        yield AtStatement(*commit, Cut.AFTER, act=Act.KILL_GATEWAY)


def _statements(draw: Draw) -> Iterator[Trigger]:
    while True:
        for cut in (Cut.BEFORE, Cut.DURING, Cut.AFTER):
            refuses = draw.chance.random() < 0.5
            yield AtStatement(*draw.statement(), cut, refuse_after=refuses)
        yield AtStatement(CONNECT, draw.chance.randint(1, 2), Cut.BEFORE, refuse_after=True)


def _disk(draw: Draw) -> Iterator[Trigger]:
    spilling = [pause for pause in draw.survey.pauses if pause.step not in ("check", "publish")]
    while True:
        for pause in draw.chance.sample(spilling, len(spilling)):
            yield AtStep(pause, Act.FILL_DISK)


def _targets(draw: Draw) -> Iterator[Trigger]:
    while True:
        yield AtRequest(Side.JOB, "PutEvents", 1, Effect.BUSY, times=ALWAYS)
        yield AtStep(Pause(draw.survey.steps[-1], BEFORE), Act.BREAK_MAIL)
        yield AtRequest(Side.JOB, "PutEvents", 1, Effect.REFUSED_ENTRY, times=ALWAYS)
        yield AtRequest(Side.JOB, "PutEvents", 1, Effect.CUT, times=ALWAYS)
        yield AtRequest(Side.JOB, "PutEvents", 1, Effect.LOST)


def _clock(draw: Draw) -> Iterator[Trigger]:
    jumps = (_HOUR, -_HOUR, _DAY, -_DAY, 30 * _DAY, -30 * _DAY, 3650 * _DAY, -3650 * _DAY)
    while True:
        for seconds in draw.chance.sample(jumps, len(jumps)):
            yield ClockJump(seconds, draw.chance.choice((None, draw.pause())))


def _two(draw: Draw) -> Iterator[Trigger]:
    while True:
        yield TwoAtOnce(None)
        yield TwoAtOnce(draw.pause())
        yield TwoAtOnce(draw.pause(), kill=True)
        yield TwoAtOnce(draw.pause(), clock=draw.chance.choice((2 * _DAY, 30 * _DAY)))


def _service(draw: Draw) -> Iterator[Trigger]:
    while True:
        yield InService(draw.moment())


def _recovering(draw: Draw) -> Iterator[tuple[Trigger, Trigger]]:
    """A run that has committed and not published, then a fault in the run that makes it good."""
    commit = "COMMIT", draw.survey.statements["COMMIT"]
    lost = AtStatement(*commit, Cut.AFTER, refuse_after=True)
    while True:
        yield lost, AtStep(Pause("recover", AFTER), Act.KILL_JOB)
        yield lost, AtRequest(Side.JOB, "PUT runs/", 1, Effect.PASS, act=Act.KILL_JOB)
        yield lost, AtRequest(Side.JOB, "PUT rejected/", 1, Effect.BUSY, times=ALWAYS)
        yield lost, AtRequest(Side.JOB, "GET pending/", 1, Effect.HALF_ANSWER, times=ALWAYS)
        yield lost, AtRequest(Side.JOB, "DELETE pending/", 1, Effect.CUT, times=ALWAYS)
        yield lost, AtStatement("UNLOAD loads", 1, Cut.DURING)
        yield lost, lost


@dataclass(frozen=True)
class Kind:
    """`share`: of 200 faults, so many."""

    name: str
    share: int
    source: (
        Callable[[Draw], Iterator[Trigger]] | Callable[[Draw], Iterator[tuple[Trigger, Trigger]]]
    )


KINDS: Mapping[str, Kind] = {
    "job": Kind("kill -9 of the job", 40, _kill_job),
    "step": Kind("a step raises an error", 10, _fail),
    "worker": Kind("kill -9 of a Spark executor", 6, _kill_executor),
    "redshift": Kind("kill -9 of Redshift", 22, _kill_redshift),
    "s3": Kind("kill -9 of S3", 16, _kill_storage),
    "busy": Kind("S3 answers 503", 20, _busy),
    "slow": Kind("S3 is slow", 4, _slow),
    "cut": Kind("a connection to S3 breaks", 22, _cut),
    "copy": Kind("COPY fails half-way", 14, _copy),
    "commit": Kind("COMMIT, its answer lost", 12, _commit),
    "statement": Kind("a connection to Redshift breaks", 8, _statements),
    "disk": Kind("the disk for Spark's spill is full", 6, _disk),
    "targets": Kind("events and mail are down", 5, _targets),
    "clock": Kind("the clock jumps", 6, _clock),
    "two": Kind("two runs at once", 8, _two),
    "service": Kind("kill -9 of a run that StartJobRun started", 3, _service),
    "recovering": Kind("a second fault while the next run recovers", 6, _recovering),
}


def planned(survey: Survey, seed: int, count: int, only: tuple[str, ...] = ()) -> list[Fault]:
    """`count` faults, every kind by its share and at least once if `count` allows; shuffled."""
    names = only or tuple(KINDS)
    shares = _shares([KINDS[name].share for name in names], count)
    faults: list[Fault] = []
    for name, share in zip(names, shares, strict=True):
        faults += itertools.islice(of_kind(name, survey, seed), share)
    random.Random(seed).shuffle(faults)
    return faults


def endless(survey: Survey, seed: int, only: tuple[str, ...] = ()) -> Iterator[Fault]:
    """Faults without end, each kind as often as its share."""
    names = only or tuple(KINDS)
    sources = {name: of_kind(name, survey, seed) for name in names}
    chance = random.Random(seed)
    while True:
        (name,) = chance.choices(names, [KINDS[name].share for name in names])
        yield next(sources[name])


def of_kind(name: str, survey: Survey, seed: int) -> Iterator[Fault]:
    """The faults of one kind; they do not depend on which other kinds are tried."""
    kind = KINDS[name]
    for drawn in kind.source(Draw(random.Random(f"{seed}/{name}"), survey)):
        triggers = drawn if isinstance(drawn, tuple) else (drawn,)
        yield Fault(kind.name, "; then ".join(map(str, triggers)), triggers)


def _shares(weights: list[int], count: int) -> list[int]:
    """Whole numbers that add up to `count`, in proportion; none is 0 while there is enough."""
    shares = [0] * len(weights)
    for _ in range(count):
        behind = [weight / (share + 0.5) for weight, share in zip(weights, shares, strict=True)]
        empty = [index for index, share in enumerate(shares) if share == 0]
        best = max(empty or range(len(weights)), key=behind.__getitem__)
        shares[best] += 1
    return shares
