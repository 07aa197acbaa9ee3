"""Alternatives as plain text, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.report.alternatives_words import (
    alternative_words,
    certainty_sentences,
    proven_words,
    tallies,
)
from netform.report.costs import PENALTY_MEANING, any_penalty, cost_cells, cost_columns
from netform.report.text import table_lines
from netform.report.words import area_name, hours, one_line, percent

if TYPE_CHECKING:
    from netform.tradeoff.results import AlternativesResult

__all__ = ["alternatives_text"]


def alternatives_text(result: AlternativesResult) -> str:
    """Show the plans near the best as a table, and say where they agree.

    Parameters
    ----------
    result : AlternativesResult

    Returns
    -------
    str
        Lines ended by line feeds. No text of the input can command the terminal.
    """
    several = result.several
    whole, tally_of = tallies(result)
    columns = cost_columns(whole)
    rows = [
        (
            *((one_line(area_name(area)),) if several else ()),
            alternative_words(each),
            *cost_cells(tally_of[area, each.kind, each.rank], whole),
            hours(result.above_best(area, each)),
            percent(result.above_best_share(area, each)),
            f"{len(each.networks):,}",
            f"{each.practices_moved:,}",
            f"{each.patients_moved:,}",
            proven_words(each),
        )
        for area, plans in result.alternatives.items()
        for each in plans
    ]
    header = (
        *(("Area",) if several else ()),
        "Plan", *columns, "Above the best", "Share", "Networks", "Practices moved", "Patients moved", "Proven",
    )  # fmt: skip
    right = range(1 + several, len(header) - 1)
    told = [f"({PENALTY_MEANING})"] if any_penalty(whole) else []
    blocks = [[*table_lines(header, rows, right=tuple(right)), *told], certainty_sentences(result)]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"
