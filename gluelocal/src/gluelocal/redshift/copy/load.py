"""One COPY from beginning to end: files, rows, errors, and what the client hears about it."""

import asyncio
import datetime
from collections.abc import AsyncGenerator, Iterator

import pyarrow as pa

from gluelocal.redshift import wire
from gluelocal.redshift.backend import Backend
from gluelocal.redshift.config import GatewayConfiguration
from gluelocal.redshift.copy.convert import convert, encode
from gluelocal.redshift.copy.formats import reader_for
from gluelocal.redshift.copy.formats.base import Input
from gluelocal.redshift.copy.journal import Journal
from gluelocal.redshift.copy.options import CopyOptions
from gluelocal.redshift.copy.parser import parse_copy
from gluelocal.redshift.copy.rows import Batch, RowError
from gluelocal.redshift.copy.source import S3Files, SourceFile, transcoded
from gluelocal.redshift.copy.target import Target, describe
from gluelocal.redshift.copy.types import column_type
from gluelocal.redshift.errors import RedshiftError
from gluelocal.redshift.pool import BackendPool
from gluelocal.redshift.session import Outcome, SessionFacts
from gluelocal.redshift.sql.steps import Load

_SEE_ERRORS = "Check 'stl_load_errors' system table for details."


class TooManyErrorsError(Exception):
    """As many rows are bad as MAXERROR allows, so the load fails."""


class Reading:
    """The blocking side of a load: bytes for PostgreSQL's COPY, counts, and the bad rows."""

    def __init__(
        self, s3: S3Files, files: list[SourceFile], options: CopyOptions, target: Target
    ) -> None:
        self._s3 = s3
        self._files = files
        self._options = options
        self._target = target
        self.loaded = 0
        self.errors: list[RowError] = []

    def chunks(self) -> Iterator[bytes]:
        """One batch of rows after the other; TooManyErrorsError ends it."""
        read = reader_for(self._options.format)
        for file in self._files:
            # Empty objects are what consoles leave behind as folders.
            if file.size:
                with transcoded(file.open(), self._options.encoding) as opened:
                    given = Input(file.url, opened, self._options, self._target, self._s3.read_text)
                    yield from self._batches(given, read(given))

    def _batches(self, given: Input, batches: Iterator[Batch]) -> Iterator[bytes]:
        for batch in batches:
            rows, errors = convert(batch, self._target, given.options)
            self.errors += errors
            if len(self.errors) >= self._options.error_limit:
                del self.errors[self._options.error_limit :]
                raise TooManyErrorsError
            if len(rows):
                self.loaded += len(rows)
                yield encode(rows)


class S3Loader:
    """Carries out COPY statements for all sessions."""

    def __init__(self, configuration: GatewayConfiguration, pool: BackendPool) -> None:
        self._configuration = configuration
        self._pool = pool
        self._s3: S3Files | None = None

    async def load(self, step: Load, backend: Backend, facts: SessionFacts) -> Outcome:
        """RedshiftError when nothing was loaded; the table is then as before."""
        started = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        options = parse_copy(step.sql, step.case_sensitive)
        target = await describe(backend, options)
        for column in target.columns:
            column_type(column)
        journal = await Journal.open(self._pool, facts, target, started)
        reading = Reading(*await asyncio.to_thread(self._files, options), options, target)
        try:
            if options.no_load:
                async for _ in _in_thread(reading.chunks()):
                    pass
            else:
                await backend.copy_in(target.copy_statement, _in_thread(reading.chunks()))
        except TooManyErrorsError:
            await journal.record(reading.errors, 0)
            raise RedshiftError(
                f"Load into table '{options.table_text}' failed.  {_SEE_ERRORS}"
            ) from None
        except RedshiftError:
            await journal.record(reading.errors, 0)
            raise
        except (pa.ArrowException, OSError) as problem:
            raise RedshiftError(f"The files of the COPY cannot be read: {problem}") from None
        loaded = 0 if options.no_load else reading.loaded
        await journal.record(reading.errors, loaded)
        return Outcome(f"COPY {loaded}", tuple(_notices(options, reading)))

    def _files(self, options: CopyOptions) -> tuple[S3Files, list[SourceFile]]:
        if self._s3 is None:
            self._s3 = S3Files(self._configuration)
        return self._s3, self._s3.resolve(options)


def _notices(options: CopyOptions, reading: Reading) -> Iterator[bytes]:
    table, bad = options.table_text, len(reading.errors)
    if options.no_load:
        yield wire.notice_response(
            f"Load into table '{table}' completed, 0 record(s) loaded successfully (NOLOAD)."
        )
        return
    yield wire.notice_response(
        f"Load into table '{table}' completed, {reading.loaded} record(s) loaded successfully."
    )
    if bad:
        yield wire.notice_response(
            f"Load into table '{table}' completed, {bad} record(s) could not be loaded.  "
            f"{_SEE_ERRORS}"
        )


async def _in_thread(chunks: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Reads one chunk ahead, so that files are read while PostgreSQL takes the last one."""
    ahead = asyncio.create_task(asyncio.to_thread(next, chunks, None))
    try:
        while (chunk := await ahead) is not None:
            ahead = asyncio.create_task(asyncio.to_thread(next, chunks, None))
            yield chunk
    finally:
        # A thread cannot be stopped: it ends with the chunk that it is at, which nobody wants.
        ahead.cancel()
        await asyncio.wait({ahead})
        if not ahead.cancelled():
            ahead.exception()
