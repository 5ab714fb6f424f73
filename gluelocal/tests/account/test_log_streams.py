from gluelocal.log_streams import EVENT_OVERHEAD, MAX_BATCH_BYTES, MAX_LINE_CHARACTERS, batches


def test_no_line_is_lost_and_no_batch_is_over_the_limits():
    lines = ["ü" * 50_000] * 40 + ["x"] * 25_000
    made = list(batches(lines))
    assert [line for batch in made for line in batch] == lines
    for batch in made:
        assert len(batch) <= 10_000
        assert sum(len(line.encode()) + EVENT_OVERHEAD for line in batch) <= MAX_BATCH_BYTES


def test_blank_lines_are_left_out_and_long_ones_cut():
    assert list(batches(["", "  ", "a"])) == [["a"]]
    assert list(batches(["y" * (MAX_LINE_CHARACTERS + 1)])) == [["y" * MAX_LINE_CHARACTERS]]
    assert list(batches([])) == []
