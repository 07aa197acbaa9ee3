"""Patients Registered at a GP Practice: totals, and tables by sex and age of which the totals are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.errors import Fault, InputError
from netform.practices.breakdown import AGES, ALL, KINDS, SEXES
from netform.publications.model import Publication, Record
from netform.publications.rows import Header, Reader, header_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from netform.publications.sheets import Sheet

__all__ = ["is_registered", "merged_sexes", "read_registered"]

_WOMEN = frozenset({"FEMALE", "FEMALES", "F"})
_MEN = frozenset({"MALE", "MALES", "M"})
# The fields of the patients of one sex, in the files of single years of age, which come one for each sex.
_OF_ONE_SEX = ("female_patients", "male_patients")


def is_registered(header: Header) -> bool:
    """Whether a header is that of registrations with a row for each sex and age, or of all of them.

    Parameters
    ----------
    header : Header
    """
    return {"practice_code", "list_size"} <= header.places.keys() and None not in (
        header.place(*SEXES),
        header.place(*AGES),
    )


def read_registered(sheet: Sheet) -> Publication:
    """Read the list sizes of practices: rows of type GP, all ages, both sexes; ages are never added up.

    A file of one sex gives the patients of that sex, which are added to those of the other (`merged_sexes`).

    Parameters
    ----------
    sheet : Sheet

    Raises
    ------
    InputError
        With every fault; or no row is about whole practices.
    """
    header = header_of(sheet)
    reader = Reader(sheet, header)
    sexes: dict[str, dict[str, Record]] = {}
    kind, sex, age = header.place(*KINDS), header.place(*SEXES), header.place(*AGES)
    assert sex is not None  # noqa: S101 (is_registered has seen both)
    assert age is not None  # noqa: S101
    code_at = header.places["practice_code"]
    of_parts, of_areas = 0, 0
    twice = {"ALL": reader}
    for row, cells in reader.rows():
        if kind is not None and cells[kind].strip().upper() != "GP":
            of_areas += 1
            continue
        who = _sex(cells[sex])
        if not who or cells[age].strip().upper() not in ALL:
            of_parts += 1
            continue
        if who != "ALL" and "ALL" in sexes:
            of_parts += 1
            continue
        code = reader.code(row, cells, code_at)
        keeper = twice.setdefault(who, Reader(sheet, header, faults=reader.faults))
        keeper.keep(code, row, keeper.said(cells, header.places), once=True)
        sexes[who] = keeper.records
    reader.settle()
    if not sexes:
        problem = "every row is about one age or a larger area, and none about all ages of a practice"
        remedy = "Use the publication that has rows with age ALL"
        raise InputError([Fault(sheet.file, header.row, None, None, problem, remedy)])
    headers = {name: header.cells[at] for name, at in header.places.items()}
    records = sexes.get("ALL")
    if records is None:
        records, headers = _by_sex(sexes, headers)
    left_out = [
        f"{number:,} rows {of_what}"
        for number, of_what in ((of_parts, "of one sex or age"), (of_areas, "of larger areas"))
        if number
    ]
    notes = [f"{sheet.name}: {' and '.join(left_out)} were left out."] if left_out else []
    title = "NHS England's registrations" + (" by sex and age" if of_parts else "")
    return Publication(
        sheet.file,
        sheet.name,
        title,
        reader.date,
        records,
        headers,
        header.row,
        notes=(*sheet.notes, *notes, *reader.notes()),
    )


def merged_sexes(publications: Sequence[Publication]) -> list[Publication]:
    """Add up the patients of both sexes where they stand in two files; the sum takes the place of the first.

    Parameters
    ----------
    publications : sequence of Publication

    Raises
    ------
    InputError
        There is one sex alone; or the two are of different days.
    """
    halves = {name: [each for each in publications if name in each.headers] for name in _OF_ONE_SEX}
    women, men = halves.values()
    if not women and not men:
        return list(publications)
    if not women or not men:
        one, other = ("women", "men") if women else ("men", "women")
        problem = f"it has the {one} of each practice alone"
        raise InputError(
            [
                Fault(
                    (women or men)[0].file, None, None, None, problem, f"Add the file of {other}: --with FILE"
                )
            ]
        )
    records = _summed({"FEMALE": women[0].records, "MALE": men[0].records})
    first, second = (each for each in publications if each in (women[0], men[0]))
    if first.date and second.date and first.date != second.date:
        problem = f"it is of {second.date}, and {first.name}, of the other sex, is of {first.date}"
        remedy = "Give the two files of one month: patients of two days do not add up"
        raise InputError([Fault(second.file, None, None, None, problem, remedy)])
    headers = {name: header for name, header in first.headers.items() if name not in _OF_ONE_SEX}
    whole = Publication(
        first.file,
        first.name,
        "NHS England's registrations by sex and age",
        first.date,
        records,
        headers | {"list_size": first.headers[_OF_ONE_SEX[0] if first is women[0] else _OF_ONE_SEX[1]]},
        first.header_row,
        notes=(*first.notes, *second.notes, f"{first.name} and {second.name} are of one sex each: added up."),
    )
    return [whole if each is first else each for each in publications if each is not second]


def _sex(text: str) -> str:
    text = text.strip().upper()
    return "ALL" if text in ALL else "FEMALE" if text in _WOMEN else "MALE" if text in _MEN else ""


def _by_sex(
    sexes: Mapping[str, Mapping[str, Record]], headers: Mapping[str, str]
) -> tuple[dict[str, Record], dict[str, str]]:
    """Give list sizes where both sexes are there, and the patients of one sex as a field of their own otherwise."""
    if len(sexes) == 2:
        return _summed(sexes), dict(headers)
    who, records = next(iter(sexes.items()))
    field = _OF_ONE_SEX[who == "MALE"]
    renamed = {
        code: Record(each.row, {field if k == "list_size" else k: v for k, v in each.values.items()})
        for code, each in records.items()
    }
    return renamed, {field if name == "list_size" else name: header for name, header in headers.items()}


def _summed(sexes: Mapping[str, Mapping[str, Record]]) -> dict[str, Record]:
    """Add up the patients of both sexes; a practice that has none of one has that of the other alone."""
    codes = list(dict.fromkeys(code for records in sexes.values() for code in records))
    summed = {}
    for code in codes:
        parts = [records[code] for records in sexes.values() if code in records]
        sizes = [
            part.values.get("list_size") or part.values.get(name, "")
            for part in parts
            for name in _names(part)
        ]
        whole = all(size.isascii() and size.isdigit() for size in sizes)
        values = {k: v for part in reversed(parts) for k, v in part.values.items() if k not in _OF_ONE_SEX}
        summed[code] = Record(
            parts[0].row, values | {"list_size": str(sum(map(int, sizes))) if whole else " + ".join(sizes)}
        )
    return summed


def _names(part: Record) -> list[str]:
    return [name for name in ("list_size", *_OF_ONE_SEX) if name in part.values][:1]
