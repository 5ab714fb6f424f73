"""The report: what did not strike is not counted as passed, and every difference is told."""

import json
from collections import Counter

from faults.check import Findings, check_target, same_target
from faults.expected import expected
from faults.fault import Act, AtStep, Fault
from faults.inputs import generated
from faults.job_process import Ended, Pause
from faults.plan import KINDS
from faults.report import Report
from faults.trial import Trial

FAULT = Fault(KINDS["job"].name, "before load", (AtStep(Pause("load", "before"), Act.KILL_JOB),))


def trial(number, fired=True, findings=None):
    return Trial(
        number,
        FAULT,
        fired,
        (Ended("killed" if fired else "succeeded"),),
        0,
        findings or Findings(),
    )


def report(*trials, at_end=None):
    return Report(seed=1, rows=300, minutes=2.0, trials=trials, at_end=at_end or Findings())


def test_a_fault_that_did_not_strike_is_told_apart(tmp_path):
    made = report(trial(1), trial(2, fired=False))
    made.write(tmp_path)
    line = next(
        line for line in (tmp_path / "faults.md").read_text().splitlines() if "of the job" in line
    )
    assert line == f"| {FAULT.kind} | 2 | 1 | 1 | 0 | 1 | 0 | 0 | 0 | 0 | 0 | 0 |"
    fired = [one["fired"] for one in json.loads((tmp_path / "faults.json").read_text())["trials"]]
    assert fired == [True, False]
    assert made.clean


def test_every_difference_has_a_line():
    findings = Findings(lost=2, other=["tables left behind: x"])
    made = report(trial(1), trial(2, findings=findings), at_end=Findings(doubled=1))
    text = made.as_markdown()
    assert not made.clean
    assert "- 2. kill -9 of the job: before load: lost 2, doubled 0, wrong 0; tables left" in text
    assert "- at the end: lost 0, doubled 1, wrong 0" in text


def test_the_target_is_looked_at_row_by_row():
    wanted = expected(generated(1, 100, 1)).loaded
    rows = list(wanted.values())
    findings = Findings()
    altered = (*rows[2][:-1], -1)
    there = [*rows[1:2], altered, *rows[3:], rows[5], (*("other", 1999), *rows[0][2:])]
    check_target(Counter(there), wanted, findings)
    assert (findings.lost, findings.doubled, findings.wrong) == (1, 2, 1)
    assert len(findings.other) == 1
    assert same_target(Counter(rows), wanted)
    assert not same_target(Counter(there), wanted)
