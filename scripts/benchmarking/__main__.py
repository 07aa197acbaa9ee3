"""Run the benchmark; ``scripts/benchmark --help`` says all there is.

``scripts/benchmark [-o FOLDER] [--quick] [--areas CODE ...] [--changes] [--seconds SECONDS]``,
``scripts/benchmark --page [MOVES] [--areas CODE ...]``, ``scripts/benchmark --unseen N [--seed S] [--only I ...]`` or
``scripts/benchmark --cases [county hsma city]``.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import math
import os
import platform
import sys
import tempfile
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netform.rules.toml import load_profile
from netform.scores import network_cost, network_terms
from scripts.benchmarking.ablation import run_ablation
from scripts.benchmarking.asked import Asking, run_cases, run_unseen
from scripts.benchmarking.cases import MADE_UP, REAL, Area, shared_data, write_area
from scripts.benchmarking.changes import HEAD as CHANGES_HEAD
from scripts.benchmarking.changes import answer_changes, quantile_rows
from scripts.benchmarking.fixed import SUITES
from scripts.benchmarking.growth import measure_growth
from scripts.benchmarking.isolated import run_isolated
from scripts.benchmarking.page import HEAD as PAGE_HEAD
from scripts.benchmarking.page import is_flat, measure_page, page_row
from scripts.benchmarking.peers import PEERS, TITLES, run_peer
from scripts.benchmarking.picture import draw_results
from scripts.benchmarking.planning import plan_list
from scripts.benchmarking.rows import (
    AREA_HEAD,
    FOOTNOTE,
    area_rows,
    format_table,
    growth_lines,
    speed_table,
    summary_rows,
)
from scripts.benchmarking.strategies import STRATEGIES
from scripts.benchmarking.validity import find_faults

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx

    from netform.rules.model import Rules

SCHEMA = "netform/benchmark/1"
CHANGES_SCHEMA = "netform/changes/1"
PAGE_SCHEMA = "netform/page/1"
# Birmingham and Solihull: of the largest areas of England.
PAGE_AREAS = ("15E",)
# A peer has so many times as long as netform took, and no less than so many seconds of CPU.
TIMES_NETFORM, LEAST_SECONDS = 10.0, 10.0
# A cost below netform's proven one by more than rounding is a defect of netform.
ROUNDING = 1e-6

QUICK_REAL, QUICK_MADE_UP = ("10Q", "18C"), (40,)
QUICK_GROWTH: dict[str, Any] = {
    "practices": (30, 40, 60),
    "per_networks": (3.0, 4.0, 5.0),
    "fixed_practices": 40,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the tables and write the files; 1 when a valid plan is cheaper than one that was proven best."""
    given = _parse(arguments)
    target = Path(given.out)
    target.mkdir(parents=True, exist_ok=True)
    if given.changes:
        return _changes(given, target)
    if given.page is not None:
        return _page(given, target)
    if given.unseen is not None or given.only or given.cases is not None:
        return _questions(given, target)
    rules = load_profile()
    results: dict[str, Any] = {
        "schema": SCHEMA,
        "machine": _machine(),
        "areas": [],
        "left_out": [],
        "growth": None,
    }
    with tempfile.TemporaryDirectory() as folder:
        for area in _areas(given):
            measured = _measure(area, Path(folder), rules, given)
            results["areas" if "netform" in measured else "left_out"].append(measured)
            # A run of many minutes that is cut short keeps what it has.
            _write(target, results)
        if not given.no_growth:
            sizes = QUICK_GROWTH if given.quick else {}
            results["growth"] = measure_growth(Path(folder), rules.most, given.limit, _say, **sizes)
    _write(target, results)
    _print(results)
    (target / "benchmark.png").write_bytes(draw_results(results["areas"], results["growth"]))
    print(f"\nWritten: {target / 'benchmark.json'}, {target / 'benchmark.png'}")
    return 1 if _beaten(results["areas"]) else 0


