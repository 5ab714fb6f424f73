"""A clock that jumps, inside one process.

Only what asks for the time of day jumps: time.time and datetime. A monotonic clock does not, on a
real machine neither. The JVM and the other processes keep their time, as the machines of a cluster
do when one of them is wrong.
"""

import datetime
import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

_REAL_TIME: Callable[[], float] = time.time
_REAL_DATETIME = datetime.datetime
_JUMPING = ("imdb_etl", "awsglue", "awsgluedq", "dqdl", "botocore", "boto3", "s3transfer")


def jump(seconds: float) -> None:
    """From now on the clock is `seconds` ahead of the real one (negative: behind it)."""
    time.time = lambda: _REAL_TIME() + seconds
    _put(_shifted(seconds) if seconds else _REAL_DATETIME)
    if not seconds:
        time.time = _REAL_TIME


def _put(replacement: Any) -> None:
    """Replaces datetime where code has it, by the module or by its own import."""
    datetime.datetime = replacement  # type: ignore[misc]
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in _JUMPING and _has_datetime(module):
            module.datetime = replacement  # type: ignore[attr-defined]


def _has_datetime(module: ModuleType) -> bool:
    found = getattr(module, "datetime", None)
    return isinstance(found, type) and issubclass(found, _REAL_DATETIME)


def _shifted(seconds: float) -> type[_REAL_DATETIME]:
    by = datetime.timedelta(seconds=seconds)

    class AnyDatetime(type):
        """What was made before the jump is a datetime, too."""

        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, _REAL_DATETIME)

    class Shifted(_REAL_DATETIME, metaclass=AnyDatetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return _REAL_DATETIME.now(tz) + by

        @classmethod
        def utcnow(cls) -> Any:
            return _REAL_DATETIME.now(datetime.UTC).replace(tzinfo=None) + by

        @classmethod
        def today(cls) -> Any:
            return cls.now()

    return Shifted
