"""Reading a division of practices into networks: today's, a table's, or an earlier plan's.

A division may break every rule; all that is asked of it is that it is clear. What is not clear is a fault,
and all faults of a file are said at once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from netform.errors import Fault, InputError
from netform.inputs.membership_table import MOST_LABEL, read_memberships, without_unassigned
from netform.inputs.pair_table import raise_if_any
from netform.inputs.plan_folder import is_plan, read_plan
from netform.plan.grouping import Grouping
from netform.practices.columns import ALIASES as PRACTICE_ALIASES
from netform.practices.names import written_name
from netform.practices.values import clean_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netform.plan.model import Plan
    from netform.practices.model import PracticeList

__all__ = [
    "TODAY",
    "grouping_name",
    "names_column",
    "names_file",
    "plan_grouping",
    "read_grouping",
    "todays_grouping",
]

# Words that mean the list's own present networks; a file of such a name is given as ./today.
TODAY = ("today", "pcn_code")


def names_column(given: str) -> bool:
    """Say whether a division can only be a column of the list: it is no word for today's networks, and no file."""
    return given.casefold() not in TODAY and not names_file(given)


def names_file(given: str) -> bool:
    """Say whether a division is a file or a folder: it is no word for today's networks, and there is one."""
    try:
        return given.casefold() not in TODAY and Path(given).exists()
    except (OSError, ValueError):  # a name no file can have
        return False


def read_grouping(given: str, practices: PracticeList) -> Grouping:
    """Read a division of the practices of a list.

    Parameters
    ----------
    given : str
        ``today`` or ``pcn_code`` for the list's own present networks; a column that the list was read with as a
        division; a CSV or Excel file (`netform.inputs.membership_table`), up to 64 MiB; or a plan folder, its
        ``plan.json`` or its ``practices.csv``.
    practices : PracticeList

    Returns
    -------
    Grouping
        Every practice of the list is in a network or unplaced: those whose network is blank, and those that
        the file lacks.

    Raises
    ------
    InputError
        With every fault: codes that are not in the list, or are blank; a practice in two networks; two names
        that differ only in case; no practice in a network at all.
    """
    if given.casefold() in TODAY:
        return todays_grouping(practices)
    if given in practices.division_columns:
        return _column_grouping(given, practices)
    if is_plan(given):
        path = Path(given)
        return plan_grouping(
            read_plan(path / "plan.json" if path.is_dir() else path), practices, given, grouping_name(given)
        )
    read = read_memberships(_table_file(given), practices.codes)
    return replace(_grouping(grouping_name(given), read.network_of, practices, read.names), notes=read.notes)


def todays_grouping(practices: PracticeList) -> Grouping:
    """Give the present networks of a list, by its column pcn_code.

    Raises
    ------
    InputError
        The list says of no practice which network it is in.
    """
    network_of = {practice.code: practice.pcn_code for practice in practices if practice.pcn_code}
    if not network_of:
        usual = ", ".join(PRACTICE_ALIASES["pcn_code"][:4])
        raise InputError(
            [
                Fault(
                    practices.source,
                    None,
                    None,
                    None,
                    "no practice has a present network: the list has no such column, or it is blank",
                    f"Add a column of present networks (usual names: {usual}), or give a plan file",
                )
            ]
        )
    return _grouping("today", network_of, practices)


def _column_grouping(column: str, practices: PracticeList) -> Grouping:
    """Give the networks that a column of the list says."""
    at = practices.division_columns.index(column)
    network_of = {each.code: each.divisions[at] for each in practices if each.divisions[at]}
    faults = []
    if not network_of:
        remedy = "Give a column with the network of each practice"
        faults.append(Fault(practices.source, None, column, None, "it puts no practice in a network", remedy))
    first: dict[str, str] = {}
    for practice in practices:
        label = practice.divisions[at]
        twin = first.setdefault(label.casefold(), label)
        if len(label) > MOST_LABEL:
            said = (
                f"the name of the network has {len(label):,} characters, and at most {MOST_LABEL} are allowed"
            )
            faults.append(
                Fault(
                    practices.source, practice.row, column, label, said, "Name a column that holds networks"
                )
            )
        elif twin != label:
            said = f"network {label!r} and network {twin!r} differ only in case"
            faults.append(
                Fault(practices.source, practice.row, column, label, said, "Write the name in one way")
            )
    raise_if_any(practices.source, faults)
    placed, notes = without_unassigned(network_of)
    placed = {code: label for code, label in placed.items() if label}
    return replace(_grouping(clean_text(column)[0], placed, practices), notes=tuple(notes))


def plan_grouping(plan: Plan, practices: PracticeList, file: str, name: str) -> Grouping:
    """Give the networks of an earlier plan as a division of a list.

    Parameters
    ----------
    plan : Plan
    practices : PracticeList
        Those that the plan lacks are unplaced.
    file, name : str
        For messages, and for people.

    Raises
    ------
    InputError
        With every practice of the plan that is not in the list.
    """
    network_of = {code: network.network_id for network in plan.networks for code in network.practice_codes}
    strangers = sorted(network_of.keys() - set(practices.codes))
    remedy = "Give the list that the plan was made from, or another plan"
    raise_if_any(
        file,
        [
            Fault(
                file,
                None,
                None,
                code,
                f"practice {code} of network {network_of[code]} is not in the list",
                remedy,
            )
            for code in strangers
        ],
    )
    names = {network.network_id: network.name for network in plan.networks}
    return _grouping(name, network_of, practices, names)


def grouping_name(given: str) -> str:
    """Name a file for people: without the folders above it, but for those of files all called alike.

    Parameters
    ----------
    given : str
        The path as the user wrote it.
    """
    path = Path(given)
    shown = f"{path.parent.name}/{path.name}" if path.name in ("plan.json", "practices.csv") else path.name
    return clean_text(shown.removeprefix("/") or given)[0]


def _table_file(given: str) -> str:
    """Find the table in a folder without a plan.json, such as netform score writes."""
    path = Path(given)
    try:
        inside = path / "practices.csv"
        if path.is_dir() and inside.exists():
            return str(inside)
        is_folder = path.is_dir()
    except (OSError, ValueError):  # a name no file can have: opening it will say so
        return given
    if is_folder:
        problem = "it is a folder without a plan.json or a practices.csv"
        remedy = "Give the folder that netform solve or netform score wrote, or a table of practices"
        raise InputError([Fault(given, None, None, None, problem, remedy)])
    return given


def _grouping(
    name: str,
    network_of: Mapping[str, str],
    practices: PracticeList,
    names: Mapping[str, str] = MappingProxyType({}),
) -> Grouping:
    """Gather networks in order of their labels; a label that is the code of a present network has its name."""
    networks: dict[str, list[str]] = defaultdict(list)
    for code in practices.codes:
        if code in network_of:
            networks[network_of[code]].append(code)
    present = practices.network_names
    return Grouping(
        name,
        {label: tuple(networks[label]) for label in sorted(networks)},
        tuple(code for code in practices.codes if code not in network_of),
        names={
            label: said
            for label in sorted(networks)
            if (said := names.get(label) or written_name(present.get(label, "")))
            and said.casefold() != label.casefold()
        },
    )
