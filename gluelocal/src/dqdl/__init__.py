"""The Data Quality Definition Language of AWS Glue, on plain PySpark.

`parse` needs no Spark at all; `evaluate` needs PySpark only when it is called.
"""

from dqdl.evaluate import evaluate
from dqdl.model import Ruleset
from dqdl.options import EvaluationOptions
from dqdl.parser import parse

__all__ = ["EvaluationOptions", "Ruleset", "evaluate", "parse"]
