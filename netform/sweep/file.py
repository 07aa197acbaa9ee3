"""SWEEP.toml: the list, and the scenarios it is to be planned under.

::

    practices = "practices.csv"
    area_column = "sub_icb_code"
    time_limit = 120
    profiles = ["fyfv-2017", "arrs-2025"]
    bands = [[30000, 50000], [40000, 60000]]
    weights = [{}, {patient_travel = 2}]

    [[scenario]]
    name = "few and large"
    overhead.hours_week = 62

Every combination of the axes (profiles and rules, bands, weights, networks) is a scenario; a ``[[scenario]]`` is a
rules file of its own. A scenario comes to nothing but `Rules`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netform.errors import RulesError
from netform.practices.values import clean_text
from netform.prepared import Inputs
from netform.ranges import COUNT, PATIENTS, SECONDS, is_whole, shown
from netform.rules.mode_shares import CAR, MODES
from netform.rules.model import Rules
from netform.rules.toml import DEFAULT_PROFILE, load_profile, read_rules, read_toml, resolve_rules
from netform.rules.toml_values import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["Scenario", "Sweep", "read_sweep"]

# Seconds for an area unless the file says otherwise, as for a whole run of netform solve.
TIME_LIMIT = 600.0

# More scenarios than this are a slip: the areas of England would take months.
MOST_SCENARIOS = 10_000

_FILES = (
    "postcodes", "travel", "graph", "edges", "boundary", "registrations", "lsoas", "lsoa_lookup", "branches",
    "lookup",
)  # fmt: skip
_AXES = ("profiles", "rules", "bands", "weights", "networks")
_LISTS = ("with", "where", "neighbourhoods", "soft_columns", "nowhere")
_KEYS = ("practices", "area_column", "areas", "time_limit", "split", *_LISTS, *_FILES, *_AXES, "scenario")

# How a number of networks is left to the plan, and how it is taken from the list's present networks.
ANY, TODAY = "any", "today"
_COUNT = f'a whole number above 0, "{TODAY}" or "{ANY}"'


@dataclass(frozen=True, slots=True)
class Scenario:
    """What one plan of the whole list is made by.

    Attributes
    ----------
    name : str
        Different from every other scenario's.
    rules : Rules
    today : bool
        Whether each area gets as many networks as it has today (`netform.rules.current_counts`).
    """

    name: str
    rules: Rules
    today: bool = False


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep is to do.

    Attributes
    ----------
    inputs : Inputs
        The list, and the files beside it.
    areas : tuple of str
        Those that are planned; empty for all.
    time_limit : float
        Seconds for each area under each scenario.
    scenarios : tuple of Scenario
        In the order of the file, combinations of the axes first.
    """

    inputs: Inputs
    areas: tuple[str, ...]
    time_limit: float
    scenarios: tuple[Scenario, ...]


def read_sweep(path: str | Path) -> Sweep:
    """Read a SWEEP.toml; files in it are looked for beside it.

    Parameters
    ----------
    path : str or Path

    Raises
    ------
    RulesError
        It cannot be read, or a key or value of it, or of a rules file it names, is wrong: all of them at once.
    """
    data = read_toml(path, "sweep", "netform sweep", "Start from the example in netform guide sweep")
    reader = _Reader(Path(path), data)
    sweep = reader.sweep()
    if reader.problems:
        raise RulesError("\n".join(reader.problems))
    return sweep


