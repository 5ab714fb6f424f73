"""The clock that jumps: for who asks for the time of day, and for nobody else."""

import datetime
import time

import pytest
from faults import clock

from imdb_etl import publishing


@pytest.fixture(autouse=True)
def _right_again():
    yield
    clock.jump(0)


def test_the_time_of_day_jumps_and_comes_back():
    day = 24 * 3600
    real = datetime.datetime.now(datetime.UTC), time.time(), time.monotonic()
    clock.jump(day)
    assert time.time() - real[1] == pytest.approx(day, abs=5)
    assert (datetime.datetime.now(datetime.UTC) - real[0]).total_seconds() == pytest.approx(
        day, abs=5
    )
    assert time.monotonic() - real[2] < 5
    clock.jump(0)
    assert time.time() - real[1] < 5
    assert datetime.datetime.now(datetime.UTC) - real[0] < datetime.timedelta(seconds=5)


def test_modules_of_the_pipeline_that_imported_datetime_jump_too():
    before = publishing.datetime.now(datetime.UTC)
    clock.jump(-3600)
    assert publishing.datetime.now(datetime.UTC) < before
    assert isinstance(before, datetime.datetime)
    clock.jump(0)
    assert publishing.datetime.now(datetime.UTC) >= before
