"""Rules as files: profiles, a user's TOML file, and the rules as resolved, written back.

Profiles, kept in ``netform/rules/profiles``, are complete dated sets of rules with their sources. A user's file
may be partial: what it leaves out comes from the profile it names (``profile = "arrs-2025"``), else from the
default.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import fields
from importlib import resources
from typing import TYPE_CHECKING, Any

from netform.errors import InputError, RulesError
from netform.practices.text import composed, open_regular
from netform.ranges import RANGES, shown
from netform.rules.demands import NO_DEMANDS
from netform.rules.demands_toml import DEMAND_TABLES, demands_toml, read_demands
from netform.rules.mode_shares import read_shares, shares_toml
from netform.rules.model import FOLLOWS_BAND, TERM_NAMES, Role, Rules, band_problems, weight_problems
from netform.rules.toml_values import nearest, toml_number, toml_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "DEFAULT_PROFILE",
    "load_profile",
    "profile_names",
    "read_rules",
    "read_toml",
    "resolve_rules",
    "rules_toml",
]

DEFAULT_PROFILE = "fyfv-2017"

MOST_BYTES = 1_000_000

# Where each number stands in a rules file: (table, key) -> field. Everything else in a file is unknown.
_KEYS: dict[tuple[str, str], str] = {
    ("band", "min"): "least",
    ("band", "max"): "most",
    ("band", "exception_max"): "exception_most",
    ("travel", "minutes_base"): "minutes_base",
    ("travel", "minutes_per_km"): "minutes_per_km",
    ("travel", "minutes_power"): "minutes_power",
    ("travel", "longest_border_minutes"): "longest_border_minutes",
    ("travel", "longest_border_ratio"): "longest_border_ratio",
    ("patient_travel", "visits_per_patient_week"): "visits_per_patient_week",
    ("staff_travel", "moves_per_post_week"): "moves_per_post_week",
    ("shared_posts", "hours_per_post_week"): "hours_per_post_week",
    ("shared_posts", "step"): "post_step",
    ("overhead", "hours_week"): "overhead_hours_week",
    ("balance", "target"): "balance_target",
    ("balance", "dead_band"): "balance_dead_band",
    ("balance", "hours_per_1000"): "balance_hours_per_1000",
    ("continuity", "hours_per_patient_week"): "continuity_hours_per_patient_week",
    ("community", "hours_per_patient_week"): "community_hours_per_patient_week",
    ("crossing", "hours_per_patient_week"): "crossing_hours_per_patient_week",
    ("alignment", "hours_per_patient_week"): "alignment_hours_per_patient_week",
}
# Rules that hold only where they are set: they stand in no file otherwise.
_WHERE_SET = ("longest_border_minutes", "longest_border_ratio")
# A table of a table.
_SHARES = ("travel", "shares")
# What is not a table of numbers is read by its own functions.
_READ_APART = ("profile", "roles", *DEMAND_TABLES)
_ROLE_KEYS = ("name", "patients_per_post", "source", "pounds_per_post_year")
# What is written for a number that follows the band, where areas have bands of their own.
_BY_BAND = "band"


def profile_names() -> list[str]:
    """Name the profiles that come with netform."""
    folder = resources.files("netform.rules") / "profiles"
    return sorted(
        entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")
    )


def load_profile(name: str = DEFAULT_PROFILE) -> Rules:
    """Load the rules of a profile.

    Raises
    ------
    RulesError
        There is no such profile.
    """
    names = profile_names()
    if name not in names:
        raise RulesError(f"there is no profile {name!r}.{nearest(name, names)}")
    text = (resources.files("netform.rules") / "profiles" / f"{name}.toml").read_text(encoding="utf-8")
    return resolve_rules(tomllib.loads(text), None, f"profile {name}")


def read_rules(path: str | Path) -> Rules:
    """Read the rules of a user's TOML file, over the profile it names.

    Raises
    ------
    RulesError
        The file cannot be read, or a table, key, type or value is wrong: all of them at once.
    """
    data = read_toml(path)
    profile = data.get("profile", DEFAULT_PROFILE)
    if not isinstance(profile, str):
        raise RulesError(f"{path}: profile must be a name in quotes, one of {', '.join(profile_names())}.")
    return resolve_rules(data, load_profile(profile), str(path))


def rules_toml(rules: Rules) -> str:
    """Write the rules as a TOML file that `read_rules` reads back to the same rules."""
    lines = ["# The rules as resolved; use them again with --rules.", f"profile = {toml_text(rules.profile)}"]
    # A file that does not speak of roles has those of its profile.
    lines += [] if rules.roles else ["roles = []"]
    table = ""
    for (name, key), field in _KEYS.items():
        if name != table:
            lines += ["", f"[{name}]"]
            table = name
        if field in _WHERE_SET and math.isinf(getattr(rules, field)):
            continue
        # One number cannot stand for the bands of several areas.
        follows = field in rules.follows_band and getattr(rules, field) == rules.by_band[field]
        by_band = follows and any(own.least or own.most for own in rules.demands.areas)
        value = toml_text(_BY_BAND) if by_band else toml_number(getattr(rules, field))
        lines.append(f"{key} = {value}")
    lines += shares_toml(rules.mode_shares)
    lines += ["", "[weights]"] + [f"{name} = {toml_number(weight)}" for name, weight in rules.weights]
    for role in rules.roles:
        lines += [
            "",
            "[[roles]]",
            f"name = {toml_text(role.name)}",
            f"patients_per_post = {toml_number(role.patients_per_post)}",
            f"source = {toml_text(role.source)}",
        ]
        if role.pounds_per_post_year is not None:
            lines.append(f"pounds_per_post_year = {toml_number(role.pounds_per_post_year)}")
    lines += demands_toml(rules.demands)
    return "\n".join(lines) + "\n"


def read_toml(
    path: str | Path,
    kind: str = "rules file",
    option: str = "--rules",
    remedy: str = "Start from the rules.toml of an earlier plan",
) -> dict[str, Any]:
    """Read a TOML file into tables.

    Parameters
    ----------
    path : str or Path
    kind, option, remedy : str
        What the file should be, where its name was given, and what to start from, for messages.

    Raises
    ------
    RulesError
        The file cannot be read, or is not TOML.
    """
    try:
        with open_regular(path) as file:
            raw = file.read(MOST_BYTES + 1)
    except InputError as error:
        raise RulesError(str(error)) from error
    except OSError as error:
        raise RulesError(
            f"{path}: cannot be read ({error.strerror}). Check the name after {option}."
        ) from error
    if len(raw) > MOST_BYTES:
        raise RulesError(f"{path}: larger than {MOST_BYTES:,} bytes; this is not a {kind}.")
    try:
        return tomllib.loads(composed(raw.decode("utf-8-sig")))
    # ValueError: no text, no TOML, or thousands of digits; RecursionError: thousands of brackets in brackets.
    except (ValueError, RecursionError) as error:
        raise RulesError(f"{path}: not a TOML file ({error}). {remedy}.") from error


def resolve_rules(data: Mapping[str, Any], base: Rules | None, where: str) -> Rules:
    """Make rules from parsed TOML over a base.

    Parameters
    ----------
    data : mapping
        The tables of a rules file.
    base : Rules or None
        What the file leaves out comes from these, and its demands are added to theirs; a profile has no base and
        must be complete.
    where : str
        What to call the file in messages.

    Raises
    ------
    RulesError
        A table, key, type or value is wrong: all of them at once.
    """
    problems = _unknown(data)
    values: dict[str, Any] = dict.fromkeys(_WHERE_SET, math.inf) | {"mode_shares": ()}
    values |= {} if base is None else {f.name: getattr(base, f.name) for f in fields(Rules)}
    values["profile"] = data.get("profile", DEFAULT_PROFILE if base is None else base.profile)
    follows = set(FOLLOWS_BAND if base is None else base.follows_band)
    # Set by the band below, unless the file names them.
    values |= dict.fromkeys(follows, 0)
    for (table, key), field in _KEYS.items():
        section = data.get(table, {})
        if not isinstance(section, dict) or key not in section:
            continue
        if field in FOLLOWS_BAND and section[key] == _BY_BAND:
            follows.add(field)
        else:
            follows.discard(field)
            problems += filter(None, [RANGES[field].problem(f"[{table}] {key}", section[key])])
            values[field] = section[key]
    travel = data.get(_SHARES[0], {})
    if isinstance(travel, dict) and _SHARES[1] in travel:
        shares, found = read_shares(travel[_SHARES[1]], values["mode_shares"], f"[{'.'.join(_SHARES)}]")
        values["mode_shares"], problems = shares, problems + found
    weights = data.get("weights", {})
    if isinstance(weights, dict):
        for name, value in weights.items():
            problems += weight_problems(name, value)
        before = dict.fromkeys(TERM_NAMES, 1.0) if base is None else dict(base.weights)
        values["weights"] = tuple((name, weights.get(name, before[name])) for name in TERM_NAMES)
    roles, role_problems = _roles(data.get("roles"))
    problems += role_problems
    if roles is not None:
        values["roles"] = roles
    values["demands"], demand_problems = read_demands(data, NO_DEMANDS if base is None else base.demands)
    problems += demand_problems
    if problems:
        raise RulesError("\n".join(f"{where}: {problem}" for problem in problems))
    values["weights"] = tuple((name, float(weight)) for name, weight in values["weights"])
    for field in _KEYS.values():
        values[field] = values[field] if RANGES[field].whole else float(values[field])
    values["follows_band"] = frozenset(follows)
    rules = Rules(**values).following_band()
    if band := band_problems(rules):
        raise RulesError("\n".join(f"{where}: {problem}" for problem in band))
    return rules


def _unknown(data: Mapping[str, Any]) -> list[str]:
    """Tables and keys that mean nothing, each with the nearest that does."""
    known: dict[str, list[str]] = {"weights": list(TERM_NAMES)}
    for table, key in (*_KEYS, _SHARES):
        known.setdefault(table, []).append(key)
    problems = []
    for table, section in data.items():
        if table in _READ_APART:
            continue
        if table not in known:
            problems.append(f"unknown table or key {table!r}.{nearest(table, [*known, *_READ_APART])}")
        elif not isinstance(section, dict):
            problems.append(f"{table!r} must be a table: write [{table}] on a line of its own.")
        elif table != "weights":
            problems += [
                f"[{table}] unknown key {key!r}.{nearest(key, known[table])}"
                for key in section
                if key not in known[table]
            ]
    return problems


def _roles(data: Any) -> tuple[tuple[Role, ...] | None, list[str]]:
    if data is None:
        return None, []
    if not isinstance(data, list) or not all(isinstance(role, dict) for role in data):
        return None, ["roles must be tables: write [[roles]] above each."]
    problems, roles = [], []
    for number, role in enumerate(data, 1):
        where = f"[[roles]] number {number}"
        problems += [
            f"{where}: unknown key {key!r}.{nearest(key, _ROLE_KEYS)}"
            for key in role
            if key not in _ROLE_KEYS
        ]
        name, ratio, source = role.get("name"), role.get("patients_per_post"), role.get("source", "")
        before = len(problems)
        if not isinstance(name, str) or not name.strip():
            problems.append(f"{where}: name must be text in quotes, not {shown(name)}.")
        pounds = role.get("pounds_per_post_year")
        numbers = {"patients_per_post": ratio, **({} if pounds is None else {"pounds_per_post_year": pounds})}
        problems += filter(
            None, (RANGES[key].problem(f"{where}: {key}", each) for key, each in numbers.items())
        )
        if not isinstance(source, str):
            problems.append(f"{where}: source must be text in quotes, not {shown(source)}.")
        if len(problems) == before:
            roles.append(Role(name, float(ratio), source, None if pounds is None else float(pounds)))
    if len({role.name for role in roles}) < len(roles):
        problems.append("two roles have the same name.")
    return tuple(roles), problems
