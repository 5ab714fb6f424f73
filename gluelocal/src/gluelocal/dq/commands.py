"""`gluelocal dq check | lint | explain | recommend`: options, and the exit code.

0: all well; 1: a rule failed, or a ruleset is not valid (lint); 2: there is no answer.
"""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from dqdl import EvaluationOptions
from dqdl.history import open_history
from gluelocal.commands.options import Shown, err, print_json
from gluelocal.dq import printing, rulesets
from gluelocal.dq.answering import NOT_ANSWERED, answered
from gluelocal.dq.data import ReadOptions
from gluelocal.dq.given import Given
from gluelocal.dq.progress import Progress
from gluelocal.dq.targets import wanted, write_all
from gluelocal.errors import UsageError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

app = typer.Typer(
    help="Data quality rules (DQDL) on any CSV, JSON, Parquet or ORC, without an account.",
    no_args_is_help=True,
)


class Method(StrEnum):
    COLUMN = "column"
    ROW = "row"


class Label(StrEnum):
    PASSED = "passed"
    SKIPPED = "skipped"


DataPath = Annotated[
    str, typer.Argument(metavar="DATA", help="A file, a folder or s3://: CSV, JSON, Parquet, ORC.")
]
RulesetFile = Annotated[
    str, typer.Argument(metavar="RULESET", help="A file of DQDL; - for standard input.")
]
Output = Annotated[Shown, typer.Option(help="How to print it.")]
Sources = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="ALIAS=PATH", help="A further dataset that rules name."),
]
Format = Annotated[
    str | None, typer.Option("--format", help="csv, json, parquet or orc; else told by the name.")
]
Header = Annotated[
    bool, typer.Option("--header/--no-header", help="Whether CSV begins with the columns' names.")
]
Separator = Annotated[
    str | None, typer.Option(help="Between CSV's cells (default: a comma; in .tsv a tab).")
]
Multiline = Annotated[
    bool, typer.Option("--multiline", help="CSV's cells hold line breaks, or JSON is spread out.")
]
EmptyStrings = Annotated[
    bool,
    typer.Option(
        "--empty-strings",
        help="An empty cell of text in CSV is '', as in a table of the Glue catalog, not NULL.",
    ),
]
State = Annotated[
    Path | None, typer.Option(help="The account whose S3 is read, for s3:// (default: .gluelocal).")
]
History = Annotated[
    str | None,
    typer.Option(metavar="LOCATION", help="A folder or s3:// with earlier results, for last()."),
]
Context = Annotated[str, typer.Option(help="The evaluation context that the history is kept by.")]
CompositeMethod = Annotated[
    Method, typer.Option("--composite", help="Whether and / or join whole rules, or each row.")
]
FilteredLabel = Annotated[
    Label, typer.Option("--filtered", help="What a row outside a rule's where gets for the rule.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace results that are there.")]


@app.command()
def check(
    data: DataPath,
    ruleset: RulesetFile,
    rejected: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="Write the failing rows there, with their outcomes."),
    ] = None,
    valid: Annotated[
        str | None, typer.Option(metavar="PATH", help="Write the passing rows there.")
    ] = None,
    overwrite: Overwrite = False,
    output: Output = Shown.TEXT,
    source: Sources = None,
    history: History = None,
    context: Context = "default_context",
    show: Annotated[int, typer.Option(min=0, help="How many failing rows to show a rule.")] = 3,
    composite: CompositeMethod = Method.COLUMN,
    filtered: FilteredLabel = Label.PASSED,
    format_: Format = None,
    header: Header = True,
    separator: Separator = None,
    multiline: Multiline = False,
    empty_strings: EmptyStrings = False,
    state: State = None,
) -> None:
    """Judge data by a ruleset.

    Exit code: 0 every rule passed, 1 some failed, 2 it could not be evaluated. Types in CSV are
    inferred as Spark infers them, and an empty cell is NULL. --rejected and --valid end in .json,
    .jsonl, .csv (valid rows only), .parquet, .orc, or in nothing for a folder of Parquet.
    """
    from gluelocal.dq.checking import checked

    with answered():
        text = rulesets.read_text(ruleset)
        rules = rulesets.parsed(ruleset, text)
        options = ReadOptions(format_, header, separator, multiline, empty_strings)
        given = Given.of(data, source, options, state, (history, rejected, valid))
        targets = wanted(rejected, valid, overwrite, given.local)
        with Progress() as progress, given.session(progress) as spark:
            from dqdl import evaluate
            from dqdl.rowoutcomes import FAIL, PASS, RESULT, SKIP

            progress.says("reading")
            frame, others = given.frames(spark)
            progress.says("evaluating")
            chosen = _options(spark, history, context, composite, filtered)
            evaluation = evaluate(frame, rules, chosen, others)
            progress.says("counting rows")
            found = checked(evaluation, rules, show)
            rows = evaluation.row_outcomes_frame()
            results = {
                "--rejected": rows.where(f"{RESULT} = 'Failed'"),
                "--valid": rows.where(f"{RESULT} = 'Passed'").drop(PASS, FAIL, SKIP, RESULT),
            }
            write_all(spark, {target: results[target.option] for target in targets}, progress)
    written = {target.option.removeprefix("--"): target.name for target in targets}
    if output is Shown.JSON:
        print_json(printing.check_as_json(data, ruleset, found, written))
    else:
        printing.print_check(found, written)
    if not found.passed:
        raise typer.Exit(1)


