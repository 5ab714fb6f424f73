"""One module a rule type; each holds its RULE_TYPE and is found here by its being there."""

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from dqdl.errors import DuplicateRuleTypeError
from dqdl.ruletype import RuleType


@functools.cache
def rule_types() -> Mapping[str, RuleType]:
    """Every rule type by its (case-sensitive) name, in alphabetical order."""
    found: dict[str, RuleType] = {}
    for module_info in pkgutil.iter_modules(__path__):
        register(found, importlib.import_module(f"{__name__}.{module_info.name}").RULE_TYPE)
    return MappingProxyType(dict(sorted(found.items())))


def register(registry: dict[str, RuleType], rule_type: RuleType) -> None:
    """Adds the type; DuplicateRuleTypeError when its name is taken."""
    if rule_type.name in registry:
        raise DuplicateRuleTypeError(
            f"two modules of dqdl.rules define the rule type {rule_type.name}; a name stands once"
        )
    registry[rule_type.name] = rule_type
