"""COPY and UNLOAD, brought in with the first: pyarrow and boto3 cost start-up and idle memory."""

import asyncio
import importlib
from typing import Any

from gluelocal.redshift.backend import Backend
from gluelocal.redshift.config import GatewayConfiguration
from gluelocal.redshift.pool import BackendPool
from gluelocal.redshift.session import Outcome, SessionFacts
from gluelocal.redshift.sql.steps import Load, Unload


class LazyLoader:
    """Passes every COPY on to `copy.load.S3Loader`, every UNLOAD to `unload.unload.S3Unloader`."""

    def __init__(self, configuration: GatewayConfiguration, pool: BackendPool) -> None:
        self._configuration = configuration
        self._pool = pool
        self._loader: Any = None
        self._unloader: Any = None

    async def load(self, step: Load, backend: Backend, facts: SessionFacts) -> Outcome:
        if self._loader is None:
            module: Any = await asyncio.to_thread(
                importlib.import_module, "gluelocal.redshift.copy.load"
            )
            self._loader = module.S3Loader(self._configuration, self._pool)
        outcome: Outcome = await self._loader.load(step, backend, facts)
        return outcome

    async def unload(self, step: Unload, backend: Backend, facts: SessionFacts) -> Outcome:
        if self._unloader is None:
            module: Any = await asyncio.to_thread(
                importlib.import_module, "gluelocal.redshift.unload.unload"
            )
            self._unloader = module.S3Unloader(self._configuration)
        outcome: Outcome = await self._unloader.unload(step, backend)
        return outcome
