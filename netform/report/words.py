"""The words of a report: numbers as people write them, statuses as sentences, names made harmless."""

from __future__ import annotations

import re
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netform.plan.model import AreaResult, Network

__all__ = [
    "BEST",
    "BEST_OF_EXCEPTIONS",
    "STATUS_WORDS",
    "area_name",
    "clean",
    "exception_words",
    "hours",
    "network_number",
    "one_line",
    "percent",
    "source_name",
    "spoken",
    "verdict",
]

# What is proven of a plan without exceptions, and of one with some: another that is as near the band has no more of
# them and, of as many, no more patients outside it.
BEST = "It is proven that no other plan under these rules costs less."
BEST_OF_EXCEPTIONS = (
    "It is proven that no other plan under these rules has fewer exceptions, or is as near the band and costs "
    "less."
)

STATUS_WORDS = {
    "optimal": "proven best",
    "feasible": "not proven best",
    "infeasible": "impossible",
    "unknown": "no plan found",
}

# Characters that could act on what shows them: controls (an escape begins a terminal command), marks that
# reverse the direction of text, invisible tags, halves of characters and code points that are none.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufeff"
    "\ud800-\udfff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_LINE_BREAKS = re.compile("[\x85\u2028\u2029]")


def clean(text: str) -> str:
    """Take out of a text from a user's file what could act on a page or a terminal; keep its lines.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Without control, direction and invisible characters; line and paragraph separators become spaces.
        Markup is not escaped: that is the template's part.
    """
    return _HARMFUL.sub("", _LINE_BREAKS.sub(" ", text.replace("\r", "\n")))


def one_line(text: str) -> str:
    """Clean a text and put it on one line."""
    return " ".join(clean(text).split())


def spoken(code: str) -> str:
    """Turn a name of the code (``patient_travel``) into words (``Patient travel``)."""
    words = code.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def hours(value: float) -> str:
    """Hours with one decimal and thousands separated."""
    return f"{value:,.1f}"


def percent(share: float) -> str:
    """Write a share as a percentage that never rounds a doubt away.

    Parameters
    ----------
    share : float
        0.009 is ``0.9%``; what is above 0 but below 0.01% says so.
    """
    if share <= 0:
        return "0%"
    if share < 1e-4:
        return "less than 0.01%"
    return f"{100 * share:.2g}%" if share < 0.1 else f"{100 * share:.0f}%"


def area_name(area: str) -> str:
    """Name an area for people; a list solved as one area has no name of its own."""
    return area or "The whole list"


def network_number(network: Network) -> str:
    """Shorten the id of a network to its number within its area, as on the map: ``3`` for ``15F-03``."""
    return network.network_id.rsplit("-", 1)[-1].lstrip("0") or network.network_id


def source_name(source: str) -> str:
    """Name the list's file without its folders, which are nobody else's business."""
    return "standard input" if source in {"", "-"} else PureWindowsPath(source).name


def exception_words(code: str) -> str:
    """Say why a network is an exception, in a few words."""
    known = {
        "over_max_single_practice": "One practice, too large for any network",
        "pinned": "Pinned as it stands",
        "island": "Too few patients, and no neighbours",
        "arithmetic": "No whole number of networks holds so many patients",
        "stranded": "The only way out leads through too large a practice",
        "stranded_behind_pin": "Cut off by a pin",
        "demands": "The planner's rules leave no other way",
        "geography": "The map leaves no other way",
        "networks": "The number of networks demanded leaves no other way",
        "moves": "The limit on moves leaves no other way",
        "search": "Not proven to be needed",
        "not_planned": "Not planned in the time given",
    }
    return known.get(code, spoken(code))


def verdict(area: AreaResult) -> str:
    """Say what has been proven of the plan of an area, in plain words.

    Parameters
    ----------
    area : AreaResult

    Returns
    -------
    str
        A sentence or two. The cost has no unit here: it may hold penalties (`netform.report.costs`).
    """
    if area.status == "infeasible":
        return "It is proven that no plan can keep these rules."
    if area.cost is None:
        return f"{area.method or 'No plan was found in the time given.'} Whether there is one is not known."
    if area.status == "optimal":
        return BEST_OF_EXCEPTIONS if area.exceptions_bound else BEST
    costs = f"The plan costs {hours(area.cost)}"
    if area.bound is None or area.gap is None or hours(area.bound) == hours(0.0):
        return f"{costs} and is not proven best. How much less another plan might cost is not known."
    less = hours(max(0.0, area.cost - area.bound))
    return (
        f"{costs} and is not proven best: no plan as near the band can cost less than {hours(area.bound)}, so another"
        f" could cost at most {less} ({percent(area.gap)}) less."
    )
