"""One behaviour for every history store; what only a folder or a URL has follows."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.pool import ThreadPool
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from dqdl.errors import HistoryError
from dqdl.history import (
    KEPT_IN_MEMORY,
    SPARE_RECORDS,
    FolderHistory,
    HistoryRecord,
    HistoryStore,
    MemoryHistory,
    MetricHistory,
    open_history,
)

START = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
CONTEXTS = [
    "default_context",
    "",
    "..",
    "../../outside",
    "/etc/passwd",
    "a/b",
    "A/B",
    "a_b",
    "a b",
    ".hidden",
    "naïve 🦆",
    "x" * 400,
    'quote"\n',
    "%2e%2e",
    "a, b]",
]

Open = Callable[[], HistoryStore]


@pytest.fixture(params=["memory", "folder", "url"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens the same store each time."""
    if request.param == "memory":
        store = MemoryHistory()
        return lambda: store
    if request.param == "folder":
        return lambda: open_history(tmp_path / "history")
    spark = request.getfixturevalue("spark")
    return lambda: open_history(f"file:{tmp_path}/a, b/history", spark)


def record(context: str, minute: int, **metrics: float) -> HistoryRecord:
    return HistoryRecord(context, START + timedelta(minutes=minute), metrics)


def test_a_context_without_records_has_none(opened: Open) -> None:
    assert list(opened().newest("nothing here")) == []


def test_records_come_back_whole_and_newest_first(opened: Open) -> None:
    records = [
        record("c", minute, RowCount=float(minute), ratio=0.1 + minute) for minute in (1, 2, 3)
    ]
    for written in records:
        opened().record(written)
    assert list(opened().newest("c")) == records[::-1]


def test_each_context_has_its_own_records(opened: Open) -> None:
    for number, context in enumerate(CONTEXTS):
        opened().record(record(context, 0, number=number))
    for number, context in enumerate(CONTEXTS):
        (found,) = opened().newest(context)
        assert (found.context, found.metrics) == (context, {"number": number})


def test_two_records_of_one_moment_are_both_kept(opened: Open) -> None:
    for value in (1.0, 2.0):
        opened().record(record("c", 0, x=value))
    assert sorted(found.metrics["x"] for found in opened().newest("c")) == [1.0, 2.0]


def test_no_writer_loses_another_ones_record(opened: Open) -> None:
    with ThreadPool(4) as pool:
        pool.map(lambda i: opened().record(record("c", 0, x=float(i))), range(20))
    assert sorted(found.metrics["x"] for found in opened().newest("c")) == list(range(20))


def test_metric_history_passes_over_records_without_the_metric(opened: Open) -> None:
    for minute in range(4):
        opened().record(record("c", minute, **({"x": float(minute)} if minute % 2 else {"y": 0.0})))
    history = MetricHistory(opened(), "c")
    assert history.values("x", 1) == [3.0]
    assert history.values("x", 5) == [3.0, 1.0]
    assert history.values("nosuch", 5) == []


def test_only_as_many_records_are_read_as_needed(tmp_path: Path) -> None:
    store = FolderHistory(tmp_path)
    store.record(record("c", 0, x=0.0))
    (damaged,) = tmp_path.rglob("*.json")
    damaged.write_text("{")
    for minute in (1, 2):
        store.record(record("c", minute, x=float(minute)))
    history = MetricHistory(store, "c")
    assert history.values("x", 2) == [2.0, 1.0]
    with pytest.raises(HistoryError):
        history.values("x", 3)


def test_a_metric_that_never_was_does_not_read_all_history() -> None:
    store = MemoryHistory()
    for minute in range(SPARE_RECORDS + 50):
        store.record(record("c", minute, y=0.0))
    read = []

    class Counted:
        def record(self, record: HistoryRecord) -> None:
            raise AssertionError("not written here")

        def newest(self, context: str):  # type: ignore[no-untyped-def]
            for found in store.newest(context):
                read.append(found)
                yield found

    assert MetricHistory(Counted(), "c").values("x", 5) == []
    assert len(read) == SPARE_RECORDS + 5


