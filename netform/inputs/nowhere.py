"""Practices that are nowhere, as the planner wants them: where their postcode is, left out, or attached to another.

A practice that is attached has no ground. It is the neighbour of one practice, and of no other, so that nothing hangs
together through it; it stands at that practice's place for every journey, so that its patients travel as those do. A
practice at no distance from everybody would make the best hub of any network, though nobody could go there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from netform.errors import RulesError
from netform.practices.nowhere import why_nowhere
from netform.practices.values import CellError, clean_code, some_of
from netform.rules.toml_values import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netform.inputs.places import Places
    from netform.practices.model import PracticeList
    from netform.rules.model import Rules

__all__ = ["EVERYWHERE_ELSE", "Nowhere", "find_nowhere", "minutes_of_hosts", "places_of_hosts"]

KEEP, LEAVE_OUT, ATTACH = "keep", "leave-out", "attach"
WORDS = (KEEP, LEAVE_OUT, ATTACH)


@dataclass(frozen=True, slots=True)
class Nowhere:
    """The practices of a list that are not on the ground, by what is to become of them.

    Attributes
    ----------
    left_out : frozenset of str
        Codes of those that are to be in no network.
    hosts : mapping of str to str
        The practice that each of the others is attached to.
    notes : tuple of str
    kept : frozenset of str
        Practices of which the planner has said that they are on the ground.
    """

    left_out: frozenset[str] = frozenset()
    hosts: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    kept: frozenset[str] = frozenset()

    @property
    def away(self) -> frozenset[str]:
        """Codes of all of them."""
        return self.left_out.union(self.hosts)

    def __contains__(self, code: str) -> bool:
        return code in self.left_out or code in self.hosts

    def __bool__(self) -> bool:
        return bool(self.left_out or self.hosts)


EVERYWHERE_ELSE = Nowhere()


def find_nowhere(practices: PracticeList, places: Places, given: Sequence[str], rules: Rules) -> Nowhere:
    """Find the practices that are not on the ground, and what the planner wants of each.

    Parameters
    ----------
    practices : PracticeList
    places : Places
        In list order.
    given : sequence of str
        Each ``keep``, ``leave-out`` or ``attach``, for all that are recognised; or ``CODE=`` and one of these or the
        code of the practice to attach it to. Without any, those recognised are named in a note and kept.
    rules : Rules
        Whoever is attached goes to a practice within the band that is not left out, where there is one.

    Raises
    ------
    RulesError
        Something given cannot be read or done: all of it at once.
    """
    problems: list[str] = []
    for_all, own = _choices(given, practices, problems)
    reasons = {practice.code: why for practice in practices if (why := why_nowhere(practice))}
    chosen = {**dict.fromkeys(reasons, for_all or KEEP), **own}
    away = {code for code, choice in chosen.items() if choice != KEEP}
    hosts = {
        code: host
        for code, choice in sorted(chosen.items())
        if choice not in (KEEP, LEAVE_OUT)
        and (host := _host(code, choice, practices, places, away, rules, problems))
    }
    grounded = {practice.area for practice in practices if practice.code not in away}
    bare = sorted({practice.area for practice in practices} - grounded)
    if bare and not problems:
        where = some_of([f"area {area!r}" if area else "the list" for area in bare])
        problems.append(f"--nowhere leaves no practice of {where} on the ground: keep one with CODE=keep.")
    if problems:
        raise RulesError("\n".join(problems))
    left_out = frozenset(code for code, choice in chosen.items() if choice == LEAVE_OUT)
    undecided = {} if for_all else {code: why for code, why in reasons.items() if code not in own}
    kept = frozenset(code for code, choice in own.items() if choice == KEEP)
    return Nowhere(left_out, hosts, tuple(_notes(undecided, left_out, hosts)), kept)


def places_of_hosts(practices: PracticeList, places: Places, nowhere: Nowhere) -> Places:
    """Put those that are attached where the practice is that they are attached to: for travel.

    Parameters
    ----------
    practices : PracticeList
    places : Places
        In list order.
    nowhere : Nowhere
    """
    if not nowhere.hosts:
        return places
    host = _hosts_by_position(practices, nowhere)
    at = [host.get(k, k) for k in range(len(practices))]
    return replace(places, easting=places.easting[at], northing=places.northing[at])


def minutes_of_hosts(
    minutes: Mapping[tuple[int, int], float], practices: PracticeList, nowhere: Nowhere
) -> dict[tuple[int, int], float]:
    """Give those that are attached the given minutes of the practice that they are attached to, and none of their own.

    Parameters
    ----------
    minutes : mapping of (int, int) to float
        By positions in the list, the smaller first.
    practices : PracticeList
    nowhere : Nowhere
    """
    host = _hosts_by_position(practices, nowhere)
    if not host or not minutes:
        return dict(minutes)
    guests: dict[int, list[int]] = {}
    for k, at in host.items():
        guests.setdefault(at, []).append(k)
    given: dict[tuple[int, int], float] = {}
    for (a, b), driven in minutes.items():
        if a not in host and b not in host:
            for i in (a, *guests.get(a, ())):
                for j in (b, *guests.get(b, ())):
                    given[min(i, j), max(i, j)] = driven
    for at, several in guests.items():
        together = sorted([at, *several])
        given.update({(i, j): 0.0 for i in together for j in together if i < j})
    return given


def _hosts_by_position(practices: PracticeList, nowhere: Nowhere) -> dict[int, int]:
    position = {code: k for k, code in enumerate(practices.codes)}
    return {position[code]: position[host] for code, host in nowhere.hosts.items()}


def _choices(
    given: Sequence[str], practices: PracticeList, problems: list[str]
) -> tuple[str, dict[str, str]]:
    """Read what is wanted of all, and of practices by their codes; a host is given by its code."""
    for_all: list[str] = []
    own: dict[str, str] = {}
    for text in given:
        name, named, wanted = text.rpartition("=")
        word = wanted.strip().casefold()
        if not named:
            if word in WORDS:
                for_all.append(word)
            else:
                problems.append(
                    f"--nowhere {text[:40]!r}: write {KEEP}, {LEAVE_OUT} or {ATTACH}, or one of them for a practice, "
                    f"such as Y00081={ATTACH}."
                )
            continue
        codes = [_code(name, text, practices, problems)]
        if word not in WORDS:
            codes.append(_code(wanted, text, practices, problems))
        if all(codes):
            choice = word if word in WORDS else codes[1]
            if own.setdefault(codes[0], choice) != choice:
                problems.append(f"--nowhere says two things of {codes[0]}: {own[codes[0]]} and {choice}.")
    if len(set(for_all)) > 1:
        problems.append(f"--nowhere says two things of all: {' and '.join(sorted(set(for_all)))}.")
    return (for_all[0] if for_all else ""), own


def _code(text: str, whole: str, practices: PracticeList, problems: list[str]) -> str:
    """Find the code of a practice of the list; nothing, and a problem, where there is none."""
    try:
        code = clean_code(text.strip())
    except CellError as error:
        problems.append(f"--nowhere {whole[:40]!r}: {error.problem}.")
        return ""
    if code not in practices.codes:
        problems.append(f"--nowhere {whole[:40]!r}: {code} is not in the list.{_near(code, practices)}")
        return ""
    return code


def _near(code: str, practices: PracticeList) -> str:
    suggestion = nearest(code, practices.codes)
    return suggestion if suggestion.startswith(" Did") else ""


def _host(
    code: str,
    choice: str,
    practices: PracticeList,
    places: Places,
    away: set[str],
    rules: Rules,
    problems: list[str],
) -> str:
    """Find the practice that another is attached to: the one named, or the nearest of its area that can take it."""
    position = {practice.code: k for k, practice in enumerate(practices)}
    mine = practices.practices[position[code]]
    if choice != ATTACH:
        other = practices.practices[position[choice]]
        if choice in away or choice == code:
            problems.append(f"--nowhere {code}={choice}: {choice} is not on the ground itself.")
        elif other.area != mine.area:
            problems.append(
                f"--nowhere {code}={choice}: they are of areas {mine.area!r} and {other.area!r}, and no network "
                "crosses from one to the other."
            )
        return choice
    here = places.easting[position[code]], places.northing[position[code]]
    most = rules.for_area(mine.area).most
    ranked = sorted(
        (
            other.code in rules.demands.exclude or other.list_size > most,
            math.dist(here, (places.easting[k], places.northing[k])),
            other.code,
        )
        for k, other in enumerate(practices)
        if other.area == mine.area and other.code not in away
    )
    return ranked[0][2] if ranked else ""


def _notes(undecided: Mapping[str, str], left_out: frozenset[str], hosts: Mapping[str, str]) -> list[str]:
    notes = []
    if undecided:
        said = [f"{code} ({why})" for code, why in sorted(undecided.items())]
        notes.append(
            f"Practices that may not be on the ground: {some_of(said)}. They are planned where their postcode is; "
            f"--nowhere {LEAVE_OUT} or --nowhere {ATTACH} takes them off the map, --nowhere {KEEP} keeps them."
        )
    if left_out:
        notes.append(f"Not on the ground, and left out as asked (--nowhere): {some_of(sorted(left_out))}.")
    if hosts:
        pairs = [f"{code} to {host}" for code, host in sorted(hosts.items())]
        notes.append(
            f"Not on the ground, and attached as asked (--nowhere): {some_of(pairs)}. They travel as that practice "
            "does. A plan has them in its network; a division that is scored counts them in their own, whose ground is "
            "that of the others, in one piece or not."
        )
    return notes
