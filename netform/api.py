"""netform from Python: read a list, solve it, and go on with the networks as a GeoDataFrame.

::

    import netform

    prepared = netform.read("practices.csv", area="sub_icb_code")
    result = netform.solve(prepared)
    networks = netform.to_geodataframe(result)

`netform.Session` keeps what was listed, for questions about changed rules. Every failure that netform explains is a
`netform.NetformError`. With more than one worker areas are planned in processes of their own: then keep the usual
``if __name__ == "__main__":`` around a script.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas

    from netform.prepared import Prepared
    from netform.result import Result
    from netform.rules.model import Rules

__all__ = ["load_rules", "read", "solve", "to_geodataframe"]

# ruff: noqa: PLC0415 (libraries are imported when they are needed, so that `import netform` is quick)

# Ten minutes are more than any single area of England needs for a good plan, as on the command line.
SECONDS = 600.0


def load_rules(
    source: str | Path | None = None,
    *,
    band: tuple[int, int] | None = None,
    weights: Mapping[str, float] | None = None,
) -> Rules:
    """Load the rules that a plan is made by.

    Parameters
    ----------
    source : str or Path, optional
        A rules file (TOML; the ``rules.toml`` of an earlier plan is one), or the name of a profile that comes with
        netform; the default profile when left out.
    band : (int, int), optional
        Least and most list size of a network, registered patients, in place of those of the source.
    weights : mapping of str to float, optional
        How much an hour of a term counts, in place of those of the source.

    Raises
    ------
    RulesError
        The file cannot be read, or holds something wrong: all of it at once.
    """
    from netform.rules.toml import DEFAULT_PROFILE, load_profile, profile_names, read_rules

    named = DEFAULT_PROFILE if source is None else source
    rules = load_profile(named) if isinstance(named, str) and named in profile_names() else read_rules(named)
    return rules.with_band(*(band or (None, None))).with_weights(weights or {})


def read(
    practices: str | Path,
    *,
    area: str | None = None,
    rules: Rules | None = None,
    travel: str | Path | Mapping[str, str | Path] | None = None,
    graph: str | Path | None = None,
    edges: str | Path | None = None,
    boundary: str | Path | None = None,
    registrations: str | Path | None = None,
    lsoas: str | Path | None = None,
    lsoa_lookup: str | Path | None = None,
    branches: str | Path | None = None,
    postcodes: str | Path | None = None,
    neighbourhoods: Sequence[str | Path] = (),
    soft: Sequence[str] = (),
    nowhere: Sequence[str] = (),
    publications: Sequence[str | Path] = (),
    where: Sequence[str] = (),
    lookup: str | Path | None = None,
    split: bool = False,
) -> Prepared:
    """Read a practice list, place it on the map, and join neighbours.

    Parameters
    ----------
    practices : str or Path
        A CSV or Excel file with a row for each practice: ODS code, postcode, list size.
    area : str, optional
        The column with the areas that no network may cross.
    rules : Rules, optional
        By which travel is estimated; those of the default profile when left out.
    travel : str, Path or mapping, optional
        File of minutes by car, or files by mode (``car``, ``transit``, ``foot``, ``cycle``), with shares in the rules.
    graph, edges, boundary, registrations, lsoas, lsoa_lookup, branches, postcodes : str or Path, optional
        Files beside the list, as the options of ``netform solve`` of the same names.
    neighbourhoods : sequence of str or Path
        The file that names neighbourhoods, and those that lead to its areas.
    soft : sequence of str
        Columns with the sides of soft boundaries.
    nowhere : sequence of str
        What is wanted of practices that are not on the ground, as ``--nowhere``.
    publications : sequence of (str or Path)
        Files that say more of the practices, as ``--with``.
    where : sequence of str
        Each ``COLUMN=VALUE``: which practices are wanted.
    lookup : str or Path, optional
        Of old and new codes of areas.
    split : bool
        Whether rows of one practice are the parts of a split list, as ``--split``.

    Returns
    -------
    Prepared
        The list on the map: for `solve`, and for `netform.Session`.

    Raises
    ------
    InputError
        Anything wrong in a file, all faults of the file at once.
    RulesError
        Travel is by a mode that is not known, or whose minutes no file gives.
    """
    from netform.errors import RulesError
    from netform.pipeline import prepare
    from netform.prepared import Inputs
    from netform.rules.mode_shares import CAR, MODES

    paths = {
        "graph": graph,
        "edges": edges,
        "boundary": boundary,
        "registrations": registrations,
        "lsoas": lsoas,
        "lsoa_lookup": lsoa_lookup,
        "branches": branches,
        "postcodes": postcodes,
        "lookup": lookup,
    }
    given: dict[str, Any] = {name: Path(path) for name, path in paths.items() if path is not None}
    journeys = dict(travel) if isinstance(travel, Mapping) else {CAR: travel}
    by_mode = {mode: Path(path) for mode, path in journeys.items() if path is not None}
    if unknown := [mode for mode in by_mode if mode not in MODES]:
        raise RulesError(f"travel by {unknown[0]!r} is not known: the modes are {', '.join(MODES)}.")
    car = by_mode.pop(CAR, None)
    inputs = Inputs(
        str(practices),
        area,
        travel=car,
        modes=tuple(by_mode.items()),
        neighbourhoods=tuple(map(Path, neighbourhoods)),
        soft_columns=tuple(soft),
        nowhere=tuple(nowhere),
        publications=tuple(map(Path, publications)),
        where=tuple(where),
        split=split,
        **given,
    )
    return prepare(inputs, rules or load_rules())


def solve(
    prepared: Prepared,
    rules: Rules | None = None,
    *,
    seconds: float = SECONDS,
    workers: int = 1,
    seed: int = 0,
    strict: bool = False,
) -> Result:
    """Form the networks of a list: the best plan with what is proven of it, audited, and its boundaries.

    Parameters
    ----------
    prepared : Prepared
        As `read` gives it.
    rules : Rules, optional
        Those of the default profile when left out.
    seconds : float
        Until the best plan so far is taken.
    workers : int
        Areas planned side by side.
    seed : int
        Of the random numbers that searches use.
    strict : bool
        Refuse networks outside the band, with the reason.

    Returns
    -------
    Result
        ``plan`` has the networks and the proof, ``boundaries`` their polygons.

    Raises
    ------
    RulesError
        Demands of the rules clash: all clashes at once.
    ImpossibleError
        No plan keeps the demands; with ``strict`` also when networks outside the band are needed.
    """
    from netform.pipeline import draw, make_plan
    from netform.rules.conflicts.clashes import refuse_clashes
    from netform.solve.model.outcome import Options
    from netform.solve.workers import plan_areas

    rules = prepared.rules_for_all(rules or load_rules())
    refuse_clashes(rules, prepared.graph, strict=strict)
    options = Options(strict=strict, seed=seed, workers=workers)
    plan = make_plan(prepared, rules, options, partial(plan_areas, time_limit=seconds))
    return draw(prepared, rules, plan)


def to_geodataframe(result: Result) -> geopandas.GeoDataFrame:
    """Give the networks of a result as a GeoDataFrame: a row a network, with its ground, EPSG:27700 metres.

    Parameters
    ----------
    result : Result

    Returns
    -------
    geopandas.GeoDataFrame
        Indexed by ``network_id``; columns as in ``networks.geojson``, ``practice_codes`` a list.
    """
    import geopandas

    from netform.export.rows import network_rows

    rows = network_rows(result)
    shapes = [result.boundaries[row["network_id"]] for row in rows]
    columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else {"network_id": None})}
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs="EPSG:27700").set_index("network_id")
