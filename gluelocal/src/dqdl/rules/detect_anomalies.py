"""DetectAnomalies: a rule type's metrics are within what their history lets expect.

AWS Glue Developer Guide, DetectAnomalies. It reports the metrics of the rule type that it names and
passes while there are fewer than three earlier results (unverified). `dqdl.anomalies` says how the
limits are found.
"""

from dqdl.analyzing import analysis, measured_rule
from dqdl.anomalies import LOOKED_AT, expect
from dqdl.dynamic import history_key
from dqdl.errors import RuleFailedError
from dqdl.judging import shown
from dqdl.model import ConditionKind, Rule
from dqdl.plan import Measured, RulePlan, Verdict
from dqdl.rules import rule_types
from dqdl.ruletype import RuleType, Signature
from dqdl.scope import Scope
from dqdl.suggest import near, valid_here

# As the guide's page writes it.
_SPELLINGS = {"CustomSQL": "CustomSql"}


def plan(rule: Rule, scope: Scope) -> RulePlan:
    watched_type = _watched_type(rule.parameters[0].value)
    parameters = rule.parameters[1:]
    if not any(signature.takes(len(parameters)) for signature in watched_type.signatures):
        forms = " or ".join(map(str, watched_type.signatures))
        raise RuleFailedError(
            f'DetectAnomalies "{watched_type.name}" has {len(parameters)} further parameters; '
            f"{watched_type.name} takes {forms}"
        )
    watched = measured_rule(watched_type, parameters)
    inner = analysis(watched, watched_type, scope)

    def judge(measured: Measured) -> Verdict:
        verdict = inner.judge(measured)
        if not verdict.metrics:
            return Verdict(False, verdict.reasons)
        reasons = []
        for metric, value in verdict.metrics.items():
            key = history_key(watched, watched_type, metric)
            earlier = scope.history(key, LOOKED_AT)
            expectation = expect(earlier)
            if expectation and not expectation.holds(value):
                reasons.append(
                    f"{metric} is {shown(value)}; {len(earlier)} earlier results let expect "
                    f"{expectation}"
                )
        return Verdict(not reasons, tuple(reasons), verdict.metrics)

    return RulePlan(inner.measures, judge, metrics_of=watched)


def _watched_type(name: str) -> RuleType:
    statistics = {
        known.name: known
        for known in rule_types().values()
        if known.statistic and not known.analyzer_only
    }
    name = _SPELLINGS.get(name, name)
    if name not in statistics:
        raise RuleFailedError(
            f"DetectAnomalies does not know '{name}'{near(name, statistics)} "
            f"{valid_here(statistics)}"
        )
    return statistics[name]


RULE_TYPE = RuleType(
    "DetectAnomalies",
    (Signature(("RuleType",), (ConditionKind.BOOLEAN,), variadic=True),),
    plan,
)
