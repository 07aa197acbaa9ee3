"""What `netform score` writes: the score for programs, tables for spreadsheets, and the networks as a map."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from netform.export.alignment import (
    ALIGNMENT_COLUMNS,
    alignment_of,
    alignment_table,
    neighbourhood_rows,
    neighbourhood_shapes,
)
from netform.export.plan_json import containment_object, dump_json, posts_object
from netform.export.publication import Layer, Publication, Table
from netform.export.qgis import networks_style
from netform.export.rounding import rounded
from netform.export.rows import containment_columns, source_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from numpy.typing import NDArray

    from netform.judge.scoring import Score, ScoredNetwork, ScoredResult
    from netform.plan.model import Network

__all__ = [
    "SCHEMA",
    "SCORE",
    "lined_json",
    "score_json",
    "score_object",
]

SCHEMA = "netform/score/1"


def score_object(
    score: Score, provenance: Mapping[str, Any], living: Mapping[str, Mapping[str, float]] | None = None
) -> dict[str, Any]:
    """Return a score as the object that ``score.json`` holds: keys are added to the schema, never changed.

    Parameters
    ----------
    score : Score
    provenance : mapping
    living : mapping of str to mapping of str to float, optional
        By practice, patients by neighbourhood.
    """
    return {
        "schema": SCHEMA,
        "name": score.grouping.name,
        "cost": rounded(score.cost),
        "terms": {name: rounded(hours) for name, hours in score.terms.items()},
        "weights": dict(score.rules.weights),
        "band": {"min": score.rules.least, "max": score.rules.most},
        "practices": sum(len(each.network.practice_codes) for each in score.networks),
        "patients": score.patients,
        "networks_in_all": len(score.networks),
        "in_band": score.in_band,
        "contiguous": score.contiguous,
        "in_band_and_contiguous": score.both,
        "breaches_by_kind": score.breach_counts,
        "breaches": [{"kind": each.kind, "sentence": each.sentence} for each in score.breaches],
        "networks": [
            {**_network_object(each), **alignment_of(each.network, living or {})} for each in score.networks
        ],
        "unplaced": list(score.grouping.unplaced),
        "provenance": {name: provenance[name] for name in sorted(provenance)},
    }


def score_json(
    score: Score, provenance: Mapping[str, Any], living: Mapping[str, Mapping[str, float]] | None = None
) -> bytes:
    """Write a score as ``score.json``, one line a network.

    Parameters
    ----------
    score : Score
    provenance : mapping
    living : mapping of str to mapping of str to float, optional
        By practice, patients by neighbourhood.
    """
    return lined_json(score_object(score, provenance, living), ("networks", "breaches"))


def lined_json(document: Mapping[str, Any], listed: Collection[str]) -> bytes:
    """Write an object with a line for each key, so that two can be compared line by line.

    Parameters
    ----------
    document : mapping
    listed : collection of str
        Keys whose values are lists that get a line for each entry.
    """
    lines = []
    for key, value in document.items():
        text = dump_json(value)
        if key in listed and value:
            text = "[\n  " + ",\n  ".join(dump_json(each) for each in value) + "\n ]"
        lines.append(f' "{key}": {text}')
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode("utf-8")


def network_rows(result: ScoredResult) -> list[dict[str, Any]]:
    """Return a row a network, with its hours, posts and the rules it breaks.

    Parameters
    ----------
    result : ScoredResult
    """
    names = {practice.code: practice.name for practice in result.practices}
    return [
        _network_row(each, result.score)
        | alignment_of(each.network, result.living)
        | {
            "practice_codes": list(each.network.practice_codes),
            "hub_name": names[each.network.hub_code],
            **_post_columns(each.network),
            "breaches": [breach.sentence for breach in each.breaches],
        }
        for each in result.score.networks
    ]


def breach_rows(result: ScoredResult) -> list[dict[str, Any]]:
    """Return a row for every rule that is broken; a blank network is the division as a whole.

    Parameters
    ----------
    result : ScoredResult
    """
    names = {each.network.network_id: each.network.name for each in result.score.networks}
    return [
        {"network": label, "name": names.get(label, ""), "kind": kind, "sentence": sentence}
        for label, kind, sentence in _breaches(result.score)
    ]


def practice_rows(result: ScoredResult) -> list[dict[str, Any]]:
    """Return a row a practice: a table that `netform score` and `netform compare` read again.

    Parameters
    ----------
    result : ScoredResult
    """
    home = {
        code: (each.network, minutes)
        for each in result.score.networks
        for code, minutes in zip(each.network.practice_codes, each.network.minutes_to_hub, strict=True)
    }
    rows = []
    for index, practice in enumerate(result.practices):
        network, minutes = home.get(practice.code, (None, None))
        rows.append(
            {
                "practice_code": practice.code,
                "practice_name": practice.name,
                "postcode": practice.postcode,
                "list_size": practice.list_size,
                "area": practice.area,
                "network": network.network_id if network else None,
                "network_name": network.name if network else None,
                "hub": "yes" if network and network.hub_code == practice.code else "no",
                "minutes_to_hub": None if minutes is None else round(minutes, 2) + 0.0,
                "easting": round(float(result.places.easting[index]), 1) + 0.0,
                "northing": round(float(result.places.northing[index]), 1) + 0.0,
            }
        )
    return rows


def source_table(result: ScoredResult) -> list[dict[str, Any]]:
    """Return what the score was made from and by, a row a fact.

    Parameters
    ----------
    result : ScoredResult
    """
    return [{"what": what, "value": value} for what, value in source_rows(result.provenance)]


def ground_rows(result: ScoredResult) -> list[dict[str, Any]]:
    """Return a row a network for a map, with its members and the rules it breaks as lists.

    Parameters
    ----------
    result : ScoredResult
    """
    return [
        _network_row(each, result.score)
        | alignment_of(each.network, result.living)
        | {
            "practice_codes": list(each.network.practice_codes),
            "breaches": [breach.sentence for breach in each.breaches],
        }
        for each in result.score.networks
    ]


def _grounds(result: ScoredResult) -> NDArray[Any]:
    return np.array(
        [result.boundaries[each.network.network_id] for each in result.score.networks], dtype=object
    )


def _networks(result: ScoredResult) -> list[Network]:
    return [each.network for each in result.score.networks]


def _page(result: ScoredResult) -> bytes:
    from netform.report.score_page import render_score  # noqa: PLC0415 (loads the templates)

    return render_score(result).encode("utf-8")


def _network_object(each: ScoredNetwork) -> dict[str, Any]:
    network = each.network
    return {
        "network": network.network_id,
        "name": network.name,
        "areas": list(each.areas),
        "practice_codes": list(network.practice_codes),
        "list_size": network.list_size,
        "hub_code": network.hub_code,
        "minutes_to_hub": [rounded(minutes) for minutes in network.minutes_to_hub],
        "in_band": each.in_band,
        "contiguous": each.contiguous,
        "cost": rounded(each.cost),
        "terms": {term: rounded(hours) for term, hours in network.terms.items()},
        "posts": posts_object(network),
        "minutes_per_move": rounded(network.minutes_per_move),
        **containment_object(network),
        "breaches": [{"kind": breach.kind, "sentence": breach.sentence} for breach in each.breaches],
    }


def _network_row(each: ScoredNetwork, score: Score) -> dict[str, Any]:
    network = each.network
    return {
        "network": network.network_id,
        "name": network.name,
        "areas": "; ".join(each.areas),
        "list_size": network.list_size,
        "practices": len(network.practice_codes),
        "in_band": "yes" if each.in_band else "no",
        "contiguous": "yes" if each.contiguous else "no",
        "hub_code": network.hub_code,
        "cost_hours": rounded(each.cost),
        **{f"{term}_hours": rounded(network.terms.get(term)) for term in score.terms},
        "minutes_per_move": rounded(network.minutes_per_move),
        **containment_columns(network, known=any(other.network.containment for other in score.networks)),
    }


def _post_columns(network: Network) -> dict[str, Any]:
    return {
        f"{post.role}_{name}": rounded(value)
        for post in network.posts
        for name, value in (("posts", post.whole), ("stranded", post.stranded))
    }


def _breaches(score: Score) -> Iterator[tuple[str, str, str]]:
    for each in score.networks:
        for breach in each.breaches:
            yield each.network.network_id, breach.kind, breach.sentence
    for breach in score.breaches:
        yield "", breach.kind, breach.sentence


SCORE: Publication[ScoredResult] = Publication(
    name="score",
    tables=(
        Table("networks", network_rows, ("network",)),
        Table("breaches", breach_rows, ("network", "name", "kind", "sentence")),
        Table("practices", practice_rows, places=True),
        Table(
            "neighbourhoods",
            lambda result: alignment_table(_networks(result), result.living),
            ALIGNMENT_COLUMNS,
            given=lambda result: bool(result.living),
        ),
        Table("sources", source_table, ("what", "value"), sheet_only=True),
    ),
    layers=(
        Layer("networks", "network", ground_rows, _grounds, partial(networks_style, key="network")),
        Layer(
            "neighbourhoods",
            "neighbourhood",
            lambda result: neighbourhood_rows(_networks(result), result.living, result.neighbourhoods),
            lambda result: neighbourhood_shapes(result.neighbourhoods),
            given=lambda result: bool(result.neighbourhoods),
        ),
    ),
    page=("score", _page),
    document=("score", lambda result: score_json(result.score, result.provenance, result.living)),
    folder=(".csv", ".geojson", ".html"),
)
