"""What a command line gives to read, found before Spark starts."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gluelocal.account import Account
from gluelocal.dq.data import Data, ReadOptions, find, is_s3, read
from gluelocal.dq.progress import Progress
from gluelocal.dq.session import spark_session
from gluelocal.errors import UsageError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SMALL_BYTES = 32 << 20
"""Below this Spark's start and compiling take longer than its work (measured on CSV)."""


class Given:
    def __init__(self, data: Data, others: dict[str, Data], account: Account | None) -> None:
        self._data = data
        self._others = others
        self._account = account

    @classmethod
    def of(
        cls,
        data: str,
        named: Sequence[str] | None,
        options: ReadOptions,
        state: Path | None,
        locations: tuple[str | None, ...],
    ) -> "Given":
        """`locations`: further places that are read or written, s3:// maybe."""
        others: dict[str, Data] = {}
        for word in named or ():
            alias, equals, path = word.partition("=")
            if not (alias and equals and path):
                raise UsageError(f"--source {word}: write ALIAS=PATH.")
            if alias in others:
                raise UsageError(f"--source {alias} is given twice.")
            others[alias] = find(path, ReadOptions())
        found = find(data, options)
        places = [found.location, *(other.location for other in others.values())]
        places += [place for place in locations if place is not None]
        account = _account(state) if any(map(is_s3, places)) else None
        return cls(found, others, account)

    @property
    def local(self) -> list[Path]:
        """The places on this machine that are read."""
        every = (self._data, *self._others.values())
        return [Path(data.name).expanduser().absolute() for data in every if not data.is_s3]

    @property
    def _is_small(self) -> bool:
        sizes = [data.size for data in (self._data, *self._others.values())]
        return all(size is not None and size < SMALL_BYTES for size in sizes)

    @contextlib.contextmanager
    def session(self, progress: Progress) -> Iterator["SparkSession"]:
        progress.says("starting Spark")
        with spark_session(self._account, self._is_small) as spark:
            progress.watch(spark)
            yield spark

    def frames(self, spark: "SparkSession") -> "tuple[DataFrame, dict[str, DataFrame]]":
        frame = read(spark, self._data)
        return frame, {alias: read(spark, other) for alias, other in self._others.items()}


def _account(state: Path | None) -> Account:
    from gluelocal import lifecycle

    account = Account.open(state)
    if lifecycle.running_pid(account.state) is None:
        raise UsageError(
            f"The account in {account.state} is not running, and s3:// is read from it. "
            "Start it with `gluelocal up`."
        )
    return account
