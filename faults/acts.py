"""What is done to the parts, and how they are brought back."""

import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil

from faults.fault import Act
from faults.job_process import Ended, JobProcess, Run
from faults.rig import Rig
from gluelocal import lifecycle
from gluelocal.errors import GluelocalError

_STAGING = "staging/"
_SERVICE_SECONDS = 480.0
_ACCOUNT_TRIES = 10


def carry_out(rig: Rig, process: JobProcess, act: Act) -> bool:
    """Does it, now; False when there was nothing to do it to."""
    match act:
        case Act.KILL_JOB:
            process.kill()
        case Act.KILL_PYTHON:
            process.kill(group=False)
        case Act.KILL_EXECUTOR:
            return _kill_executor(process)
        case Act.KILL_GATEWAY:
            rig.redshift.kill_gateway()
        case Act.KILL_DATABASE:
            rig.redshift.kill_database()
        case Act.KILL_BACKENDS:
            return rig.redshift.kill_backends()
        case Act.KILL_ACCOUNT:
            kill_account(rig)
        case Act.FILL_DISK:
            return rig.disk.fill()
        case Act.BREAK_MAIL:
            _break_mail(rig)
        case Act.LOSE_STAGED:
            return _spoil_staged(rig, cut=False)
        case Act.CUT_STAGED:
            return _spoil_staged(rig, cut=True)
    return True


def repair(rig: Rig) -> None:
    """Brings every part back that is not there; no-op for those that are."""
    rig.storage.arm(None)
    rig.copying.arm(None)
    rig.warehouse.arm(None)
    rig.disk.free()
    _mend_mail(rig)
    if lifecycle.running_pid(rig.account.state) is None:
        _start_account(rig)
    rig.restart_redshift()


def kill_account(rig: Rig) -> None:
    """kill -9 of the process that serves S3 and all else of the account."""
    pid = lifecycle.running_pid(rig.account.state)
    if pid is None:
        return
    os.kill(pid, signal.SIGKILL)
    while lifecycle.running_pid(rig.account.state) is not None:
        time.sleep(0.01)


def killed_in_service(rig: Rig, run: Run, seconds: float) -> tuple[str, Ended, bool]:
    """A run by StartJobRun, killed `seconds` after its process began; its id, its end, whether."""
    job = rig.outputs["JobName"]
    arguments = {"--source_path": run.source}
    run_id = str(rig.glue.start_job_run(JobName=job, Arguments=arguments)["JobRunId"])
    started = time.monotonic()
    killed = False
    while time.monotonic() - started < _SERVICE_SECONDS:
        found = rig.glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]
        if found["JobRunState"] not in ("STARTING", "RUNNING", "STOPPING"):
            error = found.get("ErrorMessage", "")
            state = "succeeded" if found["JobRunState"] == "SUCCEEDED" else "failed"
            return run_id, Ended("killed" if killed else state, error), killed
        if not killed and time.monotonic() - started >= seconds:
            killed = _kill_run(run_id)
        time.sleep(0.1)
    return run_id, Ended("hung"), killed


def _kill_run(run_id: str) -> bool:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = process.cmdline()
            if "gluelocal.jobs.bootstrap" in words and run_id in words:
                os.killpg(process.pid, signal.SIGKILL)
                return True
    return False


def _kill_executor(process: JobProcess) -> bool:
    for one in process.family:
        with suppress(psutil.Error):
            if "--executor-id" in one.cmdline():
                one.kill()
                one.wait(10)
                return True
    return False


def _start_account(rig: Rig) -> None:
    for attempt in range(_ACCOUNT_TRIES):
        try:
            lifecycle.up(rig.account.state)
            return
        except GluelocalError:
            # The Redshift of the account that was killed may need a moment to go.
            if attempt == _ACCOUNT_TRIES - 1:
                raise
            time.sleep(0.5)


def _spoil_staged(rig: Rig, cut: bool) -> bool:
    """Deletes a file that waits for COPY, or cuts it in half; False when there is none."""
    keys = _staged(rig)
    if not keys:
        return False
    place = {"Bucket": rig.bucket, "Key": keys[0]}
    if cut:
        body = rig.s3.get_object(**place)["Body"].read()
        # At a row's end: the file is one that COPY takes.
        rig.s3.put_object(**place, Body=body[: body.rfind(b"\n", 0, len(body) // 2) + 1])
    else:
        rig.s3.delete_object(**place)
    return True


def _staged(rig: Rig) -> list[str]:
    """The data files that wait for COPY: those of the run that staged last."""
    found = [
        one
        for page in rig.s3.get_paginator("list_objects_v2").paginate(
            Bucket=rig.bucket, Prefix=_STAGING
        )
        for one in page.get("Contents", ())
        if "/part-" in one["Key"]
    ]
    if not found:
        return []
    last = max(found, key=lambda one: one["LastModified"])["Key"].rpartition("/")[0]
    return sorted(one["Key"] for one in found if one["Key"].startswith(last) and one["Size"])


def _aside(rig: Rig) -> Path:
    return rig.account.mailbox.with_name("mail.aside")


def _break_mail(rig: Rig) -> None:
    """A file where the mailbox's folder was: whoever delivers gets an error, root too."""
    rig.account.mailbox.rename(_aside(rig))
    rig.account.mailbox.touch()


def _mend_mail(rig: Rig) -> None:
    if _aside(rig).is_dir():
        if rig.account.mailbox.is_dir():
            shutil.rmtree(rig.account.mailbox)
        else:
            rig.account.mailbox.unlink(missing_ok=True)
        _aside(rig).rename(rig.account.mailbox)
