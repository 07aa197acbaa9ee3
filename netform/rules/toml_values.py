"""Values of a rules file: what counts as a number, how a wrong value is shown, and how values are written."""

from __future__ import annotations

import difflib
import math
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["is_number", "is_whole", "nearest", "shown", "toml_number", "toml_text"]

# A longer text in a rules file is cut where it is quoted back.
MOST_SHOWN = 80


def is_number(value: Any) -> TypeGuard[int | float]:
    """Say whether a value is a finite number; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of more than 308 digits
        return False


def is_whole(value: Any) -> TypeGuard[int]:
    """Say whether a value is a whole number, written without a point."""
    return is_number(value) and isinstance(value, int)


def shown(value: Any) -> str:
    """Quote a wrong value back, however long it is."""
    # Python refuses to write out thousands of digits, which a file can hold in hexadecimal.
    if isinstance(value, int) and value.bit_length() > 64:
        return "one of that many digits"
    return "nothing" if value is None else repr(value)[:MOST_SHOWN]


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
