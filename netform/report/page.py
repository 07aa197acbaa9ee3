"""The report page: one self-contained HTML file that runs nothing and fetches nothing."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from netform.inputs.gazetteer import ATTRIBUTION
from netform.inputs.towns import TOWNS_ATTRIBUTION
from netform.plan.rule_cost import rule_cost_words
from netform.plan.title_page import title_page_of
from netform.practices.names import written_name
from netform.report import words
from netform.report.against_today import changes_from_today, changes_sentences
from netform.report.alignment import MOSTLY
from netform.report.alignment_map import alignment_of_page
from netform.report.costs import PENALTY_MEANING, cost_words, has_cost
from netform.report.exceptions import explanation_of, shared_reasons, shared_unplaced
from netform.report.facts import band_sentence, gather_facts, proof_sentence, standing
from netform.report.homes import homes_sentence, homes_words, residents_meaning
from netform.report.map import draw_map, draw_overview
from netform.report.sheets import named, sheets
from netform.report.solve_log import log_sections
from netform.report.tables import (
    area_counts,
    methods,
    network_rows,
    post_roles,
    posts_rows,
    practice_rows,
    provenance_rows,
    totals,
)
from netform.scores import TERMS
from netform.scores.tally import is_penalty

if TYPE_CHECKING:
    from netform.result import Result

__all__ = ["asset", "environment", "render_report", "style_hash"]

# Above this many areas each one folds away, so that a national page opens at once and stays readable.
AREAS_SHOWN_OPEN = 4

# With more networks than this their sheets fold away on screen; in print all are open.
SHEETS_SHOWN_OPEN = 4

# Every printed page of a draft says so.
DRAFT_STYLE = '@page { @top-right { content: "Draft"; font: 700 10pt sans-serif; } }\n'


def render_report(result: Result) -> str:
    """Write a result as a page for people.

    Texts from the user's files are cleaned and escaped wherever they appear, and a content security policy
    forbids the page to run or fetch anything even if one were not.

    Parameters
    ----------
    result : Result
        An audited plan.

    Returns
    -------
    str
        The page; the same result gives the same page.
    """
    facts = gather_facts(result)
    plan = result.plan
    rows = network_rows(result, facts)
    several = len(plan.areas) > 1
    changes = changes_from_today(result, facts)
    whole = facts.tally(plan.networks)
    in_area = {area.area: [row for row in rows if row.network.area == area.area] for area in plan.areas}
    heading = title_page_of(plan)
    sections = [
        {
            "anchor": anchor,
            "area": area,
            "rows": in_area[area.area],
            "sheets": sheets(in_area[area.area], changes),
            "drawing": draw_map(
                result,
                [network for network in plan.networks if network.area == area.area],
                _unplaced(result, area.area if several else None),
            ),
        }
        for anchor, area in enumerate(plan.areas, start=1)
    ]
    course = log_sections(plan) if result.timings else ()
    style = asset("report.css.j2") + asset("sheets.css.j2") + (asset("tradeoff.css.j2") if course else "")
    style += DRAFT_STYLE if heading.draft else ""
    template = environment().get_template("report.html.j2")
    return template.render(
        result=result,
        facts=facts,
        plan=plan,
        standing=standing(plan),
        whole=whole,
        titles={
            name: TERMS[name].title if name in TERMS else words.spoken(name) for name in facts.term_names
        },
        heading=heading,
        changes=changes,
        changed=changes_sentences(changes) if changes else [],
        named=named(result),
        why=any(network.rationale for network in plan.networks),
        sheets_open=len(plan.networks) <= SHEETS_SHOWN_OPEN,
        sections=sections,
        several=several,
        folded=len(plan.areas) > AREAS_SHOWN_OPEN,
        overview=draw_overview(result) if several else None,
        area_anchors={area.area: anchor for anchor, area in enumerate(plan.areas, start=1)},
        exceptions=shared_reasons(facts.exceptions),
        unplaced=shared_unplaced(plan, {each.code: each.area for each in result.practices}),
        anchors={row.network.network_id: row.anchor for row in rows},
        counts=area_counts(result, facts),
        methods=methods(result),
        course=course,
        alignment=alignment_of_page(result, _labels(result, several=several)),
        mostly=MOSTLY,
        practice_rows=practice_rows(result),
        notes=plan.provenance.get("notes", (*result.practices.notes, *result.places.notes)),
        # What is said in the findings is not said again among the sources.
        provenance=provenance_rows(
            {
                key: value
                for key, value in plan.provenance.items()
                if key not in {"notes", "moves", "title_page"}
            }
        ),
        style=Markup(style),  # noqa: S704 - our own file; nothing of the user's is in it
        style_hash=style_hash(style),
        **_tests_of(result),
    )


def _labels(result: Result, *, several: bool) -> dict[str, str]:
    """Call networks by their numbers, or, where there are several areas, by their ids."""
    return {
        each.network_id: each.network_id if several else words.network_number(each)
        for each in result.plan.networks
    }


def _unplaced(result: Result, area: str | None) -> list[str]:
    """List the practices of an area, or of all, that are in no network."""
    area_of = {practice.code: practice.area for practice in result.practices}
    codes = [each.practice_code for each in result.plan.unplaced]
    return [code for code in codes if area is None or area_of.get(code) == area]


def environment() -> Environment:
    """Give the templates what they need; every text on its way to a page is cleaned and escaped."""
    made = Environment(
        loader=FunctionLoader(asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
        cache_size=0,
        auto_reload=False,
    )
    made.filters.update(
        hours=words.hours,
        percent=words.percent,
        spoken=words.spoken,
        count=lambda number: f"{number:,}",
        exception_words=words.exception_words,
        explanation_of=explanation_of,
        number=words.network_number,
        area_name=words.area_name,
        verdict=words.verdict,
        rule_cost_words=rule_cost_words,
        cost_words=cost_words,
        written_name=written_name,
    )
    made.globals.update(
        attribution=ATTRIBUTION,
        towns_attribution=TOWNS_ATTRIBUTION,
        status_words=words.STATUS_WORDS,
        meanings={name: term.meaning for name, term in TERMS.items()},
        is_penalty=is_penalty,
        has_cost=has_cost,
        penalty_meaning=PENALTY_MEANING,
        totals=totals,
        homes_sentence=homes_sentence,
        homes_words=homes_words,
        residents_meaning=residents_meaning,
        post_roles=post_roles,
        posts_rows=posts_rows,
        band_sentence=band_sentence,
        proof_sentence=proof_sentence,
    )
    return made


def _finalize(value: object) -> object:
    """Clean every text on its way to the page; the environment escapes it afterwards."""
    return words.clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _tests_of(result: Result) -> dict[str, Any]:
    """Which optional columns the list gives cause for."""
    return {
        "has_pcn": any(practice.pcn_code for practice in result.practices),
        "has_doubtful_places": "approximate" in result.places.quality,
    }


def asset(name: str) -> str:
    """Read a template or a style sheet of this folder."""
    return (resources.files("netform.report") / name).read_text(encoding="utf-8")


def style_hash(style: str) -> str:
    """Name a style sheet by its digest, so that a page may use it and no other."""
    digest = hashlib.sha256(style.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
