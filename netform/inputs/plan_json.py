"""plan.json read back: the plan as it was published (`netform.export.plan_json` writes it)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from netform.plan.model import (
    SCHEMA,
    AreaResult,
    Containment,
    Edge,
    Network,
    Plan,
    PresentNetwork,
    SharedPost,
    SolveStep,
    Unplaced,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["read_plan_json"]


def read_plan_json(content: bytes | str) -> Plan:
    """Read a plan back from ``plan.json``.

    Parameters
    ----------
    content : bytes or str

    Raises
    ------
    ValueError
        When it is not JSON, or not of this schema.
    """
    document = json.loads(content)
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        found = document.get("schema") if isinstance(document, dict) else None
        raise ValueError(f"expected a plan of schema {SCHEMA!r} and found {found!r}")
    graph = document["graph"]
    zeros = [0.0] * len(graph["edges"])
    borders, distances = graph.get("border_m", zeros), graph.get("distance_km", zeros)
    return Plan(
        areas=tuple(_area(each, document.get("solve_log", ())) for each in document["areas"]),
        networks=tuple(_network(each) for each in document["networks"]),
        unplaced=tuple(Unplaced(each["practice_code"], each["reason"]) for each in document["unplaced"]),
        edges=tuple(
            Edge(code_a, code_b, kind, minutes, border_m, distance_km)
            for (code_a, code_b, kind, minutes, *_), border_m, distance_km in zip(
                graph["edges"], borders, distances, strict=True
            )
        ),
        provenance=document["provenance"],
        barriers=tuple(Edge(*each) for each in graph.get("barriers", ())),
        living={each["practice_code"]: each["neighbourhoods"] for each in document.get("living", ())},
    )


def _area(each: Mapping[str, Any], log: Sequence[Mapping[str, Any]]) -> AreaResult:
    return AreaResult(
        area=each["area"],
        status=each["status"],
        cost=each["cost"],
        bound=each["bound"],
        practices=each["practices"],
        networks=each["networks"],
        candidates=each["candidates"],
        method=each.get("method", ""),
        seconds=each.get("seconds", {}),
        notes=tuple(each.get("notes", ())),
        exceptions_bound=each.get("exceptions_bound", 0),
        unproven=each.get("unproven", ""),
        log=tuple(
            SolveStep(
                step["seconds"],
                step["step"],
                step["columns"],
                step["bound"],
                step["incumbent"],
                step["exceptions"],
            )
            for step in log
            if step["area"] == each["area"]
        ),
    )


def _network(each: Mapping[str, Any]) -> Network:
    return Network(
        network_id=each["network_id"],
        name=each.get("name", each["network_id"]),
        area=each["area"],
        practice_codes=tuple(each["practice_codes"]),
        list_size=each["list_size"],
        hub_code=each["hub_code"],
        minutes_to_hub=tuple(each.get("minutes_to_hub", ())),
        terms=each["terms"],
        exception=each["exception"],
        explanation=each.get("explanation"),
        posts=tuple(
            SharedPost(post["role"], post["due"], post["whole"], post["stranded"], post.get("pounds_year"))
            for post in each.get("posts", ())
        ),
        minutes_per_move=each.get("minutes_per_move", 0.0),
        rationale=each.get("rationale", ""),
        today=PresentNetwork(today["code"], today["name"]) if (today := each.get("today")) else None,
        containment=_containment(each["containment"]) if each.get("containment") else None,
    )


def _containment(each: Mapping[str, Any]) -> Containment:
    population = each["residents"] if each["residents_are"] == "population" else None
    return Containment(each["patients"], each["inside"], each["residents_registered"], population)
