"""Values of a rules file: what was meant by an unknown name, and how values are written."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["nearest", "toml_number", "toml_text"]


def nearest(name: str, known: Iterable[str]) -> str:
    """Suggest what was meant by an unknown name, as a sentence after a space."""
    names = list(known)
    close = difflib.get_close_matches(name, names, 1, 0.5)
    return f" Did you mean {close[0]!r}?" if close else f" Known are: {', '.join(names)}."


def toml_number(value: float) -> str:
    """Write a number so that it is read back to the last digit; a whole one without a point."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def toml_text(text: str) -> str:
    """Write a text in quotes; what does not print is written as its number."""
    escaped = "".join("\\" + c if c in '"\\' else c if c.isprintable() else f"\\U{ord(c):08X}" for c in text)
    return f'"{escaped}"'
