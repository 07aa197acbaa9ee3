"""The one home of hypothesis strategies: what a property test draws from."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from netform.inputs.edges import EdgeChange
from netform.inputs.places import Places
from netform.inputs.travel import Travel, build_travel
from netform.map.graph import graph_of_edges
from netform.plan.grouping import Grouping, Moves
from netform.practices.columns import ALIASES
from netform.practices.model import Practice, PracticeList
from netform.practices.values import CellError, clean_code, is_total
from netform.ranges import RANGES, WEIGHT, Range
from netform.rules.model import TERM_NAMES, Role, Rules
from netform.rules.toml import load_profile
from netform.solve.model.problem import SetPartitioning, SideRow
from tests.brute_force import store_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from netform.solve.master.subset_row_cuts import CutPool

# Real postcodes of Leeds and around, so that lists drawn from them can be placed.
POSTCODES = (
    "LS11 8LH",
    "LS12 3HD",
    "LS1 4AP",
    "LS28 5DH",
    "WF3 3DW",
    "BD11 2DT",
    "HG1 1BX",
    "M1 1AE",
    "B1 1BB",
)


def _is_code(code: str) -> bool:
    """Say whether reading keeps a code as it is: a totals row or a date is refused."""
    try:
        return clean_code(code) == code and not is_total(code)
    except CellError:
        return False


# Codes as publications have them, and the ones that spreadsheets and pandas spoil.
codes = st.one_of(
    st.from_regex(r"[A-Z][0-9]{5}", fullmatch=True),
    st.sampled_from(["NA", "1E5", "00123", "NULL", "TRUE", "INF", "0", "É1", "A-1", "P 1"]),
    st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_-", min_size=1, max_size=20),
).filter(_is_code)

# What a name can hold: commas, quotes, semicolons, accents, and nothing that reading would tidy.
names = st.text(
    alphabet="ABCDEFGHIJ abcxyz,;'\"&()|.éèüñ", max_size=30
).map(lambda text: " ".join(text.split()))  # fmt: skip

list_sizes = st.integers(min_value=1, max_value=10_000_000)


@st.composite
def practices(draw: st.DrawFn) -> list[Practice]:
    """Draw a few practices of distinct codes, with a postcode each, in order of code."""
    drawn = draw(st.lists(codes, min_size=1, max_size=12, unique=True))
    return [
        Practice(
            code=code,
            name=draw(names),
            postcode=draw(st.sampled_from(POSTCODES)),
            list_size=draw(list_sizes),
            area=draw(st.sampled_from(["15F", "QNC", "Leeds, north"])),
            pcn_code=draw(st.sampled_from(["", "U12345"])),
            weighted_list_size=draw(st.one_of(st.none(), st.integers(0, 10**6).map(float))),
        )
        for code in sorted(drawn)
    ]


class ListFile(NamedTuple):
    """The bytes of a list, the practices that it holds, and how many bytes its header takes."""

    data: bytes
    practices: list[Practice]


def _spelling(draw: st.DrawFn, name: str) -> str:
    header = draw(st.sampled_from(ALIASES[name]))
    if draw(st.booleans()):
        header = header.replace("_", draw(st.sampled_from([" ", "", "-", " _ "])))
    return draw(st.sampled_from([str.upper, str.lower, str.title]))(header)


def _size_text(draw: st.DrawFn, list_size: int) -> str:
    return draw(
        st.sampled_from(
            [
                f"{list_size}",
                f"{list_size:,}",
                f"  {list_size} ",
                f"{list_size}.0",
                f"\u00a0{list_size:,}\u00a0",
                f"{list_size:,}".replace(",", "\u202f"),
                f"0{list_size}",
            ]
        )
    )


@st.composite
def list_files(draw: st.DrawFn) -> ListFile:
    """Draw a list of practices written in some delimiter, encoding, order and spelling of its columns."""
    listed = draw(practices())
    fields = ["practice_code", "practice_name", "postcode", "list_size", "pcn_code", "weighted_list_size"]
    headers = {name: _spelling(draw, name) for name in fields}
    order = draw(st.permutations([*fields, "area", "extra"]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        delimiter=draw(st.sampled_from([",", ";", "\t"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        lineterminator=end,
    )
    for _ in range(draw(st.integers(0, 3))):
        writer.writerow(["Registered patients of our practices, July 2026"])
    writer.writerow(
        [headers.get(name, {"area": "Place", "extra": "Remarks"}.get(name, "")) for name in order]
    )
    for practice in draw(st.permutations(listed)):
        cells = {
            "practice_code": draw(st.sampled_from([practice.code, f" {practice.code} "])),
            "practice_name": practice.name,
            "postcode": draw(
                st.sampled_from([practice.postcode, practice.postcode.replace(" ", "").lower()])
            ),
            "list_size": _size_text(draw, practice.list_size),
            "pcn_code": practice.pcn_code,
            "weighted_list_size": ""
            if practice.weighted_list_size is None
            else f"{practice.weighted_list_size}",
            "area": practice.area,
            "extra": draw(names),
        }
        writer.writerow([cells[name] for name in order])
        if draw(st.booleans()):
            text.write(end)  # a blank row
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    # Windows-1252 has no narrow no-break space.
    content = text.getvalue().replace("\u202f", "\u00a0") if encoding == "cp1252" else text.getvalue()
    return ListFile(content.encode(encoding), listed)


# Any text without lone surrogates, which no file can hold.
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def within(limits: Range) -> st.SearchStrategy[float]:
    """Draw numbers that a range takes."""
    numbers = st.floats(limits.least, limits.most) | st.sampled_from([limits.least, limits.most])
    return numbers | st.just(0.0) if limits.or_zero else numbers


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    """Draw rules that a file may hold."""
    least = draw(st.integers(1, 10**6))
    most = least + draw(st.integers(0, 10**6))
    names = draw(st.lists(_texts.filter(str.strip), max_size=4, unique=True))
    return Rules(
        profile=draw(st.sampled_from(["fyfv-2017", "arrs-2025"])),
        least=least,
        most=most,
        exception_most=most + draw(st.integers(0, 10**6)),
        minutes_base=draw(within(RANGES["minutes_base"])),
        minutes_per_km=draw(within(RANGES["minutes_per_km"])),
        minutes_power=draw(within(RANGES["minutes_power"])),
        visits_per_patient_week=draw(within(RANGES["visits_per_patient_week"])),
        moves_per_post_week=draw(within(RANGES["moves_per_post_week"])),
        hours_per_post_week=draw(within(RANGES["hours_per_post_week"])),
        post_step=draw(within(RANGES["post_step"])),
        overhead_hours_week=draw(within(RANGES["overhead_hours_week"])),
        balance_target=draw(within(RANGES["balance_target"])),
        balance_dead_band=draw(within(RANGES["balance_dead_band"])),
        balance_hours_per_1000=draw(within(RANGES["balance_hours_per_1000"])),
        continuity_hours_per_patient_week=draw(within(RANGES["continuity_hours_per_patient_week"])),
        community_hours_per_patient_week=draw(within(RANGES["community_hours_per_patient_week"])),
        crossing_hours_per_patient_week=draw(within(RANGES["crossing_hours_per_patient_week"])),
        alignment_hours_per_patient_week=draw(within(RANGES["alignment_hours_per_patient_week"])),
        roles=tuple(
            Role(
                name,
                draw(within(RANGES["patients_per_post"])),
                draw(_texts),
                draw(st.none() | within(RANGES["pounds_per_post_year"])),
            )
            for name in names
        ),
        weights=tuple((name, draw(within(WEIGHT))) for name in TERM_NAMES),
    )


@st.composite
def ordinary_rules(draw: st.DrawFn) -> Rules:
    """Draw rules of the sizes that planners use, over the default profile."""
    ratios = draw(st.lists(st.floats(1000, 60_000), max_size=4))
    return replace(
        load_profile(),
        visits_per_patient_week=draw(st.floats(0, 0.1)),
        moves_per_post_week=draw(st.floats(0, 20)),
        post_step=draw(st.sampled_from([0.1, 0.2, 0.5, 1.0])),
        overhead_hours_week=draw(st.floats(0, 100)),
        balance_target=draw(st.floats(1000, 100_000)),
        balance_dead_band=draw(st.floats(0, 20_000)),
        balance_hours_per_1000=draw(st.floats(0, 100)),
        continuity_hours_per_patient_week=draw(st.floats(0, 0.1)),
        community_hours_per_patient_week=draw(st.floats(0, 0.1)),
        crossing_hours_per_patient_week=draw(st.floats(0, 0.1)),
        alignment_hours_per_patient_week=draw(st.floats(0, 0.1)),
        roles=tuple(Role(f"role {number}", ratio, "") for number, ratio in enumerate(ratios)),
    )


@st.composite
def travels(draw: st.DrawFn, count: int | None = None) -> Travel:
    """Draw travel between practices, some of one site, some pairs given by a matrix."""
    count = draw(st.integers(1, 9)) if count is None else count
    metres = st.integers(0, 20_000)
    sites = draw(st.lists(st.tuples(metres, metres), min_size=1, max_size=count))
    points = [draw(st.sampled_from(sites)) for _ in range(count)]
    east, north = np.array(points, np.float64).T
    places = Places(east, north, ("postcode",) * count, np.empty((0, 2)), "drawn")
    pairs = list(combinations(range(count), 2))
    given_pairs = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    given = {pair: draw(st.floats(0, 120)) for pair in given_pairs}
    return build_travel(places, load_profile(), given, "drawn.csv")


@st.composite
def residences(draw: st.DrawFn, codes: Sequence[str]) -> dict[str, dict[str, float]]:
    """Draw where the patients of practices live: nowhere known, or in territories, one of a practice elsewhere."""
    if not draw(st.booleans()):
        return {}
    owners = st.dictionaries(st.sampled_from([*codes, "ELSEWHERE"]), st.floats(0, 60_000), max_size=4)
    return draw(st.dictionaries(st.sampled_from(codes), owners))


@st.composite
def practice_graphs(draw: st.DrawFn) -> nx.Graph:
    """Draw a graph of practices as `netform.map.graph` makes them, with any edges, and anything unknown of them."""
    travel = draw(travels())
    count = len(travel.easting)
    # Lists alike and in thousands are where a present network is split into halves.
    list_size = draw(st.sampled_from([st.integers(1, 60_000), st.integers(1, 3).map(lambda k: k * 1000)]))
    fte = st.one_of(st.none(), st.floats(0, 30), st.sampled_from([0.0, 2.5]))
    boundaries = draw(st.integers(0, 2))
    # Weighted lists at whole multiples of a ratio's step are where rounding shows.
    weighted = st.one_of(st.none(), st.floats(0, 60_000), st.sampled_from([6000.0, 3866.6, 11_600.0]))
    listed = PracticeList(
        tuple(
            Practice(
                f"P{index}",
                "",
                "",
                draw(list_size),
                pcn_code=draw(st.sampled_from(["", "U1", "U2"])),
                weighted_list_size=draw(weighted),
                gp_fte=draw(fte),
                nurse_fte=draw(fte),
                dpc_fte=draw(fte),
                sides=tuple(draw(st.sampled_from(["", "north", "south"])) for _ in range(boundaries)),
                row=index,
            )
            for index in range(count)
        )
    )
    pairs = list(combinations(listed.codes, 2))
    edges = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    places = Places(
        travel.easting, travel.northing, ("postcode",) * count, np.empty((0, 2)), "drawn"
    )  # fmt: skip
    living = draw(residences(listed.codes))
    graph = graph_of_edges(listed, places, travel, [EdgeChange(a, b) for a, b in edges], [], living)
    hoods = st.dictionaries(st.sampled_from(["hill", "vale", "wold", ""]), st.integers(0, 60_000), max_size=3)
    nx.set_node_attributes(graph, {code: draw(hoods) for code in graph}, "neighbourhoods")
    return graph


@st.composite
def numbered_graphs(draw: st.DrawFn, most: int = 12) -> nx.Graph:
    """Draw a graph of 0..n-1 with a list size each: sparse or dense, whole or in parts."""
    count = draw(st.integers(1, most))
    graph = nx.Graph()
    for node in range(count):
        graph.add_node(node, list_size=draw(st.integers(1, 40)))
    share = draw(st.sampled_from([0.15, 0.3, 0.5, 0.9]))
    random = draw(st.randoms(use_true_random=False))
    graph.add_edges_from(pair for pair in combinations(range(count), 2) if random.random() < share)
    return graph


def made_up_area(
    list_sizes: list[int], points: list[tuple[int, int]], pairs: list[tuple[int, int]], rules: Rules
) -> nx.Graph:
    """Make the graph of one area: practices P0, P1, ... at points in metres, who borders whom, and few at the edge."""
    listed = PracticeList(
        tuple(
            Practice(f"P{index}", "", "", list_size, row=index) for index, list_size in enumerate(list_sizes)
        )
    )
    east, north = np.array(points, np.float64).T
    places = Places(east, north, ("postcode",) * len(points), np.empty((0, 2)), "made up")
    changes = [EdgeChange(f"P{a}", f"P{b}") for a, b in pairs]
    graph = graph_of_edges(listed, places, build_travel(places, rules), changes, [])
    nx.set_node_attributes(
        graph, {f"P{index}": index % 4 == 0 for index in range(len(list_sizes))}, "at_edge"
    )
    return graph


@st.composite
def bands(draw: st.DrawFn) -> Rules:
    """Draw rules of some band, from two dozen patients to the real tens of thousands, and some weights."""
    scale = draw(st.sampled_from([1, 37, 1000]))
    least = draw(st.integers(20, 40))
    most = least + draw(st.sampled_from([0, 1, 3, 5, 10, 20, 30]))
    weight = st.sampled_from([0.0, 1.0, 2.5])
    weights = draw(st.one_of(st.just({}), st.fixed_dictionaries(dict.fromkeys(TERM_NAMES, weight))))
    return load_profile().with_band(least * scale, most * scale).with_weights(weights)


@st.composite
def small_areas(
    draw: st.DrawFn, most: int = 8, *, oversize: bool = True, least: int = 1
) -> tuple[nx.Graph, Rules]:
    """Draw an area that can be planned by trying everything, whole or in parts, and its rules.

    Lists are mostly smaller than the band; some places, sizes and so costs are equal.
    """
    rules = draw(bands())
    count = draw(st.integers(least, most))
    top = draw(
        st.sampled_from([rules.most, max(2, rules.most // 3), rules.most * (13 if oversize else 10) // 10])
    )
    list_sizes = draw(st.lists(st.integers(1, top), min_size=count, max_size=count))
    metres = st.integers(0, draw(st.sampled_from([2, 20_000])))
    points = draw(st.lists(st.tuples(metres, metres), min_size=count, max_size=count))
    share = draw(st.sampled_from([0.15, 0.3, 0.5, 0.9]))
    random = draw(st.randoms(use_true_random=False))
    pairs = [pair for pair in combinations(range(count), 2) if random.random() < share]
    graph = made_up_area(list_sizes, points, pairs, rules)
    describe(graph, random)
    return graph, rules


def describe(graph: nx.Graph, random: Random) -> None:
    """Give practices present networks, staff, a side, homes and neighbourhoods, or none, for the terms that ask."""
    codes = list(graph)
    for node in graph.nodes.values():
        node["pcn_code"] = random.choice(["", "U1", "U2"])
        node["shortfall_fte"] = random.choice([None, 1.5, -1.0, 0.25])
        node["sides"] = (random.choice(["", "north", "south"]),)
        node["residents"] = dict.fromkeys(random.sample(codes, min(2, len(codes))), node["list_size"] / 4)
        node["neighbourhoods"] = dict.fromkeys(
            random.sample(["hill", "vale", "wold", ""], 2), node["list_size"] / 2
        )
    for node in graph.nodes.values():
        alike = [each["list_size"] for each in graph.nodes.values() if each["pcn_code"] == node["pcn_code"]]
        node["pcn_list_size"] = sum(alike) if node["pcn_code"] else 0


# Costs as terms give them, and every kind they do not: equal, mostly zero, far apart, of exceptions.
_COSTS = ("hours", "equal", "zeros", "whole", "exceptions", "far apart")


@st.composite
def cost_vectors(draw: st.DrawFn, count: int) -> np.ndarray:
    """Draw a cost for each of some candidates."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    kind = draw(st.sampled_from(_COSTS))
    if kind == "hours":
        return 31 + 100 * random.random(count)
    if kind == "equal":
        return np.full(count, 7.3)
    if kind == "zeros":
        return np.where(random.random(count) < 0.6, 0.0, random.random(count))
    if kind == "whole":
        return random.integers(0, 5, count).astype(np.float64)
    if kind == "exceptions":
        return np.where(random.random(count) < 0.5, 0.0, 1000 + random.integers(1, 60_000, count) / 1000)
    return np.where(random.random(count) < 0.05, 1e4, random.random(count))


