"""How long a planner waits after one change: of a weight, a rate, the band, a demand, or where a practice belongs.

Changes are drawn from the area's own best plan, the same for the same list: what a planner might ask for next.
"""

from __future__ import annotations

import random
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

from netform.errors import NetformError
from netform.pipeline import prepare
from netform.prepared import Inputs
from netform.rules.demands import Demands
from netform.rules.toml import load_profile
from netform.scores import TERMS
from netform.session import Session
from netform.solve.area import Options
from scripts.benchmarking.cases import Area, write_area

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from netform.plan.model import Plan
    from netform.rules.model import Rules

__all__ = ["Change", "answer_changes", "changes", "quantile_rows"]

# Weights and rates are multiplied by these, and the ends of the band moved by these, patients.
WEIGHTS, RATES, STEPS = (0.5, 0.8, 1.25, 2.0), (0.8, 1.25), (-2000, -1000, -500, 500, 1000, 2000)
# Of every kind that is drawn, so many; where several of a kind are asked for of one practice or pair each.
MOVES, PAIRS, PINS, PRACTICES = 20, 10, 10, 4
# Limits are a tenth stricter than the plan is.
STRICTER = 0.9
# A question that was not answered by then counts as so long.
LONGEST_SECONDS = 120.0

QUANTILES = (0.5, 0.9, 0.95, 1.0)
HEAD = ("area", "change", "asked", "p50", "p90", "p95", "longest", "solved anew", "unanswered")


@dataclass(frozen=True, slots=True)
class Change:
    """A planner's change: its kind, in words, and the rules that come of it."""

    kind: str
    words: str
    rules: Rules


def changes(graph: nx.Graph, plan: Plan, rules: Rules) -> list[Change]:
    """Single changes of all kinds that a planner might ask for, seeing a plan.

    Parameters
    ----------
    graph : networkx.Graph
        The practices and who neighbours whom.
    plan : Plan
        The best by the rules.
    rules : Rules
    """
    rng = random.Random("changes")  # noqa: S311 (nothing secret)
    listed = [
        *(Change("weight", *each) for each in _weights(rules)),
        *(Change("rate", *each) for each in _rates(rules)),
        *(Change("band", *each) for each in _bands(rules)),
    ]
    for kind, drawn in _demands(graph, plan, rules, rng):
        listed += [Change(kind, words, replace(rules, demands=demands)) for words, demands in drawn]
    return listed


def _weights(rules: Rules) -> Iterator[tuple[str, Rules]]:
    for name, weight in rules.weights:
        for factor in WEIGHTS if weight else ():
            yield f"{name} {weight * factor:g}", rules.with_weights({name: weight * factor})


def _rates(rules: Rules) -> Iterator[tuple[str, Rules]]:
    """Numbers that the terms weighed depend on."""
    weighed = [name for name, weight in rules.weights if weight]
    for number in dict.fromkeys(number for name in weighed for number in TERMS[name].numbers):
        value = getattr(rules, number)
        for factor in RATES if isinstance(value, float) else ():
            yield f"{number} {value * factor:g}", replace(rules, **{number: value * factor})


def _bands(rules: Rules) -> Iterator[tuple[str, Rules]]:
    for step in STEPS:
        yield f"least {rules.least + step}", rules.with_band(rules.least + step, None)
        yield f"most {rules.most + step}", rules.with_band(None, rules.most + step)


def _demands(
    graph: nx.Graph, plan: Plan, rules: Rules, rng: random.Random
) -> Iterator[tuple[str, list[tuple[str, Demands]]]]:
    """Demands kind by kind, each with its words."""
    network = {code: each.practice_codes for each in plan.networks for code in each.practice_codes}
    inside = {each.practice_codes for each in plan.networks if each.exception is None}
    edges = [(a, b) for a, b in sorted(map(sorted, graph.edges)) if {network[a], network[b]} <= inside]
    practices = sorted(code for codes in inside for code in codes)
    borders = [(a, b) for a, b in edges if network[a] != network[b]]
    yield (
        "joins another network",
        [
            (f"{a} with {b}", Demands(together=((a, b),)))
            for a, b in rng.sample(borders, min(MOVES, len(borders)))
        ],
    )
    moves = _shuffled([way for a, b in borders for way in ((a, b), (b, a))], rng)
    moved = {_moved(graph, network, rules, a, b): f"{a} to {b}" for a, b in moves}
    yield "moved, both pinned", [(words, Demands(pins=pins)) for pins, words in moved.items() if pins][:MOVES]
    within = [(a, b) for a, b in edges if network[a] == network[b]]
    yield (
        "apart",
        [(f"{a} and {b}", Demands(apart=((a, b),))) for a, b in rng.sample(within, min(PAIRS, len(within)))],
    )
    pins = (_nearest_network(graph, code, rules, set(practices)) for code in _shuffled(practices, rng))
    yield "pinned", [(" ".join(pin), Demands(pins=(pin,))) for pin in _distinct(pins)][:PINS]
    some = rng.sample(practices, min(PRACTICES, len(practices)))
    yield "hub", [(f"{code} hub", Demands(hub_must=(code,))) for code in some]
    yield "left out", [(f"{code} out", Demands(exclude=(code,))) for code in some]
    yield (
        "merged",
        [
            (f"{a} and {b} one", Demands(merge=((a, b),)))
            for a, b in rng.sample(borders, min(PRACTICES, len(borders)))
        ],
    )
    yield "limit", list(_limits(plan, inside))


