"""A plan in the making: the list, what has been decided so far, what that comes to, and the one way to change it.

Safe to be asked from several threads: changes stand in line, and each is in the journal before anybody hears of it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netform.errors import InputError, RulesError
from netform.inputs.grouping_file import todays_grouping
from netform.page.journal import Journal, StaleError
from netform.page.judgement import Best, Judge, judgement_object
from netform.page.state import Imported, List, PlanState, changed, imported, started
from netform.practices.names import written_name
from netform.report.score_text import breach_words
from netform.report.words import area_name, one_line
from netform.report.words import hours as hours_words
from netform.rules.conflicts.clashes import refuse_clashes
from netform.rules.toml import rules_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from netform.page.judgement import Judgement
    from netform.plan.grouping import Grouping
    from netform.prepared import Prepared
    from netform.rules.model import Rules
    from netform.solve.model.outcome import Options

__all__ = ["Planning"]

# Changes of rules are checked for clashes with each other; moves break rules as they please, which is shown.
DEMANDING = ("lock", "together", "apart", "exclude", "hub", "rules")


# Of what a change breaks and of what it mends, so many are named: the rows of the networks have them all.
MOST_SAID = 3


@dataclass(slots=True)
class Planning:
    """A list with what has been decided of it.

    Attributes
    ----------
    prepared : Prepared
    options : Options
        How questions are answered.
    rules : Rules
        Those it begins with.
    journal : Journal
    judge : Judge
    listed : List
    now : callable
        The time, for the journal.
    on_change : list of callable
        Told of every change: its number, its area, and the tab it came from.
    """

    prepared: Prepared
    options: Options
    rules: Rules
    journal: Journal
    judge: Judge
    listed: List
    now: Callable[[], datetime]
    on_change: list[Callable[[int, str, str], None]] = field(default_factory=list)
    # What was last made to be taken away, and of which plan; one is made at a time.
    left: tuple[Any, Any] | None = field(default=None, repr=False)
    leaving_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _begun: PlanState = field(init=False, repr=False)
    _state: PlanState = field(init=False, repr=False)
    _areas: dict[str, list[str]] = field(init=False, repr=False)
    _bests: dict[tuple[str, Rules], Best] = field(default_factory=dict, repr=False)
    _latest: dict[str, tuple[PlanState, Best | None, Judgement]] = field(default_factory=dict, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @classmethod
    def begin(
        cls,
        prepared: Prepared,
        rules: Rules,
        options: Options,
        start: Grouping | None,
        journal: Path,
        now: Callable[[], datetime],
    ) -> Planning:
        """Begin with a plan, or go on with the journal that is there.

        Parameters
        ----------
        prepared : Prepared
        rules : Rules
        options : Options
        start : Grouping or None
            Who is in which network to begin with; today's networks when None, and nobody in any where there are none.
        journal : Path
        now : callable
            The time, for the journal.

        Raises
        ------
        InputError
            The journal is of something else, or cannot be written.
        """
        try:
            today = todays_grouping(prepared.practices)
        except InputError:
            today = None
        first = start or today
        begun = imported(first) if first else Imported("none", {})
        head = {
            "list": one_line(Path(prepared.practices.source).name),
            "list_sha256": prepared.practices.sha256,
            "rules": rules_toml(rules),
            "start": {"name": begun.name, "network_of": dict(begun.network_of), "names": dict(begun.names)},
        }
        areas = prepared.areas
        named = {each.code: written_name(each.name) or each.code for each in prepared.practices}
        listed = List({code: area for area, codes in areas.items() for code in codes}, named)
        judge = Judge(prepared.graph, prepared.practices, areas, today)
        planning = cls(prepared, options, rules, Journal.at(journal, head), judge, listed, now)
        planning._areas = areas
        planning._begin(begun, today)
        return planning

    def _begin(self, begun: Imported, today: Grouping | None) -> None:
        state = PlanState(self.rules, imports={"plan": begun} | ({"today": imported(today)} if today else {}))
        left_out = set(self.rules.demands.exclude)
        for codes in self._areas.values():
            state = started(state, begun, set(codes) - left_out)
        self._begun = state
        self._state = self._replayed()

    @property
    def state(self) -> PlanState:
        """What has been decided so far."""
        return self._state

    def codes(self, area: str) -> list[str]:
        """The practices of an area.

        Raises
        ------
        RulesError
            There is no such area.
        """
        if area not in self._areas:
            raise RulesError(f"There is no area {area!r} in this list.")
        return self._areas[area]

    def areas(self) -> dict[str, Any]:
        """Every area in short, for the first page of a list with several."""
        with self._lock:
            judged = {area: self._judged(area) for area in self._areas}
            state, n = self._state, self.journal.n
        return {
            "title": one_line(Path(self.prepared.practices.source).name),
            "source": one_line(Path(self.prepared.practices.source).name),
            "n": n,
            "journal": self.journal.path.name,
            "has_today": self.judge.today is not None,
            "imports": [{"id": each, "name": plan.name} for each, plan in state.imports.items()],
            "areas": [
                {
                    "area": area,
                    "label": area_name(area),
                    "practices": len(self._areas[area]),
                    "unplaced": len(judgement.unplaced),
                    "broken": sum(bool(each.breaches) for each in judgement.networks.values()),
                    "locked": sum(each in state.locked for each in judgement.networks),
                    "status": judgement.status,
                    **{name: judgement.totals[name] for name in ("patients", "networks", "in_band", "cost")},
                }
                for area, judgement in judged.items()
            ],
            "notes": [*self.journal.notes, *self.prepared.notes],
        }

    def plan(self, area: str) -> dict[str, Any]:
        """An area as it stands."""
        self.codes(area)
        with self._lock:
            return self._object(area)

    def judgement(self, area: str) -> Judgement:
        """An area as it stands, judged."""
        self.codes(area)
        with self._lock:
            return self._judged(area)

    def judged(self, state: PlanState, area: str) -> Judgement:
        """An area as it would stand in another state, judged."""
        with self._lock:
            return self.judge.judge(state, area)

    def change(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Do what is asked, write it down, and say what it came to.

        Parameters
        ----------
        asked : mapping
            ``n``, ``area``, ``tab``, ``kind`` and what the kind needs (`netform.page.state.changed`); ``undo`` and
            ``redo`` are kinds, too.

        Raises
        ------
        StaleError
            Somebody was there first: the plan has more changes than ``n``.
        RulesError
            It cannot be done; nothing has changed.
        """
        area = asked.get("area")
        if not isinstance(area, str):
            raise RulesError("Say in which area.")
        self.codes(area)
        with self._lock:
            if asked.get("n") != self.journal.n:
                raise StaleError(
                    "The plan has changed meanwhile, in another tab: this change was not made. Look at it, and try "
                    "again."
                )
            before = self._judged(area)
            line = {key: value for key, value in asked.items() if key not in {"n", "tab"}}
            said = self._undo_or_redo(line) if asked.get("kind") in {"undo", "redo"} else self._do(line)
            after = self._judged(area)
            shown = self._object(area)
        tab = str(asked.get("tab", ""))
        for told in self.on_change:
            told(shown["n"], area, tab)
        others = [each for each in after.networks if before.networks.get(each) != after.networks[each]]
        return {
            "plan": shown,
            "said": f"{said} {_difference(before, after, self._state)}".strip(),
            "changed": others,
        }

    def remember(self, area: str, rules: Rules, best: Best) -> None:
        """Keep what was proven of an area under some rules, locks as pins among them."""
        with self._lock:
            self._bests[area, self._of_area(area, rules)] = best

    def _of_area(self, area: str, rules: Rules) -> Rules:
        """Rules with the pins of one area alone: locks elsewhere do not change what is best here."""
        inside = set(self._areas[area])
        pins = tuple(pin for pin in rules.demands.pins if inside.issuperset(pin))
        return replace(rules, demands=replace(rules.demands, pins=pins))

    def _judged(self, area: str) -> Judgement:
        best = self._best(area)
        known = self._latest.get(area)
        if known is None or known[0] is not self._state or known[1] is not best:
            known = self._latest[area] = (self._state, best, self.judge.judge(self._state, area, best))
        return known[2]

    def _best(self, area: str) -> Best | None:
        """What is proven of an area under the rules and locks of now."""
        return self._bests.get((area, self._of_area(area, self._state.ruled()))) if self._bests else None

    def _object(self, area: str) -> dict[str, Any]:
        behind, ahead = self.journal.next_of(area)
        best = self._best(area)
        return {
            "n": self.journal.n,
            "area": area,
            "undo": None if behind is None else behind.get("said", behind["kind"]),
            "redo": None if ahead is None else ahead.get("said", ahead["kind"]),
            **judgement_object(self._judged(area), self._state, self.prepared.graph, self.listed.names),
            "bound": None if best is None else best.bound,
        }

    def _do(self, line: dict[str, Any]) -> str:
        state, said = changed(self._state, line, self.listed)
        if line["kind"] in DEMANDING:
            refuse_clashes(state.ruled(), self.prepared.graph)
        self._write({**line, "said": said})
        self._state = state
        return said

    def _undo_or_redo(self, line: dict[str, Any]) -> str:
        behind, ahead = self.journal.next_of(line["area"])
        taken = behind if line["kind"] == "undo" else ahead
        if taken is None:
            raise RulesError(f"There is nothing to {line['kind']} in this area.")
        self._write({"kind": line["kind"], "area": line["area"]})
        self._state = self._replayed()
        word = "Taken back" if line["kind"] == "undo" else "Done again"
        return f"{word}: {taken.get('said', taken['kind'])}"

    def _write(self, line: Mapping[str, Any]) -> None:
        self.journal.add({"at": self.now().isoformat(timespec="seconds"), **line})

    def _replayed(self) -> PlanState:
        """What the lines of the journal come to.

        Raises
        ------
        InputError
            A line cannot be done: the file was written by something else.
        """
        state = self._begun
        for line in self.journal.counting():
            state, _ = changed(state, line, self.listed)
        return state


