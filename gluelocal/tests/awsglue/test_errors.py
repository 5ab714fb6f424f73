"""Error records, and the thresholds of a stage and of all stages."""

from typing import Any

import pytest

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.errors import ErrorThresholdExceededError
from awsglue.transforms import ErrorsAsDynamicFrame, Filter, Map

pytestmark = pytest.mark.spark


@pytest.fixture
def frame(glue_context: GlueContext) -> DynamicFrame:
    return DynamicFrame.fromDF(glue_context.spark_session.range(4), glue_context, "numbers")


def failing(*numbers: int) -> Any:
    def check(record: Any) -> bool:
        if record["id"] in numbers:
            raise RuntimeError(f"no {record['id']}")
        return True

    return check


def errors_of(frame: DynamicFrame) -> list[Any]:
    found = frame.errorsAsDynamicFrame().toDF()
    assert found.columns == ["error"]
    return sorted((row["error"] for row in found.collect()), key=repr)


def test_a_frame_without_errors_has_an_empty_frame_of_them(frame: DynamicFrame) -> None:
    assert (frame.errorsCount(), frame.stageErrorsCount()) == (0, 0)
    frame.assertErrorThreshold()
    assert ErrorsAsDynamicFrame.apply(frame).count() == 0


def test_an_error_record_says_what_failed_where(frame: DynamicFrame) -> None:
    kept = Filter.apply(frame=frame, f=failing(2), info="only even ones")
    [error] = errors_of(kept)
    assert set(error.asDict()) == {
        *("callsite", "msg", "stackTrace", "input", "bytesread", "source", "dynamicRecord")
    }
    assert error["callsite"]["info"] == "only even ones"
    assert error["msg"] == "RuntimeError: no 2"
    assert "in check" in error["stackTrace"]
    assert error["dynamicRecord"]["id"] == 2
    assert sorted(row["id"] for row in kept.toDF().collect()) == [0, 1, 3]


@pytest.mark.parametrize("exception", [KeyError, ValueError, TypeError])
def test_filter_takes_these_for_false(frame: DynamicFrame, exception: type[Exception]) -> None:
    def check(record: Any) -> bool:
        if record["id"] == 1:
            raise exception("x")
        return True

    kept = frame.filter(check)
    assert (kept.toDF().count(), kept.errorsCount()) == (3, 0)


@pytest.mark.parametrize("nothing", [None, {}])
def test_map_makes_an_error_of_nothing(frame: DynamicFrame, nothing: Any) -> None:
    mapped = Map.apply(frame=frame, f=lambda r: nothing if r["id"] == 3 else {"n": r["id"]})
    assert sorted(row["n"] for row in mapped.toDF().collect()) == [0, 1, 2]
    [error] = errors_of(mapped)
    assert error["msg"] == "User-specified function returned None instead of DynamicRecord"
    assert error["dynamicRecord"]["id"] == 3


def test_map_makes_an_error_of_an_exception(frame: DynamicFrame) -> None:
    mapped = frame.map(lambda record: {"n": 6 // record["id"]}, info="shares")
    [error] = errors_of(mapped)
    assert error["msg"].startswith("ZeroDivisionError: ")
    assert error["callsite"]["info"] == "shares"


def test_errors_add_up_over_stages_and_frames(frame: DynamicFrame) -> None:
    one = frame.filter(failing(0))
    two = one.rename_field("id", "n").filter(lambda record: 1 / (record["n"] - 1) < 9)
    assert (two.stageErrorsCount(), two.errorsCount()) == (1, 2)
    # The two stages had records of other fields.
    records = [error["dynamicRecord"].asDict() for error in errors_of(two)]
    assert sorted(records, key=repr) == [{"id": 0, "n": None}, {"id": None, "n": 1}]
    both = one.union(frame.filter(failing(1, 2)))
    assert (both.stageErrorsCount(), both.errorsCount()) == (0, 3)
    renamed = two.select_fields(["n"])
    assert (renamed.stageErrorsCount(), renamed.errorsCount()) == (0, 2)


def test_fields_of_several_types_are_text_in_the_error_records(frame: DynamicFrame) -> None:
    one = frame.filter(failing(0))
    two = one.resolveChoice(specs=[("id", "cast:string")]).filter(
        lambda record: 1 / (int(record["id"]) - 1) < 9
    )
    assert sorted(error["dynamicRecord"]["id"] for error in errors_of(two)) == ["0", "1"]


@pytest.mark.parametrize(
    ("stage", "total", "message"),
    [
        (0, 0, None),
        (2, 3, None),
        (1, 0, "2 error records, more than its stage threshold of 1"),
        (0, 2, "3 error records, more than its total threshold of 2"),
    ],
)
def test_thresholds(frame: DynamicFrame, stage: int, total: int, message: str | None) -> None:
    # One error in the stage before, two in this one.
    kept = frame.filter(failing(0)).filter(
        failing(1, 2), stageThreshold=stage, totalThreshold=total
    )
    if message is None:
        kept.assertErrorThreshold()
        assert kept.count() == 1
        return
    for action in (kept.assertErrorThreshold, kept.count, kept.show):
        with pytest.raises(ErrorThresholdExceededError, match=message):
            action()
