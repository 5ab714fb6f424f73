"""The logger of a Glue script (GlueContext.get_logger)."""

import logging
import sys

_NAME = "GlueLogger"


class GlueLogger:
    """Messages of the script, from level INFO on, to the run's standard error."""

    def __init__(self) -> None:
        self._logger = logging.getLogger(_NAME)
        if not self._logger.handlers:
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(
                logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
            )
            self._logger.addHandler(handler)
            self._logger.setLevel(logging.INFO)

    def debug(self, message: str) -> None:
        """Not shown unless the level of the Python logger GlueLogger is lowered."""
        self._logger.debug("%s", message)

    def info(self, message: str) -> None:
        """Something the reader of the log wants to know."""
        self._logger.info("%s", message)

    def warn(self, message: str) -> None:
        """Something that may be wrong."""
        self._logger.warning("%s", message)

    def error(self, message: str) -> None:
        """Something that went wrong."""
        self._logger.error("%s", message)

    def fatal(self, message: str) -> None:
        """Something that ends the run."""
        self._logger.critical("%s", message)
