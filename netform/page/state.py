"""What people have decided: who is in which network, which networks are locked, and by what rules; and how it changes.

A state never changes; each change gives another (`changed`). All of a list is in one state, area by area.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from netform.errors import RulesError
from netform.rules.demands import Demands
from netform.rules.model import MOST_PATIENTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from netform.plan.grouping import Grouping
    from netform.rules.model import Rules

__all__ = ["Imported", "List", "PlanState", "changed", "imported", "started"]

# What a change of rules may name, besides weights: the band, and demands by their fields.
_BAND = ("least", "most")
_WHOLE = ("networks", "least_practices", "most_practices")
_MINUTES = ("longest_to_hub", "longest_between")


# What each is called in a sentence.
_CALLED = {
    "least": "the least of a network",
    "most": "the most of a network",
    "networks": "the number of networks",
    "least_practices": "the fewest practices of a network",
    "most_practices": "the most practices of a network",
    "longest_to_hub": "the longest way to a hub, minutes:",
    "longest_between": "the longest way between two practices, minutes:",
    "aligned": "the share in the main neighbourhood",
    "no_doughnuts": "no network around others:",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """A plan from elsewhere, to be compared with or to start from.

    Attributes
    ----------
    name : str
        For people.
    network_of : mapping of str to str
        The label of each placed practice's network.
    names : mapping of str to str
        Of networks whose label is a code.
    """

    name: str
    network_of: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class List:
    """What a change is checked against.

    Attributes
    ----------
    area_of : mapping of str to str
        The area of every practice of the list.
    names : mapping of str to str
        What each is called.
    """

    area_of: Mapping[str, str]
    names: Mapping[str, str]

    def called(self, codes: Sequence[str]) -> str:
        """Name some practices for people: two of them, or how many."""
        said = [f"{self.names[code]} ({code})" if self.names[code] != code else code for code in codes]
        return " and ".join(said) if len(said) < 3 else f"{len(said):,} practices"


@dataclass(frozen=True, slots=True)
class PlanState:
    """Who is in which network, which are locked, and by what rules.

    Attributes
    ----------
    rules : Rules
        Without the locks.
    network_of : mapping of str to str
        The id of the network of each practice that is in one.
    numbers : mapping of str to int
        What each network is called within its area, 1 for the first; kept when it is emptied.
    names : mapping of str to str
        Of networks that have a name of their own.
    locked : frozenset of str
        Networks that stay as they are.
    imports : mapping of str to Imported
    """

    rules: Rules
    network_of: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    locked: frozenset[str] = frozenset()
    imports: Mapping[str, Imported] = field(default_factory=dict)

    def groups(self, codes: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Give the networks of some practices, by number; members in order of code.

        Parameters
        ----------
        codes : iterable of str
            Those of an area.
        """
        members: dict[str, list[str]] = {}
        for code in codes:
            if code in self.network_of:
                members.setdefault(self.network_of[code], []).append(code)
        return {each: tuple(sorted(members[each])) for each in sorted(members, key=self._place)}

    def ruled(self) -> Rules:
        """The rules with every locked network as a pin, in place of pins that were broken up."""
        demands = self.rules.demands
        members: dict[str, list[str]] = {}
        for code, network in self.network_of.items():
            if network in self.locked:
                members.setdefault(network, []).append(code)
        locks = {tuple(sorted(codes)) for codes in members.values()}
        held = {code for codes in locks for code in codes}
        pins = locks | {pin for pin in demands.pins if held.isdisjoint(pin)}
        return replace(self.rules, demands=replace(demands, pins=tuple(sorted(pins))))

    def _place(self, network: str) -> tuple[int, str]:
        return self.numbers.get(network, 0), network


def started(state: PlanState, grouping: Imported, codes: Collection[str]) -> PlanState:
    """Put some practices where a division has them, and nowhere where it has them nowhere; nothing there stays locked.

    Parameters
    ----------
    state : PlanState
    grouping : Imported
    codes : collection of str
        Those of an area.
    """
    kept = {code: network for code, network in state.network_of.items() if code not in codes}
    taken = set(kept.values())
    labels = sorted({grouping.network_of[code] for code in codes if code in grouping.network_of})
    # A label that another area has, too, is told apart here.
    ids = {label: _unused(label, taken) for label in labels}
    placed = {code: ids[grouping.network_of[code]] for code in sorted(codes) if code in grouping.network_of}
    names = {
        ids[label]: grouping.names[label] for label in labels if grouping.names.get(label, label) != label
    }
    gone = {network for code, network in state.network_of.items() if code in codes} - taken
    return replace(
        state,
        network_of=kept | placed,
        numbers={each: number for each, number in state.numbers.items() if each not in gone}
        | {ids[label]: number for number, label in enumerate(labels, start=1)},
        names={each: name for each, name in state.names.items() if each not in gone} | names,
        locked=state.locked - gone,
    )


