"""The page that sets two or three plans side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from netform.report.costs import any_penalty, hours_meaning
from netform.report.options import MOST_OPTIONS, Option, differences, figure_groups, option_notes
from netform.report.page import DRAFT_STYLE, asset, environment, style_hash
from netform.report.pictures import inline_svg
from netform.report.plan_picture import plan_picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.plan.title_page import TitlePage

__all__ = ["MOST_OPTIONS", "render_options"]


def render_options(options: Sequence[Option], heading: TitlePage) -> str:
    """Write plans of the same practices as one page for people.

    Parameters
    ----------
    options : sequence of Option
        Two or three, of the same list.
    heading : TitlePage
        How the page is headed.

    Returns
    -------
    str
        The page; the same plans give the same page.
    """
    style = asset("report.css.j2") + asset("sheets.css.j2") + asset("tradeoff.css.j2")
    style += DRAFT_STYLE if heading.draft else ""
    names = [{each.network_id: each.name for each in option.result.plan.networks} for option in options]
    counted = dict.fromkeys(name for option in options for name in option.facts.hour_names)
    return (
        environment()
        .get_template("options.html.j2")
        .render(
            options=options,
            heading=heading,
            first=options[0],
            groups=figure_groups(options),
            differences=differences(options),
            notes=option_notes(options),
            hours_meaning=hours_meaning(counted),
            has_penalties=any(any_penalty(option.tally) for option in options),
            drawings=[_drawing(option, number) for number, option in enumerate(options, start=1)],
            names=names,
            style=Markup(style),  # noqa: S704 - our own files; nothing of the user's is in them
            style_hash=style_hash(style),
        )
    )


def _drawing(option: Option, number: int) -> Markup:
    """Draw an option's networks; the ids of each drawing are its own."""
    svg = inline_svg(plan_picture(option.result, "svg"), f"o{number}-") if option.result.boundaries else ""
    return Markup(svg)  # noqa: S704 - names in it are cleaned and escaped (pictures.py)
