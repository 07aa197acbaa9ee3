"""What a reader of a map should know: networks that are in several pieces, or look as if they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from netform.practices.values import some_of
from netform.report.shapes import polygons_only
from netform.report.words import network_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

    from netform.plan.model import Network
    from netform.result import Result

__all__ = ["map_notes", "neck_notes", "piece_notes"]


def map_notes(result: Result, networks: Sequence[Network], *, whole_ids: bool = False) -> tuple[str, ...]:
    """Say which networks are drawn in several pieces and why.

    Ground that is in pieces itself, such as islands, is not told; nor is anything of a division that is scored without
    a graph: what is wrong with that is said where it is scored.

    Parameters
    ----------
    result : Result
    networks : sequence of Network
        Those on the map.
    whole_ids : bool
        Whether the map shows their whole ids.
    """
    pieces = piece_notes(result, networks, whole_ids=whole_ids) if result.plan.edges else ()
    return (*pieces, *_attached_notes(result, networks))


def piece_notes(result: Result, networks: Sequence[Network], *, whole_ids: bool = False) -> tuple[str, ...]:
    """Say which networks are drawn in several pieces and why, by the edges of the plan.

    Parameters
    ----------
    result : Result
    networks : sequence of Network
    whole_ids : bool
        Whether the map shows their whole ids.
    """
    grounds = {each.network_id: polygons_only(result.boundaries.get(each.network_id)) for each in networks}
    several = [each for each in networks if shapely.get_num_geometries(grounds[each.network_id]) > 1]
    notes = []
    if several:
        everything = [*map(polygons_only, result.boundaries.values()), *result.outside.values()]
        whole = shapely.get_parts(shapely.union_all(everything))
        for network in several:
            pieces = _pieces_on_one_ground(grounds[network.network_id], whole)
            if pieces > 1:
                why = _reason(network, result)
                notes.append(
                    f"Network {_number(network, whole_ids=whole_ids)} is drawn in {pieces} pieces: {why}"
                )
    return tuple(notes)


def _attached_notes(result: Result, networks: Sequence[Network]) -> Iterator[str]:
    """Name the practices that have no ground, whose places may be in that of others, or off the map."""
    network_of = {code: network.network_id for network in networks for code in network.practice_codes}
    hosts = sorted(result.standing.nowhere.hosts.items())
    for together, where in (
        (True, "the network of the practice they are attached to"),
        (False, "another network than the practice they are attached to, and travel as that does"),
    ):
        said = [
            f"{code} (with {host})"
            for code, host in hosts
            if code in network_of and (network_of[code] == network_of.get(host)) == together
        ]
        if said:
            yield f"Not on the ground, and in {where}: {some_of(said)}."


def neck_notes(
    networks: Sequence[Network],
    shapes: Sequence[BaseGeometry],
    numbered: Sequence[Sequence[BaseGeometry]],
    *,
    whole_ids: bool = False,
) -> tuple[str, ...]:
    """Say which networks hang together by so little that a reader takes them to be in pieces.

    Parameters
    ----------
    networks : sequence of Network
    shapes : sequence of geometry
        Their ground on the drawing.
    numbered : sequence of sequence of geometry
        Of each, the parts that have its number.
    whole_ids : bool
        Whether the map shows their whole ids.
    """
    return tuple(
        f"Network {_number(network, whole_ids=whole_ids)} has its number in {len(parts)} places: they are joined, by "
        "ground that is too narrow to see here."
        for network, shape, parts in zip(networks, shapes, numbered, strict=True)
        if len(parts) > shapely.get_num_geometries(shape)
    )


def _number(network: Network, *, whole_ids: bool) -> str:
    return network.network_id if whole_ids else network_number(network)


def _pieces_on_one_ground(ground: BaseGeometry, whole: Sequence[BaseGeometry]) -> int:
    """Count the pieces on that part of the whole ground on which there are most."""
    pieces = shapely.point_on_surface(shapely.get_parts(ground))
    _, part = shapely.STRtree(whole).query(pieces, predicate="intersects")
    return int(np.bincount(part, minlength=1).max())


def _reason(network: Network, result: Result) -> str:
    edges = [(edge.code_a, edge.code_b) for edge in result.plan.edges if edge.kind in ("border", "site")]
    # Who is attached has no ground that could be in pieces.
    on_ground = [code for code in network.practice_codes if code not in result.standing.nowhere.hosts]
    if _hang_together(on_ground or network.practice_codes, edges):
        parted = {each.practice_code for each in result.standing.branches}.intersection(
            network.practice_codes
        )
        if parted:
            some = some_of(sorted(parted))
            return f"ground of other networks lies between it and branches of its practices ({some})."
        return (
            "its practices are neighbours through a site that several networks share, whose ground cannot be divided "
            "so that each reaches its own."
        )
    return "not all of its practices are neighbours on the map."


def _hang_together(codes: Sequence[str], edges: Iterable[tuple[str, str]]) -> bool:
    around: dict[str, set[str]] = {code: set() for code in codes}
    for one, other in edges:
        if one in around and other in around:
            around[one].add(other)
            around[other].add(one)
    reached, left = [codes[0]], set(codes[1:])
    while reached:
        beside = around[reached.pop()] & left
        reached += beside
        left -= beside
    return not left
