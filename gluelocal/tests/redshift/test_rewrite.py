"""Redshift's SQL rewritten for PostgreSQL: cases kept as data, without a database."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gluelocal.redshift.errors import RedshiftError
from gluelocal.redshift.sql.rewrite import plan
from gluelocal.redshift.sql.steps import Dialect, Load, PassThrough, Script

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "rewrite.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["sql"] for case in CASES])
def test_a_statement_is_rewritten(case: dict[str, Any]) -> None:
    if "refused" in case:
        with pytest.raises(RedshiftError, match=re.escape(case["refused"])):
            plan(case["sql"], Dialect())
        return
    steps = plan(case["sql"], Dialect())
    if "script" in case:
        script = steps[0]
        assert isinstance(script, Script)
        assert list(script.statements) == case["script"]
        assert script.commits is case.get("commits", False)
    else:
        assert steps == [PassThrough(case.get("to", case["sql"]))]


def test_statements_around_a_copy_stay_in_order() -> None:
    steps = plan("begin; copy t from 's3://b/k' iam_role default csv; commit", Dialect())
    assert steps == [
        PassThrough("begin"),
        Load("copy t from 's3://b/k' iam_role default csv"),
        PassThrough("commit"),
    ]


@given(st.text(alphabet="aB1 .,;:'\"()#$-*/\\\n=xé", max_size=60))
def test_any_text_is_planned_or_refused(sql: str) -> None:
    for prefix in ("", "CREATE TABLE t (", "ALTER TABLE ", "SET ", "VACUUM ", "COPY "):
        try:
            steps = plan(prefix + sql, Dialect())
        except RedshiftError:
            continue
        assert all(isinstance(step, PassThrough | Load | Script) for step in steps)