@st.composite
def side_rows(draw: st.DrawFn, count: int, practices: int) -> tuple[SideRow, ...]:
    """Draw no rule over the plan, a number of networks, or a limit on a weighted sum."""
    kind = draw(st.sampled_from(["none", "none", "number", "sum", "both"]))
    if kind == "none":
        return ()
    number = float(draw(st.integers(1, practices)))
    exactly = SideRow(np.ones(count), number, number)
    weights = np.random.default_rng(draw(st.integers(0, 2**32))).integers(0, 9, count).astype(np.float64)
    limit = float(draw(st.integers(0, 4 * practices)))
    sum_limit = SideRow(weights, -np.inf, limit) if draw(st.booleans()) else SideRow(weights, limit, np.inf)
    return {"number": (exactly,), "sum": (sum_limit,), "both": (exactly, sum_limit)}[kind]


@st.composite
def choices(
    draw: st.DrawFn, *, practices: tuple[int, int] = (1, 8), candidates: int = 40, sides: bool = True
) -> SetPartitioning:
    """Draw a choice among distinct groups of any practices; in most, some plan was put there on purpose."""
    count = draw(st.integers(*practices))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    largest = draw(st.integers(1, min(5, count)))
    groups = set()
    if draw(st.sampled_from([True, True, False])):
        order = random.permutation(count).tolist()
        while order:
            size = int(random.integers(1, largest + 1))
            groups.add(tuple(sorted(order[:size])))
            order = order[size:]
    for _ in range(draw(st.integers(0, candidates))):
        size = int(random.integers(1, largest + 1))
        groups.add(tuple(sorted(random.choice(count, size, replace=False).tolist())))
    listed = sorted(groups, key=lambda group: (group[0], random.random()))
    store = store_of(listed, count)
    rows = draw(side_rows(len(store), count)) if sides else ()
    return SetPartitioning(store, draw(cost_vectors(len(store))), rows, count)


