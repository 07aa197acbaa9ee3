"""What a planner typed at a terminal, so that a message calls a demand what the planner called it.

Demands of a rules file and of the command line are one once they are read. A message that names one by its key in
the file would puzzle whoever has typed ``--hub`` and has never seen ``hub_must``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netform.rules.demands import NO_DEMANDS, Demands
from netform.rules.demands_toml import PLANNER_KEYS, area_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from netform.rules.demands import Codes

__all__ = ["NOTHING_TYPED", "Typed"]


@dataclass(frozen=True, slots=True)
class Typed:
    """The demands that came by options, and what the options are called.

    Attributes
    ----------
    demands : Demands
        Those of the options alone.
    flags : mapping of str to str
        The option of a key of ``[planner]``, and of ``areas`` that of a band of an area.
    most : bool
        Whether the most list size of the whole list came by an option, ``--max``.
    today : bool
        Whether the numbers of networks are those of today, by ``--networks today``.
    """

    demands: Demands = NO_DEMANDS
    flags: Mapping[str, str] = field(default_factory=dict)
    most: bool = False
    today: bool = False

    def called(self, key: str, codes: Codes) -> str:
        """Name a demand on practices: by its option, by its key in a rules file, or by both where it is of both."""
        if key not in self.flags:
            return key
        typed = getattr(self.demands, PLANNER_KEYS[key])
        flag = self.flags[key]
        if codes in typed:
            return flag
        # Groups that are to merge are joined where they overlap; codes alone are one list.
        if key in ("pin", "together", "apart"):
            return key
        inside = set(_flat(typed)).intersection(codes)
        if not inside:
            return key
        return flag if len(inside) == len(codes) and key != "merge" else f"{key} ({flag})"

    def number(self, key: str, value: float) -> str:
        """Name a number of ``[planner]`` with what it is."""
        name = PLANNER_KEYS[key]
        typed = getattr(self.demands, name) != getattr(NO_DEMANDS, name)
        return f"{self.flags[key] if typed else key} {value:g}"

    def networks(self, number: int, area: str | None) -> str:
        """Name a number of networks, that of one area or that of any (None)."""
        if self.today:
            return f"--networks today ({number})"
        return self.number("networks", number) if area is None else f"{area_table(area)} networks {number}"

    def area(self, area: str) -> str:
        """Name what is demanded of one area."""
        typed = any(each.area == area for each in self.demands.areas)
        return f"{self.flags['areas']} {area}" if typed else area_table(area)

    def most_patients(self, most: int, area: str, *, own: bool) -> str:
        """Name the most list size of an area, where it is its own or that of the list."""
        if own:
            return f"{self.area(area)} max {most:,}"
        return f"{'--max' if self.most else 'max'} {most:,}"


def _flat(codes: Iterable[str | Codes]) -> Iterable[str]:
    """Give the codes of a list, or of the groups of one."""
    for each in codes:
        yield from (each,) if isinstance(each, str) else each


NOTHING_TYPED = Typed()
