"""Transforms of machine learning: they can be imported, and say so when they are applied."""

from typing import Any

from awsglue.errors import NotSupportedError
from awsglue.transforms.transform import GlueTransform


class _Unsupported(GlueTransform):
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Raises NotSupportedError, a NotImplementedError, with the transform's name."""
        raise NotSupportedError(
            f"the transform {self.name()}", "it needs a model of the service; see docs/parity.md"
        )


class FillMissingValues(_Unsupported):
    """Guesses missing values."""


class FindMatches(_Unsupported):
    """Finds records of the same thing."""


class FindIncrementalMatches(_Unsupported):
    """Finds records of the same thing in new data."""
