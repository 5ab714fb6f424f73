"""What a rule type is: how it is written, and how it is planned for a frame.

One module of `dqdl.rules` holds one rule type. It needs no Spark to be imported: predicates and
aggregates are Spark SQL text, so the parser can know every signature without PySpark.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from dqdl.model import Condition, ConditionKind, Rule, Tag
from dqdl.plan import RulePlan
from dqdl.scope import Scope

Planner: TypeAlias = Callable[[Rule, Scope], RulePlan]
HistoryMetric: TypeAlias = Callable[[Rule, Condition], str]


def own_metric(rule: Rule, _condition: Condition) -> str:
    """Dataset.*.<type>, Column.<name>.<type> or Multicolumn.<a>,<b>.<type>."""
    names = ",".join(parameter.value for parameter in rule.parameters)
    groups = ("Dataset.*", f"Column.{names}", f"Multicolumn.{names}")
    return f"{groups[min(len(rule.parameters), 2)]}.{rule.type_name}"


def reference_metric(rule: Rule, _condition: Condition) -> str:
    """Dataset.<alias>.<type>, for rules whose first parameter is a further frame's alias."""
    return f"Dataset.{rule.parameters[0].value}.{rule.type_name}"


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
class TagType:
    """A tag, `with name = value`, that a rule type takes.

    `problem`: what is wrong with the value and what is valid, None when nothing is wrong; its
    second argument is every tag of the rule.
    """

    name: str
    problem: Callable[[Tag, Sequence[Tag]], str | None]


@dataclass(frozen=True)
class RuleType:
    """`plan` is None while the type can be parsed and not evaluated.

    `fails_rows_on_problem`: when the rule cannot be evaluated at all (unknown column, wrong type),
    each row fails it; otherwise each row skips it. `composite_rows` is False for the types that
    `compositeRuleEvaluation.method = ROW` does not support.

    `history_metric` names the reported metric that `last()` means in that condition or threshold;
    with `parameters_in_metric` False that name leaves open which of the type's rules reported it.
    `statistic`: AWS Glue takes it as an analyzer and in DetectAnomalies (Developer Guide, dqdl,
    "Analyzers"). `analyze` plans it there, where that is not the plan of a rule `= 0`.
    `tags` are those that the rule takes beside `threshold`.
    """

    name: str
    signatures: tuple[Signature, ...]
    plan: Planner | None = None
    takes_where: bool = False
    takes_threshold: bool = False
    analyzer_only: bool = False
    fails_rows_on_problem: bool = False
    composite_rows: bool = True
    history_metric: HistoryMetric = own_metric
    parameters_in_metric: bool = True
    statistic: bool = False
    analyze: Planner | None = None
    tags: tuple[TagType, ...] = ()
