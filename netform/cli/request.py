"""What a command is asked, as frozen values: one class for each command, filled with what click has read.

The names of the fields are those of click's parameters; a test holds them equal. The file is long because it says each
parameter of each command once.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from netform.rules.table import DEMAND_RULES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "AREA_BAND",
    "AlternativesRequest",
    "CheckRequest",
    "CompareRequest",
    "FrontRequest",
    "ListRequest",
    "PracticesRequest",
    "ReportRequest",
    "RoadsRequest",
    "ScoreRequest",
    "SearchRequest",
    "ServeRequest",
    "SolveRequest",
    "SweepRequest",
]

# The demand that is no row of the table: a band for one area.
AREA_BAND = "area_band"

_DEMANDS = (*(rule.key for rule in DEMAND_RULES), AREA_BAND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What any command is asked."""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Take what click has read, by the names of its parameters.

        Parameters
        ----------
        given : mapping
        """
        return cls(**given)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest(Request):
    """What every command on a practice list is asked: the list, the files beside it, the rules.

    Attributes
    ----------
    practices : str or None
        The list's file, ``-`` for standard input; None where a command can do without.
    publications : tuple of Path
        Files that say more of the practices.
    where : tuple of str
        Each ``COLUMN=VALUE``.
    lookup : Path or None
        Of old and new codes of areas.
    area : str or None
        The column of the areas.
    least, most : int or None
        The band, patients, in place of that of the rules.
    rules : Path or None
    profile : str or None
    weights : tuple of str
        Each ``TERM=NUMBER``.
    travel : tuple of str
        Files of minutes, each ``FILE`` or ``MODE=FILE``.
    mode_shares : tuple of str
        Each ``MODE=SHARE``.
    longest_border, border_ratio : float or None
        From which drive on a border is a barrier, in minutes and as a multiple of the estimate.
    boundary, edges, graph, registrations, lsoas, lsoa_lookup, branches, postcodes : Path or None
    neighbourhoods : tuple of Path
    soft : tuple of str
        Columns of soft boundaries.
    nowhere : tuple of str
        What is wanted of practices that are not on the ground.
    split : bool
        Whether rows of one practice are the parts of a split list.
    demands : mapping of str to object
        What was given for each key of `netform.rules.table.DEMAND_RULES`, and `AREA_BAND`; a number of networks may
        be ``today``.
    strict : bool
        Whether exceptions are forbidden.
    """

    practices: str | None
    publications: tuple[Path, ...]
    where: tuple[str, ...]
    lookup: Path | None
    area: str | None
    least: int | None
    most: int | None
    rules: Path | None
    profile: str | None
    weights: tuple[str, ...]
    travel: tuple[str, ...]
    mode_shares: tuple[str, ...]
    longest_border: float | None
    border_ratio: float | None
    boundary: Path | None
    edges: Path | None
    graph: Path | None
    registrations: Path | None
    lsoas: Path | None
    lsoa_lookup: Path | None
    branches: Path | None
    neighbourhoods: tuple[Path, ...]
    soft: tuple[str, ...]
    postcodes: Path | None
    nowhere: tuple[str, ...]
    split: bool
    demands: Mapping[str, Any]
    strict: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Take what click has read, by the names of its parameters; demands into a mapping of their own.

        Parameters
        ----------
        given : mapping
        """
        demands = {key: given[key] for key in _DEMANDS if key in given}
        rest = {key: value for key, value in given.items() if key not in demands}
        return cls(**rest, demands=MappingProxyType(demands))

    @property
    def divisions(self) -> tuple[str, ...]:
        """What was named as divisions of the practices: a file, a word, or a column of the list."""
        return ()

    def value(self, name: str) -> Any:
        """Give back what click had read for one of its parameters."""
        return self.demands[name] if name in self.demands else getattr(self, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest(ListRequest):
    """What ``netform check`` is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticesRequest(Request):
    """What ``netform practices`` is asked.

    Attributes
    ----------
    files : tuple of str
        The publications, in the order they are believed.
    where : tuple of str
        Each ``COLUMN=VALUE``.
    lookup, postcodes : Path or None
    out : str
        The list.
    left_out : Path or None
        Where the codes that are not in it are written.
    overwrite : bool
    """

    files: tuple[str, ...]
    where: tuple[str, ...]
    lookup: Path | None
    postcodes: Path | None
    out: str
    left_out: Path | None
    overwrite: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequest(Request):
    """What ``netform report`` is asked.

    Attributes
    ----------
    plans : tuple of str
        Plan folders.
    out : str
        The page.
    overwrite : bool
    title, author, date : str
        How it is headed; blank where not given.
    draft : bool
    """

    plans: tuple[str, ...]
    out: str
    overwrite: bool
    title: str
    author: str
    date: str
    draft: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadsRequest(Request):
    """What ``netform roads`` is asked.

    Attributes
    ----------
    extract : str
        Of OpenStreetMap.
    practices : str
        The list's file, ``-`` for standard input.
    area : str or None
        The column of the areas.
    postcodes, branches : Path or None
    mode : str
        ``car`` or ``foot``.
    parking : float
        Minutes added to each journey.
    out : str
    overwrite, quiet : bool
    """

    extract: str
    practices: str
    area: str | None
    postcodes: Path | None
    branches: Path | None
    mode: str
    parking: float
    out: str
    overwrite: bool
    quiet: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveRequest(ListRequest):
    """What ``netform solve`` is asked.

    Attributes
    ----------
    out : str
        A folder, or a file whose ending names a format.
    overwrite : bool
    also : tuple of str
        Files that the folder gets besides.
    start : str or None
        The networks that the plan stays near.
    moves : int, str or None
        Practices that may move, or ``least``.
    moves_patients : int, str or None
        Patients that may move, or ``least``.
    prices : bool
        Whether to say what each demand costs.
    time_limit : float
        Seconds.
    workers : int or None
    memory : float
        Gigabytes.
    seed : int
    as_json, timings, quiet : bool
    title, author, date : str
        How the report is headed; blank where not given.
    draft : bool
    """

    out: str
    overwrite: bool
    also: tuple[str, ...]
    start: str | None
    moves: int | str | None
    moves_patients: int | str | None
    prices: bool
    time_limit: float
    workers: int | None
    memory: float
    seed: int
    as_json: bool
    timings: bool
    quiet: bool
    title: str
    author: str
    date: str
    draft: bool

    @property
    def divisions(self) -> tuple[str, ...]:
        """The networks that the plan stays near."""
        return (self.start,) if self.start else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRequest(ListRequest):
    """What ``netform score`` is asked.

    Attributes
    ----------
    plan : str
        The division to score.
    out : str or None
    overwrite, as_json : bool
    """

    plan: str
    out: str | None
    overwrite: bool
    as_json: bool

    @property
    def divisions(self) -> tuple[str, ...]:
        """The division to score."""
        return (self.plan,)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRequest(ListRequest):
    """What ``netform compare`` is asked.

    Attributes
    ----------
    a, b : str
        The two divisions.
    out : str or None
    overwrite, as_json : bool
    """

    a: str
    b: str
    out: str | None
    overwrite: bool
    as_json: bool

    @property
    def divisions(self) -> tuple[str, ...]:
        """The two divisions."""
        return (self.a, self.b)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest(ListRequest):
    """What the commands are asked that search for many plans.

    Attributes
    ----------
    out : str
    overwrite : bool
    time_limit : float
        Seconds.
    workers : int or None
    seed : int
    as_json, quiet : bool
    """

    out: str
    overwrite: bool
    time_limit: float
    workers: int | None
    seed: int
    as_json: bool
    quiet: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontRequest(SearchRequest):
    """What ``netform front`` is asked.

    Attributes
    ----------
    x_axis, y_axis : str
    resolution : float
        A share of an axis.
    complete : bool
    plans : str or int
        ``ends``, ``all`` or a number of points that get a folder.
    """

    x_axis: str
    y_axis: str
    resolution: float
    complete: bool
    plans: str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativesRequest(SearchRequest):
    """What ``netform alternatives`` is asked.

    Attributes
    ----------
    count : int
        Next best plans.
    within : float
        How much more than the best a plan may cost, a share.
    different : int
        Plans that differ the most.
    plans : bool
        Whether each gets a folder.
    """

    count: int
    within: float
    different: int
    plans: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeRequest(ListRequest):
    """What ``netform serve`` is asked.

    Attributes
    ----------
    plan : str or None
        The division to begin with; None for today's networks.
    journal : Path or None
        Where changes are kept.
    port : int
        0 for any that is free.
    no_browser : bool
        Whether no browser is opened.
    time_limit : float
        Seconds that a question may take.
    workers : int or None
    memory : float
        Gigabytes.
    seed : int
    """

    plan: str | None
    journal: Path | None
    port: int
    no_browser: bool
    time_limit: float
    workers: int | None
    memory: float
    seed: int

    @property
    def divisions(self) -> tuple[str, ...]:
        """The division to begin with."""
        return (self.plan,) if self.plan else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRequest(Request):
    """What ``netform sweep`` is asked.

    Attributes
    ----------
    file : Path
        SWEEP.toml.
    out : str
    workers : int or None
    scheduler : str or None
        The address of a cluster's scheduler.
    time_limit : float or None
        Seconds for each area.
    dry_run, quiet : bool
    """

    file: Path
    out: str
    workers: int | None
    scheduler: str | None
    time_limit: float | None
    dry_run: bool
    quiet: bool
