"""Text and tables that flow over A4 pages of a PDF, drawn with matplotlib, which netform has anyway.

Measures are points, 72 to the inch, from the top left corner of a page; the same content gives the same bytes.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from netform.report.pictures import INK, QUIET, RULE, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure
    from matplotlib.ft2font import FT2Font

__all__ = [
    "BODY",
    "HEIGHT",
    "INSIDE",
    "LEFT",
    "SMALL",
    "TOP",
    "WIDTH",
    "Column",
    "Flow",
    "drawable",
    "wrapped",
]

WIDTH, HEIGHT = 595.0, 842.0
LEFT, TOP, BOTTOM = 57.0, 57.0, 70.0
INSIDE = WIDTH - 2 * LEFT
# Sizes of letters, and how far apart lines stand as a multiple of them.
BODY, SMALL, LEADING = 9.5, 8.0, 1.38
GUTTER = 8.0

# matplotlib takes these letters from a hash that differs from run to run.
_SUBSET = re.compile(rb"/[A-Z]{6}\+")

Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    head : str
    share : float
        Of the width, before those of all columns are made to fill it.
    align : {"left", "right"}
    """

    head: str
    share: float
    align: Align = "left"


class Flow:
    """Pages that fill from top to bottom, each new one begun when the last is full.

    Parameters
    ----------
    title : str
        Of the document.
    foot : str
        Stands below every page, beside its number.
    mark : str
        Stands above every page.
    """

    def __init__(self, title: str, foot: str, mark: str = "") -> None:
        from matplotlib.backends.backend_pdf import PdfPages  # noqa: PLC0415 (only a paper needs it)

        self._out = io.BytesIO()
        about = {"Title": shown(title), "CreationDate": None, "Producer": None, "Creator": None}
        self._pages = PdfPages(self._out, metadata=about)
        self._foot, self._mark = foot, mark
        self._figure: Figure | None = None
        self._number = 0
        self.at = HEIGHT

    @property
    def figure(self) -> Figure:
        """The page that is being filled."""
        if self._figure is None:
            self._begin()
        assert self._figure is not None  # noqa: S101 (a page has just been begun)
        return self._figure

    def finished(self) -> bytes:
        """Give the document; nothing can be added to it afterwards."""
        self._end()
        self._pages.close()  # type: ignore[no-untyped-call]
        return _SUBSET.sub(b"/NETFRM+", self._out.getvalue())

    def need(self, height: float) -> None:
        """Begin a page unless there is so much room left on this one."""
        if self._figure is None or (self.at + height > HEIGHT - BOTTOM and self.at > TOP):
            self._end()
            self._begin()

    def gap(self, height: float) -> None:
        """Leave some room, but none at the top of a page."""
        self.at += height if self.at > TOP else 0.0

    def heading(self, text: str, size: float = 13.0, *, keep: float = 60.0) -> None:
        """Write a heading that does not stand alone at the foot of a page."""
        lines = wrapped(text, size, INSIDE, bold=True)
        self.gap(size * 0.9)
        self.need(len(lines) * size * LEADING + keep)
        for line in lines:
            self._write(line, LEFT, size, bold=True)
            self.at += size * LEADING
        self.at += 2

    def paragraph(self, text: str, size: float = BODY, *, colour: str = INK, indent: float = 0.0) -> None:
        """Write a text over as many lines and pages as it needs."""
        for line in wrapped(text, size, INSIDE - indent):
            self.need(size * LEADING)
            self._write(line, LEFT + indent, size, colour=colour)
            self.at += size * LEADING
        self.at += size * 0.35

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]], size: float = SMALL) -> None:
        """Draw a table; its head stands again on each page.

        Parameters
        ----------
        columns : sequence of Column
        rows : sequence of sequence of str
        size : float
        """
        room = INSIDE - GUTTER * (len(columns) - 1)
        whole = sum(column.share for column in columns)
        widths = [room * column.share / whole for column in columns]
        head = [
            wrapped(column.head, size, width, bold=True)
            for column, width in zip(columns, widths, strict=True)
        ]
        self._head(columns, widths, head, size, more=1)
        for row in rows:
            cells = [wrapped(cell, size, width) for cell, width in zip(row, widths, strict=True)]
            height = max(map(len, cells)) * size * LEADING + 3
            if self.at + height > HEIGHT - BOTTOM:
                self._end()
                self._head(columns, widths, head, size)
            self._row(columns, widths, cells, size)
        self.gap(6)

    def _head(
        self,
        columns: Sequence[Column],
        widths: Sequence[float],
        cells: Sequence[Sequence[str]],
        size: float,
        more: int = 0,
    ) -> None:
        self.need((max(map(len, cells)) + more) * size * LEADING + 8)
        self._row(columns, widths, cells, size, bold=True)

    def _row(
        self,
        columns: Sequence[Column],
        widths: Sequence[float],
        cells: Sequence[Sequence[str]],
        size: float,
        *,
        bold: bool = False,
    ) -> None:
        top, left = self.at, LEFT
        for column, width, lines in zip(columns, widths, cells, strict=True):
            for number, line in enumerate(lines):
                self.at = top + number * size * LEADING
                x = left if column.align == "left" else left + width
                self._write(line, x, size, bold=bold, align=column.align)
            left += width + GUTTER
        self.at = top + max(map(len, cells)) * size * LEADING + 1
        self._line(INK if bold else RULE, 0.8 if bold else 0.4)
        self.at += 2

    def _line(self, colour: str, thickness: float) -> None:
        from matplotlib.lines import Line2D  # noqa: PLC0415

        y = 1 - self.at / HEIGHT
        ends = [LEFT / WIDTH, 1 - LEFT / WIDTH]
        self.figure.add_artist(Line2D(ends, [y, y], color=colour, linewidth=thickness))

    def _write(
        self,
        text: str,
        x: float,
        size: float,
        *,
        bold: bool = False,
        align: Align = "left",
        colour: str = INK,
    ) -> None:
        self.figure.text(
            x / WIDTH, 1 - (self.at + size) / HEIGHT, text, fontsize=size, ha=align, va="baseline", color=colour,
            fontweight="bold" if bold else "normal",
        )  # fmt: skip

    def _begin(self) -> None:
        from matplotlib.figure import Figure  # noqa: PLC0415

        self._number += 1
        self._figure = Figure(figsize=(WIDTH / 72, HEIGHT / 72))
        self.at = TOP

    def _end(self) -> None:
        if self._figure is None:
            return
        if self._mark:
            self.at = TOP - 30
            self._write(self._mark, WIDTH - LEFT, BODY, bold=True, align="right", colour=QUIET)
        lines = wrapped(self._foot, 5.5, INSIDE - 60)
        for number, line in enumerate(lines):
            self.at = HEIGHT - 48 + number * 7.5
            self._write(line, LEFT, 5.5, colour=QUIET)
        self.at = HEIGHT - 48
        self._write(f"Page {self._number}", WIDTH - LEFT, SMALL, align="right", colour=QUIET)
        self._pages.savefig(self._figure)  # type: ignore[no-untyped-call]
        self._figure = None
        self.at = HEIGHT


