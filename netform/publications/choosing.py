"""Choosing among the practices of a joined list: those that are wanted, open, and somewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netform.practices.closing import Closing
from netform.publications.fields import column_key
from netform.publications.model import says
from netform.publications.reasons import LeftOut, is_open, nothing_said, reason_of
from netform.publications.where import refuse_unmet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from netform.publications.joining import Joined
    from netform.publications.lookup import Lookup
    from netform.publications.model import OdsStatus, Publication
    from netform.publications.where import Condition

__all__ = ["Choice", "Known"]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of postcodes, by those who know where they are.

    Attributes
    ----------
    has_place : callable
        Whether a postcode lies somewhere.
    columns : mapping of str to callable
        From the name of a column that needs no file to its value for a postcode.
    """

    has_place: Callable[[str], bool] = lambda _: True
    columns: Mapping[str, Callable[[str], str]] = field(default_factory=dict)


class Choice:
    """Chooses among the practices of a joined list.

    Parameters
    ----------
    joined : Joined
    publications : sequence of Publication
        All that were joined.
    conditions : sequence of Condition
    known : Known
    lookup : Lookup
    """

    def __init__(
        self,
        joined: Joined,
        publications: Sequence[Publication],
        conditions: Sequence[Condition],
        known: Known,
        lookup: Lookup,
    ) -> None:
        self._joined = joined
        self._publications = publications
        self._conditions = conditions
        self._known = known
        self._lookup = lookup
        self._closing = Closing(joined.headers)
        # Columns that no file has and that follow from the postcode.
        by_key = {column_key(name): value for name, value in known.columns.items()}
        self._computed = {
            condition.key: by_key[condition.key]
            for condition in conditions
            if condition.key not in joined.keys and condition.key in by_key
        }

    def refuse_unmet(self) -> None:
        """Refuse conditions on columns that no file has, and values that no practice has."""
        columns, names = dict[str, list[str]](), dict[str, str]()
        for key, header in zip(self._joined.keys, self._joined.headers, strict=True):
            if key and key not in columns:
                columns[key] = [self._joined.value(code, key) for code in self._joined.rows]
                names[key] = header
        for name in self._known.columns:
            names.setdefault(column_key(name), name)
            columns.setdefault(column_key(name), [])
        for key in self._computed:
            columns[key] = [self._value(code, key) for code in self._joined.rows]
        refuse_unmet(self._conditions, columns, names, self._joined.base.file)

    def leave_out(self) -> list[LeftOut]:
        """Take out of the list what is no practice of it; every other code of the files is left out as well."""
        day = self._joined.base.date
        left_out = []
        for code in sorted({code for each in self._publications for code in each.records if code}):
            here = code in self._joined.rows
            elsewhere = self._elsewhere(code, here=here)
            if elsewhere is not None:
                why: LeftOut | None = elsewhere
            elif not here:
                why = LeftOut(code, "no list size", is_open(self._status(code)))
            elif said := self._closing.said(code, self._joined.table.rows[self._joined.rows[code]]):
                why = LeftOut(code, "closed", said)
            else:
                why = reason_of(code, self._joined, self._status(code), day, self._known.has_place)
            if why is not None:
                left_out.append(why)
                if here:
                    self._joined.drop(code)
        return left_out

    def _elsewhere(self, code: str, *, here: bool) -> LeftOut | None:
        """Say that a practice is not among those wanted; of one of the list, what column it lacks to be."""
        unmet = {
            condition: value
            for condition in self._conditions
            if not condition.holds(value := self._value(code, condition.key, here=here))
        }
        if not unmet:
            return None
        silent = [condition for condition, value in unmet.items() if not says(condition.key, value)]
        unknown = here and len(silent) == len(unmet)
        return LeftOut(code, "elsewhere", nothing_said(silent[0]) if unknown else "")

    def _value(self, code: str, key: str, *, here: bool = True) -> str:
        """What is said of a practice in a column, be it in the list or not."""
        if key in self._computed:
            postcode = self._value(code, "postcode", here=here)
            return self._computed[key](postcode) if postcode else ""
        if here:
            return self._joined.value(code, key)
        for each in self._publications:
            record = each.records.get(code)
            for name, text in record.values.items() if record else ():
                if column_key(name) == key:
                    return self._lookup.today(text)
        return ""

    def _status(self, code: str) -> OdsStatus | None:
        return next((each.statuses[code] for each in self._publications if code in each.statuses), None)