def test_memory_keeps_the_newest_records_only() -> None:
    store = MemoryHistory()
    for minute in range(KEPT_IN_MEMORY + 1):
        store.record(record("c", minute, x=float(minute)))
    found = list(store.newest("c"))
    assert (len(found), found[-1].metrics["x"]) == (KEPT_IN_MEMORY, 1.0)


@pytest.mark.parametrize("kind", ["folder", "url"])
def test_nothing_is_written_outside_of_the_folder(
    kind: str, tmp_path: Path, spark: SparkSession
) -> None:
    inside = tmp_path / "in" / "side"
    store = open_history(inside if kind == "folder" else f"file:{inside}", spark)
    for context in CONTEXTS:
        store.record(record(context, 0, x=1.0))
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["side"]
    assert len(list(inside.iterdir())) == len(CONTEXTS)
    assert len(list(inside.rglob("*.json"))) == len(CONTEXTS)
    assert not list(inside.rglob("*.tmp"))


@pytest.mark.parametrize("kind", ["folder", "url"])
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not a whole history record"),
        ('{"context": "c", "moment": "2024-05-01T12:00:00+00:00", "metr', "not a whole history"),
        ('{"context": "c", "moment": "2024-05-01T12:00:00+00:00"}', "KeyError: 'metrics'"),
        ('{"context": "c", "moment": "yesterday", "metrics": {}}', "yesterday"),
        ('{"context": "c", "moment": "2024-05-01", "metrics": {"x": null}}', "TypeError"),
        ("[1]", "is not a whole history record"),
        ('{"context": "d", "moment": "2024-05-01", "metrics": {}}', "a record of context 'd'"),
    ],
)
def test_a_damaged_record_is_named(
    kind: str, text: str, says: str, tmp_path: Path, spark: SparkSession
) -> None:
    FolderHistory(tmp_path).record(record("c", 0, x=1.0))
    (path,) = tmp_path.rglob("*.json")
    path.write_text(text, encoding="utf-8")
    for checksum in tmp_path.rglob(".*.crc"):
        checksum.unlink()
    store = open_history(tmp_path if kind == "folder" else f"file:{tmp_path}", spark)
    with pytest.raises(HistoryError, match=r"(?s)" + path.name + ".*" + says):
        list(store.newest("c"))


def test_strangers_in_the_folder_are_no_records(tmp_path: Path) -> None:
    store = FolderHistory(tmp_path)
    store.record(record("c", 0, x=1.0))
    (path,) = tmp_path.rglob("*.json")
    (path.parent / "README.json").write_text("not a record")
    path.with_name(f".{path.name}.tmp").write_text("half a rec")
    assert len(list(store.newest("c"))) == 1


def test_numbers_that_cannot_be_compared_are_not_kept(tmp_path: Path) -> None:
    store = FolderHistory(tmp_path)
    store.record(record("c", 0, x=1.0, bad=float("nan"), huge=float("inf")))
    (path,) = tmp_path.rglob("*.json")
    assert json.loads(path.read_text())["metrics"] == {"x": 1.0}


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(HistoryError, match="cannot record the metrics in"):
        FolderHistory(file).record(record("c", 0, x=1.0))


@pytest.mark.spark
def test_a_url_that_cannot_be_used_is_an_error(spark: SparkSession, tmp_path: Path) -> None:
    for location in ("nosuch://bucket/prefix", f"file:{tmp_path}/file"):
        (tmp_path / "file").write_text("")
        with pytest.raises(HistoryError, match="cannot record the metrics in"):
            open_history(location, spark).record(record("c", 0, x=1.0))
    with pytest.raises(HistoryError, match="cannot read the history in"):
        list(open_history("nosuch://bucket/prefix", spark).newest("c"))


def test_a_url_needs_a_session() -> None:
    with pytest.raises(HistoryError, match="pass the session"):
        open_history("s3://bucket/prefix")


def test_without_a_location_the_process_remembers() -> None:
    assert open_history() is open_history(None)


def test_a_windows_path_or_a_name_with_a_colon_is_a_folder() -> None:
    assert isinstance(open_history("history"), FolderHistory)
    assert isinstance(open_history("2024:05"), FolderHistory)
