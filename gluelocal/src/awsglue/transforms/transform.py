"""The base of all transforms: a class that is applied in one call or through an object.

Every transform describes itself (Glue Developer Guide, "GlueTransform base class"). What it takes
is read from its call's signature, so the two cannot differ; the words are in descriptions.py.
"""

import inspect
from typing import Any, ClassVar

from awsglue.transforms.descriptions import ARGUMENTS, FRAME, Description


class GlueTransform:
    """A transform: `Class.apply(...)` and `Class()(...)` do the same."""

    arguments: ClassVar[dict[str, Description]] = {}
    """What is said of an argument where it is not what others call so."""
    returns: ClassVar[Description] = FRAME
    errors: ClassVar[tuple[Description, ...]] = ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Applies the transform."""
        raise NotImplementedError(f"{self.name()} has no call")

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Applies the transform; the parameters are those of the call."""
        return cls()(*args, **kwargs)

    @classmethod
    def name(cls) -> str:
        """The class's name."""
        return cls.__name__

    @classmethod
    def describeArgs(cls) -> list[dict[str, Any]]:
        """A dict an argument: name, type, description, optional, defaultValue (text or None)."""
        cls._require_described()
        found = []
        # Without self.
        for parameter in list(inspect.signature(cls.__call__).parameters.values())[1:]:
            kind, description = {**ARGUMENTS, **cls.arguments}[parameter.name]
            optional = (
                parameter.default is not parameter.empty or parameter.kind is parameter.VAR_KEYWORD
            )
            default = None if parameter.default is parameter.empty else parameter.default
            found.append(
                {
                    "name": parameter.name,
                    "type": kind,
                    "description": description,
                    "optional": optional,
                    "defaultValue": None if default is None else str(default),
                }
            )
        return found

    @classmethod
    def describeReturn(cls) -> dict[str, str]:
        """The result: type and description."""
        cls._require_described()
        return {"type": cls.returns[0], "description": cls.returns[1]}

    @classmethod
    def describeTransform(cls) -> str:
        """What the transform does, in a sentence."""
        cls._require_described()
        return inspect.cleandoc(cls.__doc__ or "").splitlines()[0]

    @classmethod
    def describeErrors(cls) -> list[dict[str, str]]:
        """A dict an exception: type and description."""
        cls._require_described()
        return [{"type": kind, "description": text} for kind, text in cls.errors]

    @classmethod
    def describe(cls) -> dict[str, Any]:
        """All of it under `transform`: name, args, returns, raises and location."""
        return {
            "transform": {
                "name": cls.name(),
                "args": cls.describeArgs(),
                "returns": cls.describeReturn(),
                "raises": cls.describeErrors(),
                "location": "internal",
            }
        }

    @classmethod
    def _require_described(cls) -> None:
        if cls.__call__ is GlueTransform.__call__:
            raise NotImplementedError(f"{cls.name()} describes no transform: it has no __call__")
