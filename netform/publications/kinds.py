"""Kinds: which publication a file is, by what is in it. To add one: a reader, and a line in `KINDS`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.publications.epcn import is_membership, read_memberships_on
from netform.publications.headed import (
    is_list,
    is_mapping,
    is_payments,
    is_wide_workforce,
    read_headed,
    read_own_list,
)
from netform.publications.ods import is_branch_file, is_practice_file, read_practice_file
from netform.publications.registered import is_registered, read_registered
from netform.publications.rows import Header, header_of
from netform.publications.workforce import is_long_workforce, read_long_workforce

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from netform.publications.model import Publication, Question
    from netform.publications.sheets import Sheet

__all__ = ["BRANCHES", "KINDS", "REGISTRATIONS", "Kind", "kind_of"]

# Kinds that are files beside a list, and say nothing that a list has a column for.
BRANCHES, REGISTRATIONS = "branches", "registrations"
_LSOAS = frozenset(
    {
        "lsoacode",
        "lsoa",
        "lsoa21code",
        "lsoa11code",
        "lsoa21",
        "lsoa11",
        "lsoa21cd",
        "lsoa11cd",
        "lsoa2021",
        "lsoa2011",
    }
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of publication.

    Attributes
    ----------
    knows : callable
        From a sheet and its header to whether it is of this kind.
    read : callable or None
        From the sheet, all sheets of its file, and what is asked, to what it says of practices; None for what says
        nothing that a list has a column for.
    of_a_day : bool
        Whether what it says depends on the day of the list, so that the list is read first.
    published : bool
        Whether a file of it is taken as a publication with nothing beside it; others are read as any list then.
    """

    knows: Callable[[Sheet, Header], bool]
    read: Callable[[Sheet, Sequence[Sheet], Question], Publication] | None
    of_a_day: bool = False
    published: bool = True


def _is_registrations(sheet: Sheet, header: Header) -> bool:
    """Whether a sheet counts patients by practice and LSOA, several rows a practice; a list may name its LSOA, too."""
    at = header.places.get("practice_code")
    if at is None or not _LSOAS & set(header.plain) or "postcode" in header.places:
        return False
    codes = [cells[at] for cells in sheet.head[header.row :] if len(cells) > at]
    return len(set(codes)) < len(codes)


# In the order in which they are tried: what is more particular comes first.
KINDS: Mapping[str, Kind] = {
    BRANCHES: Kind(lambda sheet, _: is_branch_file(sheet), None),
    "practices": Kind(
        lambda sheet, _: is_practice_file(sheet), lambda sheet, _, __: read_practice_file(sheet)
    ),
    REGISTRATIONS: Kind(_is_registrations, None),
    "registered": Kind(lambda _, header: is_registered(header), lambda sheet, _, __: read_registered(sheet)),
    "memberships": Kind(lambda _, header: is_membership(header), read_memberships_on, of_a_day=True),
    "long workforce": Kind(
        lambda _, header: is_long_workforce(header), lambda sheet, _, __: read_long_workforce(sheet)
    ),
    "wide workforce": Kind(
        lambda _, header: is_wide_workforce(header),
        lambda sheet, _, question: read_headed(sheet, question, "the General Practice Workforce"),
        published=False,
    ),
    "payments": Kind(
        lambda _, header: is_payments(header),
        lambda sheet, _, question: read_headed(sheet, question, "NHS Payments to General Practice"),
        published=False,
    ),
    "mapping": Kind(
        lambda _, header: is_mapping(header),
        lambda sheet, _, question: read_headed(sheet, question, "NHS England's mapping of practices"),
    ),
    "list": Kind(
        lambda _, header: is_list(header), lambda sheet, _, __: read_own_list(sheet), published=False
    ),
}


def kind_of(sheets: Sequence[Sheet]) -> tuple[str, Sheet] | None:
    """Find which publication the sheets of a file are, and the sheet that says so; None where they are none.

    Parameters
    ----------
    sheets : sequence of Sheet
    """
    headers = [header_of(sheet) for sheet in sheets]
    for name, kind in KINDS.items():
        for sheet, header in zip(sheets, headers, strict=True):
            if kind.knows(sheet, header):
                return name, sheet
    return None
