"""What would stop or bend a plan, as plain text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.report.words import area_name, one_line, source_name

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from netform.judge.survey import AreaSurvey, Survey

__all__ = ["check_text"]

# Codes that are spelt out; the rest are counted.
CODES_LISTED = 8
# In a longer list of areas those in which nothing stands against a plan get a line each.
AREAS_DESCRIBED = 12

PLACES = {
    "list": "by coordinates of the list",
    "postcode": "by postcode",
    "postcodes_file": "by your file of postcodes",
    "approximate": "approximately",
}
KINDS = {
    "border": "share a border",
    "site": "share a site",
    "bridge": "are joined by you",
    "attached": "are attached, being nowhere",
    "ferry": "are joined by a ferry",
}


def check_text(survey: Survey) -> str:
    """Say what would stop or bend a plan.

    Parameters
    ----------
    survey : Survey

    Returns
    -------
    str
        Lines ended by line feeds: the list, places, neighbours, areas, findings, and what arithmetic rules
        out. No text of the input can command the terminal.
    """
    described = [area for area in survey.areas if len(survey.areas) <= AREAS_DESCRIBED or area.obstacles]
    blocks = [
        _list_lines(survey),
        [_area_line(area) for area in survey.areas if area not in described],
        *(_area_lines(area, survey) for area in described),
        ["Findings", *(f"  {one_line(note)}" for note in survey.notes)] if survey.notes else [],
        [_verdict(survey)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _list_lines(survey: Survey) -> list[str]:
    practices = sum(area.practices for area in survey.areas)
    patients = sum(area.patients for area in survey.areas)
    source = one_line(source_name(survey.source))
    where = f" in {len(survey.areas):,} areas" if len(survey.areas) > 1 else ""
    lines = [
        f"{source}: {_count(practices, 'practice')} with {patients:,} patients{where}.",
        f"Networks are to have {survey.least:,} to {survey.most:,} patients.",
        f"Placed: {_tally(survey.quality, PLACES)}.",
    ]
    if survey.approximate:
        lines.append(f"  Approximately, at the middle of the postcodes around: {_codes(survey.approximate)}.")
    if survey.shared_sites:
        many = sum(len(site) for site in survey.shared_sites)
        most = max(len(site) for site in survey.shared_sites)
        lines.append(
            f"Sites: {many:,} practices share {_count(len(survey.shared_sites), 'site')}, "
            f"at most {most} at one."
        )
    lines.append(f"Neighbours: {_tally(survey.edges, KINDS) or 'none'}.")
    if survey.alone and practices > 1:
        lines.append(f"  No neighbour: {_codes(survey.alone)}. Join them with --edges if people do travel.")
    return [*lines, f"Travel: {one_line(survey.travel)}."]


def _heading(area: AreaSurvey) -> str:
    return (
        f"{one_line(area_name(area.area))}: {_count(area.practices, 'practice')}, {area.patients:,} patients"
    )


def _area_line(area: AreaSurvey) -> str:
    groups = "too many groups to list" if area.candidates is None else _count(area.candidates, "group")
    return f"{_heading(area)}, {area.fewest:,} to {area.most:,} networks, {groups}"


def _area_lines(area: AreaSurvey, survey: Survey) -> list[str]:
    heading = _heading(area)
    least, most = area.band or (survey.least, survey.most)
    lines = [heading, f"  {_parts_words(area)}", f"  {_networks_words(area)}", f"  {_candidates_words(area)}"]
    if area.band:
        lines.insert(1, f"  Networks are to have {least:,} to {most:,} patients here.")
    if area.left_out:
        lines.insert(1, f"  In no network, as demanded: {_codes(area.left_out)}.")
    if area.obstacles:
        lines.append(f"  In the way of {least:,} to {most:,} for all:")
    return [*lines, *(f"  - {one_line(obstacle.sentence)}" for obstacle in area.obstacles)]


def _parts_words(area: AreaSurvey) -> str:
    settled = [
        *([_count(len(area.pins), "pinned network")] if area.pins else []),
        *([f"{_count(len(area.oversize), 'practice')} over the band"] if area.oversize else []),
    ]
    if not area.parts:
        every = "Every practice is over the band."
        return every if not area.pins else f"All is settled: {' and '.join(settled)}."
    besides = f", besides {' and '.join(settled)}" if settled else ""
    if len(area.parts) == 1:
        return f"All practices hang together{besides}."
    sizes = sorted((part.patients for part in area.parts), reverse=True)
    shown = ", ".join(f"{size:,}" for size in sizes[:CODES_LISTED])
    more = f" and {len(sizes) - CODES_LISTED} smaller" if len(sizes) > CODES_LISTED else ""
    return f"{len(sizes)} parts that do not touch{besides}: {shown}{more} patients."


def _networks_words(area: AreaSurvey) -> str:
    if any(part.fewest > part.most for part in area.parts):
        return "By arithmetic no number of networks inside the band holds everybody."
    if area.fewest == area.most:
        return f"By arithmetic there must be exactly {_count(area.most, 'network')}."
    return f"By arithmetic there can be {area.fewest:,} to {area.most:,} networks."


def _candidates_words(area: AreaSurvey) -> str:
    if area.candidates is None:
        return "More possible networks than can be listed: a plan will be searched for, maybe without proof."
    if not area.candidates:
        return "No contiguous group of practices is inside the band."
    demanded = ", as far as the demands allow them" if area.demanded else ""
    return f"{_count(area.candidates, 'contiguous group')} inside the band to choose from{demanded}."


def _verdict(survey: Survey) -> str:
    ruled_out = sum(bool(area.obstacles) for area in survey.areas)
    if not ruled_out:
        return (
            "Arithmetic rules out no plan without exceptions; whether there is one, netform solve will show."
        )
    where = "" if len(survey.areas) == 1 else f" in {ruled_out:,} of {len(survey.areas):,} areas"
    return (
        f"Arithmetic rules out a plan without exceptions{where}: netform solve will name the fewest it can, "
        "or refuse with --strict."
    )


def _tally(counts: Mapping[str, int], words: Mapping[str, str]) -> str:
    return ", ".join(f"{count:,} {words.get(key, one_line(key))}" for key, count in counts.items())


def _codes(codes: Collection[str]) -> str:
    shown = ", ".join(one_line(code) for code in list(codes)[:CODES_LISTED])
    more = f" and {len(codes) - CODES_LISTED:,} more" if len(codes) > CODES_LISTED else ""
    return shown + more


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
