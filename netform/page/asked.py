"""What the page sends, read with care: JSON of a size, a depth and kinds that can be answered.

What is asked is judged where it is answered. Here it is made sure that it is what it seems: each name once, each value
of the kind that its name says.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from netform.ranges import is_number, is_whole, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

__all__ = [
    "ASKS",
    "CHANGES",
    "MOST_CHANGE",
    "MOST_IMPORT",
    "RefusedError",
    "known_area",
    "read_asked",
    "read_json",
]

# A change names practices: all those of England take 60 kB. A plan folder, as a zip, takes some megabytes.
MOST_CHANGE = 1_000_000
MOST_IMPORT = 20_000_000

# An object, a list in it, and one more for what nobody has thought of.
DEEPEST = 4
LONGEST_TEXT = 1_000

CHANGES = frozenset(
    {"move", "lock", "together", "apart", "free", "exclude", "hub", "rules", "start", "take", "undo", "redo"}
)
ASKS = frozenset({"solve", "front", "alternatives", "borders"})


class RefusedError(Exception):
    """A request that is not answered.

    Parameters
    ----------
    status : int
        Of HTTP.
    said : str
        A sentence with a remedy.
    """

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return is_whole(value) and 0 <= value <= 2**53


def _is_numbers(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_text, value)) and all(map(is_number, value.values()))


def _or_none(kind: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or kind(value)


_NUMBER = (_or_none(is_number), "a number, or null")
_FLAG = (_is_flag, "true or false")
_TEXT = (_is_text, f"a text of {LONGEST_TEXT:,} letters at most")
_COUNT = (_is_count, "a whole number, 0 or more")

# By name, whichever change it belongs to: what its value may be, and that in words.
_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "n": _COUNT,
    "area": _TEXT,
    "tab": _TEXT,
    "kind": _TEXT,
    "to": (_or_none(_is_text), "a network, new, or null"),
    "codes": (_is_texts, "a list of practice codes"),
    "code": _TEXT,
    "networks": (
        lambda value: value is None or is_number(value) or _is_texts(value),
        "a list of networks, or how many",
    ),
    "weights": (_is_numbers, "numbers by term"),
    **dict.fromkeys(("demand", "from", "question", "x", "y"), _TEXT),
    **dict.fromkeys(("locked", "excluded", "hub", "no_doughnuts"), _FLAG),
    **dict.fromkeys(("choice", "count", "different"), _COUNT),
    **dict.fromkeys(
        (
            "least", "most", "least_practices", "most_practices", "longest_to_hub", "longest_between", "aligned",
            "seconds", "within",
        ),
        _NUMBER,
    ),
}  # fmt: skip


def read_json(body: bytes) -> Any:
    """Read JSON as it was meant: UTF-8, no name twice, no number that is none, not too deep.

    Parameters
    ----------
    body : bytes

    Raises
    ------
    RefusedError
        With 400.
    """
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError:
        raise RefusedError(400, _too_deep()) from None
    except ValueError as error:
        raise RefusedError(
            400, f"This is no JSON that can be read ({_short(error)}). Reload the page."
        ) from None
    if _depth(value) > DEEPEST:
        raise RefusedError(400, _too_deep())
    return value


def read_asked(body: bytes, kinds: Collection[str], areas: Collection[str]) -> dict[str, Any]:
    """Read a change or a question.

    Parameters
    ----------
    body : bytes
    kinds : collection of str
        Those that may be asked.
    areas : collection of str
        Those of the list.

    Raises
    ------
    RefusedError
        With 400, or 404 for an area that is not there.
    """
    asked = read_json(body)
    if not isinstance(asked, dict):
        raise RefusedError(
            400, f"What is asked is an object with names, not {shown(asked)}. Reload the page."
        )
    for name in ("n", "area", "kind"):
        if name not in asked:
            raise RefusedError(400, f"{name!r} is missing from what is asked. Reload the page.")
    for name, value in asked.items():
        if name not in _KINDS:
            raise RefusedError(400, f"{shown(name)} is nothing that is asked with. Reload the page.")
        fits, words = _KINDS[name]
        if not fits(value):
            raise RefusedError(400, f"{name!r} must be {words}, not {shown(value)}. Reload the page.")
    if asked["kind"] not in kinds:
        known = ", ".join(sorted(kinds))
        raise RefusedError(400, f"{shown(asked['kind'])} cannot be asked. Ask one of {known}.")
    known_area(asked["area"], areas)
    return asked


def known_area(area: str, areas: Collection[str]) -> str:
    """Give back an area that the list has.

    Raises
    ------
    RefusedError
        With 404.
    """
    if area not in areas:
        raise RefusedError(404, f"The list has no area {shown(area)}. Go back to the page of all areas.")
    return area


def _once(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    named = dict(pairs)
    if len(named) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return named


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")


def _short(error: ValueError) -> str:
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)[:100]


def _too_deep() -> str:
    return f"Objects and lists stand in one another more than {DEEPEST} deep. Reload the page."


def _depth(value: Any) -> int:
    """How deep a value is; one that is neither list nor object is none."""
    depth, level = 0, [value]
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        level = [each for one in level for each in (one.values() if isinstance(one, dict) else one)]
    return depth
