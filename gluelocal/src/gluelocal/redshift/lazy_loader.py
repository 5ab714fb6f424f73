"""The loader, brought in with the first COPY: pyarrow and boto3 cost a start-up and idle memory."""

import asyncio
import importlib
from typing import Any

from gluelocal.redshift.backend import Backend
from gluelocal.redshift.config import GatewayConfiguration
from gluelocal.redshift.pool import BackendPool
from gluelocal.redshift.session import Loader, Outcome, SessionFacts
from gluelocal.redshift.sql.steps import Load


class LazyLoader:
    """Passes every COPY on to `copy.load.S3Loader`."""

    def __init__(self, configuration: GatewayConfiguration, pool: BackendPool) -> None:
        self._configuration = configuration
        self._pool = pool
        self._loader: Loader | None = None

    async def load(self, step: Load, backend: Backend, facts: SessionFacts) -> Outcome:
        if self._loader is None:
            module: Any = await asyncio.to_thread(
                importlib.import_module, "gluelocal.redshift.copy.load"
            )
            self._loader = module.S3Loader(self._configuration, self._pool)
        assert self._loader is not None
        return await self._loader.load(step, backend, facts)
