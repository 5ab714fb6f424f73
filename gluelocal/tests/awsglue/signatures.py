"""Prints the public names and signatures of the `awsglue` package that is first on the path.

    python signatures.py > signatures.json

It introspects and never reads a source: modules, classes, methods, parameters, defaults. The output
is JSON: {module: {name: what}}, where `what` is

- a list of parameters for a function, such as ["frame", "name=''", "**options"];
- {"members": {name: what}} for a class, with what it inherits from classes of the package; a
  member that is no function is "property" or "attribute";
- "attribute" for any other value;
- "-> module" for a class or a function that another module of the package defines.

It needs nothing but the package's own requirements, so that it runs in any environment.
"""

import importlib
import inspect
import json
import pkgutil
import re
import sys
import types
from collections.abc import Iterator
from typing import Any

PACKAGE = "awsglue"
# Not for scripts: the service's own entry points and shells.
NO_INTERFACE = re.compile(r"awsglue\.(scripts|glue_shell|devutils)(\.|$)")
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_PLAIN = (str, int, float, bool, dict, list, tuple, set, frozenset, type(None))


def snapshot() -> dict[str, dict[str, Any]]:
    """Every module of the package with its public names; {"!": error} for one that fails."""
    return {name: _module(name) for name in sorted(_modules())}


def _modules() -> Iterator[str]:
    package = importlib.import_module(PACKAGE)
    yield PACKAGE
    for found in pkgutil.walk_packages(package.__path__, f"{PACKAGE}.", onerror=lambda _: None):
        if not NO_INTERFACE.match(found.name):
            yield found.name


def _module(name: str) -> dict[str, Any]:
    try:
        module = importlib.import_module(name)
    except ImportError as problem:
        return {"!": str(problem)}
    names = {key for key in vars(module) if not key.startswith("_")}
    names |= set(getattr(module, "__all__", ()))
    described = {key: _name(name, getattr(module, key)) for key in sorted(names)}
    return {key: what for key, what in described.items() if what is not None}


def _name(module: str, value: Any) -> Any:
    if inspect.isclass(value) or inspect.isfunction(value):
        home = value.__module__
        if home.partition(".")[0] != PACKAGE:
            return None
        if home != module:
            return f"-> {home}"
        return _class(value) if inspect.isclass(value) else _parameters(value)
    if isinstance(value, types.ModuleType) or not isinstance(value, _PLAIN):
        return None
    return "attribute"


def _class(cls: type) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for base in cls.__mro__:
        if base.__module__.partition(".")[0] == PACKAGE:
            for key in vars(base):
                if key not in members and (what := _member(cls, key)) is not None:
                    members[key] = what
    return {"members": dict(sorted(members.items()))}


def _member(cls: type, key: str) -> Any:
    value = inspect.getattr_static(cls, key)
    is_function = isinstance(value, types.FunctionType | classmethod | staticmethod)
    is_protocol = key == "__init__" or (key.endswith("__") and not hasattr(object, key))
    if key.startswith("_") and not (is_protocol and is_function):
        return None
    if is_function:
        return _parameters(getattr(cls, key))
    if isinstance(value, property):
        return "property"
    return "attribute" if isinstance(value, _PLAIN) else None


def _parameters(function: Any) -> list[str]:
    signature = inspect.signature(function)
    return [
        _ADDRESS.sub("", str(parameter.replace(annotation=inspect.Parameter.empty)))
        for parameter in signature.parameters.values()
    ]


if __name__ == "__main__":
    json.dump(snapshot(), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")
