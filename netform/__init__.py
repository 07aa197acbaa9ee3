"""netform forms primary care networks from a list of GP practices, and proves the plan best.

The public names are found when they are asked for, so that ``import netform`` is quick: `read`, `solve`,
`to_geodataframe` and `load_rules` (`netform.api`), `Session`, `Rules`, `Plan` and `NetformError`. What is not among
them may change without notice.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

# ruff: noqa: TC004 (the names are for types here, and found when they are asked for)

# That of typing takes longer to load than all else here, and a program that is stopped meanwhile leaves a traceback.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from netform.api import load_rules, read, solve, to_geodataframe
    from netform.errors import NetformError
    from netform.plan.model import Plan
    from netform.rules.model import Rules
    from netform.session import Session

__all__ = [
    "NetformError",
    "Plan",
    "Rules",
    "Session",
    "__version__",
    "load_rules",
    "read",
    "solve",
    "to_geodataframe",
]

__version__ = "0.1.0"

_HOMES = {
    "NetformError": "netform.errors",
    "Plan": "netform.plan.model",
    "Rules": "netform.rules.model",
    "Session": "netform.session",
    "load_rules": "netform.api",
    "read": "netform.api",
    "to_geodataframe": "netform.api",
}


class _Solve(ModuleType):
    """The folder `netform.solve`, which has the name of the function and can be called as it."""

    def __call__(self, *given: Any, **named: Any) -> Any:
        return import_module("netform.api").solve(*given, **named)


class _Package(ModuleType):
    """The package, whose public names are found when they are asked for."""

    def __getattr__(self, name: str) -> Any:
        if name == "solve":
            return import_module("netform.solve")
        if name in _HOMES:
            return getattr(import_module(_HOMES[name]), name)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")

    def __setattr__(self, name: str, value: object) -> None:
        # Python binds a submodule to its package once it is imported.
        if name == "solve" and isinstance(value, ModuleType):
            value.__class__ = _Solve
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_HOMES, "solve"})


sys.modules[__name__].__class__ = _Package
