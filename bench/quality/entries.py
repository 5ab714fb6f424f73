"""What is measured: options, and one contender in one task with all its processes."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.quality.contenders import Contender
from bench.quality.processes import Measured, Task

# The rules of the ten, as `cases.asked` takes them.
TEN = "10"


@dataclass(frozen=True)
class Options:
    """`only`: contenders by name; none means all. `repeat`: processes for each task.

    `runs`: how often a process does its task; by the second time, what Spark and the JVM have to
    compile is compiled. `limit`: seconds for one of them.
    """

    rows: int = 2_000_000
    only: frozenset[str] = frozenset()
    repeat: int = 3
    runs: int = 2
    limit: float = 300.0


@dataclass
class Entry:
    """One contender in one task, and its processes."""

    contender: Contender
    task: Task
    measured: list[Measured] = field(default_factory=list)

    @property
    def given_up(self) -> bool:
        return any(one.over_limit or one.failed for one in self.measured)

    def seconds(self, run: int) -> float | None:
        """The median of the processes' run-th runs."""
        found = [one.seconds[run] for one in self.measured if len(one.seconds) > run]
        return statistics.median(found) if found else None

    def task_cpu(self) -> float | None:
        """Seconds of CPU that the last run's tasks took; other people's load hardly changes it."""
        found = [sum(stage["cpu"] for stage in one.stages[-1]) / 1000 for one in self.measured
                 if one.stages]  # fmt: skip
        return statistics.median(found) if found else None

    def some(self, value: Callable[[Measured], Any]) -> Any:
        """The value of a process that ended well."""
        return next((value(one) for one in self.measured if one.facts), None)
