"""Named things that a look-up finds: two of one name are a mistake, a miss lists the names."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from awsglue.errors import UnknownNameError

T = TypeVar("T")


class Registry(Generic[T]):
    """`kind` is what a member is called in messages, such as "format"."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._members: dict[str, T] = {}

    def register(self, *names: str) -> Callable[[T], T]:
        """Decorator that adds a member under its names; ValueError when one is taken."""

        def add(member: T) -> T:
            for name in names:
                if name in self._members:
                    raise ValueError(f"the {self._kind} {name!r} is registered twice")
                self._members[name] = member
            return member

        return add

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def get(self, name: str) -> T:
        """The member called `name`; UnknownNameError lists the valid names."""
        try:
            return self._members[name]
        except KeyError:
            known = ", ".join(sorted(self._members))
            raise UnknownNameError(
                f"the {self._kind} {name!r} is not supported by gluelocal; supported: {known}"
            ) from None
