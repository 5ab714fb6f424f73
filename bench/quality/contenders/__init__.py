"""Who takes part, in which environment, and in what; the modules beside this do it.

A module has, for each task it takes part in, a function of the task's name:

    copy(frame, output)                       scan(frame)
    split(frame, rules, valid, rejected)      evaluates, writes both sides
    outcomes(frame, rules) -> list[bool]      whether each rule passed

and for `split` also `failures(rules) -> (schema, sql)`: the columns of the rejected rows that say
which rules failed, and how many did, as SQL. SETTINGS are Spark settings that it needs besides the
common ones, and `version()` says what was measured where `requirements` does not.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contender:
    """`requirements` are installed into an environment of its own; none: this one is used.

    `splits` are the numbers of rules of its splits, `outcomes` whether it takes part in the task
    of rule outcomes alone. `note` says how it was configured and what it cannot express.
    """

    name: str
    module: str
    requirements: tuple[str, ...] = ()
    splits: tuple[int, ...] = ()
    outcomes: bool = False
    note: str = ""


PYSPARK = "pyspark==3.5.6"
CONTENDERS = (
    Contender(
        "dqdl",
        "dqdl_evaluate",
        splits=(10, 100, 500),
        outcomes=True,
        note=(
            "`dqdl.evaluate` with its default options; for outcomes alone with "
            "`row_outcomes=False`, which lets Spark leave out columns that no rule names. Rejected "
            "rows have the arrays DataQualityRulesPass, ...Fail and ...Skip with the rules' texts."
        ),
    ),
    Contender(
        "awsgluedq",
        "awsgluedq_process_rows",
        splits=(10, 100),
        note="The same by `EvaluateDataQuality().process_rows`, as a Glue job calls it.",
    ),
    Contender(
        "deequ",
        "deequ",
        splits=(10, 100),
        outcomes=True,
        note=(
            "The JVM's VerificationSuite with one Check for each rule, and "
            "`rowLevelResultsAsDataFrame`. It gives one Boolean column a rule, written as it is: "
            "no arrays are built for it. `isContainedIn` lets NULL pass, and a bound of its own "
            "(`hasMin`, `hasMaxLength`) takes a JVM function, so the list, `>`, `<` and the "
            "lengths are asked as `satisfies` with SQL, as its own comparisons are inside."
        ),
    ),
    Contender(
        "sparkdq",
        "sparkdq",
        requirements=("sparkdq==0.12.1", PYSPARK),
        splits=(10, 100),
        note=(
            "`BatchDQEngine.run_batch`, `pass_df` and `fail_df`. Rejected rows have the array "
            "`_dq_errors` of the failed checks alone; of passed ones it says nothing. A check "
            "of a list or a range whose value is NULL is neither passed nor failed, and its row is "
            "in neither frame; so where there are NULLs a list is asked as a pattern, which can "
            "be told what NULL is."
        ),
    ),
    Contender(
        "cuallee",
        "cuallee",
        requirements=("cuallee==0.15.4", PYSPARK),
        outcomes=True,
        note="`Check.validate`; counts only, no row results. `is_between` includes its bounds.",
    ),
    Contender(
        "great_expectations",
        "great_expectations",
        requirements=("great-expectations==1.24.1", PYSPARK),
        outcomes=True,
        note=(
            "An ephemeral context, one suite, `result_format=BOOLEAN_ONLY`, progress bars and "
            "analytics off; it caches the frame, as it does by default. Value expectations pass "
            "over NULL; unexpected rows are given back up to 200 only, so there is no split."
        ),
    ),
    Contender(
        "soda",
        "soda",
        requirements=("soda-core-spark-df==3.5.6", PYSPARK),
        outcomes=True,
        note=(
            "One scan of a temporary view, telemetry off, samples of failed rows off. Bounds "
            "include themselves and validity passes over NULL; failed rows are samples, so there "
            "is no split."
        ),
    ),
)
BASELINE = Contender("spark", "plain")
