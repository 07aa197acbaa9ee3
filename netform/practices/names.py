"""Names as people write them: publications give them in capitals, and not every word is one."""

from __future__ import annotations

import re

__all__ = ["written_name"]

# Words that stay small inside a name, and inside a hyphenated one.
_SMALL = frozenset(
    {"and", "at", "by", "cum", "for", "in", "le", "of", "on", "sub", "the", "to", "upon", "with"}
)
# Abbreviations that could be read as words; those without a vowel (NHS, PCN, GP) are known by that.
_CAPITALS = frozenset(
    {"APMS", "CIC", "ICB", "ICS", "NE", "PCNS", "GPS", "SE", "UK"}
    | {"II", "III", "IV", "VI", "VII", "VIII", "IX", "XI", "XII"}
)
# Shortened words without a vowel.
_SHORTENED = frozenset(
    {"CNTR", "CT", "CTR", "DR", "DRS", "GRP", "GT", "HLTH", "HTH", "LTD", "MR", "MRS", "MS", "MT", "NR"}
    | {"PL", "PT", "PTNR", "PTNRS", "RD", "SQ", "SRGY", "ST", "STR"}
)
_VOWELS = frozenset("AEIOUY")
_ORDINAL = re.compile(r"(?<=[0-9])(?:ST|ND|RD|TH)\b")
# Letters with the apostrophes within them, told with what stands beside them.
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]*)*")


def written_name(name: str) -> str:
    """Write a published name, often all capitals, as people do; one that has small letters stays as it is.

    ``ST GEORGE'S PCN`` becomes ``St George's PCN``, and ``M&S``, ``NHS``, ``SE1`` stay what they are.

    Parameters
    ----------
    name : str
    """
    if not name.isupper():
        return name
    words = [_hyphenated(word) for word in name.split()]
    return " ".join(
        word.lower() if number and word.lower() in _SMALL else word for number, word in enumerate(words)
    )


def _hyphenated(word: str) -> str:
    """Write a word, of which the parts between hyphens may be small: ``Stoke-on-Trent``."""
    parts = word.split("-")
    last = len(parts) - 1
    return "-".join(
        part.lower() if 0 < number < last and part.lower() in _SMALL else _written(part)
        for number, part in enumerate(parts)
    )


def _written(part: str) -> str:
    part = _ORDINAL.sub(lambda ending: ending[0].lower(), part)
    return _WORD.sub(lambda word: _cased(word[0], part[: word.start()], part[word.end() :]), part)


def _cased(letters: str, before: str, after: str) -> str:
    """Write a run of letters, given what stands before and after it in its word."""
    if not letters.isupper() or letters in _CAPITALS or len(letters) <= _abbreviation(before[-1:], after[:1]):
        return letters
    if not _VOWELS.intersection(letters) and letters.isascii() and letters.isalpha():
        return letters.capitalize() if letters in _SHORTENED else letters
    if letters[1:2] in ("'", "\u2019") and letters[0] in "DO":  # O'Connell
        return letters[:2] + letters[2:].capitalize()
    if letters.startswith("MC") and len(letters) > 4:
        return "Mc" + letters[2:].capitalize()
    return letters.capitalize()


def _abbreviation(before: str, after: str) -> int:
    """How many letters at most are an abbreviation, by what stands beside them: SE1, IW&H, (ABC)."""
    if before.isdigit() or after.isdigit():
        return 3
    if (before, after) == ("(", ")"):
        return 4
    return 2 if "&" in (before, after) else 0