@app.command()
def lint(
    ruleset: Annotated[
        list[str], typer.Argument(metavar="RULESET...", help="Files of DQDL; - for standard input.")
    ],
    output: Output = Shown.TEXT,
) -> None:
    """Find what is wrong in rulesets, without data and without Spark.

    Exit code: 0 no errors (there may be warnings), 1 a ruleset is not valid, 2 a file cannot be
    read.
    """
    from gluelocal.dq.linting import lint as lint_text

    found: list[dict[str, Any]] = []
    unread = False
    for file in ruleset:
        name = rulesets.name_of(file)
        try:
            text = rulesets.read_text(file)
        except UsageError as problem:
            unread = True
            err.print(str(problem), markup=False, style="red")
            continue
        for finding in lint_text(text):
            found.append({"file": name, **vars(finding)})
            if output is Shown.TEXT:
                printing.print_finding(rulesets.shown(name, text, finding), finding)
    errors = sum(finding["severity"] == "error" for finding in found)
    if output is Shown.JSON:
        print_json({"findings": found, "errors": errors, "warnings": len(found) - errors})
    else:
        printing.print_lint_summary(len(ruleset), errors, len(found) - errors)
    if unread or errors:
        raise typer.Exit(NOT_ANSWERED if unread else 1)


@app.command()
def explain(
    data: DataPath,
    ruleset: RulesetFile,
    output: Output = Shown.TEXT,
    source: Sources = None,
    history: History = None,
    context: Context = "default_context",
    composite: CompositeMethod = Method.COLUMN,
    filtered: FilteredLabel = Label.PASSED,
    format_: Format = None,
    header: Header = True,
    separator: Separator = None,
    multiline: Multiline = False,
    empty_strings: EmptyStrings = False,
    state: State = None,
) -> None:
    """Show what an evaluation would do: what each rule measures, and the Spark jobs.

    Nothing is evaluated; only the data's columns are looked at, and for CSV and JSON their types.
    Exit code: 0, also when a rule cannot be evaluated on the data; 2 there is no plan.
    """
    with answered():
        text = rulesets.read_text(ruleset)
        rules = rulesets.parsed(ruleset, text)
        options = ReadOptions(format_, header, separator, multiline, empty_strings)
        given = Given.of(data, source, options, state, (history,))
        with Progress() as progress, given.session(progress) as spark:
            from dqdl.explain import explain as explained

            progress.says("reading")
            frame, others = given.frames(spark)
            progress.says("planning")
            chosen = _options(spark, history, context, composite, filtered)
            plan = explained(frame, rules, chosen, others)
    if output is Shown.JSON:
        print_json(printing.plan_as_json(data, ruleset, plan))
    else:
        printing.print_plan(plan)


@app.command()
def recommend(
    data: DataPath,
    output: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Write the ruleset there, not here.")
    ] = None,
    overwrite: Overwrite = False,
    like_glue: Annotated[
        bool,
        typer.Option(
            "--like-glue", help="What AWS Glue would recommend; rules may fail on this very data."
        ),
    ] = False,
    format_: Format = None,
    header: Header = True,
    separator: Separator = None,
    multiline: Multiline = False,
    empty_strings: EmptyStrings = False,
    state: State = None,
) -> None:
    """Write a starting ruleset from the data: rules that hold on it today, to be edited."""
    with answered():
        if output is not None and output.exists() and not overwrite:
            raise UsageError(f"{output} is there already. Say --overwrite to replace it.")
        options = ReadOptions(format_, header, separator, multiline, empty_strings)
        given = Given.of(data, None, options, state, ())
        with Progress() as progress, given.session(progress) as spark:
            from dqdl.recommend import recommend as recommended

            progress.says("reading")
            frame, _ = given.frames(spark)
            progress.says("profiling")
            text = str(recommended(frame, like_glue))
        if output is not None:
            _write_text(output, text)
    if output is None:
        sys.stdout.write(text)


def _options(
    spark: "SparkSession", history: str | None, context: str, composite: Method, filtered: Label
) -> EvaluationOptions:
    return EvaluationOptions(
        filtered_row_label=cast(Literal["PASSED", "SKIPPED"], filtered.upper()),
        composite_method=cast(Literal["COLUMN", "ROW"], composite.upper()),
        context=context,
        history=None if history is None else open_history(history, spark),
    )


def _write_text(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.unfinished")
    draft.write_text(text, encoding="utf-8", newline="")
    draft.replace(file)
