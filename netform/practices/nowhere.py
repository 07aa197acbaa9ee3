"""Practices that may not be on the ground: their patients do not come from around their postcode.

Special allocation schemes take patients whom other practices have removed, from all of an area; online practices take
them from anywhere; services for care homes, homeless people and people who seek asylum from wherever these stay.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netform.practices.model import Practice

__all__ = ["why_nowhere"]

# What such practices are called in the NHS's list of practices (epraccur, July 2026). SAS as a word: not SASSOON.
_NAMES = re.compile(
    r"\b(?:SPECIAL ALLOCATIONS?|SAS|VIOLENT PATIENTS?|ZERO TOLERANCE|HOMELESS(?:NESS)?|ROUGH SLEEPERS?"
    r"|ASYLUM(?: SEEKERS?)?|CARE HOMES?|ONLINE|GP AT HAND|DIGITAL GP|VIRTUAL (?:GP|PRACTICE|SURGERY))\b"
)


def why_nowhere(practice: Practice) -> str:
    """Say what makes a practice one that may not be on the ground; nothing where nothing does.

    Parameters
    ----------
    practice : Practice
    """
    if practice.not_geographic:
        return "the list says so"
    found = _NAMES.search(practice.name.upper())
    return f"called {practice.name}" if found else ""
