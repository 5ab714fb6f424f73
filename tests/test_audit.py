"""Rows in = loaded + rejected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imdb_etl.audit import reconcile
from imdb_etl.errors import AuditError
from imdb_etl.summary import RowCounts


def test_counts_that_add_up_are_the_run_s_counts():
    assert reconcile(1000, 749, 251) == RowCounts(read=1000, loaded=749, rejected=251)
    assert reconcile(5, 0, 5) == RowCounts(read=5, loaded=0, rejected=5)


def test_a_lost_row_fails_the_run_with_all_numbers():
    with pytest.raises(AuditError, match=r"1000 rows were read, 749 .* 250 .* 1 rows are missing"):
        reconcile(1000, 749, 250)


def test_a_doubled_row_fails_the_run():
    with pytest.raises(AuditError, match="2 rows too many"):
        reconcile(1000, 750, 252)


COUNTS = st.integers(0, 2**63)


@given(read=COUNTS, loadable=COUNTS, rejected=COUNTS | st.just(0))
def test_counts_pass_if_and_only_if_no_row_is_missing_or_too_many(read, loadable, rejected):
    if read == loadable + rejected:
        assert reconcile(read, loadable, rejected) == RowCounts(read, loadable, rejected)
        return
    with pytest.raises(AuditError) as refused:
        reconcile(read, loadable, rejected)
    # All three numbers and the difference are said, so that nobody has to count again.
    said = str(refused.value)
    assert {str(read), str(loadable), str(rejected)} <= set(said.split())
    assert f"{abs(read - loadable - rejected)} rows" in said


@given(loadable=COUNTS, rejected=COUNTS)
def test_every_input_that_is_split_without_loss_passes(loadable, rejected):
    read = loadable + rejected
    assert reconcile(read, loadable, rejected) == RowCounts(read, loadable, rejected)
