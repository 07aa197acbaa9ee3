"""A session for each area that is asked about, kept between questions as far as memory allows."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from netform.page.one_area import prepared_area
from netform.session import Session

if TYPE_CHECKING:
    from collections.abc import Collection

    from netform.prepared import Prepared
    from netform.rules.demands import Codes
    from netform.rules.model import Rules
    from netform.solve.model.outcome import Options

__all__ = ["Sessions", "rules_inside"]

# Areas whose sessions are kept at most; a meeting goes to and fro between neighbours.
MOST_SESSIONS = 4

# Of the memory of a run, what the sessions may hold that are not being asked.
IDLE_SHARE = 0.25


@dataclass(slots=True)
class Sessions:
    """The sessions of a list, by area: the least recently asked is the first to go.

    Attributes
    ----------
    prepared : Prepared
        Of the whole list.
    options : Options
        Of each session; the memory is that of the one that is asked.
    """

    prepared: Prepared
    options: Options
    _kept: OrderedDict[str, Session] = field(default_factory=OrderedDict)

    def of(self, area: str, rules: Rules) -> Session:
        """Give the session of an area, opened by some rules where there is none yet.

        Parameters
        ----------
        area : str
        rules : Rules
            Those of the area (`rules_inside`).

        Raises
        ------
        RulesError
            As `netform.session.Session`.
        """
        session = self._kept.pop(area, None)
        if session is None:
            session = Session(prepared_area(self.prepared, area), rules, self.options, ahead=True)
        room = IDLE_SHARE * self.options.memory.room
        while self._kept and (
            len(self._kept) >= MOST_SESSIONS or sum(each.held for each in self._kept.values()) > room
        ):
            self._kept.popitem(last=False)
        self._kept[area] = session
        return session

    def forget(self, area: str) -> None:
        """Open another session at the next question about an area: this one is still at the last."""
        self._kept.pop(area, None)


def rules_inside(rules: Rules, area: str, codes: Collection[str]) -> Rules:
    """Give the rules of a list with the demands that one area knows, so that those of others change nothing here.

    Parameters
    ----------
    rules : Rules
    area : str
    codes : collection of str
        Its practices.
    """
    inside, demands = set(codes), rules.demands

    def whole(groups: tuple[Codes, ...]) -> tuple[Codes, ...]:
        return tuple(group for group in groups if inside.issuperset(group))

    def some(codes: Codes) -> Codes:
        return tuple(code for code in codes if code in inside)

    own = replace(
        demands,
        pins=whole(demands.pins),
        together=whole(demands.together),
        # Of practices that must be apart, some may be here and the others elsewhere.
        apart=tuple(group for group in map(some, demands.apart) if len(group) > 1),
        merge=whole(demands.merge),
        exclude=some(demands.exclude),
        hub_must=some(demands.hub_must),
        areas=tuple(each for each in demands.areas if each.area == area),
    )
    return replace(rules, demands=own)
