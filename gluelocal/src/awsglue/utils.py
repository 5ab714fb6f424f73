"""Job arguments, as a Glue script reads them (Glue Developer Guide, "getResolvedOptions")."""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from awsglue.errors import GlueRuntimeError

BOOKMARK_OPTIONS = ("job-bookmark-enable", "job-bookmark-disable", "job-bookmark-pause")
BOOKMARK_DEFAULT = "job-bookmark-disable"
BOOKMARK_PAUSE = "job-bookmark-pause"

# The names that jobs used before bookmarks had theirs.
_CONTINUATION = {
    "continuation-enabled": "job-bookmark-enable",
    "continuation-readonly": "job-bookmark-pause",
    "continuation-ignore": "job-bookmark-disable",
}

# Names that a script may not list: the service sets them.
_RESERVED = (
    "continuation-option",
    "job-bookmark-option",
    "job-bookmark-from",
    "job-bookmark-to",
    "--JOB_ID",
    "--JOB_RUN_ID",
    "--SECURITY_CONFIGURATION",
    "--encryption-type",
    "--enable-data-lineage",
)
_PLAIN = (
    "JOB_ID",
    "JOB_RUN_ID",
    "SECURITY_CONFIGURATION",
    "encryption-type",
    "enable-data-lineage",
)
# Never mandatory, also when a script lists them.
_TEMPORARY_FOLDERS = ("RedshiftTempDir", "TempDir")

_global_args: dict[str, Any] = {}
"""What the script's last getResolvedOptions found; transforms look for TempDir here."""


class GlueArgumentError(GlueRuntimeError):
    """The job's arguments are not what the script asks for."""


class GlueArgumentParser(argparse.ArgumentParser):
    """Raises GlueArgumentError where argparse would end the process."""

    def error(self, msg: str) -> NoReturn:
        """Raises GlueArgumentError with argparse's own text; AWS's class calls it `msg`."""
        raise GlueArgumentError(msg)


def getResolvedOptions(args: Sequence[str], options: Sequence[str]) -> dict[str, Any]:
    """The job's arguments as strings by name; `args` is sys.argv, `options` the names to expect.

    Every listed option is mandatory, but TempDir and RedshiftTempDir. A dash in a name becomes an
    underscore in the result. Unknown arguments are ignored. Always present, None when absent:
    job_bookmark_option (by default job-bookmark-disable), job_bookmark_from, job_bookmark_to,
    JOB_ID, JOB_RUN_ID, SECURITY_CONFIGURATION, encryption_type, enable_data_lineage, TempDir and
    RedshiftTempDir (each stands in for the other).

    Raises GlueArgumentError (missing option or value), RuntimeError (reserved name, bookmark range
    that does not fit the bookmark option), argparse.ArgumentError (a name listed twice).
    """
    for option in options:
        if option in _RESERVED:
            raise RuntimeError(f"Using reserved arguments {option}")
    parsed = vars(_parser(options).parse_known_args(list(args[1:]))[0])
    continuation = parsed.pop("continuation_option")
    if continuation is not None:
        parsed["job_bookmark_option"] = _CONTINUATION[continuation]
    _require_bookmark_range(parsed)
    redshift_folder, folder = (parsed[name] for name in _TEMPORARY_FOLDERS)
    parsed["RedshiftTempDir"] = redshift_folder or folder
    parsed["TempDir"] = folder or redshift_folder
    _global_args.update(parsed)
    return parsed


def _parser(options: Sequence[str]) -> GlueArgumentParser:
    parser = GlueArgumentParser(allow_abbrev=False, add_help=False)
    bookmark = parser.add_mutually_exclusive_group()
    bookmark.add_argument("--continuation-option", choices=tuple(_CONTINUATION))
    bookmark.add_argument(
        "--job-bookmark-option", choices=BOOKMARK_OPTIONS, default=BOOKMARK_DEFAULT
    )
    for name in ("job-bookmark-from", "job-bookmark-to", *_PLAIN, *_TEMPORARY_FOLDERS):
        parser.add_argument(f"--{name}")
    for option in options:
        if option not in _TEMPORARY_FOLDERS:
            parser.add_argument(f"--{option}", required=True)
    return parser


def _require_bookmark_range(parsed: dict[str, Any]) -> None:
    limits = {
        "--job-bookmark-from": parsed["job_bookmark_from"],
        "--job-bookmark-to": parsed["job_bookmark_to"],
    }
    given = [name for name, value in limits.items() if value is not None]
    missing = [name for name in limits if name not in given]
    if parsed["job_bookmark_option"] != BOOKMARK_PAUSE:
        if given:
            raise RuntimeError("Invalid option(s)" + " ".join(given))
    elif given and missing:
        raise RuntimeError(f"Missing option or value for {missing[0]}")
