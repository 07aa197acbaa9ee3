"""What a run over questions showed: a row for each, and a summary by class of question."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scripts.benchmarking.asking import PEER_TITLES

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "CASE_HEAD",
    "SUMMARY_HEAD",
    "UNSEEN_HEAD",
    "case_rows",
    "first_plan_after",
    "gap_after",
    "peer_head",
    "question_class",
    "summary_rows",
    "unseen_rows",
]

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bars:
    """What answers are held against.

    Attributes
    ----------
    practices_a_network : float
        A network of more than so many average practices is in a class of its own: listing gives way to pricing.
    candidates : int
        So many are listed in memory.
    looks : tuple of float
        Seconds after which the gap is told.
    few_practices : int
        Up to here the first plan is due within ``first_few`` seconds, else within ``first_many``.
    bound_after, bound_share : float
        After so many seconds the bound is at least this share of the best cost known.
    """

    practices_a_network: float = 12.0
    candidates: int = 5_000_000
    looks: tuple[float, ...] = (10.0, 30.0, 60.0)
    few_practices: int = 400
    first_few: float = 2.0
    first_many: float = 10.0
    bound_after: float = 10.0
    bound_share: float = 0.5


BARS = Bars()

LOOKS = tuple(f"gap {seconds:g} s" for seconds in BARS.looks)
UNSEEN_HEAD = (
    "question", "practices", "a network", "band, thousands", "K", "demands", "first plan, s", "exceptions",
    "status", *LOOKS, "gap", "cost", "bound", "GB", "exit",
)  # fmt: skip
CASE_HEAD = (
    "case", "practices", "a network", "published", "cost", "bound", "gap", "status", "exceptions", *LOOKS,
    "seconds", "first plan, s", "GB", "exit",
)  # fmt: skip
SUMMARY_HEAD = (
    "class", "questions", "no plan", "refused", "proven", "gap, median", "gap, worst", "more exceptions than known",
    "bound 0 or none", "bound low at 10 s", "first plan late", "memory over",
)  # fmt: skip

CLASSES = (
    "at most 12 a network, up to 5 million candidates",
    "at most 12 a network, more or not told",
    "more than 12 a network",
)


def final_gap(run: Record) -> float | None:
    """Give the share of the cost that could still be saved, by the published bound; None without a plan or bound."""
    return _gap(run["cost"], run["bound"])


def _gap(cost: float | None, bound: float | None) -> float | None:
    if cost is None or bound is None:
        return None
    # A bound below 0 says no more than 0 does.
    return max(0.0, (cost - max(bound, 0.0)) / cost) if cost > 0 else 0.0


def gap_after(run: Record, seconds: float) -> float | None:
    """Give the gap so many seconds after solving began, as the solve log has it; None where it does not tell.

    Questions have one area, so the rows of the log are of one run.
    """
    log = run["log"]
    if not log:
        return None
    if log[-1]["seconds"] <= seconds:
        return final_gap(run)
    return _gap(_latest(log, "incumbent", seconds), _latest(log, "bound", seconds))


def _latest(log: Sequence[Record], key: str, seconds: float) -> float | None:
    """The last value of a column of the log by then."""
    told = [row[key] for row in log if row["seconds"] <= seconds and row.get(key) is not None]
    return told[-1] if told else None


def first_plan_after(run: Record) -> float | None:
    """Give the seconds from the beginning of solving to the first plan, by the solve log; None where it has none."""
    told = (row["seconds"] for row in run["log"] or () if row.get("incumbent") is not None)
    return next(told, None)


def question_class(record: Record) -> str:
    """Give the class of a question, one of `CLASSES`."""
    if record["question"]["per_network"] > BARS.practices_a_network:
        return CLASSES[2]
    candidates = record["netform"]["candidates"]
    return CLASSES[0] if candidates is not None and candidates <= BARS.candidates else CLASSES[1]


def _first_is_late(record: Record) -> bool:
    after = first_plan_after(record["netform"])
    few = record["question"]["practices"] <= BARS.few_practices
    return after is not None and after > (BARS.first_few if few else BARS.first_many)


def _has_bound(run: Record) -> bool:
    return run["bound"] is not None and run["bound"] > 0


def _bound_is_low(record: Record) -> bool:
    """Whether the bound after ten seconds is below half of the best cost known; without a log it is not told."""
    run, cost = record["netform"], (record["known"] or {}).get("cost")
    if not run["log"] or cost is None:
        return False
    ended = run["log"][-1]["seconds"] <= BARS.bound_after
    bound = run["bound"] if ended else _latest(run["log"], "bound", BARS.bound_after)
    return bound is None or bound < BARS.bound_share * cost


def _is_over_memory(run: Record) -> bool:
    return run["over_rule_gb"] is not None and run["over_rule_gb"] > run["memory_gb"]


def _has_more_exceptions(record: Record) -> bool:
    found, known = record["netform"]["exceptions"], record["known"]
    return found is not None and known is not None and found > known["exceptions"]


def _is_refused(record: Record) -> bool:
    """Whether netform said no in words, though some plan is known; what ran out of time or died is no refusal."""
    run = record["netform"]
    return run["exceptions"] is None and run["exit_code"] in {2, 3, 4} and record["known"] is not None


def summary_rows(records: Sequence[Record]) -> list[list[str]]:
    """Give a row for each class that was met, and one for all; a question without a plan has a gap of 100%."""
    rows = []
    for name in (*CLASSES, "all"):
        chosen = [record for record in records if name in {"all", question_class(record)}]
        if not chosen:
            continue
        runs = [record["netform"] for record in chosen]
        gaps = [1.0 if (gap := final_gap(run)) is None else gap for run in runs]
        proven = sum(run["status"] == "optimal" for run in runs)
        logged = any(run["log"] for run in runs)
        rows.append(
            [
                name,
                str(len(chosen)),
                str(sum(run["exceptions"] is None for run in runs)),
                str(sum(map(_is_refused, chosen))),
                f"{proven / len(chosen):.0%}",
                f"{statistics.median(gaps):.2%}",
                f"{max(gaps):.2%}",
                str(sum(map(_has_more_exceptions, chosen))),
                str(sum(not _has_bound(run) for run in runs)),
                str(sum(map(_bound_is_low, chosen))) if logged else "-",
                str(sum(map(_first_is_late, chosen))) if logged else "-",
                str(sum(map(_is_over_memory, runs))),
            ]
        )
    return rows


def peer_head(names: Sequence[str]) -> tuple[str, ...]:
    """Head the columns of some peers."""
    return tuple(PEER_TITLES[name] for name in names)


def _peer_cells(record: Record, names: Sequence[str]) -> list[str]:
    """Exceptions of each peer and its cost, or what it says where it has no plan."""
    cells = []
    for name in names:
        peer = record["peers"].get(name)
        if peer is None:
            cells.append("-")
        elif peer["exceptions"] is None:
            cells.append(peer["note"])
        else:
            cells.append(f"{peer['exceptions']}; {_hours(peer['cost'])}")
    return cells


def unseen_rows(records: Sequence[Record], peers: Sequence[str] = ()) -> list[list[str]]:
    """Give a row for each drawn question, as `UNSEEN_HEAD` and `peer_head` head them."""
    rows = []
    for record in records:
        question, run = record["question"], record["netform"]
        rows.append(
            [
                question["name"],
                str(question["practices"]),
                f"{question['per_network']:.1f}",
                f"{question['least'] / 1000:g}-{question['most'] / 1000:g}",
                str(question["networks"] or "-"),
                _demands(question["demands"]),
                _seconds(first_plan_after(run)),
                _exceptions(record),
                _status(record),
                *(_share(gap_after(run, seconds)) for seconds in BARS.looks),
                _share(final_gap(run)),
                _hours(run["cost"]),
                _hours(run["bound"]),
                _gigabytes(run),
                _exit(run),
                *_peer_cells(record, peers),
            ]
        )
    return rows


def case_rows(records: Sequence[Record], peers: Sequence[str] = ()) -> list[list[str]]:
    """Give a row for each fixed case, as `CASE_HEAD` and `peer_head` head them."""
    rows = []
    for record in records:
        question, run = record["question"], record["netform"]
        published = question["published"]
        rows.append(
            [
                question["name"],
                str(question["practices"]),
                f"{question['per_network']:.1f}",
                "needs exceptions" if question["needs_exceptions"] else _hours(published),
                _hours(run["cost"]),
                _hours(run["bound"]),
                _share(final_gap(run)),
                _status(record),
                _exceptions(record),
                *(_share(gap_after(run, seconds)) for seconds in BARS.looks),
                f"{run['seconds']:.1f}",
                _seconds(first_plan_after(run)),
                _gigabytes(run),
                _exit(run),
                *_peer_cells(record, peers),
            ]
        )
    return rows


def _demands(demands: Sequence[str]) -> str:
    """Count the demands of each kind."""
    kinds = [demand.split()[0] for demand in demands]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)) or "-"


def _exceptions(record: Record) -> str:
    """Say the exceptions of netform's plan against the fewest known."""
    found, known = record["netform"]["exceptions"], record["known"]
    return f"{'-' if found is None else found} / {'-' if known is None else known['exceptions']}"


def _status(record: Record) -> str:
    run = record["netform"]
    if run["status"] is not None:
        return str(run["status"])
    if _is_refused(record):
        return "refused"
    return "no plan" if run["ended"] == "done" else str(run["ended"])


def _gigabytes(run: Record) -> str:
    if run["peak_gb"] is None:
        return "-"
    return f"{run['peak_gb']:.2f}{' over' if _is_over_memory(run) else ''}"


def _exit(run: Record) -> str:
    return "-" if run["exit_code"] is None else str(run["exit_code"])


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.1f}"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.2%}"


def _hours(hours: float | None) -> str:
    return "-" if hours is None else f"{hours:,.1f}"
