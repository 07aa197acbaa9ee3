"""A plan folder read back: the plan, and the list, rules and boundaries it was published with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from netform.errors import Fault, InputError
from netform.inputs.plan_json import read_plan_json
from netform.inputs.projection import to_grid
from netform.practices.cells import plain_cell
from netform.practices.reading import read_practices
from netform.practices.text import read_bytes
from netform.rules.toml import read_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from netform.plan.model import Plan
    from netform.practices.model import PracticeList
    from netform.rules.model import Rules

__all__ = ["PlanFolder", "is_plan", "plan_file", "read_plan", "read_plan_folder"]

# Far beyond the patients or the hours of any network.
MOST_FIGURE = 1e12

_REMEDY = "Give the folder or the plan.json that netform solve wrote, unchanged"


@dataclass(frozen=True, slots=True)
class PlanFolder:
    """What `netform solve` wrote into a folder.

    Attributes
    ----------
    plan : Plan
    practices : PracticeList
        As ``practices.csv`` has them, with their coordinates.
    rules : Rules
    boundaries : mapping of str to geometry
        By ``network_id``, EPSG:27700 metres; empty when the folder has no ``networks.geojson``.
    beside : mapping of str to (mapping of str to geometry)
        What ``networks.geojson`` has besides: ``lines`` between local authorities, and by area the ground ``outside``
        all networks.
    """

    plan: Plan
    practices: PracticeList
    rules: Rules
    boundaries: Mapping[str, BaseGeometry]
    beside: Mapping[str, Mapping[str, BaseGeometry]] = field(default_factory=dict)


def plan_file(given: str | Path) -> Path:
    """Give the plan.json that a path means: itself, or the one in the folder."""
    path = Path(given)
    try:
        return path / "plan.json" if path.is_dir() else path
    except (OSError, ValueError):  # a name no file can have: opening it will say so
        return path


def is_plan(given: str | Path) -> bool:
    """Say whether a path is a plan folder or a plan.json, as opposed to a table or a word."""
    path = plan_file(given)
    try:
        return path.exists() if path != Path(given) else path.suffix.casefold() == ".json"
    except (OSError, ValueError):
        return False


def read_plan(path: str | Path) -> Plan:
    """Read a plan.json.

    Parameters
    ----------
    path : str or Path
        A file, up to 64 MiB.

    Raises
    ------
    InputError
        When it cannot be read, is not a plan of this schema, or places a practice twice.
    """
    file = str(path)
    content = read_bytes(path)
    try:
        plan = read_plan_json(content)
        _check_types(plan)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        said = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)[:200]
        raise InputError([Fault(file, None, None, None, f"it is not a plan ({said})", _REMEDY)]) from error
    faults = [Fault(file, None, None, None, problem, _REMEDY) for problem in _problems(plan)]
    if faults:
        raise InputError(faults[:20])
    return plan


def read_plan_folder(given: str | Path) -> PlanFolder:
    """Read a plan with the files beside it.

    Parameters
    ----------
    given : str or Path
        The folder, or its ``plan.json``.

    Raises
    ------
    InputError
        When ``plan.json`` or ``practices.csv`` is missing or damaged, or they are not of the same plan.
    RulesError
        When ``rules.toml`` is missing or damaged.
    """
    path = plan_file(given)
    plan = read_plan(path)
    table = path.with_name("practices.csv")
    read = read_practices(table)
    practices = replace(
        read,
        practices=tuple(
            sorted(
                (replace(each, code=plain_cell(each.code), name=plain_cell(each.name)) for each in read),
                key=lambda practice: practice.code,
            )
        ),
    )
    _check_same(plan, practices, str(table))
    shapes = path.with_name("networks.geojson")
    boundaries, beside = _read_boundaries(shapes) if shapes.exists() else ({}, {})
    hoods = path.with_name("neighbourhoods.geojson")
    if hoods.exists():
        beside = {**beside, "neighbourhoods": _read_boundaries(hoods, "neighbourhood")[0]}
    return PlanFolder(plan, practices, read_rules(path.with_name("rules.toml")), boundaries, beside)


def _check_types(plan: Plan) -> None:
    """Refuse values of other kinds than a plan has: JSON says nothing of them.

    Raises
    ------
    TypeError
    """
    provenance: Any = plan.provenance
    texts: list[Any] = [code for edge in plan.edges for code in (edge.code_a, edge.code_b)]
    numbers: list[Any] = []
    for network in plan.networks:
        texts += [network.network_id, network.name, network.area, *network.practice_codes, *network.terms]
        texts += [network.today.code, network.today.name] if network.today else []
        numbers += [network.list_size, *network.terms.values()]
    if not isinstance(provenance, dict):
        raise TypeError("its provenance is not an object")
    for code, living in plan.living.items():
        texts += [code, *living]
        numbers += living.values()
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"{text!r:.40} stands where a name or a code is expected")
    for number in numbers:
        if not isinstance(number, int | float) or not abs(number) <= MOST_FIGURE:
            raise TypeError(f"{number!r:.40} stands where patients or hours are expected")


def _problems(plan: Plan) -> list[str]:
    """Find what would make a plan of the right shape mean nothing."""
    problems = []
    home: dict[str, str] = {}
    labels: set[str] = set()
    for network in plan.networks:
        label = network.network_id
        if not label or not network.practice_codes:
            problems.append(f"network {label!r} has no name or no practices")
        if label in labels:
            problems.append(f"two networks are called {label!r}")
        labels.add(label)
        for code in network.practice_codes:
            if code in home:
                problems.append(f"practice {code} is in network {home[code]} and in network {label}")
            home[code] = label
    return problems


def _check_same(plan: Plan, practices: PracticeList, file: str) -> None:
    """Refuse a practices.csv that is not of the plan beside it."""
    size = {practice.code: practice.list_size for practice in practices}
    faults = []
    for network in plan.networks:
        missing = [code for code in network.practice_codes if code not in size]
        if missing:
            problem = f"practice {missing[0]} of network {network.network_id} is not in it"
        elif sum(size[code] for code in network.practice_codes) != network.list_size:
            problem = f"the patients of network {network.network_id} do not add up to {network.list_size:,}"
        else:
            continue
        faults.append(Fault(file, None, None, None, f"{problem}: it is not of the plan beside it", _REMEDY))
    if faults:
        raise InputError(faults[:20])


def _read_boundaries(
    path: Path, key: str = "network_id"
) -> tuple[dict[str, BaseGeometry], dict[str, dict[str, BaseGeometry]]]:
    """Read a GeoJSON of the folder onto the National Grid: what it is of, and what is drawn besides."""
    content = read_bytes(path)
    try:
        collection: dict[str, Any] = json.loads(content)
        networks = {str(each["properties"][key]): each["geometry"] for each in collection["features"]}
        boundaries = _on_the_grid(networks)
        beside = {name: _on_the_grid(collection.get(name, {})) for name in ("lines", "outside")}
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        shapely.errors.GEOSException,
    ) as error:
        raise InputError(
            [Fault(str(path), None, None, None, "it is not the GeoJSON of a plan's networks", _REMEDY)]
        ) from error
    return boundaries, beside


def _on_the_grid(geojson: Mapping[str, Any]) -> dict[str, BaseGeometry]:
    """Bring geometries of GeoJSON from degrees to metres."""
    shapes = shapely.from_geojson([json.dumps(each) for each in geojson.values()])
    grid = shapely.transform(np.array(shapes, dtype=object), to_grid)
    return dict(zip(geojson, shapely.make_valid(grid), strict=True))
