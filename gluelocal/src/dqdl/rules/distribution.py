"""Distribution: how often the values of a column are, or of each with the name AllColumns.

Column.<name>.Distribution, which is no number: edges or values, and their counts. AWS Glue
Developer Guide, Distribution: bins is 20 at most and without the tag. The bins are those of the
data at hand; Glue keeps them between runs until `rebin` lets it find new ones.
"""

from collections.abc import Sequence

from dqdl.analyzing import columns_named
from dqdl.distributions import Distribution, DistributionsOf
from dqdl.model import ConditionKind, Rule, Tag
from dqdl.plan import Measured, RulePlan, Verdict
from dqdl.ruletype import RuleType, Signature, TagType
from dqdl.scope import Scope
from dqdl.tags import tag_of, truth_tag, whole

MOST_BINS = 20


def analyze(rule: Rule, scope: Scope) -> RulePlan:
    tag = tag_of(rule, "bins")
    bins = (whole(tag) if tag else None) or MOST_BINS
    columns = tuple(scope.column(name) for name in columns_named(rule.parameters[0].value, scope))
    probe = DistributionsOf(columns, bins)

    def judge(measured: Measured) -> Verdict:
        found = measured.probed(probe)
        assert isinstance(found, dict)
        distributions: dict[str, Distribution] = {
            f"Column.{written}.Distribution": found[written] for written in found
        }
        return Verdict(True, distributions=distributions)

    return RulePlan((probe,), judge)


def _bins_problem(tag: Tag, _tags: Sequence[Tag]) -> str | None:
    bins = whole(tag)
    if bins is not None and 1 <= bins <= MOST_BINS:
        return None
    return f"bins is a whole number from 1 to {MOST_BINS}"


RULE_TYPE = RuleType(
    "Distribution",
    (Signature(("TargetColumn",), (ConditionKind.NUMBER,)),),
    analyzer_only=True,
    statistic=True,
    analyze=analyze,
    tags=(TagType("bins", _bins_problem), truth_tag("rebin")),
)
