"""How a report is headed: the options for it, which solve and report share, and the title page they come to."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from netform.cli.options import Option
    from netform.cli.request import ReportRequest, SolveRequest
    from netform.plan.title_page import TitlePage

__all__ = ["TITLE_OPTIONS", "given_title_page"]

# ruff: noqa: PLC0415 (imports stand where they are needed, so that --help answers at once)

# A title, an author or a date that is longer is a slip.
MOST_LETTERS = 200


def _line(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    """Take a text on one line, written as texts of files are."""
    from netform.report.words import one_line

    line = one_line(unicodedata.normalize("NFC", value))
    if len(line) > MOST_LETTERS:
        raise click.BadParameter(f"it has {len(line):,} letters, and {MOST_LETTERS} are the most.")
    return line


TITLE_OPTIONS: tuple[Option, ...] = (
    click.option("--title", default="", callback=_line, metavar="TEXT", help="Title of the report."),
    click.option("--author", default="", callback=_line, metavar="TEXT", help="Who puts it forward."),
    click.option(
        "--date",
        default="",
        callback=_line,
        metavar="TEXT",
        help="Its date, as it shall stand there; none is put there otherwise.",
    ),
    click.option("--draft", is_flag=True, help="Mark it as a draft, on every printed page too."),
)


def given_title_page(request: SolveRequest | ReportRequest) -> TitlePage:
    """Gather how the report shall be headed."""
    from netform.plan.title_page import TitlePage

    return TitlePage(request.title, request.author, request.date, request.draft)
