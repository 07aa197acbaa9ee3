"""A plan against the networks of today: what changes for patients and practices, in all and network by network."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.judge.moves import compare_with_today
from netform.practices.names import written_name
from netform.report.words import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netform.judge.comparison import Comparison
    from netform.practices.model import Practice
    from netform.report.facts import Facts
    from netform.result import Result

__all__ = ["Changes", "NetworkChanges", "changes_from_today", "changes_sentences"]


@dataclass(frozen=True, slots=True)
class NetworkChanges:
    """What becomes of the networks of today in one network of a plan.

    Attributes
    ----------
    continues : tuple of (str, int, int)
        Networks of today with more than half of their patients here: what each is called, how many of its practices
        are here, and how many it has.
    joins : tuple of (Practice, str)
        Members that come from another network of today, with that, or are in none: then blank.
    leaves : tuple of (Practice, str)
        Practices of networks that go on here, which are elsewhere: in that network of the plan, or none: then blank.
    same : bool
        Whether it is a network of today as it stands.
    """

    continues: tuple[tuple[str, int, int], ...]
    joins: tuple[tuple[Practice, str], ...]
    leaves: tuple[tuple[Practice, str], ...]
    same: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """A plan against today.

    Attributes
    ----------
    networks, in_band : int
        Of today, and how many of them are inside the band.
    practices, patients : int
        That move.
    share : float
        Of all patients.
    same : int
        Networks of today that stay as they are.
    without : int
        Practices that are in no network today.
    by_network : mapping of str to NetworkChanges
        By ``network_id``.
    today_of : mapping of str to str
        By practice, what its network of today is called.
    """

    networks: int
    in_band: int
    practices: int
    patients: int
    share: float
    same: int
    without: int
    by_network: Mapping[str, NetworkChanges]
    today_of: Mapping[str, str]


def changes_from_today(result: Result, facts: Facts) -> Changes | None:
    """Count what a plan changes; None where the list has no networks of today.

    Parameters
    ----------
    result : Result
    facts : Facts
        Its bands.
    """
    both = compare_with_today(result.plan, result.practices)
    if both is None:
        return None
    practices = {practice.code: practice for practice in result.practices}
    labels = _labels(result)
    return Changes(
        networks=len(both.a.networks),
        in_band=sum(
            _in_band([practices[code] for code in codes], facts) for codes in both.a.networks.values()
        ),
        practices=len(both.forth.moved),
        patients=both.forth.patients_moved,
        share=both.forth.patients_moved / both.patients,
        same=len(both.identical),
        without=len(both.a.unplaced),
        by_network=_by_network(both, practices, labels),
        today_of={code: labels[label] for code, label in both.a.network_of.items()},
    )


def changes_sentences(changes: Changes) -> list[str]:
    """Say what changes, for people.

    Parameters
    ----------
    changes : Changes
    """
    many, same = changes.practices, changes.same
    move = (
        "No practice moves"
        if not many
        else f"{many:,} practice{'s' * (many != 1)} with {changes.patients:,} patients ({percent(changes.share)}) "
        f"move{'s' * (many == 1)} out of {'its' if many == 1 else 'their'} network of today"
    )
    stay = f"{f'{same:,}' if same else 'no'} network{'s stay as they are' if same > 1 else ' stays as it is'}"
    band = f"{changes.in_band:,} of {changes.networks:,} networks"
    said = [
        f"Today {band} {'has' if changes.in_band == 1 else 'have'} a list within the band.",
        f"{move}; {stay}.",
    ]
    if changes.without:
        one = changes.without == 1
        said.append(f"{changes.without:,} practice{' is' if one else 's are'} in no network today.")
    return said


def _labels(result: Result) -> dict[str, str]:
    """Call each network of today by its name and its code, or by its code alone."""
    names = result.practices.network_names
    codes = {practice.pcn_code for practice in result.practices if practice.pcn_code}
    return {
        code: f"{written_name(names[code])} ({code})" if names.get(code, code) != code else code
        for code in codes
    }


def _in_band(members: list[Practice], facts: Facts) -> bool:
    """Hold a network of today to the band of its area, or of the list where it lies in several."""
    areas = {practice.area for practice in members}
    band = (facts.least, facts.most)
    least, most = facts.bands.get(areas.pop(), band) if len(areas) == 1 else band
    return least <= sum(practice.list_size for practice in members) <= most


def _by_network(
    both: Comparison, practices: Mapping[str, Practice], labels: Mapping[str, str]
) -> dict[str, NetworkChanges]:
    continued: dict[str, list[str]] = defaultdict(list)
    for label, heir in sorted(both.forth.heirs.items()):
        continued[heir].append(label)
    same = {pair.b for pair in both.identical}
    now, then = both.a.network_of, both.b.network_of
    changes = {}
    for network, members in both.b.networks.items():
        inside = set(members)
        gone = [code for label in continued[network] for code in both.a.networks[label] if code not in inside]
        come = [code for code in members if now.get(code, "") not in continued[network]]
        changes[network] = NetworkChanges(
            continues=tuple(
                (labels[label], len(inside.intersection(both.a.networks[label])), len(both.a.networks[label]))
                for label in continued[network]
            ),
            joins=tuple((practices[code], labels.get(now.get(code, ""), "")) for code in come),
            leaves=tuple((practices[code], then.get(code, "")) for code in sorted(gone)),
            same=network in same,
        )
    return changes