def imported(grouping: Grouping) -> Imported:
    """Take a division for what a state holds of it."""
    return Imported(grouping.name, grouping.network_of, dict(grouping.names))


def changed(state: PlanState, asked: Mapping[str, Any], listed: List) -> tuple[PlanState, str]:
    """Change a state as somebody asks.

    Parameters
    ----------
    state : PlanState
    asked : mapping
        ``kind``, ``area`` and what the kind needs: see `_KINDS`.
    listed : List

    Returns
    -------
    state : PlanState
    said : str
        What was done, in a sentence.

    Raises
    ------
    RulesError
        It cannot be done: with what to do instead.
    """
    kind = asked.get("kind")
    if kind not in _KINDS:
        raise RulesError(f"{kind!r} is no change that this page knows.")
    return _KINDS[kind](state, asked, listed)


def _move(state: PlanState, asked: Mapping[str, Any], listed: List) -> tuple[PlanState, str]:
    """Move ``codes`` ``to`` a network, to a ``new`` one, or out of all."""
    codes, to = _codes(asked, listed), asked.get("to")
    if left := [code for code in codes if code in state.rules.demands.exclude]:
        raise RulesError(f"{listed.called(left)} is left out of all networks: take it back in first.")
    area = asked["area"]
    here = {
        state.network_of[code]
        for code in listed.area_of
        if listed.area_of[code] == area and code in state.network_of
    }
    if to not in {None, "new", *here}:
        raise RulesError(f"There is no network {to!r} in this area any more.")
    codes = [code for code in codes if state.network_of.get(code) != to]
    if not codes:
        raise RulesError("Every practice chosen is there already.")
    froms = {state.network_of[code] for code in codes if code in state.network_of}
    for each in sorted(state.locked.intersection(froms | {to})):
        raise RulesError(f"Network {state.numbers[each]} is locked: unlock it first.")
    if to == "new":
        to = _unused(f"{area}-new" if area else "new", set(state.numbers))
        used = [state.numbers[each] for each in here]
        state = replace(state, numbers={**state.numbers, to: max(used, default=0) + 1})
    network_of = {code: network for code, network in state.network_of.items() if code not in codes}
    if to is not None:
        network_of |= dict.fromkeys(codes, to)
    told = "into no network" if to is None else f"to network {state.numbers[str(to)]}"
    before = sorted({state.numbers[each] for each in froms})
    since = f" from network {before[0]}" if len(before) == 1 else ""
    return replace(state, network_of=network_of), f"{listed.called(codes)} moved{since} {told}."


def _lock(state: PlanState, asked: Mapping[str, Any], listed: List) -> tuple[PlanState, str]:
    """Lock ``networks`` or unlock them."""
    del listed
    networks = _strings(asked, "networks")
    known = set(state.network_of.values())
    if unknown := [each for each in networks if each not in known]:
        raise RulesError(f"There is no network {unknown[0]!r} any more.")
    locked = state.locked | set(networks) if asked.get("locked") else state.locked - set(networks)
    named = ", ".join(str(each) for each in sorted(state.numbers[each] for each in networks))
    word = "locked: it stays as it is" if asked.get("locked") else "unlocked"
    if len(networks) > 1:
        word = word.replace("it stays as it is", "they stay as they are")
    return replace(state, locked=locked), f"Network{'s' * (len(networks) > 1)} {named} {word}."


def _together(state: PlanState, asked: Mapping[str, Any], listed: List) -> tuple[PlanState, str]:
    """Demand that ``codes`` be in one network."""
    return _group(state, asked, listed, "together")


def _apart(state: PlanState, asked: Mapping[str, Any], listed: List) -> tuple[PlanState, str]:
    """Demand that no two of ``codes`` be in one network."""
    return _group(state, asked, listed, "apart")


