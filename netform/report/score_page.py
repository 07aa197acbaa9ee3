"""The page of a score: totals, a map, the networks and every rule they break."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from netform.plan.model import Plan
from netform.report.alignment import MOSTLY
from netform.report.alignment_map import alignment_of_page
from netform.report.costs import any_penalty, hours_meaning, taken_sentences, term_rows
from netform.report.facts import Facts, bands_of
from netform.report.homes import homes_sentence
from netform.report.map import Drawing, draw_map
from netform.report.map_notes import piece_notes
from netform.report.page import AREAS_SHOWN_OPEN, asset, environment, style_hash
from netform.report.score_text import breach_words, opening
from netform.report.tables import Bar, bar_scale, provenance_rows
from netform.report.words import source_name
from netform.result import Result

if TYPE_CHECKING:
    from netform.judge.scoring import Score, ScoredNetwork, ScoredResult
    from netform.plan.model import Network
    from netform.practices.model import Practice
    from netform.rules.breaches import Breach
    from netform.scores.tally import Tally

__all__ = ["NETWORKS_ON_A_MAP", "render_score", "score_facts"]

# With more networks than this each area has a map and a table of its own.
NETWORKS_ON_A_MAP = 60


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A network as a row; ``number`` is what the map calls it."""

    number: int
    label: str
    name: str
    network: Network
    areas: tuple[str, ...]
    tally: Tally
    members: tuple[Practice, ...]
    hub: Practice
    bar: Bar
    band_words: str
    breaches: tuple[Breach, ...]


def render_score(result: ScoredResult) -> str:
    """Write a score as a page for people; texts from the user's files are made harmless as in the report.

    Parameters
    ----------
    result : ScoredResult

    Returns
    -------
    str
        The page; the same result gives the same page.
    """
    score = result.score
    facts = score_facts(score, result.practices.source)
    rows = _rows(result, facts)
    by_area: dict[str, list[ScoreRow]] = defaultdict(list)
    for row in rows:
        # A network that crosses a line is shown with the first of its areas.
        by_area[row.areas[0] if len(rows) > NETWORKS_ON_A_MAP else ""].append(row)
    sections = [
        {
            "anchor": anchor,
            "area": area,
            "rows": by_area[area],
            "drawing": _drawing(result, by_area[area], area if len(by_area) > 1 else None),
        }
        for anchor, area in enumerate(sorted(by_area), start=1)
    ]
    tally = facts.tally(each.network for each in score.networks)
    labels = {row.network.network_id: f"{row.number}: {row.label}" for row in rows}
    style = asset("report.css.j2") + asset("sheets.css.j2")
    made = environment()
    made.filters["breach_words"] = breach_words
    return made.get_template("score.html.j2").render(
        score=score,
        facts=facts,
        opening=opening(score),
        hours_meaning=hours_meaning(facts.hour_names),
        sections=sections,
        has_branches=bool(result.standing.branches),
        several=len(sections) > 1,
        has_areas=any(row.areas != ("",) for row in rows),
        folded=len(sections) > AREAS_SHOWN_OPEN,
        anchors={row.network.network_id: row.number for row in rows},
        rows=rows,
        unscored=[name for name, hours in score.terms.items() if not hours],
        tally=tally,
        homes=homes_sentence(each.network for each in score.networks),
        taken=taken_sentences(tally, "Together they take"),
        term_rows=term_rows([tally]),
        has_penalties=any_penalty(tally),
        weights=dict(score.rules.weights),
        kinds=score.breach_counts,
        broken=_broken(rows, score),
        alignment=alignment_of_page(_as_result(result, rows), labels),
        mostly=MOSTLY,
        provenance=provenance_rows(_for_people(result)),
        style=Markup(style),  # noqa: S704 - our own file; nothing of the user's is in it
        style_hash=style_hash(style),
    )


def score_facts(score: Score, source: str) -> Facts:
    """Count the facts a page opens with.

    Parameters
    ----------
    score : Score
    source : str
        The practice list.
    """
    networks = [each.network for each in score.networks]
    return Facts(
        source=source_name(source),
        practices=sum(len(each.practice_codes) for each in networks),
        patients=score.patients,
        networks=len(networks),
        least=score.rules.least,
        most=score.rules.most,
        in_band=score.in_band,
        exceptions=tuple(each.network for each in score.networks if each.breaches),
        term_names=tuple(name for name, value in score.terms.items() if value),
        weights=dict(score.rules.weights),
        bands=bands_of(score.rules),
    )


def _rows(result: ScoredResult, facts: Facts) -> list[ScoreRow]:
    by_code = {practice.code: practice for practice in result.practices}
    along = bar_scale(facts, [each.network for each in result.score.networks])
    rows = []
    for number, each in enumerate(result.score.networks, start=1):
        network = _numbered(each, number)
        rows.append(
            ScoreRow(
                number=number,
                label=each.network.network_id,
                name=each.network.name if each.network.name != each.network.network_id else "",
                network=network,
                areas=each.areas,
                tally=facts.tally([network]),
                members=tuple(by_code[code] for code in network.practice_codes),
                hub=by_code[network.hub_code],
                bar=Bar(along(network.list_size), *map(along, facts.band(network))),
                band_words=facts.band_words(network),
                breaches=each.breaches,
            )
        )
    return rows


def _numbered(each: ScoredNetwork, number: int) -> Network:
    """Give a network a number in place of its label, which may be too long for a map."""
    broken = each.breaches[0].kind if each.breaches else None
    return replace(each.network, network_id=str(number), exception=broken)


def _drawing(result: ScoredResult, rows: list[ScoreRow], area: str | None) -> Drawing | None:
    """Draw the networks of some rows, with the practices of their area, or of all, that are in none.

    Of networks that break the rule to be in one piece the table says so; of others that are drawn in pieces the map.
    """
    area_of = {practice.code: practice.area for practice in result.practices}
    unplaced = [code for code in result.score.grouping.unplaced if area is None or area_of[code] == area]
    shown = _as_result(result, rows)
    drawing = draw_map(shown, shown.plan.networks, unplaced)
    if drawing is None:
        return None
    joined = replace(shown, plan=replace(shown.plan, edges=result.edges))
    whole = [row.network for row in rows if "contiguity" not in {breach.kind for breach in row.breaches}]
    return replace(drawing, notes=(*piece_notes(joined, whole), *drawing.notes))


def _as_result(result: ScoredResult, rows: list[ScoreRow]) -> Result:
    """Put the networks of some rows as those of a plan, for what draws plans."""
    return Result(
        practices=result.practices,
        places=result.places,
        plan=Plan((), tuple(row.network for row in rows), (), (), {}, living=result.living),
        boundaries={str(row.number): result.boundaries[row.label] for row in rows},
        rules_toml="",
        neighbourhoods=result.neighbourhoods,
        standing=result.standing,
    )


def _broken(rows: list[ScoreRow], score: Score) -> list[tuple[ScoreRow | None, Breach]]:
    """List every breach with its network; those of the division as a whole come last."""
    of_networks: list[tuple[ScoreRow | None, Breach]] = [
        (row, breach) for row in rows for breach in row.breaches
    ]
    return [*of_networks, *((None, breach) for breach in score.breaches)]


def _for_people(result: ScoredResult) -> dict[str, Any]:
    """Put notes, which are sentences, on their own."""
    return {
        key: " ".join(value) if isinstance(value, list) else value
        for key, value in result.provenance.items()
        if value
    }
