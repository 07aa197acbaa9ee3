"""The table of demands: what each is called everywhere, and how it is spoken of.

To add a demand write a row here, its field in `netform.rules.demands`, its check in `netform.rules.breaches`, and its
filter over candidates in `netform.candidates.allowed`, which a test holds equal to the check. The option, the key of a
rules file, what it costs, and the words of a report follow from the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["DEMAND_RULES", "DemandRule", "Kind", "demand_rules"]

# Groups of practices; practices; minutes; whole numbers; shares of a whole; whether or not.
Kind = Literal["groups", "codes", "minutes", "whole", "share", "whether"]


@dataclass(frozen=True, slots=True)
class DemandRule:
    """One demand that a planner can make.

    Attributes
    ----------
    field : str
        Of `netform.rules.demands.Demands`.
    kind : str
        What is given: ``groups``, ``codes``, ``minutes``, ``whole``, ``share`` or ``whether``.
    key : str
        In the table ``[planner]`` of a rules file, and of what it costs.
    flag : str
        The option of the command line.
    help : str
        What the option says of itself; blank where the command line has an option of its own for it.
    words : str
        How one such demand is spoken of, ``{}`` being what was given.
    breach : str
        The kind of `netform.rules.breaches.Breach` when a network breaks it.
    broken : str
        That a network breaks it, in a few words.
    """

    field: str
    kind: Kind
    key: str
    flag: str
    help: str
    words: str
    breach: str
    broken: str


_NO_HUB = "No practice may be its hub"

DEMAND_RULES: Final = (
    DemandRule(
        "pins", "groups", "pin", "--pin",
        "These practices are a network as they stand, whatever their list size; repeat.",
        "{} pinned as a network",
        "pin", "A pinned network changed",
    ),
    DemandRule(
        "together", "groups", "together", "--together",
        "These practices are in one network; repeat for other groups.",
        "{} together in one network",
        "together", "Practices that are to be together are not",
    ),
    DemandRule(
        "apart", "groups", "apart", "--apart",
        "No two of these practices are in one network; repeat for other groups.",
        "{} apart, no two in one network",
        "apart", "Practices that are to be apart are not",
    ),
    DemandRule(
        "merge", "groups", "merge", "--merge",
        "These practices are about to become one; repeat for other mergers.",
        "{} merged into one practice",
        "merge", "Practices about to merge are not together",
    ),
    DemandRule(
        "exclude", "codes", "exclude", "--exclude",
        "Leave these practices out: they are listed, and in no network.",
        "{} left out",
        "exclude", "Holds a practice that is to be left out",
    ),
    DemandRule(
        "hub_must", "codes", "hub_must", "--hub",
        "Each of these practices is the hub of its network.",
        "{} the hub of its network",
        "hub", _NO_HUB,
    ),
    DemandRule(
        "hub_may", "codes", "hub_may", "--may-hub",
        "Only these practices may be hubs.",
        "no hubs but {}",
        "hub", _NO_HUB,
    ),
    DemandRule(
        "longest_to_hub", "minutes", "longest_minutes_to_hub", "--longest-to-hub",
        "Longest journey from a practice to its hub, one way.",
        "no journey to a hub longer than {:g} minutes",
        "longest_to_hub", "A journey to the hub is too long",
    ),
    DemandRule(
        "longest_between", "minutes", "longest_minutes_between", "--longest-between",
        "Longest journey between two practices of a network.",
        "no two practices of a network more than {:g} minutes apart",
        "longest_between", "A journey between practices is too long",
    ),
    DemandRule(
        "least_practices", "whole", "least_practices", "--least-practices",
        "Least practices of a network, merged ones counted once.",
        "at least {} practices in a network",
        "least_practices", "Too few practices",
    ),
    DemandRule(
        "most_practices", "whole", "most_practices", "--most-practices",
        "Most practices of a network, merged ones counted once.",
        "at most {} practices in a network",
        "most_practices", "Too many practices",
    ),
    DemandRule(
        "no_doughnuts", "whether", "no_doughnuts", "--no-doughnuts",
        "No network lies all around others, as a doughnut does around its hole.",
        "no network all around others",
        "doughnut", "Lies all around others",
    ),
    DemandRule(
        "aligned", "share", "aligned", "--aligned",
        "At least this share of a network's patients lives in its main neighbourhood, such as 75% (--neighbourhoods).",
        "at least {:.4g}% of the patients of each network in its main neighbourhood",
        "aligned", "Too few of its patients live in one neighbourhood",
    ),
    DemandRule(
        "networks", "whole", "networks", "--networks",
        "",
        "exactly {} networks in each area",
        "networks", "Another number of networks than demanded",
    ),
)  # fmt: skip


def demand_rules(*kinds: Kind) -> tuple[DemandRule, ...]:
    """Give the demands of some kinds, in the order of the table."""
    return tuple(rule for rule in DEMAND_RULES if rule.kind in kinds)
