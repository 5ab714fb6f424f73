"""The disk that Spark spills to: a small one of its own, which can be full.

It is a file system in memory, which only root may mount. Elsewhere there is none, and `can_fill`
says so.
"""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

_MEGABYTES = 256
_BLOCK = bytes(1 << 20)
_BALLAST = "ballast"


class Disk:
    """`folder` is Spark's local directory. `fill` leaves no byte free on it, `free` undoes that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.can_fill = False

    def open(self) -> None:
        self.folder.mkdir(parents=True)
        size = f"size={_MEGABYTES}m"
        command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(self.folder)]
        if sys.platform == "linux":
            with suppress(OSError):
                self.can_fill = subprocess.run(command, capture_output=True).returncode == 0

    def close(self) -> None:
        if self.can_fill:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
            self.can_fill = False

    def fill(self) -> bool:
        """False, and nothing done, where the disk is the machine's own."""
        if not self.can_fill:
            return False
        with suppress(OSError), (self.folder / _BALLAST).open("wb", buffering=0) as ballast:
            while True:
                ballast.write(_BLOCK)
        # What a whole block had no room for.
        with suppress(OSError), (self.folder / _BALLAST).open("ab", buffering=0) as ballast:
            while ballast.write(_BLOCK[:4096]):
                continue
        return True

    def free(self) -> None:
        (self.folder / _BALLAST).unlink(missing_ok=True)