def _changes(given: argparse.Namespace, target: Path) -> int:
    """Ask every area each change in a session, in a process of its own; print the quantiles and write all answers."""
    results: dict[str, Any] = {"schema": CHANGES_SCHEMA, "machine": _machine(), "areas": []}
    rows = []
    for area in QUICK_REAL if given.areas is None else given.areas:
        _say(f"{area}: changes")
        told = run_isolated(answer_changes, area, wall_seconds=math.inf)
        results["areas"].append({"area": area, "ended": told.ended, "answers": told.messages})
        (target / "changes.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        if told.ended == "done":
            rows += quantile_rows(area, told.messages)
        else:
            _say(f"{area}: left out: {told.ended}")
    print("CPU seconds to answer one change\n")
    print("\n".join(format_table(CHANGES_HEAD, rows, markdown=True)))
    print(f"\nWritten: {target / 'changes.json'}")
    return 0


def _page(given: argparse.Namespace, target: Path) -> int:
    """Move practices on the planner's page of every area, print a table; 1 where its memory grows."""
    results: dict[str, Any] = {"schema": PAGE_SCHEMA, "machine": _machine(), "areas": []}
    for area in PAGE_AREAS if given.areas is None else given.areas:
        _say(f"{area}: the planner's page, {given.page:,} moves")
        results["areas"].append(measure_page(area, given.page))
        (target / "page.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    rows = [page_row(each) for each in results["areas"]]
    print("\n".join(format_table(PAGE_HEAD, rows, markdown=True)))
    print(f"\nWritten: {target / 'page.json'}")
    return 0 if all(is_flat(each["megabytes"]) for each in results["areas"]) else 1


def _questions(given: argparse.Namespace, target: Path) -> int:
    """Ask the questions that were drawn, the fixed cases, or both; the worse exit code."""
    asking = Asking(
        out=target,
        seconds=given.seconds,
        memory_gb=given.memory,
        peers=given.peers,
        seed=given.seed,
        again=given.again or bool(given.only),
        write=given.write,
        say=_say,
    )
    ended = 0
    numbers = given.only or range(1, (given.unseen or 0) + 1)
    if given.ablation is not None:
        return run_ablation(asking, numbers, given.ablation)
    if numbers:
        ended = run_unseen(asking, numbers)
    if given.cases is not None:
        ended = max(ended, run_cases(asking, given.cases or SUITES))
    return ended


def _write(target: Path, results: dict[str, Any]) -> None:
    (target / "benchmark.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/benchmark", description="netform beside other ways of dividing an area."
    )
    parser.add_argument(
        "-o", "--out", default="benchmark-out", help="folder for benchmark.json and benchmark.png"
    )
    parser.add_argument("--quick", action="store_true", help="two real areas, one made-up, small growth")
    parser.add_argument(
        "--areas", nargs="*", metavar="CODE", help="real areas by code, in place of the usual ones"
    )
    parser.add_argument(
        "--made-up", nargs="*", type=int, metavar="N", help="made-up areas of so many practices"
    )
    parser.add_argument(
        "--methods", nargs="*", choices=sorted(PEERS), default=list(PEERS), help="peers to run"
    )
    parser.add_argument(
        "--seconds",
        type=float,
        help="CPU time of a peer; by default 10 times netform's, at least 10 seconds. With --unseen and --cases "
        "the wall time of netform instead [60; a case's own], and the CPU time of the peers",
    )
    parser.add_argument("--most-seconds", type=float, default=math.inf, help="CPU time of a peer, at most")
    parser.add_argument("--limit", type=float, default=300.0, help="wall time of netform, seconds [300]")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--changes", action="store_true", help="instead: single changes answered from what a session keeps"
    )
    parser.add_argument(
        "--page",
        nargs="?",
        type=int,
        const=1000,
        metavar="MOVES",
        help="instead: so many moves on the planner's page, with their time and its memory [1000]",
    )
    parser.add_argument("--no-growth", action="store_true", help="leave the growth out")
    _add_questions(parser)
    return parser.parse_args(arguments)


def _add_questions(parser: argparse.ArgumentParser) -> None:
    """Take the options of questions that are asked by the command line of netform."""
    asked = parser.add_argument_group(
        "questions", "in place of the areas; what is answered is not asked again"
    )
    asked.add_argument("--unseen", type=int, metavar="N", help="ask N questions drawn by --seed")
    asked.add_argument(
        "--only", nargs="+", type=int, metavar="I", help="of those drawn ask these, again if need be"
    )
    asked.add_argument("--cases", nargs="*", choices=SUITES, help="ask the fixed cases, all or these")
    asked.add_argument(
        "--ablation",
        nargs="*",
        metavar="STRATEGY",
        choices=[strategy.name for strategy in STRATEGIES],
        help="ask those drawn with the whole solver, and without each of its strategies, or of these",
    )
    asked.add_argument("--memory", type=float, metavar="GB", help="passed on to netform")
    asked.add_argument("--peers", action="store_true", help="ask the two peers that know numbers and bands")
    asked.add_argument("--again", action="store_true", help="ask anew what was answered")
    asked.add_argument(
        "--write", action="store_true", help="write the tables into scripts/benchmarking/README.md"
    )


def _areas(given: argparse.Namespace) -> list[Area]:
    """The areas asked for; the usual real ones only where the lists are."""
    real, made_up = (QUICK_REAL, QUICK_MADE_UP) if given.quick else (REAL, MADE_UP)
    if given.areas is not None:
        real = tuple(given.areas)
    elif shared_data() is None:
        _say("the real lists are not there (NETFORM_SHARED_DATA): made-up areas only")
        real = ()
    if given.made_up is not None:
        made_up = tuple(given.made_up)
    return [*map(Area, real), *(Area(f"made-up {practices}", practices) for practices in made_up)]


def _measure(area: Area, folder: Path, rules: Rules, given: argparse.Namespace) -> dict[str, Any]:
    """One area by netform and its peers; without the key ``netform`` when it cannot be compared."""
    _say(f"{area.name}: netform")
    try:
        path, over_band = write_area(area, folder, rules.most)
    except LookupError as error:
        return {"area": area.name, "reason": str(error)}
    told = run_isolated(plan_list, str(path), given.limit, wall_seconds=2 * given.limit + 120)
    if told.ended != "done":
        return {"area": area.name, "reason": told.ended}
    own = told.messages[0]
    graph, groups = own.pop("graph"), own["groups"]
    faults = find_faults(graph, groups, rules.least, rules.most)
    if faults:
        # No plan keeps the band here: the exceptions would have to be explained to every peer.
        return {"area": area.name, "reason": f"netform's plan needs exceptions: {'; '.join(faults)}"}
    own |= {"networks": len(groups), "cost": _cost(graph, groups, rules)}
    peers = [_peer(name, area, graph, own, rules, given) for name in given.methods]
    return {"area": area.name, "over_band_left_out": over_band, "netform": own, "peers": peers}


def _peer(
    name: str, area: Area, graph: nx.Graph, own: dict[str, Any], rules: Rules, given: argparse.Namespace
) -> dict[str, Any]:
    """One peer on one area."""
    seconds = given.seconds or max(LEAST_SECONDS, TIMES_NETFORM * own["seconds"])
    seconds = min(seconds, given.most_seconds)
    _say(f"{area.name}: {TITLES[name]}, {seconds:.0f} s")
    # Other work on the machine makes CPU time slow to come; what takes far longer is ended.
    told = run_isolated(
        run_peer, name, graph, rules, own["networks"], seconds, given.seed, wall_seconds=4 * seconds + 120
    )
    plans = [message for message in told.messages if "groups" in message]
    last = next((message for message in told.messages if "note" in message), None)
    peer: dict[str, Any] = {
        "method": name,
        "limit_seconds": seconds,
        "spent_seconds": last["seconds"] if last else None,
        "spent_ratio": last["seconds"] / own["seconds"] if last else None,
        "steps": last["steps"] if last else None,
        "note": last["note"] if last else told.ended,
        "plans": [{"seconds": plan["found_seconds"], "cost": plan["cost"]} for plan in plans],
        "networks": None,
    }
    if plans:
        best = plans[-1]
        cost = _cost(graph, best["groups"], rules)
        peer |= {
            "networks": len(best["groups"]),
            "groups": best["groups"],
            "cost": cost,
            "cost_ratio": cost / own["cost"],
            "found_seconds": best["found_seconds"],
            "found_ratio": best["found_seconds"] / own["seconds"],
            "faults": find_faults(graph, best["groups"], rules.least, rules.most),
        }
    return peer


def _cost(graph: nx.Graph, groups: Sequence[Sequence[str]], rules: Rules) -> float:
    """What a plan costs by the definitions of netform's terms, weighted hours per week."""
    return math.fsum(network_cost(network_terms(graph, codes, rules), rules) for codes in groups)


def _beaten(areas: Sequence[dict[str, Any]]) -> list[str]:
    """The valid plans that cost less than what netform says is the least."""
    return [
        f"{area['area']}: {TITLES[peer['method']]} found a valid plan of {peer['cost']:.4f} hours a week, below "
        f"netform's bound of {area['netform']['bound']:.4f}"
        for area in areas
        for peer in area["peers"]
        if peer["networks"] is not None
        and not peer["faults"]
        and peer["cost"] < area["netform"]["bound"] * (1 - ROUNDING)
    ]


def _print(results: dict[str, Any]) -> None:
    """Print every table."""
    areas = results["areas"]
    print("\n".join(format_table(AREA_HEAD, area_rows(areas))))
    print("\n" + textwrap.fill(FOOTNOTE, 110))
    head = ("area", "practices", "netform, CPU s", "proof", *(TITLES[name] for name in PEERS))
    print("\n" + "\n".join(format_table(head, summary_rows(areas), markdown=True)))
    print("\nnetform's stages, shares of CPU time\n")
    print("\n".join(speed_table(areas)))
    if results["growth"]:
        print("\n".join(growth_lines(results["growth"])))
    for each in results["left_out"]:
        print(f"\nLeft out: {each['area']}: {each['reason']}")
    for fault in _beaten(areas):
        print(f"\nDEFECT of netform: {fault}.")


def _machine() -> dict[str, Any]:
    """How many cores there are, and the versions of what was measured; the peers may not be installed."""
    wanted = {"numpy", "numba", "ortools", "networkx", "spopt", "gerrychain"}
    versions = {
        name: found.version
        for found in importlib.metadata.distributions()
        if (name := found.metadata["Name"].lower()) in wanted
    }
    return {"cores": os.cpu_count(), "python": platform.python_version(), "versions": versions}


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
