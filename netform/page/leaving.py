"""What a meeting takes away: a plan as `netform solve` writes it, and the rules that make the same plan, to the byte.

The plan that leaves is made as the command line makes it: the rules are written, read back and solved anew; what is
found is audited and drawn. Where the best plan by the rules and locks is not the one that was decided, every network
is pinned. Nothing is left to trust in what the page shows.
"""

from __future__ import annotations

import hashlib
import io
import tomllib
import zipfile
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from netform.errors import AuditError, ImpossibleError, NoPlanError, RulesError
from netform.export.formats import folder_files, single_file
from netform.export.plan import PLAN
from netform.export.tables import csv_bytes
from netform.inputs.gazetteer import SHORT_ATTRIBUTION
from netform.page.choices import network_words
from netform.page.one_area import prepared_area
from netform.page.sessions import rules_inside
from netform.pipeline import draw, make_plan
from netform.practices.values import some_of
from netform.preparing import with_weights_noted
from netform.report.paper import render_paper
from netform.report.words import area_name, one_line
from netform.rules.conflicts.clashes import refuse_clashes
from netform.rules.toml import load_profile, resolve_rules, rules_toml
from netform.solve.workers import plan_areas, usual_workers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netform.page.planning import Planning
    from netform.page.state import PlanState
    from netform.plan.model import Plan
    from netform.prepared import Prepared
    from netform.result import Result
    from netform.rules.model import Rules

__all__ = ["Leaving", "download"]

# How long it is tried to prove the plan best by the rules and locks alone, seconds for each area and for all; else all
# its networks are pinned.
SOLVE_SECONDS, MOST_SECONDS = 60.0, 600.0

# Of the files in an archive: no clock has a say in them. The first moment that ZIP knows.
EPOCH = (1980, 1, 1, 0, 0, 0)

TYPES = {
    "plan.zip": "application/zip",
    "networks.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "networks.geojson": "application/geo+json",
    "networks.csv": "text/csv; charset=utf-8",
    "report.html": "text/html; charset=utf-8",
    "report.pdf": "application/pdf",
    "rules.toml": "application/toml",
    "journal.jsonl": "application/jsonl",
}

# What an unfinished plan can be taken away as.
UNFINISHED = ("networks.csv", "rules.toml", "journal.jsonl")

_HEAD = """\
# Decided on netform's page. The same plan, with the list and the files beside it in the same folder:
#   {command}
"""
_HEAD_OF_AREA = """\
# Decided on netform's page, for the area {area} alone. The same networks, with a list of that area alone (the rules
# of the whole list can be taken, too):
#   {command}
"""
_BEST = "# By these rules, with its locked networks pinned, it is proven best.\n"
_PINNED = """\
# Every network is pinned: the plan was decided by hand, and is not the one that these rules alone would give.
"""
_OPEN = "# From netform's page, where the plan is not finished: its locked networks are pinned.\n"


@dataclass(frozen=True, slots=True)
class Leaving:
    """A finished plan, ready to be taken away.

    Attributes
    ----------
    rules : bytes
        ``rules.toml``, by which the command line makes the same plan.
    result : Result
        As that command line would have it.
    """

    rules: bytes
    result: Result


def download(planning: Planning, area: str, kind: str) -> tuple[bytes, str, str]:
    """Give a file of a plan to take away.

    Parameters
    ----------
    planning : Planning
    area : str
        That area alone; where every area is finished and it is blank, the whole list.
    kind : str
        One of `TYPES`.

    Returns
    -------
    (bytes, str, str)
        The file, its media type, and its name.

    Raises
    ------
    RulesError
        The plan is unfinished, or breaks rules that a plan cannot break: with what is missing.
    """
    if kind not in TYPES:
        raise RulesError(f"{kind!r} cannot be taken away. Take one of {', '.join(TYPES)}.")
    if kind == "journal.jsonl":
        return planning.journal.path.read_bytes(), TYPES[kind], planning.journal.path.name
    state = planning.state
    areas = [area] if area in planning.prepared.areas else list(planning.prepared.areas)
    open_ = _unplaced(planning, state, areas)
    if open_ and kind not in UNFINISHED:
        raise RulesError(
            f"The plan is unfinished: {len(open_):,} practices are in no network yet ({some_of(open_)}). Place them, "
            f"leave them out, or solve the rest. Until then there are {', '.join(UNFINISHED)} to take away."
        )
    if kind == "networks.csv":
        return _table(planning, state, areas), TYPES[kind], kind
    if open_:
        return _rules_so_far(planning, state, areas), TYPES[kind], kind
    try:
        leaving = _leaving(planning, state, areas)
    except RulesError as error:
        if kind == "rules.toml":
            return _rules_so_far(planning, state, areas), TYPES[kind], kind
        raise RulesError(
            f"The plan breaks rules that no plan can break. Mend it, or take {', '.join(UNFINISHED)}. {error}"
        ) from error
    make = {
        "plan.zip": lambda: _archive(leaving),
        "rules.toml": lambda: leaving.rules,
        "report.html": lambda: single_file(PLAN, ".html", leaving.result),
        "report.pdf": lambda: render_paper(leaving.result),
        "networks.xlsx": lambda: single_file(PLAN, ".xlsx", leaving.result),
        "networks.geojson": lambda: single_file(PLAN, ".geojson", leaving.result),
    }
    return make[kind](), TYPES[kind], kind


def _unplaced(planning: Planning, state: PlanState, areas: list[str]) -> list[str]:
    left_out = set(state.rules.demands.exclude)
    codes = [code for each in areas for code in planning.codes(each)]
    return [code for code in codes if code not in state.network_of and code not in left_out]


