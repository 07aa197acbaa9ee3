"""One sheet for each network of a plan: its members, hub, posts, what it takes, and where it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.practices.names import written_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from netform.practices.model import Practice
    from netform.report.against_today import Changes, NetworkChanges
    from netform.report.tables import NetworkRow
    from netform.result import Result

__all__ = ["Member", "Sheet", "named", "sheets"]

# A code in one of our sentences: letters, digits and hyphens.
_CODE = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Member:
    """A practice of a network as a row: ``today`` is its network of today, blank where it has none."""

    practice: Practice
    minutes: float
    is_hub: bool
    today: str
    joins: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A network by itself; ``changes`` is None where the list has no networks of today."""

    row: NetworkRow
    members: tuple[Member, ...]
    changes: NetworkChanges | None


def sheets(rows: Sequence[NetworkRow], changes: Changes | None) -> list[Sheet]:
    """Make the sheets of some networks, members by list size.

    Parameters
    ----------
    rows : sequence of NetworkRow
    changes : Changes or None
    """
    made = []
    for row in rows:
        own = changes.by_network[row.network.network_id] if changes else None
        joining = {practice.code for practice, _ in own.joins} if own else set()
        members = (
            Member(
                practice,
                minutes,
                is_hub=practice.code == row.network.hub_code,
                today=changes.today_of.get(practice.code, "") if changes else "",
                joins=practice.code in joining,
            )
            for practice, minutes in zip(row.members, row.network.minutes_to_hub, strict=True)
        )
        ordered = sorted(members, key=lambda member: (-member.practice.list_size, member.practice.code))
        made.append(Sheet(row, tuple(ordered), own))
    return made


def named(result: Result) -> Callable[[str], str]:
    """Give the function that puts names beside the codes of practices and networks in a sentence.

    Parameters
    ----------
    result : Result
    """
    names = {
        each.code: written_name(each.name) for each in result.practices if each.name and _told(each.code)
    }
    networks = {each.network_id: each.name for each in result.plan.networks if _told(each.network_id)}

    def put(text: str) -> str:
        return _CODE.sub(lambda found: _beside(found, names, networks), text)

    return put


def _told(code: str) -> bool:
    """Whether a code cannot pass for a word or a number of a sentence: it has both letters and digits."""
    return any(map(str.isalpha, code)) and any(map(str.isdigit, code))


def _beside(found: re.Match[str], names: Mapping[str, str], networks: Mapping[str, str]) -> str:
    code = found[0]
    if code in names:
        # What follows in brackets, such as a list size, would make two of them.
        bracket = found.string[found.end() : found.end() + 2] == " ("
        return f"{names[code]}, {code}" if bracket else f"{names[code]} ({code})"
    return f"{code} {networks[code]}" if networks.get(code, code) != code else code
