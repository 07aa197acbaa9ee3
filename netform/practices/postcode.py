"""Postcodes as text: their form, and the ones that are not on the grid of Great Britain."""

from __future__ import annotations

import itertools
import re

from netform.practices.values import CellError

# Areas of which some outward codes end in a letter.
_LETTERED = frozenset({"E", "EC", "N", "NW", "SE", "SW", "W", "WC"})
# Letters and digits that are typed for one another.
_TWINS = {
    "0": "O",
    "O": "0",
    "1": "IL",
    "I": "1L",
    "L": "1I",
    "5": "S",
    "S": "5",
    "2": "Z",
    "Z": "2",
    "8": "B",
    "B": "8",
}
_DIGITS, _LETTERS = str.maketrans("OISL", "0151"), str.maketrans("015", "OIS")

__all__ = ["lookalikes", "normal_postcode", "postcode_form", "postcode_text"]

# Area of one or two letters, district of a digit with perhaps another digit or letter; then the inward
# code. After "UK postcodes" of the Office for National Statistics, as the ONS Postcode Directory uses them.
_FORM = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?)([0-9][A-Z]{2})")
_OFF_GRID = {
    "BT": "in Northern Ireland, whose postcodes are on another grid",
    "GY": "in Guernsey, which is outside Great Britain",
    "JE": "in Jersey, which is outside Great Britain",
    "IM": "in the Isle of Man, which is outside Great Britain",
}


def postcode_form(text: str) -> str | None:
    """Write a postcode in upper case without spaces; None when the text has not the form of one.

    Parameters
    ----------
    text : str
        As found.
    """
    compact = "".join(text.upper().split())
    return compact if _FORM.fullmatch(compact) else None


def postcode_text(text: str) -> str:
    """Write a postcode in upper case with one space; a text that has not the form of one is only tidied.

    Parameters
    ----------
    text : str
        As found: ``ls118lh``, ``LS11  8LH``.

    Returns
    -------
    str
        ``LS11 8LH``.
    """
    compact = "".join(text.upper().split())
    match = _FORM.fullmatch(compact)
    return f"{match[1]} {match[2]}" if match else " ".join(text.upper().split())


def normal_postcode(text: str) -> str:
    """Write a postcode in upper case with one space, if it can be a place in Great Britain.

    Whether it exists is for the gazetteer to say.

    Parameters
    ----------
    text : str
        As found.

    Returns
    -------
    str
        Such as ``LS11 8LH``.

    Raises
    ------
    CellError
        When it is blank, malformed, an NHS pseudo-postcode (ZZ99), or not in Great Britain.
    """
    compact = "".join(text.upper().split())
    if not compact:
        raise CellError(
            "the postcode is blank",
            "Give its postcode, or its easting and northing in columns of those names",
        )
    match = _FORM.fullmatch(compact)
    if match is None:
        near = _without_slips(compact)
        remedy = f"Did you mean {near!r}?" if near else "Check it; a postcode looks like LS11 8LH"
        raise CellError("this is not the form of a postcode", remedy)
    if compact.startswith("ZZ"):
        raise CellError(
            "this is an NHS pseudo-postcode, not a place",
            "Give the postcode of the site where patients are seen",
        )
    where = _OFF_GRID.get(compact[:2])
    if where is not None:
        raise CellError(f"this postcode is {where}", "Remove the row: netform plans for Great Britain")
    return f"{match[1]} {match[2]}"


def lookalikes(postcode: str) -> list[str]:
    """Postcodes of the right form that differ in one or two signs which are typed for one another.

    Parameters
    ----------
    postcode : str

    Returns
    -------
    list of str
        Those of one slip first.
    """
    compact = "".join(postcode.upper().split())
    found = []
    for slips in (1, 2):
        for places in itertools.combinations(range(len(compact)), slips):
            for signs in itertools.product(*(_TWINS.get(compact[at], "") for at in places)):
                meant = list(compact)
                for at, sign in zip(places, signs, strict=True):
                    meant[at] = sign
                if match := _FORM.fullmatch("".join(meant)):
                    found.append(f"{match[1]} {match[2]}")
    return found


def _without_slips(compact: str) -> str:
    """Give the postcode that is meant where letters and digits that look alike were typed for one another.

    Of several readings that with the fewest slips; blank where there is none.
    """
    inward = compact[-3:-2].translate(_DIGITS) + compact[-2:].translate(_LETTERS)
    outward, readings = compact[:-3], []
    for letters in (1, 2):
        digits = outward[letters:].translate(_DIGITS)
        area = outward[:letters].translate(_LETTERS)
        # In the middle of London the last of the outward code may be a letter: then both readings are tried.
        for end in (digits, digits[:-1] + outward[-1:]) if area in _LETTERED else (digits,):
            meant = area + end + inward
            if match := _FORM.fullmatch(meant):
                slips = sum(a != b for a, b in zip(meant, compact, strict=False))
                readings.append((slips, f"{match[1]} {match[2]}"))
    return min(readings, default=(0, ""))[1]