def wrapped(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines no wider than a width; a word that is wider is broken, too.

    Parameters
    ----------
    text : str
    size : float
        Of its letters, points.
    width : float
        Points.
    bold : bool
    """
    lines, line, room = [], "", width / size
    for word in drawable(text).split():
        longer = f"{line} {word}" if line else word
        if _breadth(longer, bold=bold) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        while _breadth(word, bold=bold) > room and len(word) > 1:
            fits = next(
                n for n in range(len(word) - 1, 0, -1) if n == 1 or _breadth(word[:n], bold=bold) <= room
            )
            lines.append(word[:fits])
            word = word[fits:]  # noqa: PLW2901 (what is left of it)
        line = word
    return [*lines, line]


def _breadth(text: str, *, bold: bool) -> float:
    """How wide a text is, as a multiple of the size of its letters."""
    return sum(_letter(letter, bold=bold) for letter in text)


def drawable(text: str) -> str:
    """Make a text of the input fit for a page: harmless, on one line, and with a mark for letters the font lacks."""
    return "".join(
        letter if letter == " " or _font(bold=False).get_char_index(ord(letter)) else "\ufffd"
        for letter in shown(text)
    )


@cache
def _letter(letter: str, *, bold: bool) -> float:
    from matplotlib.ft2font import LoadFlags  # noqa: PLC0415

    glyph = _font(bold=bold).load_char(ord(letter), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance / 65_536 / 100)


@cache
def _font(*, bold: bool) -> FT2Font:
    """The font that comes with matplotlib, at 100 points."""
    from matplotlib import font_manager  # noqa: PLC0415
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415

    found = font_manager.FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    font = FT2Font(font_manager.findfont(found))
    font.set_size(100, 72)
    return font
