"""The picture of a solve log: the cost of the plan falls and the bound rises, until they meet or time is up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.report.pictures import QUIET, RULE, Label, label_points, picture, shown
from netform.report.words import hours, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from netform.plan.model import AreaResult, SolveStep
    from netform.report.pictures import Kind

__all__ = ["solve_log_picture"]

# Inches, at 150 dots an inch in a PNG.
WIDTH, HEIGHT = 10.0, 4.6

BLUE, GREEN, ORANGE = "#0b4f8a", "#17663a", "#b34700"

# Most happens in the first seconds and little in the last minutes: time is drawn by its logarithm, from the mark before
# the first plan on, and over so many times as long at least.
TICKS = {
    0.1: "0.1 s", 0.2: "0.2 s", 0.5: "0.5 s", 1: "1 s", 2: "2 s", 5: "5 s", 10: "10 s", 20: "20 s", 60: "1 min",
    120: "2 min", 300: "5 min", 600: "10 min", 1_800: "30 min", 3_600: "1 h", 7_200: "2 h", 18_000: "5 h",
    36_000: "10 h", 86_400: "1 day",
}  # fmt: skip
SPAN = 5.0

# What is further from plan and bound at the end than this share of the cost is cut off: a first bound of nothing would
# press the rest into a line.
FARTHEST = 0.25

# Falls in the number of exceptions that are named; the others are marked without words.
NAMED = 4


def solve_log_picture(area: AreaResult, kind: Kind) -> bytes:
    """Draw the solve log of an area as PNG or SVG; the same log gives the same bytes.

    Parameters
    ----------
    area : AreaResult
        With two rows in its log at least.
    kind : {"png", "svg"}
    """
    first, last = area.log[0], area.log[-1]
    title = f"How plan and bound came together{f': {area.area}' if area.area else ''}"
    description = (
        f"The first plan, after {first.seconds:,.1f} seconds, costs {hours(first.incumbent)}; the last, "
        f"after {last.seconds:,.1f} seconds, costs {hours(last.incumbent)}, and none as near the band costs less than "
        f"{hours(last.bound)}: a gap of {percent(area.gap or 0.0)}. Its networks outside the band went from "
        f"{first.exceptions:,} to {last.exceptions:,}. The table below gives the steps."
    )
    return picture(lambda: _figure(area.log, title), kind, title=title, description=description)


def _figure(log: Sequence[SolveStep], title: str) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415 (only a picture needs it)

    figure = Figure(figsize=(WIDTH, HEIGHT), layout=None)
    axes = figure.add_axes((0.09, 0.2, 0.78, 0.68))
    seconds = [max(step.seconds, min(TICKS)) for step in log]
    _limits(axes, log, seconds)
    _lines(axes, log, seconds)
    labels = _falls(axes, log, seconds)
    axes.set_title(shown(title), loc="left", fontsize=13, fontweight="bold", pad=12)
    axes.set_xlabel("Time since the area was begun", labelpad=8)
    axes.set_ylabel("Cost: hours and penalties a week", labelpad=8)
    axes.grid(visible=True, color=RULE, linewidth=0.5, alpha=0.6)
    axes.set_axisbelow(True)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    handles, names = axes.get_legend_handles_labels()
    figure.legend(
        handles, names, loc="lower left", bbox_to_anchor=(0.075, 0.0), ncols=4, frameon=False,
        fontsize=9.5, columnspacing=1.4, handletextpad=0.6,
    )  # fmt: skip
    _ends(axes, log[-1])
    label_points(axes, labels, list(zip(seconds, [step.incumbent for step in log], strict=True)))
    return figure


def _limits(axes: Axes, log: Sequence[SolveStep], seconds: Sequence[float]) -> None:
    """Show all of the time, and of the hours what is near the last plan and bound."""
    last = log[-1]
    far = FARTHEST * max(last.incumbent, 1.0)
    bottom = max(min(step.bound for step in log), last.bound - far)
    top = min(max(step.incumbent for step in log), last.incumbent + far)
    margin = 0.06 * max(top - bottom, 0.01 * max(last.incumbent, 1.0))
    axes.set_ylim(bottom - margin, top + 2.5 * margin)
    axes.set_xscale("log")
    end = max(seconds[-1], SPAN * min(TICKS))
    begin = max(tick for tick in TICKS if tick <= max(min(TICKS), min(seconds[0], end / SPAN)))
    axes.set_xlim(begin, end)
    ticks = [tick for tick in TICKS if begin <= tick <= end]
    axes.set_xticks(ticks, [TICKS[tick] for tick in ticks])
    axes.set_xticks([], minor=True)


def _lines(axes: Axes, log: Sequence[SolveStep], seconds: Sequence[float]) -> None:
    plans, bounds = [step.incumbent for step in log], [step.bound for step in log]
    axes.fill_between(
        seconds, bounds, plans, step="post", color=ORANGE, alpha=0.09, linewidth=0, zorder=1,
        label="How much less might still be",
    )  # fmt: skip
    axes.step(
        seconds,
        plans,
        where="post",
        color=BLUE,
        linewidth=2.0,
        zorder=4,
        label="Best plan so far",
    )
    axes.step(
        seconds, bounds, where="post", color=GREEN, linewidth=2.0, linestyle=(0, (5, 2)), zorder=3,
        label="Bound: no plan as near the band costs less",
    )  # fmt: skip


def _falls(axes: Axes, log: Sequence[SolveStep], seconds: Sequence[float]) -> list[Label]:
    """Mark where the plan came to have fewer networks outside the band."""
    falls = [k for k in range(1, len(log)) if log[k].exceptions < log[k - 1].exceptions]
    if not falls:
        return []
    top = axes.get_ylim()[1]
    places = [(seconds[k], min(log[k].incumbent, top)) for k in falls]
    axes.plot(
        [x for x, _ in places], [y for _, y in places], linestyle="none", marker="v", markersize=9,
        markerfacecolor=ORANGE, markeredgecolor="white", markeredgewidth=0.8, zorder=6, clip_on=False,
        label="Fewer exceptions",
    )  # fmt: skip
    # The last matter most: they are what the plan has in the end.
    named = list(zip(falls, places, strict=True))[-NAMED:]
    return [
        Label(f"{log[k].exceptions:,} exception{'s' * (log[k].exceptions != 1)}", place) for k, place in named
    ]


def _ends(axes: Axes, last: SolveStep) -> None:
    """Write what plan and bound have come to beside their ends; once where they meet."""
    (bottom, top), right = axes.get_ylim(), axes.get_xlim()[1]
    # Lines of text are so far apart.
    apart = 0.11 * (top - bottom)
    texts = [
        (last.incumbent, f"Plan {hours(last.incumbent)}", BLUE),
        (last.bound, f"Bound {hours(last.bound)}", GREEN),
    ]
    if hours(last.incumbent) == hours(last.bound):
        texts = [(last.incumbent, f"Both {hours(last.bound)}", BLUE)]
    push = max(0.0, apart - abs(last.incumbent - last.bound)) / 2 if len(texts) > 1 else 0.0
    for (at, words, colour), way in zip(texts, (1, -1), strict=False):
        axes.annotate(
            words, xy=(right, at), xytext=(right, at + way * push), textcoords="data", annotation_clip=False,
            ha="left", va="center", color=colour, fontsize=10, fontweight="bold",
        ).set_x(right * 1.03)  # fmt: skip
    axes.axvline(right, color=QUIET, linewidth=0.8)
