"""Turns: strategies go in order, from where each gave way, until there is an answer, no time, or nothing to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from netform.solve.model.budget import NEVER, Deadline, take_turns

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Asked:
    """A question that is answered once enough has been said."""

    enough: int = 1000
    deadline: Deadline = NEVER
    said: list[str] = field(default_factory=list)

    @property
    def done(self) -> bool:
        """Whether enough has been said."""
        return len(self.said) >= self.enough

    def saying(self, *words: str) -> Iterator[None]:
        """Say a word a turn."""
        for word in words:
            self.said.append(word)
            yield


def test_they_go_in_turn_and_who_is_through_is_left_out() -> None:
    """One word each by turns; then those of the longer alone; none at all ends at once."""
    asked = Asked()
    take_turns(asked, [asked.saying("a", "b", "c", "d"), asked.saying("1"), asked.saying("x", "y")])
    assert asked.said == ["a", "1", "x", "b", "y", "c", "d"]
    take_turns(asked, [])


def test_an_answer_ends_them_all() -> None:
    """Nobody has a turn after it, not even in the same round; and none where it was there to begin with."""
    asked = Asked(enough=3)
    take_turns(asked, [asked.saying("a", "b", "c"), asked.saying("1", "2", "3")])
    assert asked.said == ["a", "1", "b"]
    more = asked.saying("never")
    take_turns(asked, [more])
    assert asked.said == ["a", "1", "b"]


def test_time_that_is_up_ends_them_all() -> None:
    """It is looked at before every turn: at three ticks there were three turns."""
    ticks = count(0.0)
    asked = Asked(deadline=Deadline(3.0, lambda: next(ticks)))
    take_turns(asked, [asked.saying("a", "b", "c"), asked.saying("1", "2", "3")])
    assert asked.said == ["a", "1", "b"]


def test_each_goes_on_from_what_the_others_have_found() -> None:
    """A strategy sees at its next turn what another has said meanwhile."""
    asked = Asked()
    seen: list[int] = []

    def watching() -> Iterator[None]:
        for _ in range(3):
            seen.append(len(asked.said))
            yield

    take_turns(asked, [watching(), asked.saying("a", "b")])
    assert seen == [0, 1, 2]
