"""The strategies of the solver, each of which can be left out: what an ablation compares.

``python -m scripts.benchmarking.strategies [--without NAME] WORDS...`` runs ``netform WORDS`` without one of them, or
with all: then ``strategies.json`` in the current folder says how often each was begun.
"""

from __future__ import annotations

import functools
import importlib
import json
import sys
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netform.cli.main import cli
from netform.cli.terminal import leave

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["STRATEGIES", "TRACE", "Strategy", "leave_out", "trace"]

TRACE = "strategies.json"


@dataclass(frozen=True, slots=True)
class Strategy:
    """A step of the loop that the loop can go without: it then proves less, or finds dearer plans, but nothing wrong.

    Attributes
    ----------
    name : str
    where : str
        ``module:function`` or ``module:class.method``, as its caller knows it.
    instead : callable
        What is called in its place.
    """

    name: str
    where: str
    instead: Callable[..., Any]

    def wrap(self, around: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        """Put something in its place, made of what is there."""
        module, _, path = self.where.partition(":")
        holder: Any = importlib.import_module(module)
        *classes, name = path.split(".")
        for each in classes:
            holder = getattr(holder, each)
        setattr(holder, name, around(getattr(holder, name)))


def _nothing(*_: Any, **__: Any) -> None:
    """Find nothing."""


def _no_turns(*_: Any, **__: Any) -> Iterator[None]:
    """Take no turn."""
    return iter(())


def _as_it_was(_ground: Any, plan: Any, *_: Any) -> Any:
    """Give the plan as it is."""
    return plan


def _first_order(store: Any, reduced: Any, *_: Any, **__: Any) -> Any:
    from netform.solve.diagram.variable_order import spectral_order  # noqa: PLC0415

    return spectral_order(store, reduced)


def _no_cuts(*_: Any, **__: Any) -> Any:
    from netform.solve.master.subset_row_cuts import NO_CUTS  # noqa: PLC0415

    return NO_CUTS


EXACT, COLUMNS, UNLISTED = "netform.solve.exact", "netform.solve.unlisted", "netform.solve.unlisted.planner"

STRATEGIES = (
    Strategy("search beside the proof", "netform.solve.part:searching_beside", lambda *_: nullcontext()),
    Strategy("neighbourhoods divided by trees", f"{UNLISTED}:incumbents", _nothing),
    Strategy("neighbourhoods solved exactly", f"{UNLISTED}:improvements", _no_turns),
    Strategy("assignment model", f"{UNLISTED}:_centre_turns", _no_turns),
    Strategy("prices for whole networks", f"{UNLISTED}:_network_bounds", _no_turns),
    Strategy("generated columns: bound", f"{UNLISTED}:bound_turns", _no_turns),
    Strategy("generated columns: beams", f"{UNLISTED}:beam_turns", _no_turns),
    Strategy("relaxations rounded", f"{COLUMNS}.by_hubs:_round", _nothing),
    Strategy("all columns near the bound", f"{COLUMNS}.by_hubs:_close", _nothing),
    Strategy("subset-row cuts", "netform.solve.master.relaxation:violated_cuts", _no_cuts),
    Strategy("beam search", f"{EXACT}.solver:beam_search", _nothing),
    Strategy("narrowest order", f"{EXACT}.gap_closing:narrowest_order", _first_order),
)


def leave_out(strategy: Strategy) -> None:
    """Have the solver do without a strategy, in this process."""
    strategy.wrap(lambda _found: strategy.instead)


def trace(strategies: Iterable[Strategy]) -> Counter[str]:
    """Count how often each strategy is begun, in this process."""
    begun: Counter[str] = Counter()

    def counted(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def around(found: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(found)
            def call(*arguments: Any, **named: Any) -> Any:
                begun[name] += 1
                return found(*arguments, **named)

            return call

        return around

    for strategy in strategies:
        strategy.wrap(counted(strategy.name))
    return begun


def main(words: list[str]) -> None:
    """Run netform without a strategy, or with all, and say which were begun."""
    left_out = None
    if words[:1] == ["--without"]:
        left_out, words = words[1], words[2:]
    begun = trace(each for each in STRATEGIES if each.name != left_out)
    for each in STRATEGIES:
        if each.name == left_out:
            leave_out(each)
    code: int | str | None = 0
    try:
        cli(args=words, prog_name="netform")
    except SystemExit as leaving:
        code = leaving.code
    if left_out is None:
        Path(TRACE).write_text(json.dumps(dict(begun)) + "\n", encoding="utf-8")
    leave(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    main(sys.argv[1:])
