"""What a plan lists: every practice once, every number finite, every name fit to name a file."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from netform.audit.case import close

if TYPE_CHECKING:
    from netform.audit.case import Case, Check

__all__ = ["CHECKS"]

PROVENANCE = ("netform", "input_sha256", "rules_sha256", "gazetteer", "travel", "seed", "workers", "versions")

# What some file system refuses in a name, and the names Windows keeps for devices.
_UNSAFE = re.compile(
    r'[\x00-\x1f\x7f<>:"/\\|?*]|^[ .]|[ .]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)', re.IGNORECASE
)
_LONGEST_ID = 200


def _finite(case: Case) -> Iterator[str]:
    """Check that no number is NaN or infinite."""
    for network in case.plan.networks:
        yield from _not_finite(network, f"network {network.network_id!r}")
    for area in case.plan.areas:
        yield from _not_finite(area, f"area {area.area!r}")
    for edge in case.plan.edges:
        yield from _not_finite(edge, f"edge {edge.code_a}-{edge.code_b}")
    yield from _not_finite(case.plan.provenance, "provenance")


def _not_finite(value: Any, where: str) -> Iterator[str]:
    if isinstance(value, float):
        if not math.isfinite(value):
            yield f"{where} is {value}"
    elif is_dataclass(value):
        for field in fields(value):
            yield from _not_finite(getattr(value, field.name), f"{where}: {field.name}")
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _not_finite(each, f"{where}: {key}")
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _not_finite(each, where)


def _identifiers(case: Case) -> Iterator[str]:
    """Check that identifiers are distinct, in order and fit to name a file."""
    names = [network.network_id for network in case.plan.networks]
    if names != sorted(names):
        yield "the networks are not in order of network_id"
    twins: dict[str, list[str]] = {}
    for name in names:
        twins.setdefault(unicodedata.normalize("NFC", name).casefold(), []).append(name)
        if not name or len(name.encode()) > _LONGEST_ID or _UNSAFE.search(name):
            yield f"network_id {name!r} cannot name a file"
    for alike in twins.values():
        if len(alike) > 1:
            yield f"network_id {alike[0]!r} is given {len(alike)} times, or differs in case alone"


def _coverage(case: Case) -> Iterator[str]:
    """Check that every practice is in one network, or unplaced with a reason, and none is invented."""
    placed = Counter(code for network in case.plan.networks for code in network.practice_codes)
    unplaced = Counter(each.practice_code for each in case.plan.unplaced)
    for code in case.practices:
        if placed[code] > 1:
            where = [each.network_id for each in case.plan.networks if code in each.practice_codes]
            yield f"practice {code} is placed {placed[code]} times: in {', '.join(where)}"
        if placed[code] and unplaced[code]:
            yield f"practice {code} is both placed and unplaced"
        if not placed[code] and not unplaced[code]:
            yield f"practice {code} is in no network and not listed as unplaced"
        if unplaced[code] > 1:
            yield f"practice {code} is listed as unplaced {unplaced[code]} times"
    for network in case.plan.networks:
        for code in network.practice_codes:
            if code not in case.practices:
                yield f"network {network.network_id!r} has practice {code}, which is not in the list"
    for each in case.plan.unplaced:
        if each.practice_code not in case.practices:
            yield f"practice {each.practice_code} is unplaced but not in the list"
        if not each.reason.strip():
            yield f"practice {each.practice_code} is unplaced without a reason"


def _members(case: Case) -> Iterator[str]:
    """Check that members are in order, that their lists sum, and that they are of the network's area."""
    for network in case.plan.networks:
        name, codes = f"network {network.network_id!r}", network.practice_codes
        if not codes:
            yield f"{name} has no practices"
        if list(codes) != sorted(codes):
            yield f"{name}: its practice codes are not in order"
        if network.list_size != case.patients(network):
            yield f"{name} says {network.list_size:,} patients, its practices have {case.patients(network):,}"
        areas = {case.practices[code].area for code in codes if code in case.practices}
        if len(areas) > 1:
            yield f"{name} crosses areas: {', '.join(sorted(map(repr, areas)))}"
        elif areas and areas != {network.area}:
            yield f"{name} says area {network.area!r}, its practices are of {areas.pop()!r}"


def _containment(case: Case) -> Iterator[str]:
    """Check where each network's patients live, and whose the residents of its territory are, by counting again."""
    nodes = case.graph.nodes
    living_in: Counter[str] = Counter()
    for code in case.graph:
        living_in.update(nodes[code].get("residents", {}))
    for network in case.measurable():
        homes = Counter[str]()
        for code in network.practice_codes:
            homes.update(nodes[code].get("residents", {}))
        held = network.containment
        if held is None:
            if homes:
                yield f"network {network.network_id!r} does not say where its patients live"
            continue
        counted = {
            "patients whose home is known": (held.patients, sum(homes.values())),
            "patients inside": (held.inside, sum(homes[code] for code in network.practice_codes)),
            "registered residents": (
                held.registered,
                sum(living_in[code] for code in network.practice_codes),
            ),
        }
        for what, (said, found) in counted.items():
            if not close(said, found):
                yield f"network {network.network_id!r} says {said:,.1f} {what}, they are {found:,.1f}"


def _provenance(case: Case) -> Iterator[str]:
    """Check that the provenance has what the contract promises, and is of this list."""
    provenance = case.plan.provenance
    for key in PROVENANCE:
        if key not in provenance:
            yield f"the provenance lacks {key!r}"
    said = provenance.get("input_sha256", case.sha256)
    if case.sha256 and said != case.sha256:
        yield f"the provenance says input_sha256 {said!r}, the list has {case.sha256!r}"


CHECKS: tuple[Check, ...] = (_finite, _identifiers, _coverage, _members, _containment, _provenance)
