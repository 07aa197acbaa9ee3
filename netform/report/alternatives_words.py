"""The words of alternatives: their kinds, what is proven of them, and where the plan is certain."""

from __future__ import annotations

import tomllib
from collections import Counter
from typing import TYPE_CHECKING

from netform.report.words import percent
from netform.scores.tally import add_up

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netform.scores.tally import Tally
    from netform.tradeoff.model import Alternative
    from netform.tradeoff.results import AlternativesResult, Neighbours

__all__ = [
    "TOGETHER_WORDS",
    "alternative_words",
    "border_counts",
    "certainty_sentences",
    "proven_words",
    "tallies",
]

# What a border is, by how many of the plans near the best have its two practices in one network.
TOGETHER_WORDS = {
    "none": "firm border: never in one network",
    "some": "soft border: together in some plans, apart in others",
    "all": "firm ground: always in one network",
    "unsettled": "not settled",
}

_KINDS = {"best": "Best plan", "next": "Next best", "different": "Most different"}


def alternative_words(each: Alternative) -> str:
    """Name an alternative: ``Next best 2``."""
    kind = _KINDS.get(each.kind, each.kind)
    return kind if each.kind == "best" else f"{kind} {each.rank}"


def proven_words(each: Alternative) -> str:
    """Say what is proven of an alternative, in a few words."""
    if each.kind == "different":
        if each.proven:
            return "no plan within the allowance differs more"
        return (
            f"not proven: it is {each.patients_apart:,} patients apart from those before it, "
            f"and another may be up to {each.most_patients_apart:,}"
        )
    if each.kind == "best":
        return "no plan as near the band costs less" if each.proven else "not proven the best"
    return "no other plan comes before it" if each.proven else "not proven: others may come before it"


def tallies(result: AlternativesResult) -> tuple[Tally, dict[tuple[str, str, int], Tally]]:
    """Add up the terms of all plans, and of each by its area, kind and rank.

    Parameters
    ----------
    result : AlternativesResult
    """
    weights = tomllib.loads(result.rules_toml).get("weights", {})
    terms = {
        (area, each.kind, each.rank): result.terms_of(each)
        for area, several in result.alternatives.items()
        for each in several
    }
    every = add_up((each for several in terms.values() for each in several), weights)
    return every, {key: add_up(several, weights) for key, several in terms.items()}


def border_counts(neighbours: Iterable[Neighbours]) -> Counter[str]:
    """Count pairs of neighbours by whether they are together."""
    return Counter(each.border.together for each in neighbours)


def certainty_sentences(result: AlternativesResult, area: str | None = None) -> list[str]:
    """Say where the plans within the allowance agree.

    Parameters
    ----------
    result : AlternativesResult
    area : str or None
        One area; None for the whole list.
    """
    counts = border_counts(each for each in result.neighbours if area is None or each.area == area)
    pairs = counts.total()
    if not pairs:
        return ["No two practices are neighbours, so there is nothing to settle."]
    allowance = percent(result.within)
    summed = (
        f"There {'is 1 pair' if pairs == 1 else f'are {pairs:,} pairs'} of neighbours. Together in every plan that "
        f"costs at most {allowance} more than the best (firm ground): {counts['all']:,}; in none of them (a firm "
        f"border): {counts['none']:,}; in some and not in others (a soft border): {counts['some']:,}."
    )
    sentences = [summed]
    if counts["unsettled"]:
        sentences.append(
            f"Not settled: {counts['unsettled']:,}, for time ran out, or the feasible networks are too many to list. "
            "More time (--time-limit) settles more; a narrower band or more memory (--memory) may, too."
        )
    return sentences
