"""Running PostgreSQL as somebody who is not root, without touching anybody's permissions.

PostgreSQL refuses to run as root. When the gateway runs as root (a container), the database runs as
the system's `nobody`. Its data and its binaries may lie below folders that only root can enter,
such as /root: instead of opening those folders, the child keeps one of root's capabilities,
CAP_DAC_OVERRIDE, which lets it pass them (Linux, capabilities(7), "ambient set"). PostgreSQL asks
access(2) about its own programs, which takes no notice of capabilities unless the secure bit
NO_SETUID_FIXUP is set (capabilities(7), "securebits flags").
"""

import ctypes
import ctypes.util
import os
import pwd
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

from gluelocal.redshift.errors import StartError

UNPRIVILEGED_USER = "nobody"

# linux/prctl.h and linux/capability.h
_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_SET_SECUREBITS = 28
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilityData(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


@dataclass(frozen=True)
class DatabaseUser:
    """Who owns the data and runs the database: ids, and whether they differ from this process's."""

    uid: int
    gid: int
    switches: bool


def database_user() -> DatabaseUser:
    """This process's own user, or `nobody` when that is root; StartError if there is none."""
    if os.geteuid() != 0:
        return DatabaseUser(os.geteuid(), os.getegid(), switches=False)
    try:
        entry = pwd.getpwnam(UNPRIVILEGED_USER)
    except KeyError:
        raise StartError(
            f"PostgreSQL does not run as root, and this system has no user {UNPRIVILEGED_USER!r}. "
            "Add that user, or run gluelocal as a normal user."
        ) from None
    return DatabaseUser(entry.pw_uid, entry.pw_gid, switches=True)


def child_setup(user: DatabaseUser) -> Callable[[], None]:
    """What a child runs between fork and exec: become `user`, and die with this process.

    Libraries are loaded here, before the fork, since the child of a fork must not import.
    """
    libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
    linux = sys.platform == "linux"
    header = _CapabilityHeader(_CAPABILITY_VERSION_3, 0)
    capability = 1 << _CAP_DAC_OVERRIDE
    data = (_CapabilityData * 2)(_CapabilityData(capability, capability, capability))

    def setup() -> None:
        if user.switches:
            if linux:
                libc.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
                libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
            os.setgroups([])
            os.setgid(user.gid)
            os.setuid(user.uid)
            # Where a container's root lacks the capability this does nothing; a folder that is
            # out of reach then shows up as PostgreSQL's own "permission denied".
            if linux and libc.capset(ctypes.byref(header), data) == 0:
                libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)
        if linux:
            # After the change of user, which clears it. SIGINT is PostgreSQL's "fast" shutdown.
            libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)

    return setup
