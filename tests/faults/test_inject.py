"""A fault has struck when its act was carried out, also when the run that it kills ends first."""

import threading
from itertools import chain
from types import SimpleNamespace

import pytest
from faults import acts, inject
from faults.__main__ import Dealt
from faults.check import Findings
from faults.fault import Act


@pytest.mark.parametrize("is_there", [True, False])
def test_whether_an_act_was_carried_out_is_known_when_it_has_ended(monkeypatch, is_there):
    begun, may_end = threading.Event(), threading.Event()

    def carry_out(*_):
        begun.set()
        may_end.wait(30)
        return is_there

    monkeypatch.setattr(acts, "carry_out", carry_out)
    strike = inject.Striking(SimpleNamespace(rig=None, process=None), Act.KILL_JOB)
    acting = threading.Thread(target=strike)
    acting.start()
    assert begun.wait(30)
    threading.Timer(0.05, may_end.set).start()
    assert strike.fired is is_there
    acting.join()


def test_a_fault_that_was_never_met_has_not_struck():
    assert not inject.Striking(SimpleNamespace(rig=None, process=None), Act.KILL_JOB).fired


def test_several_rigs_get_each_fault_of_the_plan_once_with_its_number():
    dealt = Dealt(f"fault {number}" for number in range(1, 401))
    taken = [[], [], []]
    threads = [threading.Thread(target=some.extend, args=(dealt,)) for some in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(chain(*taken)) == [(number, f"fault {number}") for number in range(1, 401)]


def test_findings_of_several_rigs_are_added():
    one, two = Findings(lost=1, other=["a"]), Findings(1, 2, 3, ["b"])
    assert one + two == Findings(2, 2, 3, ["a", "b"])
    assert sum([one, two], Findings()) == one + two


def test_nobody_is_dealt_a_fault_after_the_end():
    dealt = Dealt(f"fault {number}" for number in range(1, 4))
    assert next(dealt) == (1, "fault 1")
    dealt.end()
    assert list(dealt) == []
