"""What arguing with a plan comes to: the exact front of two axes, alternatives, and where the plan is certain.

Plain results, made by `netform.solve` and shown by `netform.report` and `netform.export`; neither knows the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from netform.errors import RulesError
from netform.plan.grouping import Groups
from netform.rules.model import TERM_NAMES

__all__ = ["Alternative", "Axis", "Border", "Front", "FrontPoint", "parse_axis"]

# An end is the least although plans may lie beyond it by no more than this, hours per week: no proof is finer.
FINEST = 1e-3

# Sums of terms that have a name of their own.
SUMS = {"workforce": ("staff_travel", "stranded_posts", "cover")}


@dataclass(frozen=True, slots=True)
class Axis:
    """What one axis of a front adds up: terms, unweighted hours per week.

    Attributes
    ----------
    name : str
        As given: a term, a named sum, or several joined by ``+``.
    terms : tuple of str
    """

    name: str
    terms: tuple[str, ...]


def parse_axis(text: str) -> Axis:
    """Read an axis such as ``patient_travel``, ``workforce`` or ``overhead+staff_travel``.

    Raises
    ------
    RulesError
        A term is unknown or counted twice.
    """
    names = [name.strip() for name in text.split("+")]
    terms = tuple(term for name in names for term in SUMS.get(name, (name,)))
    unknown = sorted({term for term in terms if term not in TERM_NAMES})
    if unknown:
        known = ", ".join((*TERM_NAMES, *SUMS))
        raise RulesError(f"{text!r}: there is no term {', '.join(map(repr, unknown))}. Known are: {known}.")
    if len(set(terms)) < len(terms):
        raise RulesError(f"{text!r} counts a term twice.")
    return Axis(text, terms)


@dataclass(frozen=True, slots=True)
class FrontPoint:
    """A plan that no other plan betters on one axis without losing on the other.

    Attributes
    ----------
    x, y : float
        Hours per week on each axis.
    cost : float
        Weighted hours per week by the rules, as `netform solve` counts.
    networks : tuple of tuple of str
        The practice codes of every network of the area, sorted.
    supported : bool
        Whether some weighting of the two axes makes it the best plan.
    """

    x: float
    y: float
    cost: float
    networks: Groups
    supported: bool


@dataclass(frozen=True, slots=True)
class Front:
    """The exact front of an area, or the sum of those of several areas (``area`` is then blank).

    Attributes
    ----------
    area : str
    x, y : Axis
    points : tuple of FrontPoint
        By ascending x, so descending y; the first is the least x (least y among equals), the last the least y, or
        the least found where time ran out: `least_x_proven`, `least_y_proven`.
    resolution_x, resolution_y : float
        Hours: for every plan there is a shown point that is no worse on one axis and worse by no more than the
        resolution on the other. Zero when the front is complete.
    proven : bool
        False when time ran out: ``unexplored`` then says where better plans may lie.
    unexplored : tuple of (float, float, float, float)
        Boxes (x from, x to, y from, y to) that hold all non-dominated plans not shown; those smaller than the
        resolution among them.
    best : FrontPoint
        The plan of least weighted cost, wherever it lies.
    listed : bool
        Whether all feasible networks could be looked at. Of a front over some of them the resolution is not known, and
        beyond its ends boxes reach only as far on the other axis as the networks that were met.
    """

    area: str
    x: Axis
    y: Axis
    points: tuple[FrontPoint, ...]
    resolution_x: float
    resolution_y: float
    proven: bool
    unexplored: tuple[tuple[float, float, float, float], ...]
    best: FrontPoint
    listed: bool = True

    @property
    def least_x_proven(self) -> bool:
        """Whether no plan has less x than the first point: nothing unexplored reaches beyond it."""
        return all(box[0] >= self.points[0].x - FINEST for box in self.unexplored)

    @property
    def least_y_proven(self) -> bool:
        """Whether no plan has less y than the last point: nothing unexplored reaches beyond it."""
        return all(box[2] >= self.points[-1].y - FINEST for box in self.unexplored)

    @property
    def knee(self) -> FrontPoint:
        """The recommended point: farthest below the line between the two ends, both axes scaled to their range."""
        first, last = self.points[0], self.points[-1]
        width, height = last.x - first.x, first.y - last.y
        if not (width > 0 and height > 0):
            return first
        return max(self.points, key=lambda p: ((last.x - p.x) / width + (first.y - p.y) / height, -p.x))


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another plan near the best.

    Attributes
    ----------
    rank : int
        From 1; the best plan itself is 0.
    kind : str
        ``best``, ``next`` (the k-th best) or ``different`` (within the allowance, and most different from the best
        and from the ``different`` ones before it).
    cost : float
        Weighted hours per week.
    networks : tuple of tuple of str
        The practice codes of every network of the area, sorted.
    practices_moved, patients_moved : int
        Those whose network of the best plan has no more than half of its patients in theirs.
    proven : bool
        Whether the rank (for ``next``) or the most patients moved (for ``different``) is proven.
    patients_apart : int
        For ``different``: patients moved from the best plan and from the ``different`` ones before it, added up.
    most_patients_apart : int
        What that cannot exceed in any plan within the allowance.
    """

    rank: int
    kind: str
    cost: float
    networks: Groups
    practices_moved: int
    patients_moved: int
    proven: bool
    patients_apart: int = 0
    most_patients_apart: int = 0


@dataclass(frozen=True, slots=True)
class Border:
    """Two neighbouring practices, and whether plans near the best agree on them.

    Attributes
    ----------
    code_a, code_b : str
        ``code_a < code_b``.
    together : str
        ``all``, ``some`` or ``none`` of the plans within the allowance have both in one network; ``unsettled``
        when time ran out. ``none`` is a firm border, ``all`` firm ground, ``some`` a soft border.
    """

    code_a: str
    code_b: str
    together: str
