"""Rows in = loaded + rejected."""

import pytest

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
