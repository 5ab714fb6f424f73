"""How a ruleset is evaluated, where AWS Glue leaves a choice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class EvaluationOptions:
    """AWS Glue Developer Guide, "Data quality for ETL": additional_options.

    filtered_row_label: what a row outside a rule's `where` gets for that rule.
    composite_method: COLUMN judges each nested rule on the whole frame and joins the outcomes;
        ROW joins the nested results of each row and wants every row to pass.
    rule_with_labels: whether the rule texts in the row arrays carry the rules' labels.
    cache_input: keep the frame in Spark's cache between the metrics and the row outcomes.
    now: the moment that `now()` stands for, with a time zone; the current one when None.
    """

    filtered_row_label: Literal["PASSED", "SKIPPED"] = "PASSED"
    composite_method: Literal["COLUMN", "ROW"] = "COLUMN"
    rule_with_labels: bool = False
    cache_input: bool = False
    now: datetime | None = None
