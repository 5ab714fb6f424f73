"""Step 2b: rules on the dataset as a whole, as a gate before the load."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from imdb_etl.config import OnFailedRuleset
from imdb_etl.errors import GateError
from imdb_etl.names import RULES_FAIL, RULES_PASS
from imdb_etl.summary import RuleOutcome


def require_passed(
    ruleset: str, rows: DataFrame, rules: Sequence[RuleOutcome], on_failed: OnFailedRuleset
) -> None:
    """Raises GateError when a rule on the dataset failed and `on_failed` is fail.

    `rows` have the outcome columns. A rule on rows is one that some row has passed or failed; the
    others stand among every row's skipped ones. Failed rules on rows stop nothing: their rows are
    rejected.
    """
    failed = [rule for rule in rules if not rule.passed]
    if on_failed == "load_valid" or not failed:
        return
    first = rows.select(RULES_PASS, RULES_FAIL).head(1)
    on_rows = {rule for row in first for rules_of_row in row for rule in rules_of_row or ()}
    # The first row tells most rules apart; what it has skipped is looked for in all of them.
    if blocking := _on_no_row(rows, [rule for rule in failed if rule.rule not in on_rows]):
        reasons = "; ".join(f"{rule.rule}: {rule.reason or 'failed'}" for rule in blocking)
        raise GateError(
            f"ruleset {ruleset}: the dataset failed {reasons}. Nothing was loaded, since "
            "on_failed_ruleset is fail (conf/base.yml); load_valid would load the rows that pass"
        )


def _on_no_row(rows: DataFrame, rules: Sequence[RuleOutcome]) -> list[RuleOutcome]:
    """Those of the rules that no row has passed or failed."""
    if not rules:
        return []
    judged = (
        sf.max(
            sf.array_contains(RULES_PASS, sf.lit(rule.rule))
            | sf.array_contains(RULES_FAIL, sf.lit(rule.rule))
        )
        for rule in rules
    )
    (found,) = rows.select(*judged).collect()
    return [rule for rule, is_judged in zip(rules, found, strict=True) if not is_judged]
