"""The one home of hypothesis strategies: what a property test draws from."""

from __future__ import annotations

import csv
import io
from typing import NamedTuple

from hypothesis import strategies as st

from netform.practices.columns import ALIASES
from netform.practices.model import Practice
from netform.practices.values import CellError, clean_code, is_total

# Real postcodes of Leeds and around, so that lists drawn from them can be placed.
POSTCODES = (
    "LS11 8LH",
    "LS12 3HD",
    "LS1 4AP",
    "LS28 5DH",
    "WF3 3DW",
    "BD11 2DT",
    "HG1 1BX",
    "M1 1AE",
    "B1 1BB",
)


def _is_code(code: str) -> bool:
    """Say whether reading keeps a code as it is: a totals row or a date is refused."""
    try:
        return clean_code(code) == code and not is_total(code)
    except CellError:
        return False


# Codes as publications have them, and the ones that spreadsheets and pandas spoil.
codes = st.one_of(
    st.from_regex(r"[A-Z][0-9]{5}", fullmatch=True),
    st.sampled_from(["NA", "1E5", "00123", "NULL", "TRUE", "INF", "0", "É1", "A-1", "P 1"]),
    st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_-", min_size=1, max_size=20),
).filter(_is_code)

# What a name can hold: commas, quotes, semicolons, accents, and nothing that reading would tidy.
names = st.text(
    alphabet="ABCDEFGHIJ abcxyz,;'\"&()|.éèüñ", max_size=30
).map(lambda text: " ".join(text.split()))  # fmt: skip

list_sizes = st.integers(min_value=1, max_value=10_000_000)


@st.composite
def practices(draw: st.DrawFn) -> list[Practice]:
    """Draw a few practices of distinct codes, with a postcode each, in order of code."""
    drawn = draw(st.lists(codes, min_size=1, max_size=12, unique=True))
    return [
        Practice(
            code=code,
            name=draw(names),
            postcode=draw(st.sampled_from(POSTCODES)),
            list_size=draw(list_sizes),
            area=draw(st.sampled_from(["15F", "QNC", "Leeds, north"])),
            pcn_code=draw(st.sampled_from(["", "U12345"])),
            weighted_list_size=draw(st.one_of(st.none(), st.integers(0, 10**6).map(float))),
        )
        for code in sorted(drawn)
    ]


class ListFile(NamedTuple):
    """The bytes of a list, the practices that it holds, and how many bytes its header takes."""

    data: bytes
    practices: list[Practice]


def _spelling(draw: st.DrawFn, name: str) -> str:
    header = draw(st.sampled_from(ALIASES[name]))
    if draw(st.booleans()):
        header = header.replace("_", draw(st.sampled_from([" ", "", "-", " _ "])))
    return draw(st.sampled_from([str.upper, str.lower, str.title]))(header)


def _size_text(draw: st.DrawFn, list_size: int) -> str:
    return draw(
        st.sampled_from(
            [
                f"{list_size}",
                f"{list_size:,}",
                f"  {list_size} ",
                f"{list_size}.0",
                f"\u00a0{list_size:,}\u00a0",
                f"{list_size:,}".replace(",", "\u202f"),
                f"0{list_size}",
            ]
        )
    )


@st.composite
def list_files(draw: st.DrawFn) -> ListFile:
    """Draw a list of practices written in some delimiter, encoding, order and spelling of its columns."""
    listed = draw(practices())
    fields = ["practice_code", "practice_name", "postcode", "list_size", "pcn_code", "weighted_list_size"]
    headers = {name: _spelling(draw, name) for name in fields}
    order = draw(st.permutations([*fields, "area", "extra"]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        delimiter=draw(st.sampled_from([",", ";", "\t"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        lineterminator=end,
    )
    for _ in range(draw(st.integers(0, 3))):
        writer.writerow(["Registered patients of our practices, July 2026"])
    writer.writerow(
        [headers.get(name, {"area": "Place", "extra": "Remarks"}.get(name, "")) for name in order]
    )
    for practice in draw(st.permutations(listed)):
        cells = {
            "practice_code": draw(st.sampled_from([practice.code, f" {practice.code} "])),
            "practice_name": practice.name,
            "postcode": draw(
                st.sampled_from([practice.postcode, practice.postcode.replace(" ", "").lower()])
            ),
            "list_size": _size_text(draw, practice.list_size),
            "pcn_code": practice.pcn_code,
            "weighted_list_size": ""
            if practice.weighted_list_size is None
            else f"{practice.weighted_list_size}",
            "area": practice.area,
            "extra": draw(names),
        }
        writer.writerow([cells[name] for name in order])
        if draw(st.booleans()):
            text.write(end)  # a blank row
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    # Windows-1252 has no narrow no-break space.
    content = text.getvalue().replace("\u202f", "\u00a0") if encoding == "cp1252" else text.getvalue()
    return ListFile(content.encode(encoding), listed)
