"""The command that makes the report of a plan folder anew, or sets two or three plans side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from netform.cli.options import with_options
from netform.cli.output import check_file, made_whole
from netform.cli.request import ReportRequest
from netform.cli.terminal import explained, say
from netform.cli.title_options import TITLE_OPTIONS, given_title_page
from netform.errors import RulesError

if TYPE_CHECKING:
    from netform.plan.title_page import TitlePage

__all__ = ["report"]

# ruff: noqa: PLC0415 (imports stand where they are needed, so that --help answers at once)


@click.command()
@click.argument("plans", metavar="PLAN...", nargs=-1, required=True)
@click.option(
    "-o",
    "--out",
    default="netform-report.html",
    show_default=True,
    metavar="FILE",
    help="The page, a file that ends in .html.",
)
@click.option("--overwrite", is_flag=True, help="Replace an earlier page.")
@with_options(TITLE_OPTIONS)
def report(**given: Any) -> None:
    """Make the report of a plan folder anew, or set two or three plans side by side on one page.

    Each PLAN is a folder that netform solve wrote, or the plan.json in it. Nothing is solved, and nothing in the folder
    changes.
    """
    with explained():
        from netform.export.files import write_file

        request = ReportRequest.of(given)
        check_file(request.out, "the report is one page", ".html", overwrite=request.overwrite)
        heading = given_title_page(request)
        for plan in request.plans:
            made_whole(plan)
        page = (
            _anew(request.plans[0], heading) if len(request.plans) == 1 else _options(request.plans, heading)
        )
        write_file(Path(request.out), page.encode("utf-8"), overwrite=request.overwrite)
        say(f"Written to {request.out}")


def _anew(plan: str, heading: TitlePage) -> str:
    """Render one plan; what is not given of the heading is as the folder has it."""
    from dataclasses import replace

    from netform.judge.published_result import published_result
    from netform.plan.title_page import with_title_page
    from netform.report.page import render_report

    result = published_result(plan)
    return render_report(replace(result, plan=with_title_page(result.plan, heading)))


def _options(plans: tuple[str, ...], heading: TitlePage) -> str:
    from netform.judge.published_plans import check_same_list, named_apart
    from netform.judge.published_result import published_result
    from netform.plan.title_page import title_page_of
    from netform.report.options import MOST_OPTIONS, option_of
    from netform.report.options_page import render_options
    from netform.report.words import one_line

    if len(plans) > MOST_OPTIONS:
        raise RulesError(f"{len(plans):,} plans do not fit side by side: name {MOST_OPTIONS} at most.")
    results = [published_result(plan) for plan in plans]
    for plan, result in zip(plans[1:], results[1:], strict=True):
        check_same_list(results[0].practices, result.practices, plans[0], plan)
    titles = [title_page_of(result.plan).title for result in results]
    names = titles if all(titles) and len(set(titles)) == len(titles) else named_apart(*plans)
    return render_options(
        [option_of(one_line(name), result) for name, result in zip(names, results, strict=True)], heading
    )