def _difference(before: Judgement, after: Judgement, state: PlanState) -> str:
    """What has changed, in a few sentences: the cost, and what broke or was mended."""
    said = []
    more = after.totals["cost"] - before.totals["cost"]
    if not before.unplaced and not after.unplaced and abs(more) >= 0.05:
        said.append(f"Costs {hours_words(abs(more))} {'more' if more > 0 else 'less'}.")
    broken = {
        (each, breach.kind): breach for each, scored in after.networks.items() for breach in scored.breaches
    }
    was = {(each, breach.kind) for each, scored in before.networks.items() for breach in scored.breaches}
    fresh = [
        f"Network {state.numbers[network]}: {breach.sentence}"
        for (network, kind), breach in broken.items()
        if (network, kind) not in was
    ]
    said += fresh[:MOST_SAID]
    if len(fresh) > MOST_SAID:
        said.append(f"{len(fresh) - MOST_SAID:,} more rules are broken that were not.")
    mended = [
        f"network {state.numbers[network]} ({breach_words(kind).lower()})"
        for network, kind in sorted(was - broken.keys())
        if network in after.networks
    ]
    if mended:
        others = f" and {len(mended) - MOST_SAID:,} more" if len(mended) > MOST_SAID else ""
        said.append(f"No longer broken: {', '.join(mended[:MOST_SAID])}{others}.")
    if after.status != before.status:
        said.append(after.sentence)
    return " ".join(said)
