"""The watch over a run's process, with a deadline that a test can wait for."""

import subprocess
import sys
import threading
import time
from types import SimpleNamespace

from gluelocal.jobs.process import RunProcess
from gluelocal.jobs.service import JobRuns


def start(tmp_path, source):
    process = subprocess.Popen([sys.executable, "-c", source], start_new_session=True)
    return RunProcess(process, tmp_path)


def test_a_run_past_its_deadline_timed_out(tmp_path):
    process = start(tmp_path, "import time; time.sleep(60)")
    active = SimpleNamespace(stop=threading.Event())
    try:
        state, error = JobRuns._await_end(process, active, time.monotonic() + 0.3)
    finally:
        process.stop()
    assert (state, error) == ("TIMEOUT", "Job run exceeded its timeout.")


def test_a_script_that_ignores_the_first_signal_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("gluelocal.jobs.process.STOP_GRACE_SECONDS", 0.3)
    ready = tmp_path / "ready"
    process = start(
        tmp_path,
        "import signal, time, pathlib; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"pathlib.Path({str(ready)!r}).touch(); time.sleep(60)",
    )
    deadline = time.monotonic() + 10
    while not ready.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.stop()
    assert process.wait(1).error == "Command was ended by signal SIGKILL"
