"""A comparison of two divisions as plain text, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.plan.model import share_at_home
from netform.report.alignment import alignment_rows, share_in_main
from netform.report.costs import any_penalty, cost_words, difference_sentences, has_cost, signed, term_rows
from netform.report.score_text import called, shortened
from netform.report.text import NETWORKS_LISTED, table_lines
from netform.report.words import hours, one_line, percent, spoken
from netform.scores.tally import add_up

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from netform.judge.comparison import Compared, Comparison, Passage
    from netform.judge.scoring import Score, ScoredResult
    from netform.plan.grouping import Grouping
    from netform.scores.tally import Tally

__all__ = [
    "compare_text",
    "cost_rows",
    "counterpart_sentence",
    "fate_sentences",
    "figure_rows",
    "moved_sentence",
    "names",
    "sizes",
    "tallies",
    "without_sentences",
]

# More moved practices than this are for the page and the files.
MOVED_LISTED = 100


def names(compared: Compared) -> tuple[str, str]:
    """Name A and B on one line each."""
    return one_line(compared.comparison.a.name), one_line(compared.comparison.b.name)


def sizes(result: ScoredResult) -> dict[str, int]:
    """Give the list size of every network, by label."""
    return {each.network.network_id: each.network.list_size for each in result.score.networks}


def moved_sentence(passage: Passage, patients: int, start: str, end: str) -> str:
    """Say how many move in one direction.

    Parameters
    ----------
    passage : Passage
    patients : int
        Of all practices.
    start, end : str
        Names of the two divisions.
    """
    if not passage.moved:
        return f"From {start} to {end} no practice moves."
    many = len(passage.moved)
    share = percent(passage.patients_moved / patients)
    return (
        f"From {start} to {end} {many:,} practice{'s move' if many > 1 else ' moves'}, with "
        f"{passage.patients_moved:,} patients ({share})."
    )


def counterpart_sentence(comparison: Comparison) -> str:
    """Say how well the networks match one to one."""
    pairs, same = len(comparison.matched), len(comparison.identical)
    return (
        f"Matched one to one, {pairs:,} network{'s have counterparts' if pairs != 1 else ' has a counterpart'} that "
        f"keep {comparison.patients_matched:,} patients together; the other {comparison.patients_outside:,} go "
        f"elsewhere. "
        f"{same:,} {'network is' if same == 1 else 'networks are'} the same in both."
    )


def fate_sentences(
    comparison: Comparison,
    name_a: str = "A",
    name_b: str = "B",
    called_a: Mapping[str, str] | None = None,
    called_b: Mapping[str, str] | None = None,
) -> list[str]:
    """Name the networks that split, merge, are dispersed or are new.

    Parameters
    ----------
    comparison : Comparison
    name_a, name_b : str
        What the two divisions are called.
    called_a, called_b : mapping of str to str, optional
        What their networks are called; by label and division unless given, for both may have a network of one label.
    """
    call_a = _caller(name_a, called_a)
    call_b = _caller(name_b, called_b)
    said = [
        f"{call_a((label,))} splits: more than half of each of {call_b(parts)} comes from it."
        for label, parts in comparison.split.items()
    ]
    said += [
        f"{call_a(parts)} merge: {call_b((label,))} has more than half of each."
        for label, parts in comparison.merged.items()
    ]
    dispersed = tuple(label for label in comparison.forth.dispersed if label not in comparison.split)
    gathered = tuple(label for label in comparison.back.dispersed if label not in comparison.merged)
    if dispersed:
        said.append(f"Dispersed, more than half to no network of {name_b}: {call_a(dispersed)}.")
    if gathered:
        said.append(f"Gathered, more than half from no network of {name_a}: {call_b(gathered)}.")
    return said


def _caller(name: str, called: Mapping[str, str] | None) -> Callable[[Sequence[str]], str]:
    """Give the function that lists networks of a division so that they cannot be taken for those of the other."""
    if called is None:
        return lambda labels: f"{_and(labels)} of {name}"
    return lambda labels: _and([called[label] for label in labels])


def figure_rows(compared: Compared) -> list[tuple[str, str, str, str]]:
    """Set the figures of both side by side: what it is, in A, in B, and B less A."""
    a, b = compared.a.score, compared.b.score
    counts = (
        ("Networks", len(a.networks), len(b.networks)),
        ("In the band", a.in_band, b.in_band),
        ("In one piece", a.contiguous, b.contiguous),
        ("Both", a.both, b.both),
        ("Practices in no network", len(a.grouping.unplaced), len(b.grouping.unplaced)),
    )
    figures = [
        (what, f"{one:,}", f"{other:,}", f"{other - one:+,}" if other != one else "0")
        for what, one, other in counts
    ]
    shares = {
        "Patients who live in its territory": (_share_at_home(a), _share_at_home(b)),
        "Patients in its main neighbourhood": (_share_aligned(compared.a), _share_aligned(compared.b)),
    }
    figures += [
        (what, f"{one:.1%}", f"{other:.1%}", f"{100 * (other - one):+.1f} points")
        for what, (one, other) in shares.items()
        if one is not None and other is not None
    ]
    return figures


def _share_at_home(score: Score) -> float | None:
    return share_at_home(each.network for each in score.networks)


def _share_aligned(result: ScoredResult) -> float | None:
    return share_in_main(alignment_rows([each.network for each in result.score.networks], result.living))


def cost_rows(
    compared: Compared, name_a: str = "A", name_b: str = "B"
) -> list[tuple[str, str, str, str, str]]:
    """Set what both take side by side: the kind of row (`netform.report.costs.term_rows`), then as `figure_rows`.

    Parameters
    ----------
    compared : Compared
    name_a, name_b : str
        What the two divisions are called.
    """
    sides = list(tallies(compared))
    rows = [
        (
            kind,
            what if kind == "sum" else f"{spoken(what)}{_weight_words(what, compared, name_a, name_b)}",
            hours(one),
            hours(other),
            signed(other - one),
        )
        for kind, what, [one, other] in term_rows(sides)
    ]
    told = [side for side in sides if has_cost(side)]
    if told:
        a, b = (side.cost for side in sides)
        words = cost_words(max(told, key=lambda side: (any_penalty(side), side.weighted)))
        cost = ("sum", f"Cost ({words})", hours(a), hours(b), signed(b - a))
        at = next((place for place, row in enumerate(rows) if row[0] == "beside"), len(rows))
        rows.insert(at, cost)
    return rows


def without_sentences(compared: Compared, name_a: str, name_b: str) -> list[str]:
    """Say that hours are not quite alike where one division leaves out other practices than the other.

    Parameters
    ----------
    compared : Compared
    name_a, name_b : str
        What the two divisions are called.
    """
    a, b = compared.comparison.a.unplaced, compared.comparison.b.unplaced
    if set(a) == set(b):
        return []
    who = f"{len(a):,} of {name_a} and {len(b):,} of {name_b}"
    return [f"Practices in no network take no hours here: {who}, so the hours are not of the same practices."]


def tallies(compared: Compared) -> tuple[Tally, Tally]:
    """Add up the terms of both, each by its own weights."""
    a, b = (add_up([each.score.terms], dict(each.score.rules.weights)) for each in (compared.a, compared.b))
    return a, b


def compare_text(compared: Compared) -> str:
    """Write a comparison for people at a terminal.

    Parameters
    ----------
    compared : Compared

    Returns
    -------
    str
        Lines ended by line feeds. No text of the input can command the terminal.
    """
    both = compared.comparison
    a, b = names(compared)
    blocks = [
        [
            f"A is {a}, B is {b}: {len(compared.a.practices):,} practices with {both.patients:,} patients.",
            moved_sentence(both.forth, both.patients, "A", "B"),
            moved_sentence(both.back, both.patients, "B", "A"),
            counterpart_sentence(both),
            "(A practice moves when its network has no more than half of its patients in the practice's other one.)",
            *difference_sentences(*tallies(compared), "A", "B"),
            *without_sentences(compared, "A", "B"),
        ],
        table_lines(("", "A", "B", "B - A"), figure_rows(compared), right=(1, 2, 3)),
        table_lines(("A week", "A", "B", "B - A"), _cost_lines(compared), right=(1, 2, 3)),
        [f"  {one_line(sentence)}" for sentence in fate_sentences(both)],
        _pair_lines(compared) if len(both.matched) <= NETWORKS_LISTED else [],
        _moved_lines(compared),
        [f"  {one_line(note)}" for note in compared.notes],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _called(label: str, grouping: Grouping) -> str:
    return called(label, grouping.names.get(label, label))


def _cost_lines(compared: Compared) -> list[tuple[str, ...]]:
    return [(f"{'' if kind == 'sum' else '  '}{what}", *cells) for kind, what, *cells in cost_rows(compared)]


def _pair_lines(compared: Compared) -> list[str]:
    both = compared.comparison
    rows = [
        (
            _called(pair.a, both.a),
            f"{pair.patients_a:,}",
            _called(pair.b, both.b),
            f"{pair.patients_b:,}",
            f"{pair.patients:,}",
            "the same" if pair.identical else "",
        )
        for pair in both.matched
    ]
    size_a, size_b = sizes(compared.a), sizes(compared.b)
    rows += [(_called(label, both.a), f"{size_a[label]:,}", "none", "", "", "") for label in both.only_a]
    rows += [("none", "", _called(label, both.b), f"{size_b[label]:,}", "", "") for label in both.only_b]
    header = ("Network of A", "Patients", "Counterpart in B", "Patients", "In common", "")
    return table_lines(header, rows, right=(1, 3, 4)) if rows else []


def _moved_lines(compared: Compared) -> list[str]:
    both = compared.comparison
    in_a, in_b = both.a.network_of, both.b.network_of
    moved = set(both.forth.moved)
    rows = [
        (
            one_line(practice.code),
            shortened(practice.name),
            f"{practice.list_size:,}",
            _called(in_a[practice.code], both.a),
            _called(in_b.get(practice.code, "none"), both.b),
        )
        for practice in compared.a.practices
        if practice.code in moved
    ]
    if not rows:
        return []
    header = ("Moved", "Name", "Patients", "Network of A", "Network of B")
    more = len(rows) - MOVED_LISTED
    rest = [f"  and {more:,} more: -o writes them all."] if more > 0 else []
    return table_lines(header, rows[:MOVED_LISTED], right=(2,)) + rest


def _weight_words(name: str, compared: Compared, name_a: str, name_b: str) -> str:
    """Say how a term counts in the cost, where that is not simply once."""
    one, other = (dict(each.score.rules.weights).get(name, 1.0) for each in (compared.a, compared.b))
    if one != other:
        return f" (weight {one:g} in {name_a} and {other:g} in {name_b})"
    if one == 0:
        return " (weight 0: no part of the cost)"
    return "" if one == 1 else f" (weight {one:g})"


def _and(labels: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(labels[:-1]), labels[-1])))