def _shuffled(some: Sequence[Any], rng: random.Random) -> list[Any]:
    return rng.sample(some, len(some))


def _distinct(some: Iterator[tuple[str, ...] | None]) -> Iterator[tuple[str, ...]]:
    """Each that there is, once, drawn as it is needed."""
    met = set()
    for each in some:
        if each is not None and each not in met:
            met.add(each)
            yield each


def _moved(
    graph: nx.Graph, network: Mapping[str, tuple[str, ...]], rules: Rules, code: str, to: str
) -> tuple[tuple[str, ...], ...]:
    """Both networks once a practice has gone over to another's; none where either would be no network."""
    left = tuple(other for other in network[code] if other != code)
    joined = tuple(sorted({*network[to], code}))
    return (
        tuple(sorted((left, joined)))
        if all(_is_network(graph, each, rules) for each in (left, joined))
        else ()
    )


def _is_network(graph: nx.Graph, codes: Sequence[str], rules: Rules) -> bool:
    """Whether practices are connected and their list within the band."""
    patients = sum(graph.nodes[code]["list_size"] for code in codes)
    return rules.least <= patients <= rules.most and nx.is_connected(graph.subgraph(codes))


def _nearest_network(graph: nx.Graph, code: str, rules: Rules, practices: set[str]) -> tuple[str, ...] | None:
    """A network as one is drawn by hand: a practice and those nearest to it, until there are enough patients."""
    members, patients = [code], graph.nodes[code]["list_size"]
    minutes = nx.single_source_dijkstra_path_length(graph.subgraph(practices), code, weight="minutes")
    del minutes[code]
    for other in sorted(minutes, key=lambda each: (minutes[each], each)):
        if patients >= rules.least:
            break
        members.append(other)
        patients += graph.nodes[other]["list_size"]
    pin = tuple(sorted(members))
    return pin if _is_network(graph, pin, rules) else None


def _limits(plan: Plan, inside: set[tuple[str, ...]]) -> Iterator[tuple[str, Demands]]:
    """Limits that the plan is just beyond, and one network fewer and more."""
    to_hub = STRICTER * max(max(each.minutes_to_hub) for each in plan.networks)
    yield f"{to_hub:.1f} minutes to the hub", Demands(longest_to_hub=to_hub)
    most, least = (best(map(len, inside)) for best in (max, min))
    yield f"at most {most - 1} practices", Demands(most_practices=most - 1)
    yield f"at least {least + 1} practices", Demands(least_practices=least + 1)
    for number in (len(plan.networks) - 1, len(plan.networks) + 1):
        yield f"{number} networks", Demands(networks=number)


def answer_changes(report: Callable[[dict[str, Any]], None], area: str, kinds: Sequence[str] = ()) -> None:
    """Solve an area in a session, then ask it each change, and report the CPU seconds of every answer.

    Parameters
    ----------
    report : callable
        Told of each change as it is answered.
    area : str
        Code of a real area.
    kinds : sequence of str
        Only these, if any.
    """
    rules = load_profile()
    with tempfile.TemporaryDirectory() as folder:
        path, _ = write_area(Area(area), Path(folder), rules.most)
        session = Session(prepare(Inputs(str(path)), rules), rules, Options())
    begin = time.process_time()
    plan = session.solve()
    report(
        {"kind": "first", "words": "", "seconds": time.process_time() - begin, "status": plan.areas[0].status}
    )
    for change in changes(session.prepared.graph, plan, rules):
        if kinds and change.kind not in kinds:
            continue
        anew: list[str] = []
        session.on_stage = anew.append
        begin = time.process_time()
        try:
            status = session.solve(change.rules, seconds=LONGEST_SECONDS).areas[0].status
        except NetformError as error:
            # A proof that nothing can keep the rules is an answer.
            status = type(error).__name__
        report(
            {
                "kind": change.kind,
                "words": change.words,
                "seconds": time.process_time() - begin,
                "status": status,
                "anew": any(stage.startswith("solving") for stage in anew),
            }
        )


def quantile_rows(area: str, answers: Sequence[dict[str, Any]]) -> list[list[str]]:
    """One row for each kind of change, and one for all together: CPU seconds that so large a part needs at most."""
    kinds = {kind: [each for each in answers if each["kind"] == kind] for kind in _kinds(answers)}
    kinds["all"] = [each for each in answers if each["kind"] != "first"]
    rows = []
    for kind, some in kinds.items():
        seconds = np.array([each["seconds"] for each in some])
        told = [f"{np.quantile(seconds, share, method='higher'):.2f}" for share in QUANTILES]
        rows.append(
            [
                area,
                kind,
                str(len(some)),
                *told,
                str(sum(each["anew"] for each in some)),
                str(sum(each["status"] in ("feasible", "NoPlanError") for each in some)),
            ]
        )
    return rows


def _kinds(answers: Sequence[dict[str, Any]]) -> list[str]:
    return [kind for kind in dict.fromkeys(each["kind"] for each in answers) if kind != "first"]