def _rules_so_far(planning: Planning, state: PlanState, areas: list[str]) -> bytes:
    """The rules and locks of a plan that is not one yet."""
    rules = _scoped(planning, state, areas)[1]
    return (_OPEN + rules_toml(rules)).encode()


def _scoped(planning: Planning, state: PlanState, areas: list[str]) -> tuple[Prepared, Rules]:
    """The list of what leaves, noted as if it were prepared by the rules; and the rules, with locks as pins."""
    rules = state.ruled()
    prepared = with_weights_noted(planning.prepared, planning.rules, rules)
    if len(areas) < len(planning.prepared.areas):
        [area] = areas
        prepared = prepared_area(prepared, area)
        rules = rules_inside(rules, area, planning.codes(area))
    return prepared, prepared.rules_for_all(rules)


def _leaving(planning: Planning, state: PlanState, areas: list[str]) -> Leaving:
    """Make the plan as the command line would; the last that was made is kept."""
    prepared, rules = _scoped(planning, state, areas)
    codes = [code for each in areas for code in planning.codes(each)]
    groups = tuple(sorted(state.groups(codes).values()))
    key = tuple(areas), rules, groups
    with planning.leaving_lock:
        if planning.left is None or planning.left[0] != key:
            planning.left = key, _made(planning, prepared, rules, groups, areas)
        kept: Leaving = planning.left[1]
        return kept


def _made(
    planning: Planning,
    prepared: Prepared,
    rules: Rules,
    groups: tuple[tuple[str, ...], ...],
    areas: list[str],
) -> Leaving:
    head = _head(prepared, areas if len(areas) < len(planning.prepared.areas) else [])
    # What is known to cost less than the plan is not the plan.
    stands = {planning.judgement(each).status for each in areas}
    bettered = stands != {"proven best"} and all(planning.plan(each)["bound"] is not None for each in areas)
    if not bettered:
        made = _solved(planning, prepared, rules, head + _BEST)
        if made is not None and made[1].status == "optimal" and _groups(made[1]) == groups:
            return _drawn(prepared, *made)
    pinned = replace(rules, demands=replace(rules.demands, pins=groups))
    try:
        made = _solved(planning, prepared, pinned, head + _PINNED)
    except (ImpossibleError, AuditError) as error:
        raise RulesError(str(error)) from error
    if made is None or _groups(made[1]) != groups:
        raise RulesError("Its networks, all pinned, do not make a plan.")
    return _drawn(prepared, *made)


def _groups(plan: Plan) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted(network.practice_codes for network in plan.networks))


def _solved(
    planning: Planning, prepared: Prepared, rules: Rules, head: str
) -> tuple[bytes, Plan, Rules] | None:
    """Write rules, read them back and solve by them, as `netform solve` does; None without a plan in the time."""
    written = (head + rules_toml(rules)).encode()
    read = tomllib.loads(written.decode())
    taken = prepared.rules_for_all(resolve_rules(read, load_profile(read["profile"]), "rules.toml"))
    refuse_clashes(taken, prepared.graph)
    options = planning.options
    if "--workers" not in prepared.origin.get("options", {}):
        options = replace(options, workers=usual_workers(prepared.areas))
    files = {
        **prepared.origin.get("files", {}),
        "rules": {"file": "rules.toml", "sha256": hashlib.sha256(written).hexdigest()},
    }
    told = replace(prepared, origin={**prepared.origin, "files": files})
    seconds = min(SOLVE_SECONDS * len(prepared.areas), MOST_SECONDS)
    try:
        plan = make_plan(told, taken, options, lambda *given: plan_areas(*given, time_limit=seconds))
    except NoPlanError:
        return None
    return written, plan, taken


def _drawn(prepared: Prepared, written: bytes, plan: Plan, rules: Rules) -> Leaving:
    return Leaving(written, draw(prepared, rules, plan))


def _head(prepared: Prepared, alone: list[str]) -> str:
    """Say by what command the rules make the plan; ``alone`` names the area where it is one of several."""
    command = one_line(str(prepared.origin.get("command", "netform solve")))
    if alone:
        return _HEAD_OF_AREA.format(area=one_line(alone[0]), command=command)
    return _HEAD.format(command=command)


def _archive(leaving: Leaving) -> bytes:
    """Pack the plan folder with the rules that make it anew beside it; the same plan makes the same bytes."""
    made = {f"plan/{name}": make() for name, make in folder_files(PLAN, leaving.result).items()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted({**made, "rules.toml": leaving.rules}.items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # Readable by all, as files are; and made on no system in particular.
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, content)
    return packed.getvalue()


def _table(planning: Planning, state: PlanState, areas: list[str]) -> bytes:
    """Every practice and its network, as they stand on the page: it can be taken in again."""
    area_of = {code: each for each in areas for code in planning.codes(each)}
    rows: list[Mapping[str, Any]] = [
        {
            "practice_code": practice.code,
            "practice_name": practice.name,
            "postcode": practice.postcode,
            "list_size": practice.list_size,
            "area": area_name(area_of[practice.code]) if area_of[practice.code] else None,
            "network_id": state.network_of.get(practice.code),
            "network_name": None
            if practice.code not in state.network_of
            else network_words(state, state.network_of[practice.code]),
            "locked": "yes" if state.network_of.get(practice.code) in state.locked else "no",
            "attribution": SHORT_ATTRIBUTION,
        }
        for practice in planning.prepared.practices
        if practice.code in area_of
    ]
    return csv_bytes(rows, ())
