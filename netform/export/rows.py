"""The tables behind every format: a row a network, a row a practice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from netform.export.alignment import alignment_of, outside_of_practices
from netform.export.rounding import rounded
from netform.plan.neighbourhoods import patients_in

if TYPE_CHECKING:
    from netform.plan.model import Containment, Network
    from netform.result import Result

__all__ = [
    "branch_rows",
    "containment_columns",
    "network_rows",
    "plain_value",
    "practice_rows",
    "residents_word",
    "source_rows",
]


def network_rows(result: Result) -> list[dict[str, Any]]:
    """Return a row for each network, in the order of the plan.

    Parameters
    ----------
    result : Result

    Returns
    -------
    list of dict
        ``practice_codes`` is a list; terms are hours per week under ``<term>_hours``; where it is known where patients
        live, how many of them and of the residents of its territory are its own.
    """
    known = any(network.containment for network in result.plan.networks)
    terms = list(dict.fromkeys(term for network in result.plan.networks for term in network.terms))
    return [
        {
            "network_id": network.network_id,
            "name": network.name,
            "today_code": network.today.code if network.today else None,
            "today_name": network.today.name if network.today else None,
            "area": network.area,
            "list_size": network.list_size,
            "practices": len(network.practice_codes),
            "practice_codes": list(network.practice_codes),
            "hub_code": network.hub_code,
            "exception": network.exception,
            "explanation": network.explanation,
            **alignment_of(network, result.plan.living),
            **{f"{term}_hours": rounded(network.terms.get(term)) for term in terms},
            **containment_columns(network, known=known),
        }
        for network in result.plan.networks
    ]


def containment_columns(network: Network, *, known: bool) -> dict[str, Any]:
    """Return the columns of where a network's patients live; none where that is not known of any network.

    Parameters
    ----------
    network : Network
    known : bool
        Whether it is known of any network of the table.
    """
    if not known:
        return {}
    held = network.containment
    return {
        "patients_whose_home_is_known": None if held is None else rounded(held.patients),
        "patients_inside": None if held is None else rounded(held.inside),
        "patients_inside_share": None if held is None else rounded(held.patients_share),
        "residents": None if held is None else rounded(held.residents),
        "residents_are": None if held is None else residents_word(held),
        "residents_registered_share": None if held is None else rounded(held.residents_share),
    }


def residents_word(containment: Containment) -> str:
    """Name what residents are counted by: ``registered`` with a practice of the list, or all (``population``).

    Parameters
    ----------
    containment : Containment
    """
    return "registered" if containment.population is None else "population"


def practice_rows(result: Result) -> list[dict[str, Any]]:
    """Return a row for each practice, in the order of the list, placed or not.

    Parameters
    ----------
    result : Result

    Returns
    -------
    list of dict
        ``hub`` is ``yes`` or ``no``; ``network_id`` is None for a practice in no network, and
        ``unplaced_reason`` then says why. ``attached_to`` is there where a practice is that is not on the ground.
    """
    hosts = result.standing.nowhere.hosts
    network_of = {
        code: (network, minutes)
        for network in result.plan.networks
        for code, minutes in zip(network.practice_codes, network.minutes_to_hub, strict=True)
    }
    reasons = {unplaced.practice_code: unplaced.reason for unplaced in result.plan.unplaced}
    outside = outside_of_practices(result.plan.networks, result.plan.living)
    rows = []
    for index, practice in enumerate(result.practices):
        network, minutes = network_of.get(practice.code, (None, None))
        rows.append(
            {
                "practice_code": practice.code,
                "practice_name": practice.name,
                "postcode": practice.postcode,
                "list_size": practice.list_size,
                "area": practice.area,
                "network_id": network.network_id if network else None,
                "network_name": network.name if network else None,
                "hub": "yes" if network and network.hub_code == practice.code else "no",
                "minutes_to_hub": None if minutes is None else round(minutes, 2) + 0.0,
                "exception": network.exception if network else None,
                "unplaced_reason": reasons.get(practice.code),
                "pcn_code": practice.pcn_code,
                "pcn_name": practice.pcn_name,
                "easting": round(float(result.places.easting[index]), 1) + 0.0,
                "northing": round(float(result.places.northing[index]), 1) + 0.0,
                "place_quality": result.places.quality[index],
                **_home(practice.code, result.plan.living, outside),
                **({"attached_to": hosts.get(practice.code)} if hosts else {}),
            }
        )
    return rows


def branch_rows(result: Result) -> list[dict[str, Any]]:
    """Return a row for each branch surgery, by practice and code: with the practices', all sites of every network.

    Parameters
    ----------
    result : Result
    """
    network_of = {code: network for network in result.plan.networks for code in network.practice_codes}
    return [
        {
            "branch_code": branch.code,
            "branch_name": branch.name,
            "postcode": branch.postcode,
            "practice_code": branch.practice_code,
            "network_id": network_of[branch.practice_code].network_id
            if branch.practice_code in network_of
            else None,
            "easting": round(branch.easting, 1) + 0.0,
            "northing": round(branch.northing, 1) + 0.0,
            "place_quality": branch.quality,
        }
        for branch in result.standing.branches
    ]


def _home(
    code: str, living: Mapping[str, Mapping[str, float]], outside: Mapping[str, float]
) -> dict[str, Any]:
    """Say where the patients of a practice live, where that is known of any."""
    if not living:
        return {}
    return {
        "neighbourhood": next(iter(patients_in(living, [code])), None) or None,
        "patients_outside_neighbourhood": rounded(outside.get(code)),
    }


def source_rows(provenance: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return what a result was made from and by, as pairs for a table.

    Parameters
    ----------
    provenance : mapping
    """
    rows: list[tuple[str, Any]] = []
    # How many workers there were changes no plan that is proven; the options are those of the command.
    for key, value in sorted(provenance.items()):
        if key == "files":
            rows += [
                (f"file {what}", f"{each['file']}, sha256 {each['sha256']}") for what, each in value.items()
            ]
        elif key not in {"workers", "options"}:
            rows.append((str(key), plain_value(value)))
    return rows


def plain_value(value: Any) -> Any:
    """Give a nested value as what one cell can hold.

    Parameters
    ----------
    value : object
    """
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {each}" for key, each in sorted(value.items()))
    if isinstance(value, list):
        return "; ".join(str(plain_value(each)) for each in value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
