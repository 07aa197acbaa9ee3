"""What `netform compare` writes: the comparison for programs, a row a practice, a row for every two networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netform.export.publication import Publication, Table
from netform.export.rounding import rounded
from netform.export.rows import source_rows
from netform.export.score import lined_json
from netform.plan.model import share_at_home
from netform.report.alignment import alignment_rows, share_in_main

if TYPE_CHECKING:
    from netform.judge.comparison import Compared, Pair, Passage
    from netform.judge.scoring import ScoredResult
    from netform.plan.grouping import Grouping

__all__ = ["COMPARE", "SCHEMA", "compare_json", "compare_object"]

SCHEMA = "netform/compare/1"

_CHANGE_COLUMNS = (
    "practice_code", "practice_name", "list_size", "network_a", "network_a_name", "network_b", "network_b_name",
    "moved", "moved_back", "in_counterparts",
)  # fmt: skip


def compare_object(compared: Compared) -> dict[str, Any]:
    """Return a comparison as the object that ``compare.json`` holds: keys are added to the schema, never changed.

    Parameters
    ----------
    compared : Compared
    """
    both = compared.comparison
    terms_a, terms_b = compared.a.score.terms, compared.b.score.terms
    return {
        "schema": SCHEMA,
        "a": _side(compared.a),
        "b": _side(compared.b),
        "practices": len(compared.a.practices),
        "patients": both.patients,
        "a_to_b": _passage(both.forth),
        "b_to_a": _passage(both.back),
        "counterparts": len(both.matched),
        "patients_in_counterparts": both.patients_matched,
        "patients_outside": both.patients_outside,
        "identical": [{"a": pair.a, "b": pair.b} for pair in both.identical],
        "split": [{"a": label, "b": list(parts)} for label, parts in both.split.items()],
        "merged": [{"b": label, "a": list(parts)} for label, parts in both.merged.items()],
        "only_a": list(both.only_a),
        "only_b": list(both.only_b),
        "terms": {
            name: {
                "a": rounded(terms_a.get(name, 0.0)),
                "b": rounded(terms_b.get(name, 0.0)),
                "b_less_a": rounded(terms_b.get(name, 0.0) - terms_a.get(name, 0.0)),
            }
            for name in {**terms_a, **terms_b}
        },
        "pairs": [_pair(pair) | {"practice_codes": list(pair.practice_codes)} for pair in both.pairs],
        "notes": list(compared.notes),
        "provenance": dict(sorted(compared.provenance.items())),
    }


def compare_json(compared: Compared) -> bytes:
    """Write a comparison as ``compare.json``, one line for every two networks.

    Parameters
    ----------
    compared : Compared
    """
    return lined_json(compare_object(compared), ("pairs",))


def change_rows(compared: Compared) -> list[dict[str, Any]]:
    """Return a row a practice: its network in A and in B, and whether it has moved.

    Parameters
    ----------
    compared : Compared
    """
    both = compared.comparison
    in_a, in_b = both.a.network_of, both.b.network_of
    forth, back = set(both.forth.moved), set(both.back.moved)
    together = {code for pair in both.matched for code in pair.practice_codes}
    return [
        {
            "practice_code": practice.code,
            "practice_name": practice.name,
            "list_size": practice.list_size,
            "network_a": in_a.get(practice.code),
            "network_a_name": _name(both.a, in_a.get(practice.code)),
            "network_b": in_b.get(practice.code),
            "network_b_name": _name(both.b, in_b.get(practice.code)),
            "moved": _yes(practice.code in forth),
            "moved_back": _yes(practice.code in back),
            "in_counterparts": _yes(practice.code in together),
        }
        for practice in compared.a.practices
    ]


def network_rows(compared: Compared) -> list[dict[str, Any]]:
    """Return a row for every two networks with practices in common, counterparts first, and for those without.

    Parameters
    ----------
    compared : Compared
    """
    return [
        {
            "a": pair.a,
            "a_name": _name(compared.comparison.a, pair.a),
            "b": pair.b,
            "b_name": _name(compared.comparison.b, pair.b),
        }
        | _pair(pair)
        | {"matched": _yes(pair.matched), "identical": _yes(pair.identical)}
        for pair in compared.comparison.pairs
    ]


def source_table(compared: Compared) -> list[dict[str, Any]]:
    """Return what the comparison was made from and by, a row a fact.

    Parameters
    ----------
    compared : Compared
    """
    return [{"what": what, "value": value} for what, value in source_rows(compared.provenance)]


def _page(compared: Compared) -> bytes:
    from netform.report.compare_page import render_comparison  # noqa: PLC0415 (loads the templates)

    return render_comparison(compared).encode("utf-8")


def _side(result: ScoredResult) -> dict[str, Any]:
    score = result.score
    aligned = share_in_main(alignment_rows([each.network for each in score.networks], result.living))
    at_home = share_at_home(each.network for each in score.networks)
    return {
        "name": score.grouping.name,
        "networks": len(score.networks),
        "in_band": score.in_band,
        "contiguous": score.contiguous,
        "in_band_and_contiguous": score.both,
        "names": dict(score.grouping.names),
        "unplaced": list(score.grouping.unplaced),
        "cost": rounded(score.cost),
        **({} if at_home is None else {"patients_inside_share": rounded(at_home)}),
        **({} if aligned is None else {"main_neighbourhood_share": rounded(aligned)}),
    }


def _passage(passage: Passage) -> dict[str, Any]:
    return {
        "practices_moved": len(passage.moved),
        "patients_moved": passage.patients_moved,
        "moved": list(passage.moved),
        "heirs": dict(passage.heirs),
        "dispersed": list(passage.dispersed),
    }


def _name(grouping: Grouping, label: str | None) -> str | None:
    return None if label is None else grouping.names.get(label, label)


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "a": pair.a,
        "b": pair.b,
        "practices": len(pair.practice_codes),
        "patients": pair.patients,
        "patients_a": pair.patients_a,
        "patients_b": pair.patients_b,
        "matched": pair.matched,
        "identical": pair.identical,
    }


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"


COMPARE: Publication[Compared] = Publication(
    name="compare",
    tables=(
        Table("changes", change_rows, _CHANGE_COLUMNS),
        Table(
            "networks",
            network_rows,
            (
                "a",
                "a_name",
                "b",
                "b_name",
                "practices",
                "patients",
                "patients_a",
                "patients_b",
                "matched",
                "identical",
            ),
        ),
        Table("sources", source_table, ("what", "value"), sheet_only=True),
    ),
    page=("compare", _page),
    document=("compare", compare_json),
    folder=(".csv", ".html"),
)
