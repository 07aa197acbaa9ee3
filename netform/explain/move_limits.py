"""Where a rule over the whole area stands in the way, what it would have to be: the limits on moves, or the number.

How many would have to move for there to be a plan, and which number of networks would leave fewer exceptions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from netform.errors import ImpossibleError, NoPlanError
from netform.explain.move_words import (
    Enough,
    Needed,
    as_good_words,
    least_words,
    needed_words,
    too_near_words,
    within_words,
)
from netform.explain.obstacles import MOVES, NETWORKS
from netform.solve.exact.minimum_count import Fewest, fewest
from netform.solve.model.budget import NEVER, Deadline
from netform.solve.model.outcome import Obstacle
from netform.solve.model.problem import SideRow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from netform.plan.grouping import Moves
    from netform.solve.model.plan_model import LinkingRules, PlanModel

__all__ = ["MoveLimits", "WholePart", "fewest_moved", "needed", "other_number"]

# The share of the time left that one question may take, and seconds at most; the fewest, asked for, may take more.
SHARE, SECONDS = 0.25, 60.0
ASKED_SHARE = 0.5


def needed(model: PlanModel, linking: LinkingRules, deadline: Deadline = NEVER) -> Needed:
    """Find the smallest limits on moves within which a plan model has a plan.

    Each limit is looked for with the other as it is; where that cannot be, the fewest practices whatever the
    patients, and then the fewest patients.

    Parameters
    ----------
    model : PlanModel
        Without the rows of ``linking``.
    linking : LinkingRules
        With the limits that are too small, one at least.
    deadline : Deadline
    """
    assert linking.moves is not None  # noqa: S101 (asked for only then)
    answers: list[Enough] = []
    impossible, none_within = True, False
    limits = {"practices": linking.moves.practices, "patients": linking.moves.patients}
    for kind, limit in limits.items():
        if limit is None:
            continue
        rest = linking.within(**(limits | {kind: None}))
        count = fewest_moved(model, rest, deadline, by_patients=kind == "patients")
        impossible = impossible and count.impossible
        none_within = none_within or count.bound is None or count.bound > limit
        if count.found is not None:
            answers.append(Enough(**(limits | {kind: count.found}), counted=((kind, count),)))
    if impossible and None not in limits.values():
        first = fewest_moved(model, linking.within(None, None), deadline, by_patients=False)
        impossible = first.impossible
        if first.found is not None:
            then = fewest_moved(model, linking.within(first.found, None), deadline, by_patients=True)
            if then.found is not None:
                answers.append(Enough(first.found, then.found, (("practices", first), ("patients", then))))
    return Needed(tuple(answers), impossible, none_within)


def fewest_moved(
    model: PlanModel, linking: LinkingRules, deadline: Deadline = NEVER, *, by_patients: bool
) -> Fewest:
    """Count what has to move at least, the fixed networks included, under the rules and limits given."""
    tied = model.with_sides(linking.rows(model.store, model.codes))
    worth = linking.moved(model.store, model.codes, by_patients=by_patients)
    return fewest(tied, worth, deadline).plus(linking.moved_by_fixed(by_patients=by_patients))


class WholePart(Protocol):
    """What is asked of an area that is planned as one part (`netform.solve.part_candidates.Part`).

    Attributes
    ----------
    linking : LinkingRules
    deadline : Deadline
    alone : int
        Exceptions that every plan of the area has.
    named : str
        The area as part of a sentence.
    """

    linking: LinkingRules
    deadline: Deadline
    alone: int
    named: str

    def widest(self) -> tuple[PlanModel, NDArray[np.float64]] | None:
        """All plans with exceptions, and 1 for every candidate that is one; None where they cannot be listed."""


@dataclass(slots=True)
class MoveLimits:
    """The limits on moves of an area, and what they would have to be: asked as the need arises.

    Attributes
    ----------
    part : WholePart
        The area, which is planned as one part.
    linking : LinkingRules
        Its rules over the whole plan; once the fewest moves that were asked for are found, with these as the limit.
    deadline : Deadline
        Of the part as it begins, which may leave time for these questions.
    fewest_of : str
        ``practices`` or ``patients``, where the fewest of them were asked for.
    count : Fewest or None
        The fewest of those that a plan can move, where there is a plan.
    note : str or None
        The same in words.
    exceptions : int or None
        The fewest there can be if any number may move, where that was asked and found.
    band : Needed or None
        What the limits would have to be for a plan without exceptions, where that was asked.
    """

    part: WholePart
    linking: LinkingRules
    deadline: Deadline
    fewest_of: Literal["", "practices", "patients"] = ""
    count: Fewest | None = None
    note: str | None = None
    exceptions: int | None = None
    band: Needed | None = None

    @property
    def limits(self) -> Moves | None:
        """The limits that the planner has set; None where there are none."""
        assert self.linking.moves is not None  # noqa: S101 (made only then)
        moves = self.linking.moves
        # What was found as the fewest is no limit of the planner's.
        found = "" if self.count is None else self.fewest_of
        limits = replace(
            moves,
            practices=None if found == "practices" else moves.practices,
            patients=None if found == "patients" else moves.patients,
            least="",
        )
        return None if limits.practices is limits.patients is None else limits

    def settle(self, within: PlanModel | None, *, strict: bool) -> None:
        """Find the fewest moves where they are asked for, and make them the limit.

        Parameters
        ----------
        within : PlanModel or None
            The plans without exceptions, without the rows of ``linking``; None where arithmetic says there are none.
        strict : bool
            Whether exceptions are forbidden.

        Raises
        ------
        NoPlanError
            Time ran out before a number was found.
        """
        moves = self.linking.moves
        if within is None:
            self.band = Needed((), impossible=True, none_within=True)
        if moves is None or not moves.least:
            return
        self.fewest_of = moves.least
        by_patients = moves.least == "patients"
        limits = [moves.practices, moves.patients]
        self.linking = self.linking.within(*limits)
        deadline = self.deadline.share(ASKED_SHARE)
        count = Fewest(None, None)
        if within is not None:
            count = fewest_moved(within, self.linking, deadline, by_patients=by_patients)
        if count.impossible and not strict and (some := self.as_good(self.linking, deadline)) is not None:
            count = fewest_moved(some, self.linking, deadline, by_patients=by_patients)
        # Where there is no plan at all, that is said as it is without a limit.
        if count.impossible:
            return
        if count.found is None:
            raise NoPlanError(
                f"how few {moves.least} have to move was not found in the time{self.part.named}: allow more with "
                f"--time-limit, or give a number with {'--moves-patients' if by_patients else '--moves'}."
            )
        self.count, self.note = count, least_words(count, (self.exceptions or 0) + self.part.alone, moves)
        limits[by_patients] = count.found
        self.linking = self.linking.within(*limits)

    def as_good(self, linking: LinkingRules, deadline: Deadline) -> PlanModel | None:
        """The plans that have no more exceptions than some ties make needed; None where that is not known."""
        if (wide := self.part.widest()) is None:
            return None
        model, outside = wide
        tied = model.with_sides(linking.rows(model.store, model.codes))
        self.exceptions = fewest(tied, outside, deadline).found
        if self.exceptions is None:
            return None
        return model.with_sides([SideRow(outside, -math.inf, self.exceptions + 0.5)])

    def without_exceptions(self, within: PlanModel) -> Obstacle | None:
        """Say that it is the limits that leave no plan without exceptions; None where there is none without them.

        Parameters
        ----------
        within : PlanModel
            The plans without exceptions, without the rows of ``linking``: none is within the limits.
        """
        if (limits := self.limits) is None:
            return None
        self.band = self.needed(within, limits)
        if self.band.impossible:
            return None
        sentence = f"No plan {as_good_words(self.part.alone)} moves {within_words(limits)}."
        words = needed_words(self.band)
        return Obstacle(MOVES, within.codes, sentence, (f"{words[0].upper()}{words[1:]}.",))

    def refuse(self) -> None:
        """Refuse limits within which there is no plan at all, exceptions or not.

        Raises
        ------
        ImpossibleError
            With limits that have a plan.
        """
        if (limits := self.limits) is None or (wide := self.part.widest()) is None:
            return
        least = self.needed(wide[0], limits)
        if not least.none_within or least.impossible:
            return
        best, self.exceptions = self.band, 0
        if best is None or best.impossible:
            some = self.as_good(self.linking.within(None, None), self.share())
            best = None if some is None else self.needed(some, limits)
        needed_anyway = (self.exceptions or 0) + self.part.alone
        raise ImpossibleError(too_near_words(limits, self.part.named, least, best, needed_anyway))

    def fewer_exceptions(self, exceptions: int) -> Obstacle | None:
        """Say which limits would save a plan some of its exceptions; None where none would, or it is not settled.

        Parameters
        ----------
        exceptions : int
            How many the plan has; that it has any has been explained.
        """
        # Where any plan has an exception one is as few as there can be.
        if (limits := self.limits) is None or exceptions < 2 or not (self.band and self.band.impossible):
            return None
        some = self.as_good(self.linking.within(None, None), self.share())
        if some is None or self.exceptions is None or self.exceptions >= exceptions:
            return None
        sentence = (
            f"A plan that moves {within_words(limits)} has {exceptions + self.part.alone:,} exceptions; if any number "
            f"could move {self.exceptions + self.part.alone:,} would be enough."
        )
        remedy = f"For that {needed_words(self.needed(some, limits))}."
        return Obstacle(MOVES, some.codes, sentence, (remedy,))

    def needed(self, model: PlanModel, limits: Moves) -> Needed:
        """What limits that are too small would have to be for a plan of a model."""
        return needed(model, replace(self.linking, moves=limits), self.share())

    def share(self) -> Deadline:
        """The time for one question."""
        return self.deadline.share(SHARE, SECONDS)


def other_number(part: WholePart, exceptions: int) -> Obstacle | None:
    """Say which number of networks would save a plan some of its exceptions; None where none would.

    Parameters
    ----------
    part : WholePart
        With the number that is demanded, if one is.
    exceptions : int
        How many the plan has.
    """
    linking, alone = part.linking, part.alone
    if linking.networks is None or not exceptions or (wide := part.widest()) is None:
        return None
    model, outside = wide
    deadline = part.deadline.share(SHARE, SECONDS)
    free = model.with_sides(replace(linking, networks=None).rows(model.store, model.codes))
    needed = fewest(free, outside, deadline).found
    if needed is None or needed >= exceptions:
        return None
    some = free.with_sides([SideRow(outside, -math.inf, needed + 0.5)])
    fixed, practices = len(linking.fixed), len(model.codes)
    least = fewest(some, np.ones(len(model.store)), deadline).plus(fixed)
    # A plan of as many networks as can be spares the fewest practices the lead of one.
    spared = fewest(some, np.diff(model.store.offsets) - 1.0, deadline)
    sentence = (
        f"Exactly {linking.networks:,} networks leave {exceptions + alone:,} exception"
        f"{'s' * (exceptions + alone != 1)}; with another number {needed + alone or 'none':} would be enough."
    )
    remedies: tuple[str, ...] = ()
    if least.proven and least.found is not None and linking.networks < least.found:
        remedies = (f"For that at least {least.found:,} networks are needed.",)
    elif spared.proven and spared.found is not None and linking.networks > practices - spared.found + fixed:
        remedies = (f"For that at most {practices - spared.found + fixed:,} networks can be had.",)
    return Obstacle(NETWORKS, model.codes, sentence, remedies)
