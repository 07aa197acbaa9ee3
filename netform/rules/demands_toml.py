"""A planner's demands in a rules file: the tables ``[planner]`` and ``[areas.NAME]``, read and written.

::

    [planner]
    pin = [["A81001", "A81002", "A81004"]]
    exclude = ["A81017"]
    longest_minutes_to_hub = 20

    [areas."16C"]
    max = 60000

What the command line is given comes the same way, as a table whose keys are called by their flags.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from netform.practices.text import composed
from netform.practices.values import CellError, clean_code
from netform.ranges import COUNT, LEAST_SHARE, LONGEST, PATIENTS, Range, shown
from netform.rules.demands import NO_DEMANDS, AreaDemand, Codes, Demands
from netform.rules.table import DEMAND_RULES, demand_rules
from netform.rules.toml_values import nearest, toml_number, toml_text

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DEMAND_TABLES", "PLANNER_KEYS", "area_table", "demands_toml", "read_demands"]

DEMAND_TABLES = ("planner", "areas")

# Where each demand stands in [planner]: key -> field of `Demands`.
PLANNER_KEYS = {rule.key: rule.field for rule in DEMAND_RULES}
_KINDS = {rule.key: rule.kind for rule in DEMAND_RULES}
_AREA = {"min": "least", "max": "most", "networks": "networks"}

_RANGES = {"minutes": LONGEST, "whole": COUNT, "share": LEAST_SHARE}

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def read_demands(
    data: Mapping[str, Any], base: Demands = NO_DEMANDS, flags: Mapping[str, str] | None = None
) -> tuple[Demands, list[str]]:
    """Read what a planner demands out of parsed tables.

    Parameters
    ----------
    data : mapping
        Whatever stands in it beside ``planner`` and ``areas`` is left alone.
    base : Demands
        Groups and codes are added to these; numbers take the place of these.
    flags : mapping of str to str, optional
        What to call a key in a message, where the tables were made from the command line.

    Returns
    -------
    demands : Demands
        Codes in upper case without spaces around them, groups sorted, each once; mergers that overlap are one.
        Without what is wrong.
    problems : list of str
        Everything wrong: sentences for people.
    """
    reader = _Reader(flags or {})
    changes = reader.planner(data.get("planner", {}), base)
    changes["areas"] = reader.areas(data.get("areas", {}), base)
    return replace(base, **changes), reader.problems


def demands_toml(demands: Demands) -> list[str]:
    """Write demands as lines of a rules file that `read_demands` reads back to the same; none for no demands."""
    lines = []
    for rule in demand_rules("groups"):
        if groups := getattr(demands, rule.field):
            lines += [f"{rule.key} = [", *(f"    {_codes_toml(codes)}," for codes in groups), "]"]
    for rule in demand_rules("codes"):
        if codes := getattr(demands, rule.field):
            lines.append(f"{rule.key} = {_codes_toml(codes)}")
    for rule in demand_rules("minutes", "whole", "share"):
        if (value := getattr(demands, rule.field)) != getattr(NO_DEMANDS, rule.field):
            lines.append(f"{rule.key} = {toml_number(value)}")
    lines += [f"{rule.key} = true" for rule in demand_rules("whether") if getattr(demands, rule.field)]
    if lines:
        lines = ["", "[planner]", *lines]
    for area in demands.areas:
        lines += ["", area_table(area.area)]
        given = {key: getattr(area, name) for key, name in _AREA.items()}
        lines += [f"{key} = {toml_number(value)}" for key, value in given.items() if value is not None]
    return lines


def area_table(area: str) -> str:
    """Write the head of an area's table, as it stands in a file."""
    return f"[areas.{area if _BARE_KEY.fullmatch(area) else toml_text(area)}]"


def _joined(groups: Iterable[Codes]) -> tuple[Codes, ...]:
    """Join groups that overlap: practices that merge with the same one become one practice."""
    joined: list[set[str]] = []
    for group in groups:
        overlapping = [other for other in joined if not other.isdisjoint(group)]
        joined = [other for other in joined if other not in overlapping]
        joined.append(set(group).union(*overlapping))
    return tuple(sorted(tuple(sorted(group)) for group in joined))


