"""What the page can ask of an area, and the plans that each question comes to.

Each answer is asked of a session by the rules of the plan as it stands, its locked networks among them as pins.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from netform.errors import RulesError
from netform.ranges import is_number, is_whole
from netform.report.alternatives_words import alternative_words, proven_words
from netform.report.facts import proof_sentence
from netform.report.front_words import axis_title, axis_unit, mark_words, standing_words, where_better
from netform.report.words import hours
from netform.tradeoff.model import parse_axis

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from netform.plan.grouping import Groups
    from netform.plan.model import AreaResult, Network
    from netform.rules.model import Rules
    from netform.session import Session
    from netform.solve.model.outcome import AreaOutcome
    from netform.tradeoff.model import Front, FrontPoint

__all__ = ["ANSWERS", "Answer", "Found", "best_so_far", "checked"]

# Plans that are shown: more than anybody steps through.
MOST_PLANS = 20

# What a question that does not say is asked with: as the command line.
DEFAULTS = {"x": "patient_travel", "y": "workforce", "count": 5, "different": 3, "within": 0.01}

# Whether two neighbours are in one network, as what stands between them on the map. Where they always are, there is no
# border.
_BORDERS = {"none": "firm", "some": "soft", "unsettled": "open"}


@dataclass(frozen=True, slots=True)
class Found:
    """A plan to choose.

    Attributes
    ----------
    title : str
    networks : tuple of tuple of str
        The practice codes of every network of the area.
    proven : bool
        Whether it is proven to be what its title says.
    sentence : str
        What is proven of it.
    """

    title: str
    networks: Groups
    proven: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question comes to.

    Attributes
    ----------
    found : tuple of Found
    more : mapping
        What is told besides, as JSON.
    proof : (AreaResult, tuple of Network) or None
        Of the best plan, where that was asked for.
    """

    found: tuple[Found, ...]
    more: Mapping[str, Any] = field(default_factory=dict)
    proof: tuple[AreaResult, tuple[Network, ...]] | None = None


def checked(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Take what a question is asked with, and give what it does not say.

    Parameters
    ----------
    asked : mapping

    Raises
    ------
    RulesError
        It cannot be asked: with what can.
    """
    if asked.get("kind") not in ANSWERS:
        raise RulesError(f"{asked.get('kind')!r} cannot be asked. Ask one of {', '.join(ANSWERS)}.")
    given = {**DEFAULTS, **{name: asked[name] for name in DEFAULTS if asked.get(name) is not None}}
    for name in ("x", "y"):
        if not isinstance(given[name], str):
            raise RulesError("An axis is named by its terms.")
        given[name] = parse_axis(given[name])
    if set(given["x"].terms) & set(given["y"].terms) and asked["kind"] == "front":
        raise RulesError("Both axes have a term in common, and nothing is traded for itself: choose others.")
    for name in ("count", "different"):
        if not is_whole(given[name]) or not 0 <= given[name] <= MOST_PLANS:
            raise RulesError(f"Ask for at most {MOST_PLANS} plans.")
    if not is_number(given["within"]) or not 0 <= given["within"] <= 1:
        raise RulesError("What plans may cost more is a share of the best cost, between 0 and 1.")
    return given


def best_so_far(outcome: AreaOutcome) -> Found:
    """Give the plan of an area that was stopped before its proof.

    Parameters
    ----------
    outcome : AreaOutcome
        Told on the way.
    """
    cost, bound = outcome.result.cost, outcome.result.bound
    less = f", and another could cost at most {hours(max(0.0, cost - bound))} less" if cost and bound else ""
    return Found(
        "The best plan so far",
        tuple(sorted(placed.practice_codes for placed in outcome.networks)),
        proven=False,
        sentence=f"Stopped before it was proven best{less}.",
    )


def _best(session: Session, rules: Rules, _asked: Mapping[str, Any], seconds: float) -> Answer:
    plan = session.solve(rules, seconds=seconds)
    proven = plan.status == "optimal"
    title = "The best plan" if proven else "The best plan so far"
    groups = tuple(network.practice_codes for network in plan.networks)
    [result] = plan.areas
    return Answer((Found(title, groups, proven, proof_sentence(plan)),), proof=(result, plan.networks))


def _front(session: Session, rules: Rules, asked: Mapping[str, Any], seconds: float) -> Answer:
    [front] = session.front(asked["x"], asked["y"], seconds=seconds, rules=rules)
    marks = mark_words(front)
    found = [_point(front, point, marks.get(k, f"Point {k + 1}")) for k, point in enumerate(front.points)]
    # The best by the weights may lie beside the front: it is worth choosing all the same.
    places = {point.networks: k for k, point in enumerate(front.points)}
    if front.best.networks not in places:
        found.append(_point(front, front.best, "Best by the weights, beside the curve"))
    labels = {
        name: f"{axis_title(axis)} ({axis_unit(axis)} a week)"
        for name, axis in (("x", front.x), ("y", front.y))
    }
    more = {
        "points": [{"x": point.x, "y": point.y, "choice": k} for k, point in enumerate(front.points)],
        "x_label": labels["x"],
        "y_label": labels["y"],
        "best": {
            "x": front.best.x,
            "y": front.best.y,
            "choice": places.get(front.best.networks, len(places)),
        },
        "proven": front.proven,
        "sentence": f"The curve is {standing_words(front)}."
        if front.proven
        else f"The curve is {standing_words(front)}: {where_better(front)} there may be better plans.",
    }
    return Answer(tuple(found), {"front": more})


def _point(front: Front, point: FrontPoint, title: str) -> Found:
    told = [
        f"{hours(value)} of {axis_title(axis).lower()}" if axis_unit(axis) == "hours"
        else f"{value:,.1f} of {axis_title(axis).lower()} in penalties"
        for axis, value in ((front.x, point.x), (front.y, point.y))
    ]  # fmt: skip
    # Over all feasible networks each point is proven; what may lie between two of them is another question.
    proven = front.listed and point in front.points
    worth = " No plan has less of both." if proven else ""
    return Found(title, point.networks, proven, f"{' and '.join(told)} a week.{worth}")


def _others(session: Session, rules: Rules, asked: Mapping[str, Any], seconds: float) -> Answer:
    [several] = session.alternatives(
        asked["count"], within=asked["within"], different=asked["different"], seconds=seconds, rules=rules
    ).values()
    found = (
        Found(alternative_words(each), each.networks, each.proven, _sentence(proven_words(each)))
        for each in several
    )
    return Answer(tuple(found))


def _certain(session: Session, rules: Rules, asked: Mapping[str, Any], seconds: float) -> Answer:
    [borders] = session.borders(within=asked["within"], seconds=seconds, rules=rules).values()
    pairs = [
        {"a": each.code_a, "b": each.code_b, "kind": _BORDERS[each.together]}
        for each in borders
        if each.together in _BORDERS
    ]
    return Answer((), {"borders": pairs, "within": asked["within"]})


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


# How each kind is answered: from a session, rules, what is asked (`checked`) and seconds.
ANSWERS: dict[str, Callable[[Session, Rules, Mapping[str, Any], float], Answer]] = {
    "solve": _best,
    "front": _front,
    "alternatives": _others,
    "borders": _certain,
}
