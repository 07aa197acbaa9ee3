"""Conditions: which practices of a list are wanted, as ``COLUMN=VALUE``."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.errors import Fault, InputError, RulesError
from netform.practices.values import clean_text, some_of
from netform.publications.fields import column_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from netform.publications.lookup import Lookup

__all__ = ["Condition", "refuse_unmet", "wanted"]


@dataclass(frozen=True, slots=True)
class Condition:
    """What one column has to say.

    Attributes
    ----------
    column : str
        As the user named it.
    values : tuple of str
        Any of which will do.
    """

    column: str
    values: tuple[str, ...]

    @property
    def key(self) -> str:
        """The column, whatever its file calls it."""
        return column_key(self.column)

    def said(self, separator: str = " or ") -> str:
        """Say it as the user did."""
        return separator.join(f"{self.column}={value}" for value in self.values)

    def holds(self, text: str) -> bool:
        """Whether a value is one of those asked for; case and outer spaces do not matter.

        Parameters
        ----------
        text : str
        """
        return _folded(text) in {_folded(value) for value in self.values}


def wanted(texts: Iterable[str], lookup: Lookup) -> tuple[tuple[Condition, ...], list[str]]:
    """Read conditions: several values of one column are alternatives, and several columns have all to hold.

    Parameters
    ----------
    texts : iterable of str
        Each ``COLUMN=VALUE``.
    lookup : Lookup
        By which old codes are taken as those they became.

    Returns
    -------
    conditions : tuple of Condition
    notes : list of str

    Raises
    ------
    RulesError
        One has no column or no value.
    """
    columns: dict[str, tuple[str, list[str]]] = {}
    old: list[str] = []
    for text in texts:
        column, sign, value = (part.strip() for part in text.partition("="))
        if not sign or not column or not value:
            raise RulesError(f"--where {text[:60]!r}: write COLUMN=VALUE, such as sub_icb_code=15F.")
        today = lookup.today(value, old)
        columns.setdefault(column_key(column), (column, []))[1].append(clean_text(today)[0])
    conditions = tuple(Condition(column, tuple(dict.fromkeys(values))) for column, values in columns.values())
    return conditions, lookup.note("--where", old)


def refuse_unmet(
    conditions: Sequence[Condition], columns: Mapping[str, Sequence[str]], names: Mapping[str, str], file: str
) -> None:
    """Refuse a column that no file has, and a value that no practice has.

    Parameters
    ----------
    conditions : sequence of Condition
    columns : mapping of str to sequence of str
        The values of each column, by its key.
    names : mapping of str to str
        What each column is called, by its key.
    file : str
        For the message.

    Raises
    ------
    InputError
        With all of them, and what may have been meant.
    """
    faults = []
    for condition in conditions:
        if condition.key not in columns:
            near = difflib.get_close_matches(condition.key, columns, n=1)
            known = some_of([names[key] for key in columns])
            problem = f"no column is called {condition.column!r}; the columns are {known}"
            remedy = (
                f"Did you mean {names[near[0]]!r}?"
                if near
                else "Name one of them, or add the file that has it: --with"
            )
            faults.append(Fault(file, None, None, None, problem, remedy))
            continue
        found = {_folded(text): text for text in columns[condition.key] if text}
        for value in condition.values:
            if _folded(value) in found:
                continue
            near = difflib.get_close_matches(_folded(value), found, n=3)
            some = [found[each] for each in near] or sorted(found.values())
            problem = f"no practice has {condition.column} {value!r}"
            has = f"Did you mean {some_of([repr(each) for each in some])}?"
            remedy = has if near else f"It has {len(found):,} values: {some_of(some)}"
            faults.append(Fault(file, None, None, None, problem, remedy))
    if faults:
        raise InputError(faults)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
