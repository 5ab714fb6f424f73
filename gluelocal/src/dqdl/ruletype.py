"""What a rule type is: how it is written, and how it is planned for a frame.

One module of `dqdl.rules` holds one rule type. It needs no Spark to be imported: predicates and
aggregates are Spark SQL text, so the parser can know every signature without PySpark.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from dqdl.model import ConditionKind, Rule
from dqdl.plan import RulePlan
from dqdl.scope import Scope

Planner: TypeAlias = Callable[[Rule, Scope], RulePlan]


@dataclass(frozen=True)
class Signature:
    """The parameters of one form of a rule, and the kinds of condition it takes.

    `variadic`: the last parameter may stand any number of times. BOOLEAN among `returns` means
    that the rule may stand without a condition.
    """

    parameters: tuple[str, ...]
    returns: tuple[ConditionKind, ...]
    variadic: bool = False

    def takes(self, count: int) -> bool:
        return count >= len(self.parameters) if self.variadic else count == len(self.parameters)

    def __str__(self) -> str:
        if not self.parameters:
            return "no parameter"
        return " ".join(self.parameters) + (" ..." if self.variadic else "")


@dataclass(frozen=True)
class RuleType:
    """`plan` is None while the type can be parsed and not evaluated.

    `fails_rows_on_problem`: when the rule cannot be evaluated at all (unknown column, wrong type),
    each row fails it; otherwise each row skips it. `composite_rows` is False for the types that
    `compositeRuleEvaluation.method = ROW` does not support.
    """

    name: str
    signatures: tuple[Signature, ...]
    plan: Planner | None = None
    takes_where: bool = False
    takes_threshold: bool = False
    analyzer_only: bool = False
    fails_rows_on_problem: bool = False
    composite_rows: bool = True
