"""The rows of the page's tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netform.report.words import spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from netform.plan.model import Network, SharedPost
    from netform.practices.model import Practice
    from netform.report.facts import Facts
    from netform.result import Result
    from netform.scores.tally import Tally

__all__ = [
    "AreaCounts",
    "Bar",
    "NetworkRow",
    "PostsRow",
    "PracticeRow",
    "Totals",
    "area_counts",
    "bar_scale",
    "methods",
    "network_rows",
    "post_roles",
    "posts_rows",
    "practice_rows",
    "provenance_rows",
    "totals",
]


BAR_WIDTH = 110.0

# The number of workers changes nothing in a plan, so the page is the same whatever it was.
_LEFT_OUT = frozenset({"workers", "seconds", "options"})
# Of the list, as of every file, a row of its own says as much.
_OF_THE_LIST = frozenset({"input", "input_sha256"})


@dataclass(frozen=True, slots=True)
class Bar:
    """A list size against the band, in units of the bar's drawing."""

    length: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """A network as a row: ``anchor`` is its place in the plan, which names its row and its region."""

    anchor: int
    network: Network
    members: tuple[Practice, ...]
    hub: Practice
    tally: Tally
    band_words: str
    bar: Bar


@dataclass(frozen=True, slots=True)
class Totals:
    """What the networks of a table come to."""

    patients: int
    practices: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class PostsRow:
    """The shared posts of a network as a row: one for each role of the table, None where it has none.

    ``pounds_year`` is what the whole posts of known price cost together, None when no price is known.
    """

    anchor: int
    network: Network
    posts: tuple[SharedPost | None, ...]
    pounds_year: float | None


@dataclass(frozen=True, slots=True)
class PracticeRow:
    """A practice as a row; without a network when it is unplaced."""

    practice: Practice
    network: Network | None
    anchor: int
    is_hub: bool
    minutes_to_hub: float | None
    place_quality: str


@dataclass(frozen=True, slots=True)
class AreaCounts:
    """Networks of an area inside the band, and its exceptions."""

    in_band: int
    exceptions: int
    patients: int


def network_rows(result: Result, facts: Facts) -> list[NetworkRow]:
    """One row a network, in order of the plan."""
    by_code = {practice.code: practice for practice in result.practices}
    networks = result.plan.networks
    along = bar_scale(facts, networks)
    return [
        NetworkRow(
            anchor=anchor,
            network=network,
            members=tuple(by_code[code] for code in network.practice_codes),
            hub=by_code[network.hub_code],
            tally=facts.tally([network]),
            band_words=facts.band_words(network),
            bar=Bar(along(network.list_size), *map(along, facts.band(network))),
        )
        for anchor, network in enumerate(networks, start=1)
    ]


def bar_scale(facts: Facts, networks: Sequence[Network]) -> Callable[[int], float]:
    """Give the function from a list size to a length in units of the bars' drawing.

    Parameters
    ----------
    facts : Facts
    networks : sequence of Network
        Those whose bars stand in one table.
    """
    most = max([facts.most, *(facts.band(network)[1] for network in networks)])
    longest = max([most * 1.2, *(network.list_size for network in networks)])
    # One enormous network would press the band of all others into a sliver: its bar stops at the edge.
    longest = min(longest, most * 2)
    return lambda list_size: round(BAR_WIDTH * min(list_size / longest, 1.0), 1)


def post_roles(rows: Sequence[NetworkRow]) -> list[str]:
    """Name the shared roles of a table of networks, in the order of the rules."""
    return list(dict.fromkeys(post.role for row in rows for post in row.network.posts))


def posts_rows(rows: Sequence[NetworkRow]) -> list[PostsRow]:
    """One row a network with its shared posts, in the order of `post_roles`."""
    roles = post_roles(rows)
    found = []
    for row in rows:
        by_role = {post.role: post for post in row.network.posts}
        pounds = [post.pounds_year for post in row.network.posts if post.pounds_year is not None]
        found.append(
            PostsRow(
                row.anchor,
                row.network,
                tuple(by_role.get(role) for role in roles),
                sum(pounds) if pounds else None,
            )
        )
    return found


def totals(rows: Sequence[NetworkRow], facts: Facts) -> Totals:
    """Add up a table of networks for its last row."""
    return Totals(
        patients=sum(row.network.list_size for row in rows),
        practices=sum(len(row.members) for row in rows),
        tally=facts.tally(row.network for row in rows),
    )


def practice_rows(result: Result) -> list[PracticeRow]:
    """One row a practice, in order of the list."""
    home: dict[str, tuple[int, Network, float]] = {}
    for anchor, network in enumerate(result.plan.networks, start=1):
        for code, minutes in zip(network.practice_codes, network.minutes_to_hub, strict=True):
            home[code] = (anchor, network, minutes)
    rows = []
    for practice, quality in zip(result.practices, result.places.quality, strict=True):
        if practice.code not in home:
            rows.append(
                PracticeRow(practice, None, 0, is_hub=False, minutes_to_hub=None, place_quality=quality)
            )
            continue
        anchor, network, minutes = home[practice.code]
        is_hub = network.hub_code == practice.code
        rows.append(PracticeRow(practice, network, anchor, is_hub, minutes, quality))
    return rows


def area_counts(result: Result, facts: Facts) -> dict[str, AreaCounts]:
    """Count the networks in the band, the exceptions and the patients of each area."""
    in_band: Counter[str] = Counter()
    patients: Counter[str] = Counter()
    for network in result.plan.networks:
        in_band[network.area] += facts.is_in_band(network)
        patients[network.area] += network.list_size
    exceptions = Counter(network.area for network in facts.exceptions)
    return {
        area.area: AreaCounts(in_band[area.area], exceptions[area.area], patients[area.area])
        for area in result.plan.areas
    }


def methods(result: Result) -> list[tuple[str, list[str]]]:
    """Each way in which a plan was found, with the areas it was used for."""
    areas: dict[str, list[str]] = defaultdict(list)
    for area in result.plan.areas:
        if area.method:
            areas[area.method].append(area.area)
    return list(areas.items())


def provenance_rows(provenance: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Where the plan came from, as pairs of words in order: input files with their digests, others a line each.

    The options are those of the command line, which is shown.
    """
    rows = []
    files = provenance.get("files", {})
    for key, value in sorted(provenance.items()):
        if key in _LEFT_OUT or value is None or (files and key in _OF_THE_LIST):
            continue
        if key == "files":
            rows += [
                (f"File: {spoken(what).lower()}", f"{each['file']}, SHA-256 {each['sha256']}")
                for what, each in value.items()
            ]
            continue
        nested = sorted(value.items()) if isinstance(value, dict) else []
        text = ", ".join(f"{k} {v}" for k, v in nested) if isinstance(value, dict) else str(value)
        rows.append((spoken(key).replace("sha256", "SHA-256"), text))
    return rows
