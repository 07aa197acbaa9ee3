"""The fixed cases: county districts with published optima, small areas into five, and one large city."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from scripts.benchmarking.cases import shared_data
from scripts.benchmarking.questions import Question

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["SUITES", "fixed_questions", "shared_cases"]

SUITES = ("county", "hsma", "city")


@dataclass(frozen=True, slots=True)
class _Case:
    """A case by name: its suite, files, band, seconds, and what is known of it."""

    name: str
    suite: str
    practices: str
    band: tuple[int, int]
    seconds: float
    graph: str | None = None
    travel: str | None = None
    rules: str | None = None
    exceptions: int | None = None
    published: float | None = None
    needs_exceptions: bool = False


def _county(state: str, least: int, most: int, published: float | None) -> _Case:
    """A state whose counties are joined into districts within half a per cent of their mean."""
    return _Case(
        state, "county", f"county/{state}.csv", (least, most), 120, f"county/{state}_edges.csv",
        f"county/{state}_d2.csv", "county/rules.toml", None if published is None else 0, published,
        needs_exceptions=published is None,
    )  # fmt: skip


CASES = (
    # Validi, Buchanan and Lykhovyd 2022, in weighted hours a week of netform's patient travel; OR has no plan
    # without exceptions.
    _county("IA", 757_781, 765_396, 2363.7),
    _county("LA", 751_785, 759_339, 2348.5),
    _county("WV", 614_577, 620_753, 1600.7),
    _county("OR", 762_384, 770_045, None),
    # A course for analysts: 5 patches of +-7.5%, which random tree splits find at once.
    _Case("hsma", "hsma", "hsma/h700.csv", (22_300, 25_800), 120, "hsma/h700_e.csv", exceptions=0),
    # London on both sides of the Thames; the default band.
    _Case("city", "city", "city.csv", (30_000, 50_000), 600),
)


def shared_cases() -> Path | None:
    """Folder of the cases: NETFORM_SHARED_CASES, else ``cases`` beside the real lists; None where absent."""
    named, data = os.environ.get("NETFORM_SHARED_CASES"), shared_data()
    folder = Path(named) if named else (None if data is None else data.parent / "cases")
    return folder if folder is not None and folder.is_dir() else None


def fixed_questions(
    suites: Collection[str], cases: Path, folder: Path, seconds: float | None = None
) -> list[Question]:
    """Give the questions of some suites, each with a folder of its own for its answer.

    Parameters
    ----------
    suites : collection of str
        Of `SUITES`.
    cases : Path
        As `shared_cases` gives it.
    folder : Path
        For the answers.
    seconds : float, optional
        In place of the cases' own wall time.
    """
    questions = []
    for case in CASES:
        if case.suite not in suites:
            continue
        own = folder / case.name
        own.mkdir(parents=True, exist_ok=True)
        lists = pd.read_csv(cases / case.practices, usecols=["list_size"])["list_size"]
        graph, travel, rules = (
            None if name is None else str((cases / name).resolve())
            for name in (case.graph, case.travel, case.rules)
        )
        questions.append(
            Question(
                name=case.name,
                folder=own,
                practices_file=str((cases / case.practices).resolve()),
                rules_file=rules,
                graph_file=graph,
                travel_file=travel,
                least=case.band[0],
                most=case.band[1],
                networks=None,
                practices=len(lists),
                patients=int(lists.sum()),
                seconds=seconds or case.seconds,
                planted=case.exceptions,
                published=case.published,
                needs_exceptions=case.needs_exceptions,
            )
        )
    return questions