def _group(state: PlanState, asked: Mapping[str, Any], listed: List, demand: str) -> tuple[PlanState, str]:
    codes = tuple(sorted(_codes(asked, listed)))
    if len(codes) < 2:
        raise RulesError("Choose two practices or more.")
    demands = state.rules.demands
    groups = tuple(sorted({*getattr(demands, demand), codes}))
    where = "in one network" if demand == "together" else "in different networks"
    return _demanded(state, {demand: groups}), f"{listed.called(codes)} are to be {where}."


def _free(state: PlanState, asked: Mapping[str, Any], listed: List) -> tuple[PlanState, str]:
    """Take back that ``codes`` be together or apart, as ``demand`` says."""
    demand, codes = asked.get("demand"), tuple(sorted(_codes(asked, listed)))
    if demand not in {"together", "apart"}:
        raise RulesError("Say whether together or apart is taken back.")
    groups = tuple(each for each in getattr(state.rules.demands, demand) if each != codes)
    if groups == getattr(state.rules.demands, demand):
        raise RulesError("That is not demanded any more.")
    return _demanded(state, {demand: groups}), f"{listed.called(codes)} need no longer be {demand}."


def _exclude(state: PlanState, asked: Mapping[str, Any], listed: List) -> tuple[PlanState, str]:
    """Leave ``codes`` out of all networks, or take them back in."""
    codes, out = _codes(asked, listed), bool(asked.get("excluded"))
    for code in codes:
        if out and state.network_of.get(code) in state.locked:
            raise RulesError(f"Network {state.numbers[state.network_of[code]]} is locked: unlock it first.")
    before = set(state.rules.demands.exclude)
    after = before | set(codes) if out else before - set(codes)
    if out:
        placed = {code: network for code, network in state.network_of.items() if code not in codes}
        state = replace(state, network_of=placed)
    said = "left out of all networks" if out else "no longer left out, and in no network yet"
    be = "is" if len(codes) == 1 else "are"
    return _demanded(state, {"exclude": tuple(sorted(after))}), f"{listed.called(codes)} {be} {said}."


def _hub(state: PlanState, asked: Mapping[str, Any], listed: List) -> tuple[PlanState, str]:
    """Demand that ``code`` be the hub of its network, or take it back."""
    code = _codes({"codes": [asked.get("code")]}, listed)[0]
    before, wanted = set(state.rules.demands.hub_must), bool(asked.get("hub"))
    after = before | {code} if wanted else before - {code}
    said = "is to be the hub of its network" if wanted else "need not be a hub"
    return _demanded(state, {"hub_must": tuple(sorted(after))}), f"{listed.called([code])} {said}."


def _rules(state: PlanState, asked: Mapping[str, Any], listed: List) -> tuple[PlanState, str]:
    """Change the band, ``weights``, and demands that are numbers."""
    del listed
    numbers = {name: asked[name] for name in (*_BAND, *_WHOLE, *_MINUTES, "aligned") if name in asked}
    for name, value in numbers.items():
        _check_number(name, value)
    rules = state.rules
    if "least" in numbers or "most" in numbers:
        least, most = (int(numbers[name]) if name in numbers else None for name in _BAND)
        rules = rules.with_band(least, most)
    weights = asked.get("weights") or {}
    if not isinstance(weights, dict):
        raise RulesError("Weights are given by term.")
    rules = rules.with_weights(weights)
    demands: dict[str, Any] = {
        name: math.inf if value is None and name in _MINUTES else value
        for name, value in numbers.items()
        if name not in _BAND
    }
    if "no_doughnuts" in asked:
        demands["no_doughnuts"] = bool(asked["no_doughnuts"])
    rules = replace(rules, demands=replace(rules.demands, **demands))
    if rules == state.rules:
        raise RulesError("These rules are as they were.")
    return replace(state, rules=rules), f"{_told(asked)}."


def _check_number(name: str, value: Any) -> None:
    """Refuse what is no number of its kind; nothing (None) is no limit, where there need be none."""
    called = name.replace("_", " ")
    if value is None and name in {*_MINUTES, "networks"}:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RulesError(f"{called} is {value!r}, which is no number.")
    if name in {*_BAND, *_WHOLE} and not (isinstance(value, int) and 1 <= value <= MOST_PATIENTS):
        raise RulesError(f"{called} is {value!r}: give a whole number, 1 or more.")
    if name in _MINUTES and value <= 0:
        raise RulesError(f"{called} is {value!r}: give minutes above 0.")
    if name == "aligned" and not 0 <= value <= 1:
        raise RulesError(f"{called} is {value!r}: give a share between 0 and 1.")


