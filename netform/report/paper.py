"""The plan as a paper for a board: what is proposed, the map, a table, and a block for each network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from netform.inputs.gazetteer import ATTRIBUTION
from netform.inputs.towns import TOWNS_ATTRIBUTION
from netform.plan.title_page import KEY as TITLE_PAGE
from netform.plan.title_page import title_page_of
from netform.practices.names import written_name
from netform.report.against_today import changes_from_today, changes_sentences
from netform.report.costs import cost_cells, cost_columns, taken_sentences
from netform.report.exceptions import shared_reasons
from netform.report.facts import band_sentence, gather_facts, proof_sentence
from netform.report.paper_flow import HEIGHT, INSIDE, LEFT, SMALL, WIDTH, Column, Flow
from netform.report.pictures import QUIET, own_style, scale_bar
from netform.report.plan_picture import AUTHORITIES_SAID, BRANCHES_SAID, HUBS_SAID, draw_networks
from netform.report.shapes import polygons_only
from netform.report.sheets import named
from netform.report.tables import provenance_rows
from netform.report.words import STATUS_WORDS, area_name, network_number, percent, verdict

if TYPE_CHECKING:
    from netform.plan.model import Network
    from netform.plan.title_page import TitlePage
    from netform.report.against_today import Changes
    from netform.report.facts import Facts
    from netform.result import Result

__all__ = ["render_paper"]

# Rows of a table that stand together, below its heading.
ROWS_TOGETHER, MEMBERS_TOGETHER = 8, 20
# Points that the map may take of a page, and metres of ground it shows at least.
MAP_HEIGHT, LEAST_GROUND = 470.0, 1_000.0


def render_paper(result: Result) -> bytes:
    """Write a plan as a PDF on A4 pages; the same result gives the same bytes.

    Parameters
    ----------
    result : Result
        An audited plan.
    """
    facts = gather_facts(result)
    changes = changes_from_today(result, facts)
    heading = title_page_of(result.plan)
    title = heading.title or f"Primary care networks from {facts.source}"
    with own_style():
        flow = Flow(title, ATTRIBUTION, "Draft" if heading.draft else "")
        _opening(flow, result, facts, changes, heading)
        _map(flow, result)
        _table(flow, result, facts)
        _exceptions(flow, result, facts)
        _proof(flow, result)
        _blocks(flow, result, facts, changes)
        _sources(flow, result)
        return flow.finished()


def _opening(flow: Flow, result: Result, facts: Facts, changes: Changes | None, heading: TitlePage) -> None:
    plan = result.plan
    several = f" in {len(plan.areas):,} areas" if len(plan.areas) > 1 else ""
    flow.heading(heading.title or "A plan of primary care networks", 18)
    by = "".join(f"{each}. " for each in (heading.author, heading.date) if each)
    flow.paragraph(f"{by}Formed from the list {facts.source}", SMALL, colour=QUIET)
    flow.paragraph(
        f"{_count(facts.practices, 'practice')} with {facts.patients:,} registered patients "
        f"{'forms' if facts.practices == 1 else 'form'} {_count(facts.networks, 'network')}{several}. "
        f"{band_sentence(facts)}"
    )
    taken = taken_sentences(facts.tally(plan.networks))
    said = ["An hour a week is an hour of somebody's time.", *taken] if taken else []
    flow.paragraph(" ".join([*said, proof_sentence(plan)]))
    if changes:
        flow.paragraph(" ".join(changes_sentences(changes)))


def _map(flow: Flow, result: Result) -> None:
    """Draw the map as large as the page and its own shape let it be."""
    networks = [
        each
        for each in result.plan.networks
        if not polygons_only(result.boundaries.get(each.network_id)).is_empty
    ]
    if not networks:
        return
    west, south, east, north = shapely.total_bounds(
        [polygons_only(result.boundaries[each.network_id]) for each in networks]
    ).tolist()
    across, up = 1.02 * max(east - west, LEAST_GROUND), 1.02 * max(north - south, LEAST_GROUND)
    scale = min(INSIDE / across, MAP_HEIGHT / up)
    flow.gap(6)
    flow.need(up * scale + 70)
    left, bottom = (WIDTH - across * scale) / 2, HEIGHT - flow.at - up * scale
    axes = flow.figure.add_axes((left / WIDTH, bottom / HEIGHT, across * scale / WIDTH, up * scale / HEIGHT))
    axes.set_xlim((west + east - across) / 2, (west + east + across) / 2)
    axes.set_ylim((south + north - up) / 2, (south + north + up) / 2)
    axes.set_axis_off()
    drawing = draw_networks(axes, result, networks, scale / 72)
    flow.at += up * scale + 22
    scale_bar(flow.figure, scale / 72, WIDTH / 72, 1 - flow.at / HEIGHT, 1 - LEFT / WIDTH)
    flow.at += 8
    said = [f"Numbers are those of the networks in the table. {HUBS_SAID}"]
    said += [BRANCHES_SAID] if drawing and drawing.branches else []
    said += ["An exception is marked with !."] if any(each.exception for each in networks) else []
    said += [AUTHORITIES_SAID] if drawing and drawing.authority_lines else []
    said += drawing.notes if drawing else ()
    said += [TOWNS_ATTRIBUTION] if drawing and drawing.towns else []
    flow.paragraph(" ".join(said), SMALL, colour=QUIET)


def _table(flow: Flow, result: Result, facts: Facts) -> None:
    networks = result.plan.networks
    if not networks:
        return
    flow.heading("The networks", keep=40 + 16 * min(len(networks), ROWS_TOGETHER))
    whole = facts.tally(networks)
    has_today = any(network.today for network in networks)
    columns = [Column("Network", 1.3), Column("Named after its hub", 3.2)]
    columns += [Column("Mostly, today", 2.6)] if has_today else []
    columns += [Column("Patients", 1.1, "right"), Column("Practices", 1.1, "right")]
    columns += [Column(name, 1.0, "right") for name in cost_columns(whole)]
    flow.table(
        columns,
        [
            (
                f"{network.network_id}{'!' if network.exception else ''}",
                network.name,
                *([network.today.name if network.today else ""] if has_today else []),
                f"{network.list_size:,}",
                f"{len(network.practice_codes):,}",
                *cost_cells(facts.tally([network]), whole),
            )
            for network in networks
        ],
    )
    if has_today:
        flow.paragraph(
            "Mostly, today: the present network that more than half of the patients are in, where there is one.",
            SMALL,
            colour=QUIET,
        )


def _exceptions(flow: Flow, result: Result, facts: Facts) -> None:
    put = named(result)
    if facts.exceptions:
        flow.heading("Exceptions")
        for shared in shared_reasons(facts.exceptions):
            who = ", ".join(f"{each.network_id} ({each.list_size:,} patients)" for each in shared.networks)
            flow.paragraph(f"{who}: {put(shared.explanation or shared.words)}")
    if result.plan.unplaced:
        flow.heading("Practices in no network")
        reasons: dict[str, list[str]] = {}
        for each in result.plan.unplaced:
            reasons.setdefault(each.reason, []).append(each.practice_code)
        for reason, codes in reasons.items():
            flow.paragraph(f"{_count(len(codes), 'practice')}: {put(reason)} {put('; '.join(codes))}.")


def _proof(flow: Flow, result: Result) -> None:
    areas = result.plan.areas
    if len(areas) > 1:
        flow.heading("What is proven, area by area")
        columns = [Column("Area", 2), Column("The plan is", 2), Column("Gap", 1, "right")]
        columns += [Column("Practices", 1, "right"), Column("Networks", 1, "right")]
        flow.table(
            columns,
            [
                (
                    area_name(area.area),
                    STATUS_WORDS.get(area.status, area.status),
                    "not known" if area.gap is None else percent(area.gap),
                    f"{area.practices:,}",
                    f"{area.networks:,}",
                )
                for area in areas
            ],
        )
    notes = [*result.plan.provenance.get("notes", ())]
    if any(area.notes or area.unproven for area in areas) or notes:
        flow.heading("Findings to read")
        put = named(result)
        for area in areas:
            where = f"{area_name(area.area)}: " if len(areas) > 1 else ""
            doubt = [f"{verdict(area)} {area.unproven}"] if area.unproven else []
            for said in (*doubt, *area.notes):
                flow.paragraph(where + put(said))
        for note in notes:
            flow.paragraph(put(note))


def _blocks(flow: Flow, result: Result, facts: Facts, changes: Changes | None) -> None:
    by_code = {practice.code: practice for practice in result.practices}
    put = named(result)
    several = len(result.plan.areas) > 1
    columns = [Column("Practice", 1.1), Column("Name", 3.6), Column("Postcode", 1.3)]
    columns += [Column("Patients", 1.1, "right"), Column("Minutes to hub", 1.7, "right")]
    columns += [Column("Network today", 3.0)] if changes else []
    for network in result.plan.networks:
        label = network.network_id if several else network_number(network)
        rows = min(len(network.practice_codes), MEMBERS_TOGETHER)
        flow.heading(f"{label}. {network.name}", 11, keep=80 + 14 * rows)
        flow.paragraph(_line_of(network, facts), SMALL, colour=QUIET)
        if network.rationale:
            flow.paragraph(put(network.rationale))
        flow.table(
            columns,
            [
                (
                    code,
                    written_name(by_code[code].name),
                    by_code[code].postcode,
                    f"{by_code[code].list_size:,}",
                    "hub" if code == network.hub_code else f"{minutes:.0f}",
                    *([changes.today_of.get(code, "none")] if changes else []),
                )
                for code, minutes in zip(network.practice_codes, network.minutes_to_hub, strict=True)
            ],
        )
        if changes and (leaving := changes.by_network[network.network_id].leaves):
            gone = (f"{written_name(each.name)} ({each.code}, to {home or 'none'})" for each, home in leaving)
            flow.paragraph(f"Of networks that go on here, these leave: {'; '.join(gone)}.", SMALL)


def _line_of(network: Network, facts: Facts) -> str:
    today = f", mostly {network.today.name} today" if network.today else ""
    return (
        f"{network.network_id}: {_count(network.list_size, 'patient')} in "
        f"{_count(len(network.practice_codes), 'practice')}, {facts.band_words(network)}{today}"
    )


def _sources(flow: Flow, result: Result) -> None:
    flow.heading("Sources, and how to make this plan again")
    shown = {
        key: value
        for key, value in result.plan.provenance.items()
        if key not in {"notes", "moves", TITLE_PAGE}
    }
    columns = [Column("What", 1.3), Column("Value", 5)]
    flow.table(columns, provenance_rows(shown), 7)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
