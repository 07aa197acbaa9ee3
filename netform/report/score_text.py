"""The score of a division of practices as plain text, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.report.alignment import alignment_rows, alignment_sentences
from netform.report.costs import (
    PENALTY_MEANING,
    any_penalty,
    cost_cells,
    cost_columns,
    cost_words,
    has_cost,
    term_rows,
)
from netform.report.facts import bands_of, own_bands
from netform.report.homes import homes_sentence
from netform.report.text import NETWORKS_LISTED, table_lines
from netform.report.words import clean, hours, one_line, spoken
from netform.rules.table import DEMAND_RULES
from netform.scores.tally import add_up

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netform.judge.scoring import Score

__all__ = ["BREACH_WORDS", "breach_words", "called", "opening", "score_text", "shortened"]

# More sentences than this are for the page and the files.
BREACHES_LISTED = 60
LABEL_WIDTH = 40

BREACH_WORDS = {
    "band": "List size outside the band",
    "area": "Crosses a line between areas",
    "contiguity": "In several pieces",
    "missing": "Practice in no network",
    "twice": "Practice in several networks",
    **{rule.breach: rule.broken for rule in DEMAND_RULES},
}


def breach_words(kind: str) -> str:
    """Name a rule that is broken, in a few words."""
    return BREACH_WORDS.get(kind, spoken(kind))


def opening(score: Score) -> str:
    """Sum up a score in two sentences."""
    networks, unplaced = len(score.networks), len(score.grouping.unplaced)
    practices = sum(len(each.network.practice_codes) for each in score.networks)
    return (
        f"{networks:,} network{'s' * (networks != 1)} of {practices:,} practice{'s' * (practices != 1)}"
        f" with {score.patients:,} patients."
        f" {_are(score.in_band, 'has', 'have')} between {score.rules.least:,} and {score.rules.most:,} patients"
        f"{own_bands(bands_of(score.rules))},"
        f" {_are(score.contiguous)} in one piece, {_are(score.both)} both."
        + (f" {_are(unplaced, 'practice is', 'practices are')} in no network." if unplaced else "")
    )


def _are(number: int, one: str = "is", many: str = "are") -> str:
    return f"{number:,} {one if number == 1 else many}"


def score_text(score: Score, living: Mapping[str, Mapping[str, float]] | None = None) -> str:
    """Write a score for people at a terminal.

    Parameters
    ----------
    score : Score
    living : mapping of str to mapping of str to float, optional
        By practice, patients by neighbourhood.

    Returns
    -------
    str
        Lines ended by line feeds: the totals by term, the rules that are broken by kind, the networks (when no
        more than 60), and what each breaks. No text of the input can command the terminal.
    """
    blocks = [
        [
            f"{one_line(score.grouping.name)}: {opening(score)}",
            *filter(None, [homes_sentence(each.network for each in score.networks)]),
            *alignment_sentences(alignment_rows([each.network for each in score.networks], living or {})),
        ],
        _term_lines(score),
        _kind_lines(score),
        _network_lines(score) if 0 < len(score.networks) <= NETWORKS_LISTED else [],
        _breach_lines(score),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def shortened(text: str) -> str:
    """Keep a label from pushing a table off the screen."""
    line = one_line(text)
    return line if len(line) <= LABEL_WIDTH else line[: LABEL_WIDTH - 3].rstrip() + "..."


def called(label: str, name: str) -> str:
    """Call a network by its label, and by its name where that is another."""
    return shortened(label if name == label else f"{label} {name}")


def _term_lines(score: Score) -> list[str]:
    weights = dict(score.rules.weights)
    tally = add_up([score.terms], weights)
    rows: list[tuple[str, str, str]] = []
    for kind, what, [value] in term_rows([tally]):
        if kind == "sum":
            rows.append((what, hours(value), ""))
        else:
            weight = weights.get(what, 1.0)
            rows.append((f"  {spoken(what)}", hours(value), "" if weight == 1 else f"weight {weight:g}"))
    if has_cost(tally):
        rows.append(("Cost", hours(score.cost), cost_words(tally)))
    lines = table_lines(("Hours and penalties", "A week", ""), rows, right=(1,))
    return [*lines, f"  ({PENALTY_MEANING})"] if any_penalty(tally) else lines


def _kind_lines(score: Score) -> list[str]:
    counts = score.breach_counts
    if not counts:
        return ["No rule is broken."]
    rows = [(breach_words(kind), f"{count:,}") for kind, count in counts.items()]
    return table_lines(("Rule broken", "Times"), rows, right=(1,))


def _network_lines(score: Score) -> list[str]:
    weights = dict(score.rules.weights)
    whole = add_up([score.terms], weights)
    columns = cost_columns(whole)
    rows = [
        (
            called(each.network.network_id, each.network.name),
            f"{each.network.list_size:,}",
            str(len(each.network.practice_codes)),
            one_line(each.network.hub_code),
            f"{sum(post.whole for post in each.network.posts):.1f}",
            f"{each.network.minutes_per_move:.0f}",
            *cost_cells(add_up([each.network.terms], weights), whole),
            ", ".join(dict.fromkeys(breach.kind.replace("_", " ") for breach in each.breaches)),
        )
        for each in score.networks
    ]
    header = ("Network", "Patients", "Practices", "Hub", "Posts", "Minutes a move", *columns, "Breaks")
    return table_lines(header, rows, right=(1, 2, 4, 5, *range(6, 6 + len(columns))))


def _breach_lines(score: Score) -> list[str]:
    said = [
        f"  {called(each.network.network_id, each.network.name)}: {clean(breach.sentence)}"
        for each in score.networks
        for breach in each.breaches
    ]
    said += [f"  {clean(breach.sentence)}" for breach in score.breaches]
    if not said:
        return []
    more = len(said) - BREACHES_LISTED
    rest = [f"  and {more:,} more: -o writes them all."] if more > 0 else []
    return ["What is broken", *said[:BREACHES_LISTED], *rest]
