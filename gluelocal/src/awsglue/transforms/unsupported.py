"""Transforms that gluelocal does not have yet: they can be imported, and say so when applied."""

from typing import Any

from awsglue.errors import NotSupportedError
from awsglue.transforms.transform import GlueTransform


class _Unsupported(GlueTransform):
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Raises NotSupportedError, a NotImplementedError, with the transform's name."""
        raise NotSupportedError(f"the transform {self.name()}")


class Relationalize(_Unsupported):
    """Nested rows into flat frames."""


class Unbox(_Unsupported):
    """Parses a text column."""


class Spigot(_Unsupported):
    """Writes a sample of the rows."""
