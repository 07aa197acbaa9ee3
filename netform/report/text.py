"""The summary of a plan as plain text, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.plan.rule_cost import rule_cost_words
from netform.report.alignment import alignment_rows, alignment_sentences
from netform.report.costs import cost_cells, cost_columns, taken_sentences
from netform.report.exceptions import exception_lines, shared_unplaced
from netform.report.facts import band_sentence, gather_facts, proof_sentence
from netform.report.homes import homes_sentence
from netform.report.words import (
    STATUS_WORDS,
    area_name,
    hours,
    one_line,
    percent,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.plan.model import AreaResult, Plan
    from netform.report.facts import Facts
    from netform.result import Result

__all__ = ["NETWORKS_LISTED", "summary_text", "table_lines"]

# A longer list of networks is for the page and the files, not for a terminal.
NETWORKS_LISTED = 60
NAME_WIDTH = 40


def summary_text(result: Result) -> str:
    """Sum up a plan for people who started it from a terminal.

    Parameters
    ----------
    result : Result
        An audited plan.

    Returns
    -------
    str
        Lines ended by line feeds: the plan in a paragraph, its networks (when no more than 60), every
        exception with its reason (said once where several share it), what is proven area by area, findings, and
        prices. No text of the input can command the terminal.
    """
    facts = gather_facts(result)
    plan = result.plan
    opening = (
        f"{_count(facts.practices, 'practice')} with {facts.patients:,} patients "
        f"{'forms' if facts.practices == 1 else 'form'} {_count(facts.networks, 'network')}"
        + (f" in {len(plan.areas):,} areas." if len(plan.areas) > 1 else ".")
    )
    blocks = [
        [
            opening,
            *filter(None, [band_sentence(facts)]),
            *taken_sentences(facts.tally(plan.networks)),
            *filter(None, [homes_sentence(plan.networks)]),
            *alignment_sentences(alignment_rows(plan.networks, plan.living)),
            proof_sentence(plan),
            *_left_open(plan),
        ],
        _network_lines(plan, facts) if facts.networks <= NETWORKS_LISTED else [],
        _exception_lines(result, facts),
        _area_lines(plan.areas) if len(plan.areas) > 1 else [],
        _finding_lines(result),
        _price_lines(result),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _left_open(plan: Plan) -> list[str]:
    """Say what was left open of a list solved as one area; of several each is told of by itself."""
    return [one_line(area.unproven) for area in plan.areas if area.unproven] if len(plan.areas) == 1 else []


def _sentences(*each: str) -> str:
    return " ".join(filter(None, each))


def _network_lines(plan: Plan, facts: Facts) -> list[str]:
    whole = facts.tally(plan.networks)
    columns = cost_columns(whole)
    rows = [
        (
            one_line(network.network_id),
            _shortened(network.name),
            f"{network.list_size:,}",
            str(len(network.practice_codes)),
            one_line(network.hub_code),
            *cost_cells(facts.tally([network]), whole),
            "" if facts.is_in_band(network) else facts.band_words(network),
        )
        for network in plan.networks
    ]
    header = ("Network", "Name", "Patients", "Practices", "Hub", *columns, "")
    return table_lines(header, rows, right=(2, 3, *range(5, 5 + len(columns)))) if rows else []


def _exception_lines(result: Result, facts: Facts) -> list[str]:
    area_of = {practice.code: practice.area for practice in result.practices}
    lines = exception_lines(facts.exceptions)
    lines += [
        f"  {one_line(who)}: {one_line(reason)}" for who, reason in shared_unplaced(result.plan, area_of)
    ]
    return ["Exceptions", *lines] if lines else []


def _area_lines(areas: Sequence[AreaResult]) -> list[str]:
    # What is not settled comes first: areas without a plan, then those with the largest gaps.
    areas = sorted(
        areas, key=lambda area: (area.cost is not None, area.status == "optimal", -(area.gap or 0.0))
    )
    rows = [
        (
            one_line(area_name(area.area)),
            STATUS_WORDS.get(area.status, area.status),
            "none" if area.cost is None else hours(area.cost),
            "none" if area.bound is None else hours(area.bound),
            "not known" if area.gap is None else percent(area.gap),
            f"{area.practices:,}",
            f"{area.networks:,}",
        )
        for area in areas
    ]
    header = ("Area", "The plan is", "Cost", "Bound", "Gap", "Practices", "Networks")
    doubts = [
        f"  {one_line(area_name(area.area))}: {_sentences(verdict(area), one_line(area.unproven))}"
        for area in areas
        if area.status != "optimal"
    ]
    return table_lines(header, rows, right=(2, 3, 4, 5, 6)) + doubts


def _finding_lines(result: Result) -> list[str]:
    plan = result.plan
    several = len(plan.areas) > 1
    said = "\n".join(network.explanation or "" for network in plan.networks)
    findings = [
        f"  {one_line(area_name(area.area)) + ': ' if several else ''}{one_line(note)}"
        for area in plan.areas
        for note in area.notes
        if note not in said  # an exception has given this reason already
    ]
    # All that was found on the way, travel and boundaries among it; a result made by hand may not have that.
    notes = plan.provenance.get("notes", (*result.practices.notes, *result.places.notes))
    findings += [f"  {one_line(note)}" for note in notes]
    return ["Findings", *findings] if findings else []


def _price_lines(result: Result) -> list[str]:
    lines = [f"  {one_line(price.rule)}: {rule_cost_words(price)}" for price in result.prices]
    return ["What each rule costs", *lines] if lines else []


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _shortened(name: str) -> str:
    text = one_line(name)
    return text if len(text) <= NAME_WIDTH else text[: NAME_WIDTH - 3].rstrip() + "..."


def table_lines(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int]) -> list[str]:
    """Lay out columns two spaces apart.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of sequence of str
        Cells without line breaks.
    right : sequence of int
        The columns that are aligned to the right.
    """
    everything = [header, *rows]
    widths = [max(len(row[column]) for row in everything) for column in range(len(header))]
    return [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in everything
    ]
