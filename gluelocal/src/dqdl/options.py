"""How a ruleset is evaluated, where AWS Glue leaves a choice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dqdl.history import HistoryStore


@dataclass(frozen=True)
class EvaluationOptions:
    """AWS Glue Developer Guide, "Data quality for ETL": additional_options.

    filtered_row_label: what a row outside a rule's `where` gets for that rule.
    composite_method: COLUMN judges each nested rule on the whole frame and joins the outcomes;
        ROW joins the nested results of each row and wants every row to pass.
    rule_with_labels: whether the rule texts in the row arrays carry the rules' labels.
    keep: how the rows are kept between the jobs that read them: STAGED on the executors' disks with
        their outcomes, CACHED (the input, in Spark's cache), or NOTHING, so that each job reads
        the source again. A frame that its user has cached is not staged.
    row_outcomes: whether the row outcomes are going to be read. Without them nothing is staged for
        them, and Spark reads no more columns than the rules need.
    now: the moment that `now()` stands for, with a time zone; the current one when None.
    context: the evaluation context, whose history dynamic rules, DetectAnomalies and observations
        look at and whose history the evaluation's metrics are added to.
    history: where that history is kept. None is this process's memory: as in a notebook on Glue,
        a ruleset that is evaluated twice finds its first result, and nothing is left on disk.
    observations: whether metrics outside of what their history lets expect are reported.
    """

    filtered_row_label: Literal["PASSED", "SKIPPED"] = "PASSED"
    composite_method: Literal["COLUMN", "ROW"] = "COLUMN"
    rule_with_labels: bool = False
    keep: Literal["STAGED", "CACHED", "NOTHING"] = "STAGED"
    row_outcomes: bool = True
    now: datetime | None = None
    context: str = "default_context"
    history: HistoryStore | None = None
    observations: bool = False
