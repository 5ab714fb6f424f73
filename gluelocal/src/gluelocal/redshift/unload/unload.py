"""One UNLOAD from beginning to end: the query's rows, files of them, what the client hears."""

import asyncio
from contextlib import aclosing

import pyarrow as pa

from gluelocal.redshift import wire
from gluelocal.redshift.backend import Backend
from gluelocal.redshift.config import GatewayConfiguration
from gluelocal.redshift.errors import RedshiftError
from gluelocal.redshift.session import Outcome
from gluelocal.redshift.sql.steps import Unload
from gluelocal.redshift.unload.columns import describe
from gluelocal.redshift.unload.destination import Destination
from gluelocal.redshift.unload.files import Files
from gluelocal.redshift.unload.formats import WRITERS
from gluelocal.redshift.unload.parser import parse_unload

_BATCH = 1 << 20


class S3Unloader:
    """Carries out UNLOAD statements for all sessions."""

    def __init__(self, configuration: GatewayConfiguration) -> None:
        self._configuration = configuration

    async def unload(self, step: Unload, backend: Backend) -> Outcome:
        """RedshiftError when it failed; files that were finished before stay in S3."""
        options = parse_unload(step.sql, step.case_sensitive)
        result = await describe(backend, options.query, step.case_sensitive)
        kind = WRITERS[options.format]
        destination = Destination(self._configuration, options, kind.suffix)
        files = Files(destination, kind, result.columns, options)
        await asyncio.to_thread(destination.prepare)
        try:
            await _copy(backend, result.copy_statement(kind.typed), files)
        except (pa.ArrowException, OSError) as problem:
            raise RedshiftError(f"The files of the UNLOAD cannot be written: {problem}") from None
        notice = wire.notice_response(
            f"UNLOAD completed, {files.rows} record(s) unloaded successfully."
        )
        return Outcome("UNLOAD", (notice,))


async def _copy(backend: Backend, statement: str, files: Files) -> None:
    waiting = bytearray()
    async with aclosing(backend.copy_out(statement)) as chunks:
        async for chunk in chunks:
            waiting += chunk
            if len(waiting) > _BATCH:
                await asyncio.to_thread(files.write, bytes(waiting))
                waiting.clear()
    if waiting:
        await asyncio.to_thread(files.write, bytes(waiting))
    await asyncio.to_thread(files.finish)
