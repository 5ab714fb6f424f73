"""A few faults of the suite, on the test run's own account: the suite itself tries hundreds."""

import pytest
from faults.fault import Act, AtStatement, AtStep, Fault
from faults.job_process import Pause
from faults.processes import Processes
from faults.rig import Rig
from faults.trial import Trials
from faults.warehouse_proxy import Cut

from gluelocal.account import Account

pytestmark = [pytest.mark.spark, pytest.mark.slow]

COMMIT_LOST = AtStatement("COMMIT", 1, Cut.AFTER, refuse_after=True)
FAULTS = {
    "the answer to COMMIT is lost, and Redshift cannot be asked": (COMMIT_LOST, ["failed"], 1),
    "the job is killed after its load, before it is published": (
        AtStep(Pause("publish", "before"), Act.KILL_JOB),
        ["killed"],
        1,
    ),
    "a staged file is gone when COPY wants it": (
        AtStatement("COPY the staging table", 1, Cut.PASS, act=Act.LOSE_STAGED),
        ["failed"],
        0,
    ),
}


@pytest.fixture(scope="module")
def trials(project, local_account, tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults")
    rig = Rig(project, folder, Account.open(local_account.state))
    rig.open()
    processes = Processes(rig)
    made = Trials(rig, processes, seed=1, rows=100)
    try:
        made.survey = made.open()
        yield made
    finally:
        processes.stop()
        rig.close()


def test_a_run_without_a_fault_shows_where_faults_can_be(trials):
    survey = trials.survey
    assert survey.steps[0] == "check"
    assert {"load", "publish"} < set(survey.steps)
    assert {"PUT rejected/", "PUT staging/", "PutEvents"} < survey.requests.keys()
    assert survey.copy_requests["GET staging/"] > 0
    assert survey.statements["COPY the staging table"] == survey.statements["COMMIT"] == 1


@pytest.mark.parametrize("name", FAULTS)
def test_no_row_is_lost_or_doubled_after(name, trials):
    trigger, states, committed = FAULTS[name]
    trial = trials.try_fault(1 + list(FAULTS).index(name), Fault("chosen", name, (trigger,)))
    assert trial.fired
    assert [ended.state for ended in trial.broken] == states
    assert trial.committed == committed
    assert trial.findings.clean, trial.findings
    assert trials.check_all().clean
