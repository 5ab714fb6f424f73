"""What a fault is: when it strikes (a trigger), and what it does (an act, or an effect)."""

from dataclasses import dataclass
from enum import Enum

from faults.job_process import Pause
from faults.storage_proxy import Effect
from faults.warehouse_proxy import Cut

_MANY = 1000


class Act(Enum):
    """What is done to the parts while the job runs."""

    NOTHING = "nothing"
    KILL_JOB = "kill -9 of Python and its JVM"
    KILL_PYTHON = "kill -9 of Python alone"
    KILL_EXECUTOR = "kill -9 of a Spark executor"
    KILL_GATEWAY = "kill -9 of Redshift's gateway"
    KILL_DATABASE = "kill -9 of PostgreSQL, all processes"
    KILL_BACKENDS = "kill -9 of PostgreSQL's sessions"
    KILL_ACCOUNT = "kill -9 of the process that serves S3"
    FILL_DISK = "no byte left on Spark's disk"
    FAIL = "an exception"
    BREAK_MAIL = "the mailbox cannot be written"
    LOSE_STAGED = "a staged file is deleted"
    CUT_STAGED = "a staged file loses its second half"


class Side(Enum):
    """Whose requests to S3: the job's, or those of COPY."""

    JOB = "job"
    COPY = "COPY"


@dataclass(frozen=True)
class AtStep:
    """The run pauses at a step's boundary."""

    pause: Pause
    act: Act

    def __str__(self) -> str:
        return f"{self.act.value}, {self.pause}"


@dataclass(frozen=True)
class AtMoment:
    """After a part (0 to 1) of the time that a run takes without a fault."""

    part: float
    act: Act

    def __str__(self) -> str:
        return f"{self.act.value}, after {self.part:.1%} of a run's time"


@dataclass(frozen=True)
class AtRequest:
    """The `nth` request with a label, and `times - 1` after it."""

    side: Side
    label: str
    nth: int
    effect: Effect
    times: int = 1
    seconds: float = 0.0
    act: Act = Act.NOTHING

    def __str__(self) -> str:
        who = "" if self.side is Side.JOB else " of COPY"
        number = f"no. {self.nth}" if self.times == 1 else f"from no. {self.nth} on"
        if 1 < self.times < _MANY:
            number = f"no. {self.nth} to {self.nth + self.times - 1}"
        what = "" if self.act is Act.NOTHING else f", {self.act.value}"
        delay = f" ({self.seconds} s)" if self.seconds else ""
        return f"{self.label}{who}, {number}: {self.effect.value}{delay}{what}"


@dataclass(frozen=True)
class AtStatement:
    """The `nth` SQL statement with a label."""

    label: str
    nth: int
    cut: Cut
    seconds: float = 0.0
    act: Act = Act.NOTHING
    refuse_after: bool = False

    def __str__(self) -> str:
        what = "" if self.act is Act.NOTHING else f", {self.act.value}"
        refuses = ", and no new connection" if self.refuse_after else ""
        return f"{self.label}, no. {self.nth}: {self.cut.value}{what}{refuses}"


@dataclass(frozen=True)
class ClockJump:
    """The job's clock jumps: at a step's boundary, or before the run begins."""

    seconds: float
    pause: Pause | None

    def __str__(self) -> str:
        where = "from the beginning" if self.pause is None else str(self.pause)
        return f"by {self.seconds / 3600:+.0f} h, {where}"


@dataclass(frozen=True)
class TwoAtOnce:
    """A second run of the same input: while the first pauses, or from the same moment on.

    `kill`: the one that pauses is killed there instead of going on. `clock`: seconds that the
    second run's clock is ahead.
    """

    pause: Pause | None
    kill: bool = False
    clock: float = 0.0

    def __str__(self) -> str:
        if self.pause is None:
            return "both from the same moment"
        what = ", then the first is killed" if self.kill else ""
        ahead = f", its clock {self.clock / 3600:.0f} h ahead" if self.clock else ""
        return f"the second while the first waits {self.pause}{ahead}{what}"


@dataclass(frozen=True)
class InService:
    """A run that the account starts (StartJobRun) is killed after a part (0 to 1) of its time."""

    part: float

    def __str__(self) -> str:
        return f"after {self.part:.1%} of a run's time"


Trigger = AtStep | AtMoment | AtRequest | AtStatement | ClockJump | TwoAtOnce | InService


@dataclass(frozen=True)
class Fault:
    """One fault. `kind` is its row in the report's table, `where` says the rest to a person.

    `triggers`: one, or one for each of several runs that follow each other.
    """

    kind: str
    where: str
    triggers: tuple[Trigger, ...]


def kills_job(trigger: Trigger) -> bool:
    """Whether the run's process cannot be used again."""
    match trigger:
        case AtStep(act=act) | AtMoment(act=act) | AtRequest(act=act) | AtStatement(act=act):
            return act in (Act.KILL_JOB, Act.KILL_PYTHON)
        case TwoAtOnce(kill=kill):
            return kill
    return False


def needs_cluster(trigger: Trigger) -> bool:
    """Whether it needs executors in processes of their own."""
    match trigger:
        case AtStep(act=act) | AtMoment(act=act):
            return act is Act.KILL_EXECUTOR
    return False
