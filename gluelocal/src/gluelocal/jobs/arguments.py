"""A job's arguments: how they are merged, and which of them the service itself acts on.

Source: Glue developer guide, "Using job parameters in AWS Glue jobs". Every argument reaches the
script as `--key value`; some are also instructions to the service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gluelocal.errors import GluelocalError

MAX_TOTAL_BYTES = 260 * 1024

NEVER_SET_BY_USERS = frozenset({"--debug", "--mode", "--JOB_NAME", "--endpoint"})

NOT_EMULATED = {
    "--additional-python-modules": "install the modules into the environment of gluelocal instead",
    "--datalake-formats": "name the format's jars with --extra-jars instead",
    "--customer-driver-env-vars": "set them in the script instead",
    "--class": "only Python scripts run here",
}
"""Instructions that would change what the script does, so ignoring them would be untrue."""

BOOKMARKS_OFF = "job-bookmark-disable"


class ArgumentsError(GluelocalError):
    """Arguments that the service refuses, or that gluelocal does not emulate."""


@dataclass(frozen=True)
class Instructions:
    """What the service does for a run besides passing the arguments on."""

    script: str
    extra_py_files: tuple[str, ...]
    extra_files: tuple[str, ...]
    extra_jars: tuple[str, ...]
    spark_conf: Mapping[str, str]


def merge(job: Mapping[str, Any], run_arguments: Mapping[str, str]) -> dict[str, str]:
    """NonOverridableArguments over the run's over DefaultArguments, key by key."""
    merged = {
        **job.get("DefaultArguments", {}),
        **run_arguments,
        **job.get("NonOverridableArguments", {}),
    }
    if forbidden := NEVER_SET_BY_USERS & merged.keys():
        raise ArgumentsError(
            f"The arguments {', '.join(sorted(forbidden))} belong to AWS Glue; "
            "a job or a run must not set them."
        )
    size = sum(len(key.encode()) + len(value.encode()) for key, value in merged.items())
    if size > MAX_TOTAL_BYTES:
        raise ArgumentsError(
            f"The arguments have {size} bytes; at most {MAX_TOTAL_BYTES} are allowed."
        )
    return merged


def instructions(job: Mapping[str, Any], arguments: Mapping[str, str]) -> Instructions:
    """What these arguments ask of the service; ArgumentsError for what is not emulated."""
    for key, instead in NOT_EMULATED.items():
        if arguments.get(key):
            raise ArgumentsError(f"gluelocal does not emulate {key}: {instead}.")
    if arguments.get("--job-language", "python") != "python":
        raise ArgumentsError("gluelocal runs Python scripts; --job-language must be python.")
    return Instructions(
        script=arguments.get("--scriptLocation") or job["Command"]["ScriptLocation"],
        extra_py_files=_listed(arguments, "--extra-py-files"),
        extra_files=_listed(arguments, "--extra-files"),
        extra_jars=_listed(arguments, "--extra-jars"),
        spark_conf=_spark_conf(arguments.get("--conf", "")),
    )


def argv(arguments: Mapping[str, str], job_name: str, run_id: str) -> list[str]:
    """The script's command line: the merged arguments, then what the service adds."""
    given = {**arguments, "--JOB_NAME": job_name, "--JOB_RUN_ID": run_id}
    given.setdefault("--job-bookmark-option", BOOKMARKS_OFF)
    line: list[str] = []
    for key, value in given.items():
        line.append(key)
        # An argument like --enable-metrics counts by being there; its value may be empty.
        if value != "":
            line.append(value)
    return line


def _listed(arguments: Mapping[str, str], key: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in arguments.get(key, "").split(",") if part.strip())


def _spark_conf(text: str) -> dict[str, str]:
    """`a=b --conf c=d`, Glue's way to give several settings in one argument."""
    conf = {}
    for part in text.split("--conf"):
        if not (setting := part.strip()):
            continue
        key, separator, value = setting.partition("=")
        if not separator:
            raise ArgumentsError(f"--conf takes key=value, and got {setting!r}.")
        conf[key.strip()] = value.strip()
    return conf
