"""The Python that a contender runs in: this one, or a virtual environment made on demand."""

import subprocess
import sys
import venv
from pathlib import Path

from bench.quality.contenders import Contender

FOLDER = Path("build/bench/envs")


class NotInstalledError(Exception):
    """pip's last words."""


def python(contender: Contender) -> str:
    """NotInstalledError when the requirements do not install on this Python."""
    if not contender.requirements:
        return sys.executable
    folder = FOLDER / contender.name
    stamp, wanted = folder / "installed.txt", "\n".join(contender.requirements)
    interpreter = folder / "bin" / "python"
    if stamp.exists() and stamp.read_text() == wanted:
        return str(interpreter)
    sys.stderr.write(f"bench: installing {', '.join(contender.requirements)} ...\n")
    venv.create(folder, with_pip=True, clear=True)
    pip = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    ended = subprocess.run([*pip, *contender.requirements], capture_output=True, text=True)
    if ended.returncode != 0:
        raise NotInstalledError(ended.stderr.strip().splitlines()[-1])
    stamp.write_text(wanted)
    return str(interpreter)
