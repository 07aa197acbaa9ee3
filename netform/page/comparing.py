"""Plans from elsewhere, and plans side by side: what each comes to by the rules of now, and who would move."""

from __future__ import annotations

import math
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netform.errors import InputError, RulesError
from netform.inputs.grouping_file import read_grouping
from netform.judge.comparison import passage
from netform.page.choices import network_words
from netform.page.journal import StaleError
from netform.plan.grouping import Grouping
from netform.publications.archive import ZIP, members_of
from netform.report.words import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.page.judgement import Judgement
    from netform.page.planning import Planning
    from netform.page.state import PlanState

__all__ = ["compare_object", "import_object"]

# Plans from elsewhere that a journal holds: each says the network of every practice.
MOST_IMPORTS = 30

# What of an archive is read, the first that is there: a plan folder has the first two, what is taken away from the page
# may be the third.
_WANTED = ("plan.json", "practices.csv", "networks.csv")

# A plan that is compared, and the one that is being made.
NOW = "now"
_NAMES = {NOW: "The plan now", "today": "Today"}


def import_object(planning: Planning, name: str, data: bytes) -> dict[str, Any]:
    """Take in a plan from elsewhere, so that it can be compared with and begun from.

    Parameters
    ----------
    planning : Planning
    name : str
        Of the file, for people.
    data : bytes
        A table of practices and their networks (CSV, Excel), a plan.json, or a ZIP archive of a plan folder.

    Returns
    -------
    dict
        ``id``, ``name``, ``networks``, ``practices`` in one, ``missing`` codes of the list that are in none, ``notes``.

    Raises
    ------
    InputError
        With every fault, a practice that the list does not have among them.
    RulesError
        There are many already.
    """
    shown = one_line(Path(name).name) or "plan"
    grouping = _read(planning, shown, data)
    while True:
        n, state = planning.journal.n, planning.state
        if sum(each.startswith("import-") for each in state.imports) >= MOST_IMPORTS:
            raise RulesError(f"{MOST_IMPORTS} plans were taken in already: begin another journal for more.")
        number = next(k for k in range(1, MOST_IMPORTS + 2) if f"import-{k}" not in state.imports)
        line = {
            "n": n,
            "area": next(iter(planning.prepared.areas)),
            "kind": "import",
            "id": f"import-{number}",
            "name": shown,
            "network_of": grouping.network_of,
            "names": dict(grouping.names),
        }
        try:
            planning.change(line)
        except StaleError:  # somebody moved a practice meanwhile, which has nothing to do with it
            continue
        break
    return {
        "id": line["id"],
        "name": shown,
        "networks": len(grouping.networks),
        "practices": len(grouping.network_of),
        "missing": list(grouping.unplaced),
        "notes": [one_line(note) for note in grouping.notes],
    }


def _read(planning: Planning, name: str, data: bytes) -> Grouping:
    """Read a plan from what was sent; whatever is wrong is said of the file by its own name."""
    inside, content = "", data
    if data.startswith(ZIP):
        members = [(each.rpartition(", ")[2], part) for each, part in members_of(data, name)]
        found = [
            (known, part)
            for known in _WANTED
            for each, part in members
            if each.replace("\\", "/").rpartition("/")[2] == known
        ]
        if found:
            inside, content = found[0]
        elif len(members) > 1 or members[0][1] is not data:
            held = ", ".join(_WANTED)
            raise RulesError(
                f"{name} holds none of {held}: send the ZIP archive of a plan folder, or one of them."
            )
    if not inside:
        inside = "plan.json" if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else "plan.csv"
        inside = "plan.xlsx" if data.startswith(ZIP) else inside
    with tempfile.TemporaryDirectory(prefix="netform-") as folder:
        # The name of the file is the user's, and never becomes part of a path.
        path = Path(folder) / inside
        path.write_bytes(content)
        try:
            grouping = read_grouping(str(path), planning.prepared.practices)
        except InputError as error:
            raise InputError([replace(fault, file=name) for fault in error.faults]) from None
    return replace(grouping, name=name)


