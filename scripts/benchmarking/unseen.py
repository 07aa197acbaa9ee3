"""Questions nobody tuned for: pieces of England with bands, weights and demands drawn at random.

Every question has an answer: its demands are read off a plan that was drawn by random tree splits
(`scripts.benchmarking.tree_splits`), and the exceptions of that plan are those that are known to be enough. The same
seed and number give the same question, as long as the practice list and netform's map of it stay the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pandas as pd

from netform.pipeline import prepare
from netform.prepared import Inputs
from netform.rules.toml import load_profile
from scripts.benchmarking.land import Band, Groups, Land, exceptions_of
from scripts.benchmarking.pieces import draw_piece
from scripts.benchmarking.questions import Question
from scripts.benchmarking.tree_splits import divide, search_borders

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["DrawParams", "draw_question", "read_england"]

COLUMNS = ["practice_code", "practice_name", "postcode", "list_size", "easting", "northing"]


@dataclass(frozen=True, slots=True)
class DrawParams:
    """What questions are drawn from.

    Attributes
    ----------
    practices, many : (int, int)
        Least and most practices, and those of one question in ten.
    bands : tuple of (int, int)
        From half of today's networks to providers for a quarter of a million.
    factors : tuple of float
        What a weight is multiplied by.
    networks_share, pins_share, together_share, apart_share : float
        How often each demand is made: often enough to meet each, and two together, in a few dozen questions.
    past_ends : (int, int)
        A demanded number of networks, counted inwards from either end of what the arithmetic allows: -1 is one
        beyond it.
    most_of_a_kind : int
        Pins, and groups together or apart.
    starts : int
        Plans drawn, of which the best is planted: so many that a plan without exceptions is found where it is easy.
    """

    practices: tuple[int, int] = (30, 400)
    many: tuple[int, int] = (600, 1500)
    bands: tuple[tuple[int, int], ...] = (
        (20_000, 35_000), (25_000, 45_000), (30_000, 50_000), (45_000, 55_000), (40_000, 70_000),
        (100_000, 150_000), (200_000, 300_000),
    )  # fmt: skip
    factors: tuple[float, ...] = (0.5, 1.0, 2.0)
    networks_share: float = 0.35
    pins_share: float = 0.2
    together_share: float = 0.25
    apart_share: float = 0.25
    past_ends: tuple[int, int] = (-1, 2)
    most_of_a_kind: int = 3
    starts: int = 6


DRAW_PARAMS = DrawParams()


def read_england(folder: Path) -> pd.DataFrame:
    """Read the practices of England that have a place, in order of their codes."""
    table = pd.read_csv(folder / "practices.csv", usecols=COLUMNS).dropna(subset=["easting", "northing"])
    return table[COLUMNS].sort_values("practice_code", ignore_index=True)


def draw_question(
    table: pd.DataFrame,
    sites: nx.Graph,
    seed: int,
    number: int,
    folder: Path,
    seconds: float,
    params: DrawParams = DRAW_PARAMS,
) -> Question:
    """Draw one question and write its files.

    Parameters
    ----------
    table : DataFrame
        As `read_england` gives it.
    sites : networkx.Graph
        As `scripts.benchmarking.pieces.site_graph` gives it.
    seed, number : int
        The number counts from 1.
    folder : Path
        For ``practices.csv`` and ``rules.toml``; it is made.
    seconds : float
        Wall time that netform is given.
    params : DrawParams
    """
    rng = np.random.default_rng([seed, number])
    folder.mkdir(parents=True, exist_ok=True)
    # One of each ten, at a place of its own in every ten, so that few questions have as many of them as they should.
    many = np.random.default_rng([seed, number // 10, 1]).integers(10) == number % 10
    size = int(rng.integers(*(params.many if many else params.practices), endpoint=True))
    graph = _connected_piece(table, sites, size, rng, folder / "practices.csv", params.practices[0])
    land = Land.of(graph)
    band = Band(*params.bands[int(rng.integers(len(params.bands)))])
    profile = load_profile()
    weights = {name: float(rng.choice(params.factors)) for name, weight in profile.weights if weight}
    networks = _draw_networks(land, band, rng, params) if rng.random() < params.networks_share else 0
    exception_most = profile.with_band(band.least, band.most).exception_most
    planted = _plant(land, band, networks, exception_most, rng, params)
    # Fewer networks than there are pieces and practices over the band cannot be.
    if networks and not (len(planted) == networks and _is_allowed(land, band, planted, exception_most)):
        networks, planted = 0, _plant(land, band, 0, exception_most, rng, params)
    # A plan that netform's rules do not allow says nothing of what can be demanded.
    allowed = _is_allowed(land, band, planted, exception_most)
    demands = _draw_demands(land, band, planted, rng, params) if allowed else {}
    _write_rules(folder / "rules.toml", profile.weights, weights, demands)
    return Question(
        name=f"{seed}-{number}",
        folder=folder,
        practices_file="practices.csv",
        rules_file="rules.toml",
        graph_file=None,
        travel_file=None,
        least=band.least,
        most=band.most,
        networks=networks or None,
        practices=len(land.codes),
        patients=sum(land.patients),
        seconds=seconds,
        weights=tuple((name, factor) for name, factor in weights.items() if factor != 1),
        demands=tuple(f"{key} {' '.join(codes)}" for key, groups in demands.items() for codes in groups),
        planted=exceptions_of(land, planted, band)[0] if allowed else None,
    )


def _connected_piece(
    table: pd.DataFrame, sites: nx.Graph, size: int, rng: np.random.Generator, path: Path, least: int
) -> nx.Graph:
    """Write a piece that is one on netform's own map too, and give its graph.

    Estuaries part what a triangulation joins: the largest part is taken, and what is then too small drawn again.
    """
    while True:
        piece = table.iloc[draw_piece(sites, table, size, rng)]
        while True:
            piece.to_csv(path, index=False)
            graph = prepare(Inputs(str(path)), load_profile()).graph
            largest = max(nx.connected_components(graph), key=lambda part: (len(part), min(part)))
            if len(largest) == len(graph) >= least:
                return graph
            if len(largest) < least:
                break
            # Without the rest the territories are others: prepared again.
            piece = piece[piece["practice_code"].isin(largest)]


def _draw_networks(land: Land, band: Band, rng: np.random.Generator, params: DrawParams) -> int:
    """Draw a number of networks near either end of what the arithmetic allows."""
    rest = [patients for patients in land.patients if patients <= band.most]
    alone = len(land.patients) - len(rest)
    allowed = band.counts(sum(rest)) or range(1, 2)
    inwards = int(rng.integers(*params.past_ends, endpoint=True))
    number = allowed[0] + inwards if rng.random() < 0.5 else allowed[-1] - inwards
    return alone + min(max(number, 1), len(rest))


def _plant(
    land: Land, band: Band, networks: int, exception_most: int, rng: np.random.Generator, params: DrawParams
) -> Groups:
    """Draw some plans, each searched at its borders; of those allowed give the one with the fewest exceptions."""
    plans = (
        search_borders(land, band, divide(land, band, rng, networks), rng, lambda: True)
        for _ in range(params.starts)
    )
    return min(
        plans,
        key=lambda plan: (not _is_allowed(land, band, plan, exception_most), exceptions_of(land, plan, band)),
    )


def _is_allowed(land: Land, band: Band, plan: Groups, exception_most: int) -> bool:
    """Whether no network of several practices is larger than an exception may be."""
    return all(land.total(group) <= max(band.most, exception_most) for group in plan if len(group) > 1)


def _draw_demands(
    land: Land, band: Band, plan: Groups, rng: np.random.Generator, params: DrawParams
) -> dict[str, list[list[str]]]:
    """Draw pins, together and apart that a plan keeps."""
    demands: dict[str, list[list[str]]] = {}
    inside = [group for group in plan if len(group) > 1 and not band.outside(land.total(group))]

    def count() -> int:
        return int(rng.integers(1, params.most_of_a_kind, endpoint=True))

    free = inside
    if inside and rng.random() < params.pins_share:
        chosen = set(rng.permutation(len(inside))[: count()].tolist())
        demands["pin"] = [_codes(land, inside[k]) for k in sorted(chosen)]
        free = [group for k, group in enumerate(inside) if k not in chosen]
    if free and rng.random() < params.together_share:
        picked = [free[k] for k in rng.permutation(len(free))[: count()].tolist()]
        demands["together"] = [_codes(land, rng.permutation(group)[:2].tolist()) for group in picked]
    if rng.random() < params.apart_share:
        of = {unit: number for number, group in enumerate(free) for unit in group}
        across = [
            (unit, other)
            for unit in sorted(of)
            for other in land.near[unit]
            if unit < other and other in of and of[unit] != of[other]
        ]
        picked = [across[k] for k in rng.permutation(len(across))[: count()].tolist()]
        if picked:
            demands["apart"] = [_codes(land, pair) for pair in picked]
    return demands


def _codes(land: Land, units: Sequence[int]) -> list[str]:
    return sorted(land.codes[unit] for unit in units)


def _write_rules(
    path: Path,
    weights: Sequence[tuple[str, float]],
    factors: dict[str, float],
    demands: dict[str, list[list[str]]],
) -> None:
    """Write the weights and demands of a question as a rules file."""
    lines = ["[weights]"]
    lines += [f"{name} = {weight * factors[name]:g}" for name, weight in weights if weight]
    if demands:
        lines += ["", "[planner]"]
        # A list of lists of codes in double quotes is the same in JSON and TOML.
        lines += [f"{key} = {groups}".replace("'", '"') for key, groups in demands.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
