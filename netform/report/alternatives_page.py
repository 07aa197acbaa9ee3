"""The page of alternatives: one self-contained HTML file that runs nothing and fetches nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from netform.report.alternatives_picture import alternatives_picture
from netform.report.alternatives_words import (
    TOGETHER_WORDS,
    alternative_words,
    border_counts,
    certainty_sentences,
    proven_words,
    tallies,
)
from netform.report.costs import (
    PENALTY_MEANING,
    any_penalty,
    cost_cells,
    cost_columns,
    differences,
    hours_meaning,
    signed,
)
from netform.report.page import asset, environment, style_hash
from netform.report.pictures import inline_svg
from netform.report.tables import provenance_rows
from netform.report.words import area_name, source_name

if TYPE_CHECKING:
    from netform.tradeoff.model import Alternative
    from netform.tradeoff.results import AlternativesResult, Change

__all__ = ["AlternativeRow", "BorderRow", "ChangeRow", "Section", "render_alternatives"]

# A longer table of soft borders folds away.
ROWS_OPEN = 60

# Beyond so many areas only the whole list has a map.
AREAS_DRAWN = 12


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A practice that moves: the networks of the best plan it leaves and joins, and who is in the new one."""

    code: str
    name: str
    list_size: int
    left: str
    joined: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlternativeRow:
    """A plan as a row; ``anchor`` names what it changes, ``costs`` are its figures and how far above the best's."""

    anchor: str
    words: str
    title: str
    best: bool
    costs: tuple[tuple[str, str], ...]
    above: float
    share: float
    networks: int
    practices: int
    patients: int
    proven: str
    folder: str | None
    changes: tuple[ChangeRow, ...]


@dataclass(frozen=True, slots=True)
class BorderRow:
    """Two neighbours as a row, with the best plan's network of each."""

    code_a: str
    name_a: str
    network_a: str
    code_b: str
    name_b: str
    network_b: str
    words: str
    one_site: bool


@dataclass(frozen=True, slots=True)
class Section:
    """What the page shows of an area, or of the whole list."""

    area: str
    where: str
    svg: Markup
    rows: tuple[AlternativeRow, ...]
    certainty: list[str]
    soft: list[BorderRow]
    firm: list[BorderRow]


def render_alternatives(result: AlternativesResult) -> str:
    """Write alternatives as a page for people.

    Parameters
    ----------
    result : AlternativesResult

    Returns
    -------
    str
        The page; the same result gives the same page.
    """
    style = asset("report.css.j2") + asset("tradeoff.css.j2")
    drawn = len(result.alternatives) <= AREAS_DRAWN
    every = [each for several in result.alternatives.values() for each in several]
    whole, tally_of = tallies(result)
    bests = [tally_of[area, each.kind, each.rank] for area, (each, *_) in result.alternatives.items()]
    names = [*whole.hours, *whole.penalties]
    counts = border_counts(result.neighbours)
    return (
        environment()
        .get_template("alternatives.html.j2")
        .render(
            result=result,
            source=source_name(result.practices.source),
            best_hours=math.fsum(each.all_hours for each in bests),
            best_penalties=math.fsum(each.all_penalties for each in bests),
            columns=cost_columns(whole),
            hours_meaning=hours_meaning(names),
            penalty_meaning=PENALTY_MEANING if any_penalty(whole) else "",
            alternatives=sum(each.kind != "best" for each in every),
            counts=counts,
            proven=all(each.proven for each in every) and not counts["unsettled"],
            sections=[
                _section(result, area, number, drawn=drawn or not result.several)
                for number, area in enumerate(result.alternatives, 1)
            ],
            whole=_section(result, None, 0, drawn=True) if result.several else None,
            rows_open=ROWS_OPEN,
            provenance=provenance_rows(result.provenance),
            style=Markup(style),  # noqa: S704 - our own files; nothing of the user's is in them
            style_hash=style_hash(style),
        )
    )


def _section(result: AlternativesResult, area: str | None, number: int, *, drawn: bool) -> Section:
    only = area if result.several else None
    svg = inline_svg(alternatives_picture(result, "svg", only), f"b{number}-") if drawn else ""
    # The tables of neighbours are given once, area by area.
    borders = [] if area is None else _border_rows(result, area)
    soft = {TOGETHER_WORDS["some"], TOGETHER_WORDS["unsettled"]}
    return Section(
        area=area or "",
        where=f" of {area_name(area)}" if area else "",
        svg=Markup(svg),  # noqa: S704 - names in it are cleaned and escaped (pictures.py)
        rows=()
        if area is None
        else tuple(
            _alternative_row(result, area, each, f"{number}-{place}")
            for place, each in enumerate(result.alternatives[area])
        ),
        certainty=certainty_sentences(result, only),
        soft=[row for row in borders if row.words in soft],
        firm=[row for row in borders if row.words not in soft],
    )


def _alternative_row(result: AlternativesResult, area: str, each: Alternative, anchor: str) -> AlternativeRow:
    words = alternative_words(each)
    key = (area, each.kind, each.rank)
    whole, tally_of = tallies(result)
    best = result.alternatives[area][0]
    own, least = tally_of[key], tally_of[area, best.kind, best.rank]
    return AlternativeRow(
        anchor=anchor,
        words=words,
        title=f"{words}{f' of {area_name(area)}' if result.several else ''}",
        best=each.kind == "best",
        costs=tuple(
            (value, "" if each.kind == "best" else signed(above))
            for value, above in zip(cost_cells(own, whole), differences(own, least, whole), strict=True)
        ),
        above=result.above_best(area, each),
        share=result.above_best_share(area, each),
        networks=len(each.networks),
        practices=each.practices_moved,
        patients=each.patients_moved,
        proven=proven_words(each),
        folder=result.folders.get(key),
        changes=_change_rows(result, result.changes[key]),
    )


def _change_rows(result: AlternativesResult, changes: tuple[Change, ...]) -> tuple[ChangeRow, ...]:
    practices = {practice.code: practice for practice in result.practices}
    return tuple(
        ChangeRow(
            change.practice_code,
            practices[change.practice_code].name,
            practices[change.practice_code].list_size,
            change.from_network,
            change.to_network,
            tuple(code for code in change.new_network if code != change.practice_code),
        )
        for change in changes
    )


def _border_rows(result: AlternativesResult, area: str) -> list[BorderRow]:
    names = {practice.code: practice.name for practice in result.practices}
    network = {code: label.network_id for label in result.networks for code in label.practice_codes}
    places = dict(
        zip(
            result.practices.codes,
            zip(result.places.easting.tolist(), result.places.northing.tolist(), strict=True),
            strict=True,
        )
    )
    rows = []
    for each in result.neighbours:
        if each.area == area:
            a, b = each.border.code_a, each.border.code_b
            rows.append(
                BorderRow(
                    a, names[a], network.get(a, ""), b, names[b], network.get(b, ""),
                    TOGETHER_WORDS[each.border.together], places[a] == places[b],
                )
            )  # fmt: skip
    return rows
