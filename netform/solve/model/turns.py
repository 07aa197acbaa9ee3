"""Turns: strategies that work side by side on one question, each a generator that gives way after a fixed effort."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netform.solve.model.stopping import Deadline

__all__ = ["Question", "take_turns"]


class Question(Protocol):
    """What strategies work on: they share it, and one that has its answer ends them all."""

    deadline: Deadline

    @property
    def done(self) -> bool:
        """Whether nothing is left to be found."""


def take_turns(question: Question, strategies: Sequence[Iterator[None]]) -> None:
    """Let strategies go on by turns until the question is answered, time is up, or none has anything left to do.

    They give way after so much effort, never after so much time: what is found does not depend on the machine, unless
    time runs out.

    Parameters
    ----------
    question : Question
    strategies : sequence of iterator
        Each goes on from what the others have found meanwhile.
    """
    going = list(strategies)
    while going:
        for strategy in list(going):
            if question.done or question.deadline.passed:
                return
            if next(strategy, StopIteration) is StopIteration:
                going.remove(strategy)
