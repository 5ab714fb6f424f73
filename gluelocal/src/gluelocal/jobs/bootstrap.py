"""The first module of a run's process: runs the script as Glue would, and says how it ended.

`python -m gluelocal.jobs.bootstrap SCRIPT [--key value ...]`. An exception that leaves the script
is written as JSON to the file named by GLUELOCAL_ERROR_FILE, and the exit code is 1.
"""

import json
import os
import runpy
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import NoReturn

ERROR_FILE_VARIABLE = "GLUELOCAL_ERROR_FILE"
PARENT_POLL_SECONDS = 1.0
MAX_MESSAGE = 8000


def main(arguments: list[str]) -> int:
    script, *script_arguments = arguments
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    sys.argv = [script, *script_arguments]
    # Python puts a script's own folder first; `-m` had put the working folder there.
    sys.path[0] = str(Path(script).parent)
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if end.code in (None, 0):
            return 0
        # A string is a message for the user; a number is only a code.
        _record("SystemExit", str(end.code))
        if isinstance(end.code, str):
            sys.stderr.write(end.code + "\n")
        return 1
    except BaseException as problem:  # noqa: BLE001 - whatever ends the script is reported
        traceback.print_exc()
        _record(type(problem).__name__, _message(problem))
        return 1
    return 0


def _message(problem: BaseException) -> str:
    # A Py4JJavaError prints the whole Java stack; its first lines say what happened.
    return str(problem).split("\n\tat ", 1)[0].strip()


def _record(kind: str, message: str) -> None:
    Path(os.environ[ERROR_FILE_VARIABLE]).write_text(
        json.dumps({"type": kind, "message": message[:MAX_MESSAGE]})
    )


def _end_with_parent(parent: int) -> NoReturn:
    """A killed account must not leave runs behind that nobody reports on."""
    while True:
        time.sleep(PARENT_POLL_SECONDS)
        if os.getppid() != parent:
            sys.stderr.write("The account that started this run is gone; the run ends.\n")
            sys.stderr.flush()
            os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