def _codes_toml(codes: Codes) -> str:
    return f"[{', '.join(map(toml_text, codes))}]"


@dataclass(slots=True)
class _Reader:
    """Reads tables value by value and keeps what is wrong with them."""

    flags: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    def planner(self, table: Any, base: Demands) -> dict[str, Any]:
        """Read ``[planner]`` into changed fields of `Demands`."""
        if not isinstance(table, Mapping):
            self.problems.append("'planner' must be a table: write [planner] on a line of its own.")
            return {}
        changes: dict[str, Any] = {}
        for key, value in table.items():
            if key not in PLANNER_KEYS:
                self.problems.append(f"[planner] unknown key {key!r}.{nearest(key, PLANNER_KEYS)}")
                continue
            where, field_name = self.flags.get(key, f"[planner] {key}"), PLANNER_KEYS[key]
            match _KINDS[key]:
                case "groups":
                    united = {*getattr(base, field_name), *self._groups(where, key, value)}
                    changes[field_name] = _joined(united) if key == "merge" else tuple(sorted(united))
                case "codes":
                    codes = self._codes(where, value)
                    changes[field_name] = tuple(sorted({*getattr(base, field_name), *codes}))
                case "minutes" | "share" | "whole" as kind:
                    if self._is_within(_RANGES[kind], where, value):
                        changes[field_name] = value if kind == "whole" else float(value)
                case "whether":
                    if isinstance(value, bool):
                        changes[field_name] = value
                    else:
                        self.problems.append(f"{where} must be true or false, not {shown(value)}.")
        return changes

    def areas(self, tables: Any, base: Demands) -> tuple[AreaDemand, ...]:
        """Read ``[areas.NAME]``, one table for each area."""
        found = {area.area: area for area in base.areas}
        if not isinstance(tables, Mapping):
            self.problems.append("'areas' must hold tables: write [areas.NAME] on a line of its own.")
            return base.areas
        for spelt, table in tables.items():
            name = composed(spelt)
            where = f"{self.flags['areas']} {name}" if "areas" in self.flags else area_table(name)
            if not isinstance(table, Mapping):
                self.problems.append(f"{where} must be a table: min, max and networks stand below it.")
                continue
            changes = {}
            for key, value in table.items():
                if key not in _AREA:
                    self.problems.append(f"{where} unknown key {key!r}.{nearest(key, _AREA)}")
                elif self._is_within(COUNT if key == "networks" else PATIENTS, f"{where} {key}", value):
                    changes[_AREA[key]] = value
            found[name] = replace(found.get(name, AreaDemand(name)), **changes)
        return tuple(found[name] for name in sorted(found))

    def _groups(self, where: str, key: str, value: Any) -> list[Codes]:
        if not isinstance(value, list) or not all(isinstance(group, list) for group in value):
            example = '[["A81001", "A81002"]]'
            self.problems.append(f"{where} must be a list of lists of codes, such as {example}.")
            return []
        groups = []
        # A network of one practice may be pinned; one practice alone is neither together nor apart.
        fewest = 1 if key == "pin" else 2
        for number, group in enumerate(value, 1):
            place = f"{where} number {number}" if len(value) > 1 else where
            before = len(self.problems)
            codes = tuple(sorted(self._codes(place, group)))
            if len(self.problems) > before:
                continue
            if len(codes) < fewest:
                needed = "a practice" if fewest == 1 else "two different practices or more"
                self.problems.append(f"{place} needs {needed}, not {', '.join(codes) or 'none'}.")
            else:
                groups.append(codes)
        return groups

    def _codes(self, where: str, value: Any) -> set[str]:
        if not isinstance(value, list):
            self.problems.append(f'{where} must be a list of codes, such as ["A81001"], not {shown(value)}.')
            return set()
        codes = set()
        for each in value:
            if not isinstance(each, str):
                self.problems.append(f"{where} must hold codes in quotes, not {shown(each)}.")
                continue
            try:
                codes.add(clean_code(each.strip()))
            except CellError as error:
                self.problems.append(f"{where} holds {shown(each)}: {error.problem}.")
        return codes

    def _is_within(self, limits: Range, where: str, value: Any) -> bool:
        problem = limits.problem(where, value)
        if problem:
            self.problems.append(problem)
        return not problem
