"""How the proof went: which areas are shown of a solve log, and which of its rows tell something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from netform.plan.model import relative_gap
from netform.report.pictures import inline_svg
from netform.report.solve_log_picture import solve_log_picture
from netform.report.words import area_name, hours, percent, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netform.plan.model import AreaResult, Plan, SolveStep

__all__ = ["STEPS", "LogParams", "LogRow", "LogSection", "log_sections", "telling_steps"]

# How a plan or a bound of a row of the log was found, for people.
STEPS = {
    "first plan": "first plans by search",
    "search": "by search",
    "neighbourhoods": "a few networks planned anew",
    "columns": "over the feasible networks",
    "bound": "over the feasible networks",
    "generated columns": "over networks made to fit",
    "relaxation rounded": "shares of networks made whole",
    "centres": "from where hubs could be",
    "networks": "from how many networks there are",
    "exceptions": "looking for fewer exceptions",
    "arithmetic": "no other plan is possible",
}


@dataclass(frozen=True, slots=True)
class LogParams:
    """How much of the solve log is shown.

    Attributes
    ----------
    moment : float
        Areas that took fewer seconds have no course worth drawing.
    open : int
        Of several areas so many are shown at once: a reader looks at few.
    drawn : int
        And so many in all, the others folded: each drawing is some 20 kB of the page.
    narrowed : float
        A row tells something when it leaves at most this share of the gap of the row before: some twenty rows from
        100% to 0.01%.
    """

    moment: float = 1.0
    open: int = 3
    drawn: int = 12
    narrowed: float = 0.6


@dataclass(frozen=True, slots=True)
class LogRow:
    """A row of the table beside the drawing, in words."""

    seconds: str
    step: str
    columns: str
    bound: str
    incumbent: str
    gap: str
    exceptions: str


@dataclass(frozen=True, slots=True)
class LogSection:
    """The course of one area: its drawing and its table; ``folded`` where others come first."""

    area: AreaResult
    caption: str
    svg: Markup
    rows: tuple[LogRow, ...]
    folded: bool


def log_sections(plan: Plan, params: LogParams = LogParams()) -> tuple[LogSection, ...]:
    """Draw the solve log of the areas it says something of.

    A list that was solved as one area is shown whatever came of it. Of several those that are not proven best are, the
    widest gap first.

    Parameters
    ----------
    plan : Plan
    params : LogParams
    """
    shown = [area for area in plan.areas if len(area.log) > 1 and area.log[-1].seconds >= params.moment]
    if len(plan.areas) > 1:
        shown = [area for area in shown if area.status == "feasible"]
        shown.sort(key=lambda area: (-(area.gap or 0.0), area.area))
    return tuple(
        _section(area, number, params, folded=number >= params.open)
        for number, area in enumerate(shown[: params.drawn])
    )


def telling_steps(log: Sequence[SolveStep], narrowed: float) -> list[SolveStep]:
    """Thin a solve log: its ends, where exceptions fell, and where the gap narrowed.

    Parameters
    ----------
    log : sequence of SolveStep
    narrowed : float
        Of the gap of the last row kept, what the next may have at most.
    """
    kept = list(log[:1])
    for step in log[1:-1]:
        fell = step.exceptions != kept[-1].exceptions
        if fell or _gap(step) <= narrowed * _gap(kept[-1]) < 1:
            kept.append(step)
        elif _gap(kept[-1]) >= 1 > _gap(step):
            # The first bound that is one.
            kept.append(step)
    return [*kept, *log[1:][-1:]]


def _gap(step: SolveStep) -> float:
    return relative_gap(step.incumbent, step.bound) or 0.0


def _section(area: AreaResult, number: int, params: LogParams, *, folded: bool) -> LogSection:
    svg = inline_svg(solve_log_picture(area, "svg"), f"log{number}-")
    shown = telling_steps(area.log, params.narrowed)
    before = dict(zip(area.log[1:], area.log, strict=False))
    rows = tuple(_row(step, before.get(step)) for step in shown)
    return LogSection(
        area=area,
        caption=f"Cost of the plan and bound against time{': ' + area_name(area.area) if area.area else ''}",
        svg=Markup(svg),  # noqa: S704 - names in it are cleaned and escaped (pictures.py)
        rows=rows,
        folded=folded,
    )


def _row(step: SolveStep, before: SolveStep | None) -> LogRow:
    return LogRow(
        seconds=f"{step.seconds:,.1f}",
        step=_done(step, before),
        columns="not counted" if step.columns is None else f"{step.columns:,}",
        bound=hours(step.bound),
        incumbent=hours(step.incumbent),
        gap=percent(_gap(step)),
        exceptions=f"{step.exceptions:,}",
    )


def _done(step: SolveStep, before: SolveStep | None) -> str:
    """Say what a step has changed, and how it came to it."""
    if step.step == "end":
        return "End"
    if before is None:
        what = "A plan"
    elif step.exceptions != before.exceptions:
        what = "A plan with fewer exceptions"
    elif step.incumbent < before.incumbent:
        what = "A plan that costs less"
    elif step.incumbent > before.incumbent:
        what = "Milder exceptions"
    elif step.bound > before.bound:
        what = "The bound raised"
    else:
        what = "Proven how few exceptions there can be"
    return f"{what}: {STEPS.get(step.step, spoken(step.step).lower())}"