@st.composite
def pools(draw: st.DrawFn, practices: int) -> CutPool:
    """Draw cuts over three to five practices, of any small weights and divisors."""
    cuts = []
    if practices >= 3:
        for _ in range(draw(st.integers(0, 6))):
            size = draw(st.integers(3, min(5, practices)))
            rows = draw(st.permutations(range(practices)))[:size]
            weights = draw(st.lists(st.integers(1, 3), min_size=size, max_size=size))
            missing = 5 - size
            cuts.append([*rows, *[-1] * missing, *weights, *[0] * missing, draw(st.integers(2, 5))])
    return np.array(cuts, np.int64).reshape(len(cuts), 11)


@st.composite
def priced_choices(draw: st.DrawFn) -> tuple[SetPartitioning, np.ndarray, float]:
    """Draw a choice with prices that leave no reduced cost below zero, and what the prices are worth."""
    choosing = draw(choices())
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    store = choosing.store
    duals = random.random(store.practices) * draw(st.sampled_from([0.0, 1.0, 100.0]))
    paid = np.array([duals[store[j]].sum() for j in range(len(store))])
    # The largest share of these prices that no candidate is overpaid by.
    share = min(1.0, float(np.min(choosing.costs[paid > 0] / paid[paid > 0], initial=1.0)))
    return choosing, choosing.costs - share * paid, float(share * duals.sum())


