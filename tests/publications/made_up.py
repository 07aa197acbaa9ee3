"""Publications of a made-up place, in the shapes of the real ones; practices A1 to A6 at real postcodes of York."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import xlsxwriter  # type: ignore[import-untyped, unused-ignore]

from netform.inputs.example import example_practices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

POSTCODES = {
    "A1": "YO1 8RL",
    "A2": "YO23 1DT",
    "A3": "YO24 1QG",
    "A4": "YO24 3FW",
    "A5": "YO26 5BF",
    "A6": "YO8 4HL",
}
SIZES = {"A1": 9000, "A2": 8000, "A3": 7000, "A4": 6000, "A5": 1, "A6": 5000}

MAP_HEADER = (
    "PUBLICATION,EXTRACT_DATE,PRACTICE_CODE,PRACTICE_NAME,PRACTICE_POSTCODE,PCN_CODE,PCN_NAME,"
    "ONS_SUB_ICB_LOCATION_CODE,SUB_ICB_LOCATION_CODE,SUB_ICB_LOCATION_NAME,ICB_CODE,ICB_NAME,SUPPLIER_NAME"
)


def registered(sizes: Mapping[str, int | str] = SIZES, date: str = "2026-07-01", extra: str = "") -> str:
    """The totals of this era: a row a practice, and whatever rows are added."""
    rows = [
        f"GP_PRAC_PAT_LIST,{date},GP,1X,E38,{code},{POSTCODES.get(code, 'YO1 8RL')},ALL,ALL,{size}"
        for code, size in sizes.items()
    ]
    header = (
        "PUBLICATION,EXTRACT_DATE,TYPE,SUB_ICB_LOCATION_CODE,ONS_SUB_ICB_LOCATION_CODE,CODE,POSTCODE,SEX,AGE,"
        "NUMBER_OF_PATIENTS"
    )
    return "\n".join([header, *rows]) + "\n" + extra


def registered_2021() -> str:
    """The totals of the era of clinical commissioning groups."""
    header = "PUBLICATION,EXTRACT_DATE,TYPE,CCG_CODE,ONS_CCG_CODE,CODE,POSTCODE,SEX,AGE,NUMBER_OF_PATIENTS"
    return f"{header}\nGP_PRAC_PAT_LIST,01JAN2021,GP,00D,E38,A1,YO1 8RL,ALL,ALL,8500\n"


def by_age(sexes: Sequence[str] = ("ALL", "FEMALE", "MALE")) -> str:
    """A long table: for A1 and A2 a row for each sex and age, and a row of a larger area."""
    rows = ["PUBLICATION,EXTRACT_DATE,ORG_TYPE,ORG_CODE,ONS_CODE,POSTCODE,SEX,AGE_GROUP_5,NUMBER_OF_PATIENTS"]
    if "ALL" in sexes:
        rows.append("X,2026-07-01,ICB,QXX,E54,,ALL,ALL,90000")
    for code, women, men in (("A1", 4600, 4400), ("A2", 3900, 4100)):
        total = {"ALL": women + men, "FEMALE": women, "MALE": men}
        for sex in sexes:
            rows.append(f"X,2026-07-01,GP,{code},,{POSTCODES[code]},{sex},ALL,{total[sex]}")
            if sex != "ALL":
                rows.append(f"X,2026-07-01,GP,{code},,{POSTCODES[code]},{sex},0_4,{total[sex] // 20}")
    return "\n".join(rows) + "\n"


def mapping(rows: Sequence[str] = ()) -> str:
    """Networks and areas: A1 to A3 in one sub-ICB, A4 to A6 in another, A3 in no network."""
    areas = {"A1": "1X", "A2": "1X", "A3": "1X", "A4": "2Y", "A5": "2Y", "A6": "2Y"}
    made = [
        f"X,01Jul2026,{code},SURGERY {code},{POSTCODES[code]},{'U' if code == 'A3' else 'U0000' + area[0]},"
        f"{'UNALLOCATED' if code == 'A3' else 'NETWORK ' + area},E38,{area},NHS Made Up ICB - {area},QXX,Made Up,TPP"
        for code, area in areas.items()
    ]
    return "\n".join([MAP_HEADER, *(rows or made)]) + "\n"


def practice_row(
    code: str, status: str = "ACTIVE", closed: str = "", setting: str = "RO76", postcode: str = ""
) -> str:
    """A row of the file of practices: 27 columns."""
    cells = [""] * 27
    cells[0:4] = [code, f"SURGERY {code}", "Y63", "QXX"]
    cells[9] = postcode or POSTCODES.get(code, "YO1 8RL")
    cells[10:15] = ["19740401", closed, status, "B", "1X"]
    cells[25] = setting
    return ",".join(f'"{cell}"' for cell in cells)


def epraccur(*rows: str) -> str:
    """The file of practices: all six are open practices unless rows are given."""
    return "\n".join(rows or [practice_row(code) for code in POSTCODES]) + "\n"


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[str]]]) -> Path:
    """Write a workbook of texts."""
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, cells in enumerate(rows):
                sheet.write_row(at, 0, cells)
    return path


def epcn(path: Path, memberships: Sequence[Sequence[str]], networks: Sequence[Sequence[str]] = ()) -> Path:
    """Write ePCN.xlsx: each membership is code, network, start and end; each network code, name and close date."""
    head = [
        "Partner\nOrganisation\nCode",
        "Partner\nName",
        "Practice\nParent\nSub ICB Loc Code",
        "PCN Code",
        "PCN Name",
        "Practice to PCN\nRelationship\nStart Date",
        "Practice to PCN\nRelationship\nEnd Date",
    ]
    rows = [[code, "", "1X", pcn, f"OLD NAME {pcn}", start, end] for code, pcn, start, end in memberships]
    details = [[code, name, "1X", "", "20190701", closed] for code, name, closed in networks]
    sheets = {
        "PCNDetails": [
            [
                "PCN Code",
                "PCN Name",
                "Current Sub ICB Loc Code",
                "Sub ICB Location",
                "Open Date",
                "Close Date",
            ],
            *details,
        ],
        "PCN Core Partner Details": [head, *rows],
    }
    return workbook(path, sheets)


def example_publications(folder: Path) -> None:
    """Write what the NHS would publish of the made-up county: two sub-ICBs, 99V (Vale) and 99C (Coast)."""
    practices = example_practices()
    rows = [
        f"GP_PRAC_PAT_LIST,01Jul2026,GP,,,{each.code},{each.postcode},ALL,ALL,{each.list_size}"
        for each in practices
    ]
    totals = registered({}) + "\n".join(rows) + "\n"
    (folder / "gp-reg-pat-prac-all.zip").write_bytes(zipped({"gp-reg-pat-prac-all.csv": totals}))
    areas = [
        f"X,01Jul2026,{each.code},{each.name},{each.postcode},{each.pcn_code},,E38,99{each.area[0]},"
        f"NHS Made Up ICB - 99{each.area[0]},QXX,Made Up,TPP"
        for each in practices
    ]
    (folder / "gp-reg-pat-prac-map.csv").write_text(mapping(areas), encoding="utf-8")
    register = epraccur(*(practice_row(each.code, postcode=each.postcode) for each in practices))
    (folder / "epraccur.csv").write_text(register, encoding="utf-8")


def zipped(files: Mapping[str, str]) -> bytes:
    """Pack files as a publisher does."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def written(folder: Path, **files: str | bytes) -> list[str]:
    """Write files, each with a name that says nothing of what it is; give their paths."""
    paths = []
    for name, content in files.items():
        path = folder / f"{name}.dat"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        paths.append(str(path))
    return paths
