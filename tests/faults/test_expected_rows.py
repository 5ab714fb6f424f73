"""The expected sets, on rows written by hand: they judge the pipeline, so who judges them?"""

from decimal import Decimal

from faults.expected import expected
from faults.inputs import HEADER, InputFile, generated

GOOD = "Heat,1995,A,170 min,Crime,8.2,76,Michael Mann,Al Pacino,,,,577113,67436818"
RATED = GOOD.replace("577113", "600000")
HEAD = ",".join(HEADER)


def one_file(*lines, name="a.csv"):
    return InputFile(name, "\n".join((HEAD, *lines)) + "\n")


def spoilt(index, cell):
    cells = GOOD.split(",")
    cells[index] = cell
    return ",".join(cells)


def test_a_valid_row_is_loaded_with_its_exact_values():
    found = expected([one_file(GOOD)])
    (row,) = found.loaded.values()
    assert row == (
        *("Heat", 1995, "A", 170, "Crime", Decimal("8.2"), 76, "Michael Mann", "Al Pacino"),
        *(None, None, None, 577113, 67436818),
    )
    assert not found.rejected


def test_every_invalid_cell_rejects_its_row():
    lines = [
        spoilt(0, ""),
        spoilt(0, "ü" * 129),
        spoilt(1, "PG"),
        spoilt(1, "1893"),
        spoilt(2, "x" * 17),
        spoilt(3, "2 h"),
        spoilt(5, "8.25"),
        spoilt(5, "10.5"),
        spoilt(6, ""),
        spoilt(7, ""),
        spoilt(12, "999"),
        spoilt(12, "many"),
        spoilt(13, ""),
        spoilt(13, '"1,23"'),
    ]
    found = expected([one_file(*lines)])
    assert not found.loaded
    assert found.rejected.total() == len(lines) == found.read


def test_of_rows_with_one_key_that_with_the_most_votes_is_loaded_wherever_it_stands():
    for lines in ([GOOD, RATED], [RATED, GOOD]):
        found = expected([one_file(lines[0]), one_file(lines[1], name="b.csv")])
        assert [row[12] for row in found.loaded.values()] == [600000]
        assert list(found.rejected) == [tuple(GOOD.split(","))]


def test_a_row_that_stands_in_two_files_is_loaded_once_and_rejected_once():
    found = expected([one_file(GOOD), one_file(GOOD, name="b.csv")])
    assert len(found.loaded) == found.rejected.total() == 1
    assert found.files[tuple(GOOD.split(","))] == {"a.csv", "b.csv"}


def test_a_generated_input_has_rows_of_both_kinds_and_is_the_same_again():
    files = generated(7, rows=300, seed=5)
    found = expected(files)
    assert found.read == 300 == len(found.loaded) + found.rejected.total()
    assert len(found.loaded) > 150
    assert found.rejected.total() > 60
    assert files == generated(7, rows=300, seed=5)
    assert files != generated(8, rows=300, seed=5)


def test_two_inputs_share_movies_with_other_values():
    one, two = (expected(generated(number, rows=300, seed=5)).loaded for number in (1, 2))
    shared = one.keys() & two.keys()
    assert len(shared) >= 20
    assert any(one[key] != two[key] for key in shared)
