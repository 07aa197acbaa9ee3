"""Tables and a layer of neighbourhoods: in which the patients of each network live."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from netform.export.rounding import rounded
from netform.plan.neighbourhoods import main_share, patients_in, patients_outside

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from netform.plan.model import Network

__all__ = [
    "ALIGNMENT_COLUMNS",
    "alignment_of",
    "alignment_table",
    "neighbourhood_rows",
    "neighbourhood_shapes",
    "outside_of_practices",
]

ALIGNMENT_COLUMNS = ("network_id", "name", "neighbourhood", "patients", "share", "main")


def alignment_table(
    networks: Sequence[Network], living: Mapping[str, Mapping[str, float]]
) -> list[dict[str, Any]]:
    """Return a row for each network and neighbourhood its patients live in, the most first.

    Parameters
    ----------
    networks : sequence of Network
    living : mapping of str to mapping of str to float
        By practice, patients by neighbourhood.

    Returns
    -------
    list of dict
        A blank ``neighbourhood`` is outside every one; ``share`` is of the patients of whom it is known.
    """
    rows = []
    for network in networks:
        patients = patients_in(living, network.practice_codes)
        known = math.fsum(patients.values())
        rows += [
            {
                "network_id": network.network_id,
                "name": network.name,
                "neighbourhood": name,
                "patients": rounded(number),
                "share": rounded(number / known),
                "main": "yes" if at == 0 and name else "no",
            }
            for at, (name, number) in enumerate(patients.items())
            if number > 0
        ]
    return rows


def alignment_of(network: Network, living: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """Return what a row of a network says of its neighbourhoods; nothing where nothing is known of any network.

    Parameters
    ----------
    network : Network
    living : mapping of str to mapping of str to float
    """
    if not living:
        return {}
    patients = patients_in(living, network.practice_codes)
    return {
        "neighbourhood": next(iter(patients), None) or None,
        "neighbourhood_share": rounded(main_share(patients)),
        "patients_outside_neighbourhood": rounded(patients_outside(patients)) if patients else None,
    }


def outside_of_practices(
    networks: Iterable[Network], living: Mapping[str, Mapping[str, float]]
) -> dict[str, float]:
    """Count the patients of each practice who live outside the main neighbourhood of its network.

    Parameters
    ----------
    networks : iterable of Network
    living : mapping of str to mapping of str to float
    """
    outside = {}
    for network in networks:
        main = next(iter(patients_in(living, network.practice_codes)), "")
        for code in network.practice_codes:
            if code in living:
                outside[code] = math.fsum(
                    number for name, number in living[code].items() if name != main or not name
                )
    return outside


def neighbourhood_rows(
    networks: Sequence[Network],
    living: Mapping[str, Mapping[str, float]],
    shapes: Mapping[str, BaseGeometry],
) -> list[dict[str, Any]]:
    """Return a row for each neighbourhood with ground: the patients there, and the networks whose main one it is.

    Parameters
    ----------
    networks : sequence of Network
    living : mapping of str to mapping of str to float
    shapes : mapping of str to geometry
    """
    patients = patients_in(living, list(living))
    mains: dict[str, list[str]] = {}
    for network in networks:
        main = next(iter(patients_in(living, network.practice_codes)), "")
        mains.setdefault(main, []).append(network.network_id)
    return [
        {
            "neighbourhood": name,
            "patients": rounded(patients.get(name, 0.0)),
            "networks": len(mains.get(name, [])),
            "network_ids": mains.get(name, []),
        }
        for name in shapes
    ]


def neighbourhood_shapes(shapes: Mapping[str, BaseGeometry]) -> NDArray[Any]:
    """Return the ground of each neighbourhood, in the order of `neighbourhood_rows`.

    Parameters
    ----------
    shapes : mapping of str to geometry
    """
    import numpy as np  # noqa: PLC0415 (light until it is needed)

    return np.array(list(shapes.values()), dtype=object)
