"""What one publication says: of which practices, in which row of which file, and as of when."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from netform.practices.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netform.practices.tables import Table

__all__ = ["OdsStatus", "Publication", "Question", "Record", "says"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a publication besides what is always taken from it.

    Attributes
    ----------
    day : str
        That the list is of, ISO 8601; blank where it does not say.
    columns : frozenset of str
        Columns that the user names, as `netform.publications.fields.column_key` has them.
    """

    day: str = ""
    columns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Record:
    """What is said of one practice.

    Attributes
    ----------
    row : int
        The row of the file, the first of several.
    values : mapping of str to str
        By field (`netform.publications.fields.FIELDS`), or by header where a planner's own list has other columns.
    """

    row: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OdsStatus:
    """Whether an organisation is an open GP practice, by the file of practices of the Organisation Data Service.

    Attributes
    ----------
    status : str
        As published: ``ACTIVE``, ``C``, ...
    is_open : bool
        By its status.
    closed_on : str
        The day it closed, ISO 8601; blank while it is open.
    is_practice : bool
        Whether its setting is that of a GP practice.
    """

    status: str
    is_open: bool
    closed_on: str
    is_practice: bool


@dataclass(frozen=True, slots=True)
class Publication:
    """A file, or the sheet or member of one, that says something of practices.

    Attributes
    ----------
    file : str
        For messages, as the user named it.
    name : str
        The same without folders, for notes.
    title : str
        What it is, for people.
    date : str
        As of when, ISO 8601; blank where it does not say.
    records : mapping of str to Record
        By practice code.
    headers : mapping of str to str
        How the file spells the column of each field.
    header_row : int
        0 where there is none.
    statuses : mapping of str to OdsStatus
        By code, of every organisation in the file of practices.
    own_table : Table or None
        A planner's own list as it stands: what is wrong with it is said as of any list.
    notes : tuple of str
    """

    file: str
    name: str
    title: str
    date: str
    records: Mapping[str, Record]
    headers: Mapping[str, str]
    header_row: int = 1
    statuses: Mapping[str, OdsStatus] = field(default_factory=lambda: MappingProxyType({}))
    own_table: Table | None = None
    notes: tuple[str, ...] = ()

    @property
    def has_list_sizes(self) -> bool:
        """Whether it says how many patients practices have."""
        return "list_size" in self.headers

    @property
    def dated(self) -> str:
        """Its name and date, for people."""
        return f"{self.name} {self.date}".strip()


def says(name: str, text: str) -> bool:
    """Whether a cell says something: ``U`` in place of a network says that there is none.

    Parameters
    ----------
    name, text : str
        The field, and what stands there.
    """
    text = text.strip().upper()
    return text not in UNKNOWN or (text == "U" and name == "pcn_code")