# Who borders whom: every kind of map that is odd in a way of its own.
_SHAPES = ("random", "path", "star", "cycle", "clique", "two paths", "nobody")


def _pairs(draw: st.DrawFn, count: int) -> list[tuple[int, int]]:
    """Draw who borders whom."""
    shape, numbers = draw(st.sampled_from(_SHAPES)), draw(st.permutations(range(count)))
    every = list(combinations(range(count), 2))
    if shape == "random":
        share = draw(st.sampled_from([0.2, 0.35, 0.6]))
        random = draw(st.randoms(use_true_random=False))
        return [pair for pair in every if random.random() < share]
    along = list(pairwise(numbers))
    return {
        "path": along,
        "star": [(numbers[0], other) for other in numbers[1:]],
        "cycle": [*along, (numbers[-1], numbers[0])] if count > 2 else along,
        "clique": every,
        "two paths": along[: count // 2] + along[count // 2 + 1 :],
        "nobody": [],
    }[shape]


@st.composite
def odd_areas(draw: st.DrawFn, most: int = 9, *, least: int = 2) -> tuple[nx.Graph, Rules]:
    """Draw an area of any shape and its rules: lists of one patient to millions, bands of one value to any.

    Practices of one site border each other and each other's neighbours.
    """
    count = draw(st.integers(least, most))
    scale = draw(st.sampled_from([1, 1000, 1000, 100_000]))
    low = draw(st.sampled_from([1, 10, 30, 30]))
    high = low + draw(st.sampled_from([0, 1, low // 2, 2 * low]))
    rules = load_profile().with_band(low * scale, high * scale)
    weight = st.sampled_from([0.0, 1.0, 2.5])
    weights = draw(st.one_of(st.just({}), st.fixed_dictionaries(dict.fromkeys(TERM_NAMES, weight))))
    rules = rules.with_weights(weights)
    top = draw(st.sampled_from([high, high, max(1, low // 2), max(1, low // 3), high + 5]))
    unit = draw(st.sampled_from([1, scale]))
    sizes = st.integers(1, max(1, top * scale // unit)).map(lambda size: size * unit)
    if draw(st.booleans()):
        sizes = st.sampled_from([1, max(1, low * scale // 2), low * scale, high * scale])
    list_sizes = draw(st.lists(sizes, min_size=count, max_size=count))
    metres = st.integers(0, draw(st.sampled_from([2, 20_000])))
    sites = draw(st.lists(st.tuples(metres, metres), min_size=1, max_size=count))
    points = [draw(st.sampled_from(sites)) for _ in range(count)]
    joined = set(_pairs(draw, count))
    if draw(st.booleans()):
        alike = [(a, b) for a, b in combinations(range(count), 2) if points[a] == points[b]]
        joined |= {(a, c) for a, b in joined for c in range(count) if c != a and points[b] == points[c]}
        joined |= {(c, b) for a, b in joined for c in range(count) if c != b and points[a] == points[c]}
        joined |= set(alike)
    pairs = sorted({(min(a, b), max(a, b)) for a, b in joined})
    graph = made_up_area(list_sizes, points, pairs, rules)
    describe(graph, draw(st.randoms(use_true_random=False)))
    return graph, rules


@st.composite
def starts(draw: st.DrawFn, graph: nx.Graph) -> Moves:
    """Draw any division to start from, some practices in none, and how far a plan may be from it."""
    label = {code: draw(st.sampled_from(["", "U", "V", "W"])) for code in sorted(graph)}
    networks = {
        name: tuple(code for code, each in label.items() if each == name)
        for name in sorted(set(label.values()) - {""})
    }
    patients = {
        # A network may have practices of other areas.
        name: sum(graph.nodes[code]["list_size"] for code in codes)
        + draw(st.sampled_from([0, 0, graph.nodes[codes[0]]["list_size"]]))
        for name, codes in networks.items()
    }
    unplaced = tuple(code for code, each in label.items() if not each)
    total = sum(size for _, size in graph.nodes(data="list_size"))
    return Moves(
        Grouping("today", networks, unplaced),
        patients,
        practices=draw(st.one_of(st.none(), st.integers(0, 5))),
        patients=draw(st.one_of(st.none(), st.none(), st.integers(0, total))),
    )
