"""The plan: every kind, the same faults for the same seed, and every boundary of the steps."""

import itertools
from collections import Counter

import pytest
from faults.fault import Act, AtStep, kills_job
from faults.plan import KINDS, Survey, endless, of_kind, planned

SURVEY = Survey(
    steps=("check", "start Spark", "recover", "read", "load", "publish"),
    requests=Counter({"PUT rejected/": 4, "GET raw/": 2, "PutEvents": 1}),
    copy_requests=Counter({"GET staging/": 3}),
    statements=Counter({"COPY the staging table": 1, "COMMIT": 1, "INSERT loads": 1}),
    seconds=4.0,
)


def test_a_plan_has_so_many_faults_and_every_kind():
    faults = planned(SURVEY, seed=1, count=200)
    assert len(faults) == 200
    assert {fault.kind for fault in faults} == {kind.name for kind in KINDS.values()}


def test_a_plan_is_the_same_for_the_same_seed_and_another_for_another():
    assert planned(SURVEY, 1, 60) == planned(SURVEY, 1, 60)
    assert planned(SURVEY, 1, 60) != planned(SURVEY, 2, 60)


def test_the_job_is_killed_at_every_boundary_of_its_steps():
    faults = [fault for fault in planned(SURVEY, 3, 200) if fault.kind == KINDS["job"].name]
    killed = {
        str(trigger.pause)
        for fault in faults
        for trigger in fault.triggers
        if isinstance(trigger, AtStep) and trigger.act is Act.KILL_JOB
    }
    assert killed == {*(f"before {step}" for step in SURVEY.steps), "after publish"}
    assert all(kills_job(trigger) for fault in faults for trigger in fault.triggers)


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_says_where_its_faults_are(name):
    faults = list(itertools.islice(of_kind(name, SURVEY, 4), 12))
    assert len(faults) == 12
    assert all(fault.where and "object at 0x" not in fault.where for fault in faults)


def test_only_the_kinds_that_are_named_are_tried():
    assert {fault.kind for fault in planned(SURVEY, 1, 9, ("commit", "disk"))} == {
        KINDS["commit"].name,
        KINDS["disk"].name,
    }
    drawn = itertools.islice(endless(SURVEY, 1, ("clock",)), 5)
    assert {fault.kind for fault in drawn} == {KINDS["clock"].name}
