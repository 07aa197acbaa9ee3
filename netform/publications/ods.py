"""Files of the Organisation Data Service without a header: practices (epraccur) and branch surgeries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from netform.practices.dates import day_of
from netform.practices.other_shapes import is_epraccur
from netform.publications.model import OdsStatus, Publication, says
from netform.publications.rows import Header, Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.publications.sheets import Sheet

__all__ = ["is_branch_file", "is_practice_file", "read_practice_file"]

# What stands where, as the specification of the file numbers its columns, less one.
_NAME, _POSTCODE, _OPENED, _CLOSED, _STATUS, _PARENT, _SETTING = 1, 9, 10, 11, 12, 14, 25
_PLACES = {
    "practice_code": 0,
    "practice_name": _NAME,
    "region_code": 2,
    "icb_code": 3,
    "postcode": _POSTCODE,
    "sub_icb_code": _PARENT,
}
_WIDTH = 27
# A, or ACTIVE since 2026. Whatever else stands there is no open practice: closed, dormant, proposed.
_OPEN = frozenset({"A", "ACTIVE"})
# The setting of a GP practice was 4, and has been the role RO76 since 2026, alone or among others (RO76|RO268).
_PRACTICE_SETTINGS = frozenset({"4", "RO76"})
_DAY = re.compile(r"[0-9]{8}|[0-9-]{10}")
_FEWEST_COLUMNS = 24


def is_practice_file(sheet: Sheet) -> bool:
    """Whether a sheet is the file of practices.

    Parameters
    ----------
    sheet : Sheet
    """
    return is_epraccur(sheet.head)


def is_branch_file(sheet: Sheet) -> bool:
    """Whether a sheet is a file of branch surgeries: each code goes on from that of its practice (A81004001).

    With a header it has a branch's code beside a practice's; without one it has the columns of the file of practices.

    Parameters
    ----------
    sheet : Sheet
    """
    filled = [cells for cells in sheet.head if sum(map(bool, map(str.strip, cells))) > 2]
    if not filled:
        return False
    header = Header(1, tuple(filled[0]), {})
    if header.place("branchcode", "branchsurgerycode", "branchodscode", "sitecode") is not None:
        return (
            header.place("practicecode", "parentcode", "parentorganisationcode", "parentodscode") is not None
        )
    return all(
        len(cells) >= _FEWEST_COLUMNS
        and _DAY.fullmatch(cells[_OPENED].strip()) is not None
        and _goes_on_from(cells[0].strip(), cells[_PARENT].strip())
        for cells in filled
    )


def read_practice_file(sheet: Sheet) -> Publication:
    """Read the file of practices: which are open, which are GP practices, their names, postcodes and areas.

    Parameters
    ----------
    sheet : Sheet

    Raises
    ------
    InputError
        With every fault.
    """
    width = len(sheet.head[0]) if sheet.head else _WIDTH
    header = Header(0, tuple(f"number {at + 1}" for at in range(width)), _PLACES)
    reader = Reader(sheet, header)
    statuses: dict[str, OdsStatus] = {}
    for row, cells in reader.rows():
        code = reader.code(row, cells, 0)
        reader.keep(code, row, reader.said(cells, _PLACES))
        statuses.setdefault(code, _status(cells))
    reader.settle()
    headers = {name: header.cells[at] for name, at in _PLACES.items()}
    title = "the Organisation Data Service's file of practices"
    return Publication(
        sheet.file,
        sheet.name,
        title,
        "",
        reader.records,
        headers,
        0,
        statuses,
        notes=(*sheet.notes, *reader.notes()),
    )


def _status(cells: Sequence[str]) -> OdsStatus:
    status = cells[_STATUS].strip().upper()
    closed = cells[_CLOSED].strip()
    setting = cells[_SETTING].strip().upper() if len(cells) > _SETTING else ""
    roles = {part.strip() for part in setting.split("|")}
    # A file cut short of its last columns says nothing of the setting.
    is_practice = len(cells) <= _SETTING or bool(roles & _PRACTICE_SETTINGS)
    return OdsStatus(status, status in _OPEN, day_of(closed) if says("", closed) else "", is_practice)


def _goes_on_from(branch: str, practice: str) -> bool:
    return 0 < len(practice) < len(branch) and branch.startswith(practice)
