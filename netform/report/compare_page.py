"""The page of a comparison: what moves, the figures side by side, a map of changes, and the networks matched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from netform.report.compare_map import ChangeMap, draw_changes
from netform.report.compare_text import (
    cost_rows,
    counterpart_sentence,
    fate_sentences,
    figure_rows,
    moved_sentence,
    names,
    sizes,
    tallies,
    without_sentences,
)
from netform.report.costs import any_penalty, difference_sentences, hours_meaning
from netform.report.page import AREAS_SHOWN_OPEN, asset, environment, style_hash
from netform.report.score_page import NETWORKS_ON_A_MAP
from netform.report.score_text import shortened
from netform.report.words import one_line, source_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netform.judge.comparison import Compared, Comparison
    from netform.plan.grouping import Grouping
    from netform.practices.model import Practice

__all__ = ["letters_of", "map_names", "render_comparison"]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A practice that moves."""

    practice: Practice
    network_a: str
    network_b: str
    letter_a: str
    number_b: int | None


@dataclass(frozen=True, slots=True)
class ChangeSection:
    """The map of an area."""

    anchor: int
    area: str
    drawing: ChangeMap | None


def render_comparison(compared: Compared) -> str:
    """Write a comparison as a page for people; texts from the user's files are made harmless as in the report.

    Parameters
    ----------
    compared : Compared

    Returns
    -------
    str
        The page; the same comparison gives the same page.
    """
    both = compared.comparison
    letter_a, number_b = map_names(both)
    sections = _sections(compared, letter_a, number_b)
    name_a, name_b = map(shortened, names(compared))
    sides = tallies(compared)
    style = asset("report.css.j2")
    return (
        environment()
        .get_template("compare.html.j2")
        .render(
            compared=compared,
            both=both,
            name_a=name_a,
            name_b=name_b,
            source=source_name(str(compared.a.provenance.get("input") or compared.a.practices.source)),
            forth=moved_sentence(both.forth, both.patients, name_a, name_b),
            taken=[
                *difference_sentences(*sides, name_a, name_b),
                *without_sentences(compared, name_a, name_b),
            ],
            hours_meaning=hours_meaning({**sides[0].hours, **sides[1].hours}),
            has_penalties=any(map(any_penalty, sides)),
            counterparts=counterpart_sentence(both),
            fates=fate_sentences(
                both, name_a, name_b, _with_marks(both.a, letter_a), _with_marks(both.b, number_b)
            ),
            figures=figure_rows(compared),
            costs=cost_rows(compared, name_a, name_b),
            sections=sections,
            several=len(sections) > 1,
            folded=len(sections) > AREAS_SHOWN_OPEN,
            network_a=both.a.network_of,
            network_b=both.b.network_of,
            letter_a=letter_a,
            number_b=number_b,
            size_a=sizes(compared.a),
            size_b=sizes(compared.b),
            changes=_changes(compared, letter_a, number_b),
            style=Markup(style),  # noqa: S704 - our own file; nothing of the user's is in it
            style_hash=style_hash(style),
        )
    )


def map_names(both: Comparison) -> tuple[dict[str, str], dict[str, int]]:
    """Name the networks for the map: those of A by letters, those of B by numbers, so that none passes for another.

    Parameters
    ----------
    both : Comparison
    """
    letters = {label: letters_of(place) for place, label in enumerate(both.a.networks)}
    return letters, {label: number for number, label in enumerate(both.b.networks, start=1)}


def _with_marks(grouping: Grouping, marks: Mapping[str, str | int]) -> dict[str, str]:
    """Call each network by its name, with its letter or number on the map."""
    return {label: f"{one_line(grouping.names.get(label, label))} ({mark})" for label, mark in marks.items()}


def letters_of(place: int) -> str:
    """Count in letters from 0 on: A to Z, then AA, AB, and so on.

    Parameters
    ----------
    place : int
    """
    text = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        text = chr(ord("A") + letter) + text
    return text


def _sections(compared: Compared, letter_a: dict[str, str], number_b: dict[str, int]) -> list[ChangeSection]:
    """Draw each area by itself; a network that crosses a line is drawn with the first of its areas."""
    whole = len(compared.b.score.networks) <= NETWORKS_ON_A_MAP
    areas = [""] if whole else sorted({each.areas[0] for each in compared.b.score.networks})
    sections = []
    for anchor, area in enumerate(areas, start=1):
        networks_a = [each.network for each in compared.a.score.networks if whole or each.areas[0] == area]
        networks_b = [
            replace(
                each.network,
                network_id=str(number_b[each.network.network_id]),
                name=each.network.network_id,
                exception=None,
            )
            for each in compared.b.score.networks
            if whole or each.areas[0] == area
        ]
        drawing = draw_changes(compared, networks_a, networks_b, letter_a, number_b)
        sections.append(ChangeSection(anchor, area, drawing))
    return sections


def _changes(compared: Compared, letter_a: dict[str, str], number_b: dict[str, int]) -> list[ChangeRow]:
    both = compared.comparison
    in_a, in_b = both.a.network_of, both.b.network_of
    moved = set(both.forth.moved)
    return [
        ChangeRow(
            practice,
            in_a[practice.code],
            in_b.get(practice.code, ""),
            letter_a[in_a[practice.code]],
            number_b.get(in_b.get(practice.code, "")),
        )
        for practice in compared.a.practices
        if practice.code in moved
    ]
