"""The results as a picture: cost by area and method, and growth."""

from __future__ import annotations

import io
import math
import statistics
from typing import TYPE_CHECKING, Any

from scripts.benchmarking.growth import MEASURABLE_MB
from scripts.benchmarking.peers import TITLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

__all__ = ["draw_results"]

# Colours that are told apart by those who see red and green alike (Okabe and Ito), and shapes beside them.
STYLES = {
    "maxp": ("#E69F00", "s"),
    "recom": ("#56B4E9", "o"),
    "bursts": ("#0072B2", "D"),
    "assignment": ("#CC79A7", "^"),
}
TIME, MEMORY = "#0072B2", "#D55E00"


def draw_results(areas: Sequence[dict[str, Any]], growth: dict[str, Any] | None) -> bytes:
    """Draw the results as PNG.

    Parameters
    ----------
    areas : sequence of dict
        As they are written.
    growth : dict or None
        As `scripts.benchmarking.growth.measure_growth` gives it.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 (needed for the picture alone)
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(13 if growth else 7.5, 5.6), layout="constrained")
    FigureCanvasAgg(figure)
    if growth:
        left, right = figure.subfigures(1, 2, width_ratios=(1.45, 1))
        _draw_costs(left.subplots(), areas)
        top, bottom = right.subplots(2, 1)
        _draw_growth(top, growth["practices"], "practices", "practices (5 a network)")
        _draw_growth(bottom, growth["per_network"], "per_network", _per_network_label(growth["per_network"]))
    else:
        _draw_costs(figure.subplots(), areas)
    data = io.BytesIO()
    figure.savefig(data, format="png", dpi=130)
    return data.getvalue()


def _draw_costs(axes: Axes, areas: Sequence[dict[str, Any]]) -> None:
    names = [f"{area['area']}\n{area['netform']['practices']} practices" for area in areas]
    methods = [
        method
        for method in STYLES
        if any(peer["method"] == method for area in areas for peer in area["peers"])
    ]
    for place, method in enumerate(methods):
        colour, shape = STYLES[method]
        offset = (place - (len(methods) - 1) / 2) * 0.16
        points = {"valid": ([], []), "not": ([], [])}
        for row, area in enumerate(areas):
            peer = next((each for each in area["peers"] if each["method"] == method), None)
            if peer is None:
                continue
            if peer["networks"] is None:
                axes.annotate(
                    "no plan", (1.0, row + offset), xytext=(5, 0), textcoords="offset points", va="center",
                    fontsize=7.5, color=colour,
                )  # fmt: skip
                continue
            where = points["not" if peer["faults"] else "valid"]
            where[0].append(peer["cost_ratio"])
            where[1].append(row + offset)
        axes.plot(*points["valid"], shape, color=colour, markersize=7, label=TITLES[method])
        axes.plot(*points["not"], shape, markerfacecolor="none", markeredgecolor=colour, markersize=7)
    axes.plot([], [], "o", markerfacecolor="none", markeredgecolor="0.4", label="hollow: not a valid plan")
    axes.axvline(1.0, color="black", linewidth=1.5, label="netform")
    for row in range(len(areas) - 1):
        axes.axhline(row + 0.5, color="0.9", linewidth=0.8)
    axes.set_yticks(range(len(areas)), names, fontsize=9)
    axes.set_ylim(len(areas) - 0.5, -0.5)
    # The line of netform stands clear of the axis, and a peer below it would be seen.
    axes.set_xlim(left=0.98)
    axes.set_xlabel("cost of the best plan found, over the cost of netform's")
    axes.set_title("Cost beside netform's plan", loc="left", fontsize=11)
    axes.grid(axis="x", color="0.92")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper center", bbox_to_anchor=(0.45, -0.12), ncols=3, fontsize=8, frameon=False)


def _draw_growth(axes: Axes, series: dict[str, Any], size: str, label: str) -> None:
    """Every run that ended with a proof as a point, and a line through the means of the logarithms at each size."""
    runs = [run for run in series["runs"] if run["proven"]]
    if not runs:
        axes.set_axis_off()
        return
    time = _draw_series(axes, runs, size, "seconds", TIME, "o-")
    axes.set_ylabel("CPU seconds", color=TIME)
    sizes = sorted({run[size] for run in runs})
    axes.set_xscale("log")
    axes.set_xticks(sizes, [f"{each:g}" for each in sizes])
    axes.minorticks_off()
    axes.set_xlabel(label)
    handles = [time]
    told = [run for run in runs if run["own_mb"] >= MEASURABLE_MB]
    if told:
        other = axes.twinx()
        handles.append(_draw_series(other, told, size, "own_mb", MEMORY, "s--"))
        other.set_ylabel("MB for planning", color=MEMORY)
        other.spines["top"].set_visible(False)
    axes.spines["top"].set_visible(False)
    named = {"time": series["slopes"]["seconds"], "memory": series["slopes"]["own_mb"]}
    said = ", ".join(f"{name} {slope:.1f}" for name, slope in named.items() if slope is not None)
    axes.set_title(f"Log-log slope: {said}" if said else "Growth", loc="left", fontsize=11)
    axes.legend(handles=handles, loc="upper left", fontsize=8, frameon=False)


def _draw_series(
    axes: Axes, runs: Sequence[dict[str, Any]], size: str, measured: str, colour: str, style: str
) -> Line2D:
    values = [run[measured] for run in runs]
    axes.plot([run[size] for run in runs], values, style[0], color=colour, markersize=4, alpha=0.5)
    sizes = sorted({run[size] for run in runs})
    means = [
        math.exp(statistics.fmean(math.log(run[measured]) for run in runs if run[size] == each))
        for each in sizes
    ]
    label = "CPU seconds" if measured == "seconds" else "MB for planning"
    (line,) = axes.plot(sizes, means, style, color=colour, markersize=6, label=label)
    axes.set_yscale("log")
    axes.set_ylim(min(values) / 1.6, max(values) * 2.5)
    ticks = [number * 10.0**power for power in range(-3, 6) for number in (1, 2, 5)]
    kept = [tick for tick in ticks if min(values) / 1.6 <= tick <= max(values) * 2.5]
    # Few enough to be read: over more than two tens only the tens.
    tens = [tick for tick in kept if math.log10(tick) % 1 < 1e-9]
    kept = tens if len(kept) > 7 else kept
    axes.set_yticks(kept, [f"{tick:,g}" for tick in kept])
    axes.minorticks_off()
    return line


def _per_network_label(series: dict[str, Any]) -> str:
    counts = {run["practices"] for run in series["runs"]}
    return f"practices per network ({', '.join(map(str, sorted(counts)))} practices)"
