"""Tasks: every scenario with every area, and the key that says whether two tasks are the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from netform import __version__
from netform.errors import RulesError
from netform.inputs.grouping_file import todays_grouping
from netform.inputs.missing_data import unknown_notes
from netform.pipeline import prepare
from netform.rules.conflicts.clashes import refuse_clashes
from netform.rules.current_counts import with_todays_numbers
from netform.rules.toml import rules_toml
from netform.rules.toml_values import nearest
from netform.sweep.grounds import canonical_json, ground_digest, ground_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from netform.prepared import Prepared
    from netform.rules.demands import Codes
    from netform.rules.model import Rules
    from netform.sweep.file import Scenario, Sweep

__all__ = ["Task", "Tasks", "area_rules", "largest_first", "make_tasks", "task_key"]


@dataclass(frozen=True, slots=True)
class Task:
    """One area to be planned under one scenario.

    Attributes
    ----------
    key : str
        The same for two tasks only when their plans must be.
    scenario, area : str
    practices : int
        How many the area has.
    rules : Rules
        Those of the scenario, as far as they concern the area.
    ground : str
        Which ground it is planned on (`netform.sweep.grounds.ground_digest`).
    """

    key: str
    scenario: str
    area: str
    practices: int
    rules: Rules
    ground: str


@dataclass(frozen=True, slots=True)
class Tasks:
    """All that a sweep has to do.

    Attributes
    ----------
    tasks : tuple of Task
        In order of scenario and area.
    grounds : mapping of str to Prepared
        The grounds of the tasks by their digest.
    notes : tuple of str
        What a planner should know about how the inputs were taken.
    """

    tasks: tuple[Task, ...]
    grounds: Mapping[str, Prepared]
    notes: tuple[str, ...] = ()


def make_tasks(sweep: Sweep, on_stage: Callable[[str], None] = lambda _: None) -> Tasks:
    """Read and place the list, and pair scenarios with areas.

    Parameters
    ----------
    sweep : Sweep
    on_stage : callable
        Told of each stage.

    Raises
    ------
    InputError
        As `netform.preparing.prepare`; or numbers of today are asked for and the list has none.
    RulesError
        An area is not in the list, or demands of a scenario clash: all of them at once.
    """
    maker = _Maker(sweep, on_stage)
    for scenario in sweep.scenarios:
        maker.take(scenario)
    if maker.problems:
        raise RulesError("\n".join(dict.fromkeys(maker.problems)))
    return Tasks(tuple(maker.tasks), maker.grounds, tuple(dict.fromkeys(maker.notes)))


@dataclass(slots=True)
class _Maker:
    sweep: Sweep
    on_stage: Callable[[str], None]
    tasks: list[Task] = field(default_factory=list)
    grounds: dict[str, Prepared] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    prepared: dict[tuple[Any, ...], tuple[Prepared, dict[str, str]]] = field(default_factory=dict)

    def take(self, scenario: Scenario) -> None:
        """Pair a scenario with every area."""
        prepared, digests = self.ground(scenario.rules)
        rules = prepared.rules_for_all(scenario.rules)
        if scenario.today:
            rules, notes = with_todays_numbers(
                rules, prepared.graph, prepared.areas, todays_grouping(prepared.practices)
            )
            # They name the band, and most scenarios of a sweep share theirs: each is said once.
            self.notes += notes
        # A ground that is prepared for several scenarios is told of by the weights of the first.
        self.notes += unknown_notes(prepared.graph, rules)
        try:
            refuse_clashes(rules, prepared.graph)
        except RulesError as error:
            self.problems += [f"scenario {scenario.name!r}: {line}" for line in str(error).splitlines()]
            return
        areas = prepared.areas
        for area, digest in digests.items():
            own = area_rules(rules, area, areas[area])
            key = task_key(own, digest)
            self.tasks.append(Task(key, scenario.name, area, len(areas[area]), own, digest))

    def ground(self, rules: Rules) -> tuple[Prepared, dict[str, str]]:
        """Prepare the list, once for all rules that prepare it alike; the digests of its areas in order."""
        alike = rules.of_the_map
        # Who can be attached to whom depends on more of them.
        if self.sweep.inputs.nowhere:
            alike += (rules.most, rules.demands.areas, rules.demands.exclude)
        if alike not in self.prepared:
            prepared = prepare(self.sweep.inputs, rules, on_stage=self.on_stage)
            self.notes += prepared.notes
            digests = {}
            for area in self.chosen(prepared.areas):
                ground = ground_of(prepared, prepared.areas[area])
                digests[area] = ground_digest(ground)
                self.grounds[digests[area]] = ground
            self.prepared[alike] = prepared, digests
        return self.prepared[alike]

    def chosen(self, areas: Collection[str]) -> list[str]:
        """Give the areas that are planned, in order."""
        unknown = [area for area in self.sweep.areas if area not in areas]
        self.problems += [f"there is no area {area!r} in the list.{nearest(area, areas)}" for area in unknown]
        return [area for area in areas if not self.sweep.areas or area in self.sweep.areas]


def area_rules(rules: Rules, area: str, codes: Iterable[str]) -> Rules:
    """Give the rules of a list as far as they concern one area.

    What is demanded of other areas and their practices is left out, so that it can change without planning this
    area again. Only ``hub_may`` stays whole: an area that had none of its codes left might have any hub.

    Parameters
    ----------
    rules : Rules
    area : str
    codes : iterable of str
        Its practices.
    """
    own, here = rules.for_area(area), set(codes)

    def groups(several: Iterable[Codes]) -> tuple[Codes, ...]:
        return tuple(group for group in several if here.intersection(group))

    demands = own.demands
    return replace(
        own,
        demands=replace(
            demands,
            pins=groups(demands.pins),
            together=groups(demands.together),
            apart=groups(demands.apart),
            merge=groups(demands.merge),
            exclude=tuple(code for code in demands.exclude if code in here),
            hub_must=tuple(code for code in demands.hub_must if code in here),
            areas=(),
        ),
    )


def task_key(rules: Rules, ground: str) -> str:
    """Give the key of a task: a digest of netform's version, the area's rules and its ground.

    Parameters
    ----------
    rules : Rules
        As `area_rules` gives them.
    ground : str
        As `netform.sweep.grounds.ground_digest` gives it.
    """
    content = {"netform": __version__, "rules": rules_toml(rules), "ground": ground}
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def largest_first(tasks: Iterable[Task]) -> list[Task]:
    """Give every different task once, most practices first: the longest must not be left for the end.

    Parameters
    ----------
    tasks : iterable of Task
    """
    once = {task.key: task for task in reversed(list(tasks))}
    return sorted(once.values(), key=lambda task: (-task.practices, task.area, task.key))