def _told(asked: Mapping[str, Any]) -> str:
    """Say which rules were changed to what."""
    said = [f"{_CALLED[name]} {_value(name, asked[name])}" for name in _CALLED if name in asked]
    weights = asked.get("weights") or {}
    said += [f"weight of {name.replace('_', ' ')} {value:g}" for name, value in weights.items()]
    return f"Rules changed: {', '.join(said)}"


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return "not limited"
    return f"{value:.0%}" if name == "aligned" else f"{value:,}"


def _start(state: PlanState, asked: Mapping[str, Any], listed: List) -> tuple[PlanState, str]:
    """Begin the area anew ``from`` an import, or from nobody in a network."""
    origin, area = str(asked.get("from")), asked["area"]
    codes = {code for code, its in listed.area_of.items() if its == area}
    if origin == "none":
        return started(state, Imported("none", {}), codes), "Nobody is in a network."
    if origin not in state.imports:
        raise RulesError(f"There is no plan {origin!r} to begin from.")
    begun = started(state, state.imports[origin], codes - set(state.rules.demands.exclude))
    return begun, f"Begun anew from {state.imports[origin].name}."


def _take(state: PlanState, asked: Mapping[str, Any], listed: List) -> tuple[PlanState, str]:
    """Take the networks of an answer: ``network_of`` of the practices of the area, which keeps locked networks."""
    area, given = asked["area"], asked.get("network_of")
    codes = {code for code, its in listed.area_of.items() if its == area}
    if not isinstance(given, dict) or not all(isinstance(each, str) for each in given.values()):
        raise RulesError("An answer says the network of each practice.")
    if set(given) - codes:
        raise RulesError("The answer is of other practices.")
    for code in sorted(codes):
        now = state.network_of.get(code)
        if (now in state.locked or given.get(code) in state.locked) and given.get(code) != now:
            raise RulesError(
                f"Network {state.numbers[now or given[code]]} is locked and would change: unlock it, or ask again."
            )
    kept = {code: network for code, network in state.network_of.items() if code not in codes}
    fresh = sorted(set(given.values()) - set(state.numbers))
    used = [state.numbers[each] for each in set(given.values()) & set(state.numbers)]
    numbers, number = dict(state.numbers), 0
    for each in fresh:
        number = next(k for k in range(number + 1, len(codes) + len(used) + 2) if k not in used)
        numbers[each] = number
    return replace(state, network_of=kept | given, numbers=numbers), str(
        asked.get("said") or "The answer was taken."
    )


def _import(state: PlanState, asked: Mapping[str, Any], listed: List) -> tuple[PlanState, str]:
    """Remember a plan from elsewhere by its ``id``: its ``name``, ``network_of`` and ``names``."""
    network_of = {code: label for code, label in asked["network_of"].items() if code in listed.area_of}
    plan = Imported(asked["name"], network_of, asked.get("names", {}))
    return replace(state, imports={**state.imports, asked["id"]: plan}), f"{plan.name} can be compared with."


def _demanded(state: PlanState, demands: Mapping[str, Any]) -> PlanState:
    named: Demands = replace(state.rules.demands, **demands)
    return replace(state, rules=replace(state.rules, demands=named))


def _codes(asked: Mapping[str, Any], listed: List) -> list[str]:
    """The practices that are asked about, each once, all of the area."""
    codes = list(dict.fromkeys(_strings(asked, "codes")))
    for code in codes:
        if code not in listed.area_of:
            raise RulesError(f"{code!r} is no practice of the list.")
        if "area" in asked and listed.area_of[code] != asked["area"]:
            raise RulesError(f"{listed.called([code])} is in another area, and no network crosses the line.")
    return codes


def _strings(asked: Mapping[str, Any], key: str) -> list[str]:
    given = asked.get(key)
    if not isinstance(given, list) or not given or not all(isinstance(each, str) for each in given):
        raise RulesError(f"Say which {key}.")
    return given


def _unused(wanted: str, taken: set[str]) -> str:
    """A name like the wanted one that is not taken yet."""
    if wanted not in taken:
        return wanted
    return next(name for k in range(2, len(taken) + 3) if (name := f"{wanted}-{k}") not in taken)


_KINDS = {
    "move": _move,
    "lock": _lock,
    "together": _together,
    "apart": _apart,
    "free": _free,
    "exclude": _exclude,
    "hub": _hub,
    "rules": _rules,
    "start": _start,
    "take": _take,
    "import": _import,
}
