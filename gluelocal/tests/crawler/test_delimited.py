"""Splitting text into records: whole files, and files cut off anywhere."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from gluelocal.crawler.formats.delimited import split_records

CELLS = st.text(st.sampled_from(list('ab",;\n\r ü1')), max_size=6)
TABLES = st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=6)
QUOTED = (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)


def _written(rows: list[list[str]], quoting: int) -> str:
    """With CRLF line ends, since only then the writer quotes a lone CR, too."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting, lineterminator="\r\n").writerows(rows)  # type: ignore[arg-type]
    return text.getvalue()


@settings(max_examples=150, deadline=None)
@given(TABLES, st.sampled_from(QUOTED))
def test_what_a_csv_writer_wrote_is_read_back(rows: list[list[str]], quoting: int) -> None:
    text = _written(rows, quoting)
    records = split_records(text, ",", '"', complete=True)
    assert records.rows == rows
    assert records.length == len(text)


@settings(max_examples=150, deadline=None)
@given(TABLES, st.data())
def test_a_cut_leaves_only_whole_records(rows: list[list[str]], data: st.DataObject) -> None:
    text = _written(rows, csv.QUOTE_MINIMAL)
    cut = data.draw(st.integers(0, len(text)))
    records = split_records(text[:cut], ",", '"', complete=False)
    assert records.rows == rows[: len(records.rows)]
    # Only the record that the cut goes through is lost.
    assert text.startswith(_written(records.rows, csv.QUOTE_MINIMAL).removesuffix("\n"))
    lost = rows[len(records.rows) : len(records.rows) + 1]
    assert cut <= len(_written(records.rows + lost, csv.QUOTE_MINIMAL))


def test_a_cut_inside_a_quoted_cell_with_newlines_drops_that_record() -> None:
    text = 'a,b\n1,x\n2,"first line\nsecond, line\n3,'
    assert split_records(text, ",", '"', complete=False).rows == [["a", "b"], ["1", "x"]]


def test_many_stray_quotes_take_linear_time() -> None:
    text = '"x' * 200_000
    assert split_records(text, ",", '"', complete=True).rows == [[text]]
