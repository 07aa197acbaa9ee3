"""Fields: what publications say of a practice besides what every list says, and what their columns are called."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from netform.practices.columns import ALIASES, field_of, plain_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["AREA_CODES", "AREA_FIELDS", "FIELDS", "column_key", "fields_of", "known_field"]

# Areas of the NHS a practice belongs to, and who supplies its computer system. The first name of each is the one that
# netform writes; case, spaces, underscores and punctuation are ignored. What was a clinical commissioning group until
# 2022 has kept its code as a sub-ICB location, and a sustainability and transformation partnership as an ICB.
AREA_FIELDS: Mapping[str, tuple[str, ...]] = {
    "sub_icb_code": (
        "sub_icb_code", "sub_icb_location_code", "sub_icb_loc_code", "sub_icb_nhs_code", "ccg_code", "ccg",
        "practice_parent_sub_icb_loc_code", "sicbl_code", "sub_icb_location_ods_code", "commissioner_code",
    ),
    "sub_icb_name": (
        "sub_icb_name", "sub_icb_location_name", "sub_icb_loc_name", "ccg_name", "sub_icb_location",
        "practice_parent_sub_icb_loc_name",
    ),
    "sub_icb_ons_code": ("sub_icb_ons_code", "ons_sub_icb_location_code", "ons_ccg_code", "sub_icb_location_ons_code"),
    "icb_code": ("icb_code", "icb_nhs_code", "icb_ods_code", "stp_code", "ics_code"),
    "icb_name": ("icb_name", "stp_name", "ics_name"),
    "icb_ons_code": ("icb_ons_code", "ons_icb_code", "ons_stp_code"),
    "region_code": ("region_code", "comm_region_code", "nhse_region_code", "nhs_england_region_code"),
    "region_name": ("region_name", "comm_region_name", "nhse_region_name", "nhs_england_region_name"),
    "region_ons_code": ("region_ons_code", "ons_comm_region_code", "ons_region_code"),
    "supplier_name": ("supplier_name", "supplier", "gp_system_supplier"),
}  # fmt: skip
# Those that hold codes, which change when areas merge.
AREA_CODES = tuple(name for name in AREA_FIELDS if name.endswith("_code"))

# What any publication may say of a practice, by netform's own names.
FIELDS: tuple[str, ...] = (*ALIASES, *AREA_FIELDS)


@functools.cache
def _area_names() -> Mapping[str, str]:
    return {plain_name(alias): name for name, aliases in AREA_FIELDS.items() for alias in aliases}


def known_field(header: str) -> str | None:
    """The field that a header names by one of its published names; None where it names none.

    Parameters
    ----------
    header : str
        As a file spells it.
    """
    return field_of(header) or (_area_names().get(plain_name(header)) if len(header) <= 80 else None)


@functools.cache
def column_key(name: str) -> str:
    """Give the same word for every name that a column has in publications.

    Parameters
    ----------
    name : str
    """
    return known_field(name) or plain_name(name)


def fields_of(headers: Sequence[str]) -> dict[str, int]:
    """Where each field stands among headers; of several columns of one field the first.

    A column under netform's own name comes before others.

    Parameters
    ----------
    headers : sequence of str
    """
    places: dict[str, int] = {}
    own = {plain_name(name): name for name in FIELDS}
    for at, header in enumerate(headers):
        name = own.get(plain_name(header))
        if name is not None:
            places.setdefault(name, at)
    for at, header in enumerate(headers):
        name = known_field(header)
        if name is not None:
            places.setdefault(name, at)
    return places
