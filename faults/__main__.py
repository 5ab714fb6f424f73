"""`python -m faults`: breaks the real job, repairs, runs again, and looks for every row.

python -m faults [--count N] [--minutes M] [--seed S] [--rows N] [--rigs N] [--only KIND,...]

Each rig is an account, a Redshift and a deployment of its own, on free ports, in a temporary
folder; the faults of the one plan are dealt to them.
The report is build/faults/faults.md and .json; the exit code is 1 when a row was lost, doubled or
wrong, or anything else was not as it must be.
"""

import argparse
import itertools
import logging
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from faults.check import Findings
from faults.fault import Fault
from faults.plan import KINDS, Survey, endless, planned
from faults.processes import Processes
from faults.report import Report
from faults.rig import Rig
from faults.trial import ROWS, Trial, Trials
from gluelocal import lifecycle
from imdb_etl.ops.settings import Project

REPORT = Path("build/faults")
COUNT = 200
RIGS = 1
SEED = 20240601
logger = logging.getLogger("faults")


def main(arguments: list[str]) -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(message)s")
    logger.setLevel(logging.INFO)
    # An end by `kill` or `timeout` ends the processes that were started, too.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    given = _parsed(arguments)
    with tempfile.TemporaryDirectory(prefix="faults-") as name, ExitStack() as opened:
        rigs = [
            opened.enter_context(_rig(Path(name) / f"rig-{number}")) for number in range(given.rigs)
        ]
        everyone = [Trials(rig, processes, given.seed, given.rows) for rig, processes in rigs]
        return _try_all(given, everyone)


@contextmanager
def _rig(folder: Path) -> Iterator[tuple[Rig, Processes]]:
    account = lifecycle.up(folder / "account", port=0, redshift_port=0).account
    rig = Rig(Project.find(Path.cwd()), folder, account)
    processes = Processes(rig)
    try:
        rig.open()
        yield rig, processes
    finally:
        processes.stop()
        rig.close()
        lifecycle.down(account.state)


def _try_all(given: argparse.Namespace, everyone: list[Trials]) -> int:
    started = time.monotonic()
    with ThreadPoolExecutor(len(everyone)) as pool:
        survey, *_ = pool.map(_opened, everyone)
        logger.info("a run without any fault takes %s s: %s", survey.seconds, survey.steps)
        faults = Dealt(_faults(given, survey, started))
        done: list[Trial] = []
        writing = threading.Lock()

        def try_some(trials: Trials) -> Findings:
            for number, fault in faults:
                trial = trials.try_fault(number, fault)
                with writing:
                    done.append(trial)
                    _tell(trial)
                    _report(given, started, done, Findings()).write(REPORT)
            return trials.check_all()

        try:
            at_end = sum(pool.map(try_some, everyone), Findings())
        except BaseException:
            # The pool waits for its threads: each ends with the fault that it is at.
            faults.end()
            raise
    report = _report(given, started, done, at_end)
    report.write(REPORT)
    sys.stdout.write(report.as_markdown())
    return 0 if report.clean else 1


def _opened(trials: Trials) -> Survey:
    survey = trials.open()
    # What is deployed and crawled is on disk from here on: a killed account still has it.
    lifecycle.down(trials.rig.account.state)
    lifecycle.up(trials.rig.account.state)
    return survey


class Dealt(Iterator[tuple[int, Fault]]):
    """The faults with their numbers, each to one of the threads that ask."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._numbered = enumerate(faults, 1)
        self._asking = threading.Lock()
        self._ended = False

    def __next__(self) -> tuple[int, Fault]:
        with self._asking:
            if self._ended:
                raise StopIteration
            return next(self._numbered)

    def end(self) -> None:
        """No more of them for anybody."""
        self._ended = True


def _faults(given: argparse.Namespace, survey: Survey, started: float) -> Iterable[Fault]:
    if given.minutes is None:
        return planned(survey, given.seed, given.count, given.only)
    end = started + 60 * given.minutes
    faults = endless(survey, given.seed, given.only)
    return itertools.takewhile(lambda _: time.monotonic() < end, faults)


def _report(
    given: argparse.Namespace, started: float, trials: list[Trial], at_end: Findings
) -> Report:
    minutes = (time.monotonic() - started) / 60
    in_order = sorted(trials, key=lambda trial: trial.number)
    return Report(given.seed, given.rows, minutes, in_order, at_end)


def _tell(trial: Trial) -> None:
    states = ", ".join(one.state for one in trial.broken)
    fired = states if trial.fired else f"NOT FIRED ({states})"
    found = "" if trial.findings.clean else f"; {trial.findings}"
    logger.info(
        "%s. %s: %s: %s, %s s%s",
        *(trial.number, trial.fault.kind, trial.fault.where, fired, trial.seconds, found),
    )


def _parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m faults")
    parser.add_argument("--count", type=int, default=COUNT, help="so many faults")
    parser.add_argument("--minutes", type=float, help="faults for so long, instead of --count")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of an input")
    parser.add_argument("--rigs", type=int, default=RIGS, help="so many faults at a time")
    parser.add_argument(
        "--only",
        type=_kinds,
        default=(),
        metavar="KIND,...",
        help=f"of {', '.join(KINDS)}",
    )
    return parser.parse_args(arguments)


def _kinds(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := sorted(set(names) - set(KINDS)):
        raise argparse.ArgumentTypeError(
            f"no kind {', '.join(unknown)}; there are {', '.join(KINDS)}"
        )
    return names


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
