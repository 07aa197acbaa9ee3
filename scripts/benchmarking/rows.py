"""The results as tables for people, in plain text or Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scripts.benchmarking.growth import MEASURABLE_MB
from scripts.benchmarking.peers import TITLES
from scripts.benchmarking.planning import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["FOOTNOTE", "area_rows", "format_table", "growth_lines", "speed_table", "summary_rows"]

FOOTNOTE = (
    "Cost is netform's, whatever a method makes least itself, over the cost of netform's plan. Time is CPU time, over "
    "netform's from the graph to an audited proof: 'found' until the method had the plan that counts, 'spent' until "
    "it ended or its time was up. Valid: every practice once, networks connected, lists in the band. Only netform can "
    "be proven: no other method knows the cost; what CP-SAT may prove is its own objective."
)
AREA_HEAD = ("area", "practices", "method", "networks", "cost", "found", "spent", "valid", "proven", "")
SPEED_HEAD = ("area", "feasible networks", "listed a second", "CPU seconds", "MB")


def format_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, markdown: bool = False) -> list[str]:
    """Lay a table out in columns; what looks like a number stands to the right.

    Parameters
    ----------
    head : sequence of str
    rows : sequence of sequence of str
        Each as long as the head.
    markdown : bool
        With bars, for a page.
    """
    columns = list(zip(head, *rows, strict=True))
    # A rule of Markdown has a dash beside its colon.
    width = [max(2, *map(len, column)) for column in columns]
    right = [bool(column[1:]) and all(_is_number(cell) for cell in column[1:]) for column in columns]

    def line(cells: Sequence[str]) -> str:
        laid = [
            cell.rjust(wide) if to_right else cell.ljust(wide)
            for cell, wide, to_right in zip(cells, width, right, strict=True)
        ]
        return f"| {' | '.join(laid)} |" if markdown else "  ".join(laid).rstrip()

    rule = [
        ("-" * (wide - 1) + ":") if to_right else "-" * wide
        for wide, to_right in zip(width, right, strict=True)
    ]
    under = f"| {' | '.join(rule)} |" if markdown else "  ".join("-" * wide for wide in width)
    return [line(head), under, *(line(row) for row in rows)]


def _is_number(cell: str) -> bool:
    return not cell or cell == "-" or cell.replace(",", "").replace(".", "").replace("%", "").isdigit()


def area_rows(areas: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Give one row for each area and method."""
    return [row for area in areas for row in _rows(area)]


def _rows(area: dict[str, Any]) -> Iterator[list[str]]:
    own = area["netform"]
    proven = "yes" if own["status"] == "optimal" else f"to {(own['cost'] - own['bound']) / own['cost']:.2%}"
    name, practices = area["area"], str(own["practices"])
    yield [name, practices, TITLES["netform"], str(own["networks"]), "1.000", "1", "1", "yes", proven, ""]
    for peer in area["peers"]:
        found = peer["networks"] is not None
        yield [
            name,
            practices,
            TITLES[peer["method"]],
            str(peer["networks"]) if found else "-",
            f"{peer['cost_ratio']:.3f}" if found else "-",
            _ratio(peer["found_ratio"]) if found else "-",
            _ratio(peer["spent_ratio"]) if peer["spent_ratio"] is not None else "-",
            ("yes" if not peer["faults"] else _faults(len(peer["faults"]))) if found else "no plan",
            "no",
            peer["note"],
        ]


def _faults(count: int) -> str:
    return f"no, {count} fault{'s' * (count != 1)}"


def _ratio(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}"


def summary_rows(areas: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Give one row for each area, with a cost ratio for each method; marked where the plan is not valid."""
    rows = []
    for area in areas:
        own = area["netform"]
        peers = {peer["method"]: peer for peer in area["peers"]}
        cells = [_cost_cell(peers[name]) if name in peers else "-" for name in TITLES if name != "netform"]
        proven = "proven" if own["status"] == "optimal" else "not proven"
        rows.append([area["area"], str(own["practices"]), f"{own['seconds']:.2f}", proven, *cells])
    return rows


def _cost_cell(peer: dict[str, Any]) -> str:
    """Give the cost ratio of a valid plan, or what is wrong."""
    if peer["networks"] is None:
        return "no plan"
    return f"{peer['cost_ratio']:.3f}" if not peer["faults"] else f"not valid ({peer['cost_ratio']:.3f})"


def speed_table(areas: Sequence[dict[str, Any]]) -> list[str]:
    """Lay out netform's candidates, speed, memory and the share of every stage that took time, area by area."""
    stages = [stage for stage in STAGES if any(area["netform"]["stages"][stage] >= 0.005 for area in areas)]
    return format_table((*SPEED_HEAD, *stages), _speed_rows(areas, stages))


def _speed_rows(areas: Sequence[dict[str, Any]], shown: Sequence[str]) -> list[list[str]]:
    rows = []
    for area in areas:
        own = area["netform"]
        stages, total = own["stages"], own["seconds"] + own["prepare_seconds"]
        listing = stages["enumerate"]
        rows.append(
            [
                area["area"],
                f"{own['candidates']:,}",
                f"{own['candidates'] / listing:,.0f}" if listing else "-",
                f"{total:.2f}",
                f"{own['peak_mb']:,.0f}",
                *(f"{stages[stage] / total:.0%}" for stage in shown),
            ]
        )
    return rows


def growth_lines(growth: dict[str, Any]) -> list[str]:
    """Say how time, memory and candidates grow."""
    head = (
        "practices",
        "a network",
        "feasible networks",
        "CPU seconds",
        "MB",
        "of it for planning",
        "proven",
    )
    lines = []
    for name, word in (("practices", "practices"), ("per_network", "practices per network")):
        series = growth[name]
        rows = [
            [
                str(run["practices"]),
                f"{run['per_network']:g}",
                f"{run['candidates']:,}" if run["candidates"] else "-",
                f"{run['seconds']:.2f}",
                f"{run['peak_mb']:,.0f}",
                f"{run['own_mb']:,.0f}" if run["own_mb"] >= MEASURABLE_MB else "-",
                "yes" if run["proven"] else "no",
            ]
            for run in series["runs"]
        ]
        lines += ["", f"Growth with {word}", "", *format_table(head, rows)]
        lines.append(f"Log-log slopes: {_listed(series['slopes'], '{:.1f}')}.")
        if name == "per_network":
            lines.append(f"One more practice a network: {_listed(series['factors'], 'times {:.1f}')}.")
    return lines


def _listed(exponents: dict[str, float | None], form: str) -> str:
    """Name the exponents that could be measured."""
    words = {"seconds": "time", "own_mb": "memory for planning", "candidates": "feasible networks"}
    said = [
        f"{word} {form.format(exponents[name])}"
        for name, word in words.items()
        if exponents[name] is not None
    ]
    return ", ".join(said) or "too few sizes were measured"