def compare_object(planning: Planning, area: str, with_: Sequence[str]) -> dict[str, Any]:
    """Show two or three plans of an area side by side.

    Parameters
    ----------
    planning : Planning
    area : str
    with_ : sequence of str
        ``now``, ``today``, ``plan`` (what was begun with), or the id of an import.

    Raises
    ------
    RulesError
        One of them is not there.
    """
    codes, state = planning.codes(area), planning.state
    states = [_state_of(state, each, codes) for each in with_]
    judged = [planning.judged(each, area) for each in states]
    sides = [_grouping(each, other, codes) for each, other in zip(with_, states, strict=True)]
    sizes = {code: planning.prepared.graph.nodes[code]["list_size"] for code in codes}
    names = [_NAMES.get(each) or state.imports[each].name for each in with_]
    moved, movers = [], set[str]()
    for i, a in enumerate(sides):
        for j in range(i + 1, len(sides)):
            gone = _moved(a, sides[j], sizes)
            movers |= set(gone)
            moved.append(
                {
                    "a": with_[i],
                    "b": with_[j],
                    "practices": len(gone),
                    "patients": sum(sizes[code] for code in gone),
                }
            )
    return {
        "plans": [
            {"id": each, "name": name, **_figures(judgement, sizes)}
            for each, name, judgement in zip(with_, names, judged, strict=True)
        ],
        "moves": [
            {
                "code": code,
                "name": one_line(planning.listed.names[code]),
                "patients": sizes[code],
                "networks": [_label(each, other, code) for each, other in zip(with_, states, strict=True)],
            }
            for code in codes
            if code in movers
        ],
        "moved": moved,
    }


def _state_of(state: PlanState, plan: str, codes: Sequence[str]) -> PlanState:
    """A state in which an area is as a plan has it."""
    if plan == NOW:
        return state
    if plan not in state.imports:
        raise RulesError(f"There is no plan {plan!r} to compare with: take it in first.")
    its, left_out = state.imports[plan], set(state.rules.demands.exclude)
    network_of = {
        code: its.network_of[code] for code in codes if code in its.network_of and code not in left_out
    }
    return replace(state, network_of=network_of, numbers={}, names=its.names, locked=frozenset())


def _grouping(plan: str, state: PlanState, codes: Sequence[str]) -> Grouping:
    placed = state.groups(codes)
    return Grouping(plan, placed, tuple(sorted(code for code in codes if code not in state.network_of)))


def _moved(a: Grouping, b: Grouping, sizes: dict[str, int]) -> list[str]:
    """The practices that are not where most of their network is, and those that only one of two plans places."""
    gone = set(passage(a, b, sizes).moved)
    return sorted(gone | (set(a.unplaced) ^ set(b.unplaced)))


def _label(plan: str, state: PlanState, code: str) -> str | None:
    network = state.network_of.get(code)
    if network is None:
        return None
    return network_words(state, network) if plan == NOW else one_line(state.names.get(network, network))


def _figures(judgement: Judgement, sizes: dict[str, int]) -> dict[str, Any]:
    """What a plan comes to, in a few figures."""
    networks = [each.network for each in judgement.networks.values()]
    patients = sum(each.list_size for each in networks)
    minutes = math.fsum(
        sizes[code] * minutes
        for each in networks
        for code, minutes in zip(each.practice_codes, each.minutes_to_hub, strict=True)
    )
    pounds = [post.pounds_year for each in networks for post in each.posts]
    known = [each for each in pounds if each is not None]
    totals = judgement.totals
    return {
        **{name: totals[name] for name in ("networks", "in_band", "cost", "hours", "penalties", "terms")},
        "broken": sum(bool(each.breaches) for each in judgement.networks.values()),
        "unplaced": len(judgement.unplaced),
        "minutes": minutes / patients if patients else None,
        **({"money": math.fsum(known)} if known and len(known) == len(pounds) else {}),
    }