@dataclass(slots=True)
class _Reader:
    """Reads key by key and keeps what is wrong."""

    path: Path
    data: dict[str, Any]
    problems: list[str] = field(default_factory=list)

    def sweep(self) -> Sweep:
        """Read everything."""
        for key in self.data:
            if key not in _KEYS:
                self.wrong(f"unknown table or key {key!r}.{nearest(key, _KEYS)}")
        inputs = self.inputs()
        areas = self.texts("areas", "the name of an area in quotes", "names of areas")
        if areas and inputs.area_column is None:
            self.wrong("areas chooses among the areas of a column: name it with area_column.")
        limit = self.data.get("time_limit", TIME_LIMIT)
        if problem := SECONDS.problem("time_limit", limit):
            self.wrong(problem)
            limit = TIME_LIMIT
        # Their names are written into tables and shown on terminals.
        scenarios = tuple(
            replace(each, name=clean_text(each.name)[0]) for each in (*self.combinations(), *self.named())
        )
        self.check(scenarios)
        return Sweep(inputs, areas, float(limit), scenarios)

    def wrong(self, problem: str) -> None:
        """Keep a problem of the file."""
        self.problems.append(f"{self.path}: {problem}")

    def inputs(self) -> Inputs:
        """Read where the list and the files beside it are."""
        if "practices" not in self.data:
            self.wrong('practices is missing: name the list, such as practices = "practices.csv".')
        practices = self.text("practices", "the name of the list")
        if practices == "-":
            self.wrong("practices must be a file: a sweep is run again and again, standard input only once.")
        files = {key: self.text(key, "the name of a file") for key in _FILES if key != "travel"}
        beside: dict[str, Any] = {
            key: None if name is None else self.beside(name) for key, name in files.items()
        }
        split = self.data.get("split", False)
        if not isinstance(split, bool):
            self.wrong(f"split must be true or false, not {shown(split)}.")
        journeys = self.journeys()
        hoods = self.texts("neighbourhoods", "the name of a file in quotes", "names of files")
        return Inputs(
            practices=str(self.beside(practices or "")),
            area_column=self.text("area_column", "the name of a column"),
            neighbourhoods=tuple(map(self.beside, hoods)),
            soft_columns=self.texts("soft_columns", "the name of a column in quotes", "names of columns"),
            nowhere=self.texts("nowhere", "a word in quotes, such as leave-out", "words"),
            split=split is True,
            division_columns=(),
            publications=tuple(
                map(self.beside, self.texts("with", "the name of a file in quotes", "names of files"))
            ),
            where=self.texts("where", 'a condition in quotes, such as "sub_icb_code=15F"', "conditions"),
            travel=journeys.pop(CAR, None),
            modes=tuple(journeys.items()),
            **beside,
        )

    def journeys(self) -> dict[str, Path]:
        """Read the files of minutes by mode: one of journeys by car, or a table such as {car = "cars.csv"}."""
        given = self.data.get("travel")
        if not isinstance(given, dict):
            name = self.text("travel", "the name of a file")
            return {} if name is None else {CAR: self.beside(name)}
        wrong = [f"travel has no mode {mode!r}.{nearest(mode, MODES)}" for mode in given if mode not in MODES]
        wrong += [
            f"travel.{mode} must be the name of a file in quotes, not {shown(name)}."
            for mode, name in given.items()
            if not _is_text(name)
        ]
        for problem in wrong:
            self.wrong(problem)
        return {} if wrong else {mode: self.beside(given[mode]) for mode in MODES if mode in given}

    def beside(self, name: str) -> Path:
        """Find a file that the sweep names."""
        path = self.path.parent / name
        # The file may be spelt in parts, as the sweep was before it was read.
        apart = path.with_name(unicodedata.normalize("NFD", path.name)) if path.name else path
        return apart if not path.exists() and apart.exists() else path

    def text(self, key: str, what: str) -> str | None:
        """Read a text; None where it is not there or wrong."""
        value = self.data.get(key)
        if value is None or (isinstance(value, str) and value.strip()):
            return value
        self.wrong(f"{key} must be {what} in quotes, not {shown(value)}.")
        return None

    def texts(self, key: str, one: str, many: str) -> tuple[str, ...]:
        """Read a list of texts, each once; empty where it is not there or wrong."""
        return tuple(dict.fromkeys(value for _, value in self.axis(key, one, many, _is_text)))

    def axis(self, key: str, one: str, many: str, fits: Callable[[Any], bool]) -> list[tuple[str, Any]]:
        """Read a list, each of its values with what to call it; values that are wrong are left out."""
        if key not in self.data:
            return []
        values = self.data[key]
        if not isinstance(values, list) or not values:
            self.wrong(f"{key} must be a list of {many}, not {shown(values)}.")
            return []
        found = []
        for number, value in enumerate(values, 1):
            where = f"{key} number {number}"
            if fits(value):
                found.append((where, value))
            else:
                self.wrong(f"{where} must be {one}, not {shown(value)}.")
        return found

    def combinations(self) -> Iterator[Scenario]:
        """Combine the axes; nothing where the file has none."""
        if not any(key in self.data for key in _AXES):
            return
        bases = [*self.profiles(), *self.files()] or [("", load_profile(DEFAULT_PROFILE))]
        bands: list[tuple[str, tuple[int, int] | None]] = [*self.bands()] or [("", None)]
        weights = list(self.weights()) or [("", {})]
        networks: list[tuple[str, int | str | None]] = [*self.networks()] or [("", None)]
        if len(bases) * len(bands) * len(weights) * len(networks) > MOST_SCENARIOS:
            self.wrong(f"the axes have more than {MOST_SCENARIOS:,} combinations: take some values out.")
            return
        for (base, rules), (band, ends), (weighing, changes), (number, count) in product(
            bases, bands, weights, networks
        ):
            name = ", ".join(filter(None, (base, band, weighing, number))) or DEFAULT_PROFILE
            made = rules.with_weights(changes)
            if ends is not None:
                made = made.with_band(*ends)
            yield numbered(Scenario(name, made), count)

    def profiles(self) -> Iterator[tuple[str, Rules]]:
        """Load the profiles."""
        for where, name in self.axis(
            "profiles", "the name of a profile in quotes", "names of profiles", _is_text
        ):
            if (rules := self.tried(where, partial(load_profile, name))) is not None:
                yield name, rules

    def files(self) -> Iterator[tuple[str, Rules]]:
        """Read the rules files."""
        for where, name in self.axis(
            "rules", "the name of a rules file in quotes", "names of rules files", _is_text
        ):
            if (rules := self.tried(where, partial(read_rules, self.beside(name)))) is not None:
                yield name.removesuffix(".toml"), rules

    def bands(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """Read the bands."""
        one = "the least and the most patients of a network, such as [30000, 50000]"
        for where, (least, most) in self.axis("bands", one, "pairs such as [30000, 50000]", _is_pair):
            if least in PATIENTS and most in PATIENTS and least <= most:
                yield f"{least}-{most}", (least, most)
            else:
                self.wrong(
                    f"{where} is {shown(least)} to {shown(most)}: give the least first, each {PATIENTS}."
                )

    def weights(self) -> Iterator[tuple[str, dict[str, float]]]:
        """Read the sets of weights, named after what they change unless they have a name."""
        plain = load_profile(DEFAULT_PROFILE)
        such = "such as {patient_travel = 2}"
        for where, table in self.axis("weights", f"a table {such}", f"tables {such}", _is_table):
            changes = {term: weight for term, weight in table.items() if term != "name"}
            name = table.get("name", " ".join(f"{term}={shown(weight)}" for term, weight in changes.items()))
            if not _is_text(name) and "name" in table:
                self.wrong(f"{where}: name must be text in quotes, not {shown(name)}.")
            elif self.tried(where, partial(plain.with_weights, changes)) is not None:
                yield name or "weights of the rules", changes

    def networks(self) -> Iterator[tuple[str, int | str]]:
        """Read the numbers of networks."""
        for _, value in self.axis("networks", _COUNT, f"numbers of networks, each {_COUNT}", _is_count):
            yield _count_words(value), value

    def named(self) -> Iterator[Scenario]:
        """Read ``[[scenario]]``: a rules file each, over the rules or the profile it names."""
        tables = self.data.get("scenario", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.wrong("scenario must be tables: write [[scenario]] above each.")
            return
        for number, table in enumerate(tables, 1):
            where = f"[[scenario]] number {number}"
            name, count = table.get("name"), table.get("networks")
            if not _is_text(name):
                self.wrong(f"{where}: name must be text in quotes, not {shown(name)}.")
            if count is not None and not _is_count(count):
                self.wrong(f"{where}: networks must be {_COUNT}, not {shown(count)}.")
                count = None
            rules = self.tried(where, partial(self.scenario_rules, table, where))
            if rules is not None:
                yield numbered(Scenario(str(name), rules), count)

    def scenario_rules(self, table: dict[str, Any], where: str) -> Rules:
        """Read the rules of a scenario's table.

        Raises
        ------
        RulesError
        """
        file, profile = table.get("rules"), table.get("profile", DEFAULT_PROFILE)
        if file is not None and ("profile" in table or not _is_text(file)):
            raise RulesError(
                f"rules must be the name of a rules file in quotes, without a profile beside it, not {shown(file)}."
            )
        if not _is_text(profile):
            raise RulesError(f"profile must be a name in quotes, not {shown(profile)}.")
        base = load_profile(profile) if file is None else read_rules(self.beside(file))
        own = {key: value for key, value in table.items() if key not in ("name", "rules", "networks")}
        return resolve_rules(own, base, f"{self.path}: {where}")

    def tried(self, where: str, make: Callable[[], Rules]) -> Rules | None:
        """Make rules; None, and the problems kept, where they are wrong."""
        try:
            return make()
        except RulesError as error:
            for line in str(error).splitlines():
                if line.startswith(str(self.path)):
                    self.problems.append(line)
                else:
                    self.wrong(f"{where}: {line}")
        return None

    def check(self, scenarios: Sequence[Scenario]) -> None:
        """Refuse a sweep of nothing, and two scenarios of one name."""
        if not scenarios and not self.problems:
            self.wrong(f"there is nothing to plan: give an axis ({', '.join(_AXES)}) or a [[scenario]].")
        names = [scenario.name for scenario in scenarios]
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            self.wrong(f"two scenarios are called {name!r}: take one out, or give it another name.")


def numbered(scenario: Scenario, count: int | str | None) -> Scenario:
    """Ask a number of networks of a scenario: a whole number, ``today``, ``any``, or None for the rules' own."""
    if count is None:
        return scenario
    if count == TODAY:
        return replace(scenario, today=True)
    demands = replace(scenario.rules.demands, networks=count if isinstance(count, int) else None)
    return replace(scenario, rules=replace(scenario.rules, demands=demands))


def _count_words(count: int | str) -> str:
    if isinstance(count, int):
        return f"{count} network{'s' * (count != 1)}"
    return "networks as today" if count == TODAY else "any number"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(is_whole(each) for each in value)


def _is_count(value: Any) -> bool:
    return value in (ANY, TODAY) if isinstance(value, str) else value in COUNT
