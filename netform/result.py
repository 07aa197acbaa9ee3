"""The result of a run: a plan with all that is needed to publish it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netform.inputs.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from netform.inputs.places import Places
    from netform.plan.model import Plan
    from netform.plan.rule_cost import RuleCost
    from netform.practices.model import PracticeList

__all__ = ["Result"]


@dataclass(frozen=True, slots=True)
class Result:
    """An audited plan together with the list, the places and the boundaries it is published with.

    Attributes
    ----------
    practices : PracticeList
    places : Places
        In the order of ``practices``.
    plan : Plan
    boundaries : mapping of str to geometry
        Each network's polygon or multipolygon by ``network_id``, EPSG:27700 metres; together they tile the area.
    rules_toml : str
        The rules as resolved, ready to be used again with ``--rules``.
    prices : tuple of RuleCost
        What each demand and each line between areas costs, where that was asked for.
    outside : mapping of str to geometry
        By area, the ground of practices that are to be in no network, EPSG:27700 metres; areas without any are not
        in it.
    authority_lines : geometry or None
        Between the grounds of practices of different local authorities, EPSG:27700 metres; None where nothing is known.
    timings : bool
        Whether what differs from run to run is published as well: seconds by stage, and the solve log.
    neighbourhoods : mapping of str to geometry
        The ground of each neighbourhood, EPSG:27700 metres, where it is known.
    standing : Standing
        Where practices stand on the ground, where that is told beside the list.
    """

    practices: PracticeList
    places: Places
    plan: Plan
    boundaries: Mapping[str, BaseGeometry]
    rules_toml: str
    prices: tuple[RuleCost, ...] = ()
    outside: Mapping[str, BaseGeometry] = field(default_factory=dict)
    authority_lines: BaseGeometry | None = None
    timings: bool = False
    neighbourhoods: Mapping[str, BaseGeometry] = field(default_factory=dict)
    standing: Standing = field(default_factory=Standing)
