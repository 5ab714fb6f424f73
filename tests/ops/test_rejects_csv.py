"""Rejected rows as CSV: columns, cells, and what is wrong with a corrected file."""

import csv
import io

import pytest

from imdb_etl.ops import rejects_csv
from imdb_etl.ops.rejects import RejectsError

COLUMNS = ("title", "year", "votes")
ROWS = [
    {
        "title": 'The "Quoted", one', "year": "PG", "votes": "12", "reject_reasons": ["x"],
        "DataQualityRulesPass": [], "run_id": "jr_1", "source_file": "s3://data/raw/a/a.csv",
    },
    {"title": "Amélie\u2028\U0001f3ac", "votes": "1.5", "reject_reasons": ["rule failed: x"]},
    {"year": "", "title": None, "votes": "12345678901234567890", "reject_reasons": []},
]  # fmt: skip


def test_csv_is_the_source_s_columns_alone_and_reads_back():
    columns = rejects_csv.source_columns(COLUMNS, ROWS, ())
    assert columns == COLUMNS
    text = "".join(rejects_csv.encode(columns, rejects_csv.cells(ROWS, columns)))
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["title", "year", "votes"],
        ['The "Quoted", one', "PG", "12"],
        ["Amélie\u2028\U0001f3ac", "", "1.5"],
        ["", "", "12345678901234567890"],
    ]


def test_without_a_catalog_table_columns_come_as_first_seen_then_those_of_the_load():
    columns = rejects_csv.source_columns((), ROWS, ("votes", "director"))
    assert columns == ("title", "year", "votes", "director")
    # The catalog's order wins, and no column of a row is dropped.
    columns = rejects_csv.source_columns(("votes", "plot"), ROWS, ())
    assert columns == ("votes", "plot", "title", "year")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title,year\na,1\n", "the header lacks votes"),
        ("title,year,votes,plot\na,1,2,b\n", "has 'plot', which the run's source has not"),
        ("title;year;votes\na;1;2\n", "lacks title, year, votes and has 'title;year;votes'"),
        ("title,year,votes,year\n", "has year more than once"),
        ("", "lacks title, year, votes"),
    ],
)
def test_the_header_of_a_corrected_file_is_checked_before_its_rows(tmp_path, text, message):
    file = tmp_path / "corrected.csv"
    file.write_text(text)
    with pytest.raises(RejectsError, match=message):
        rejects_csv.corrected(file, COLUMNS)


def test_a_corrected_file_may_come_from_a_spreadsheet(tmp_path):
    file = tmp_path / "corrected.csv"
    file.write_bytes('\ufeffVotes,Title,Year\r\n"1,5",é,2020\r\n\r\n'.encode())
    assert list(rejects_csv.corrected(file, COLUMNS)) == [["é", "2020", "1,5"]]


def test_a_row_whose_cells_shifted_is_named_by_its_line(tmp_path):
    file = tmp_path / "corrected.csv"
    file.write_text("title,year,votes\na,1,2\nb, or c,1,2\n")
    with pytest.raises(RejectsError, match="line 3: 4 cells, and the header has 3"):
        list(rejects_csv.corrected(file, COLUMNS))
    file.write_bytes(b"title,year,votes\n\xff,1,2\n")
    with pytest.raises(RejectsError, match="is not a CSV in UTF-8"):
        list(rejects_csv.corrected(file, COLUMNS))
    with pytest.raises(RejectsError, match=r"away\.csv cannot be read"):
        rejects_csv.corrected(tmp_path / "away.csv", COLUMNS)


def test_a_line_break_in_a_cell_is_refused_since_the_job_reads_lines():
    with pytest.raises(RejectsError, match="row 2: the cell"):
        list(rejects_csv.one_line([["a"], ["b\nc"]]))
