"""Dates as lists write them: days, and whether something ended on one."""

from __future__ import annotations

import datetime as dt
import re

from netform.practices.values import UNKNOWN

__all__ = ["day_of", "has_ended"]

# A year as late as this, or as early, stands for no end at all (31/12/9999, 1900-01-00).
_FIRST, _LAST = 1901, 2098
_MONTH, _DAY, _GAP = "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])", "[-/. ]?"
_NAME = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
# 20190331, 2019-03-31 with or without a time; 31032019, 31/03/2019, 31/3/19; 31 March 2019, 31-Mar-19, Mar 19; 2019.
_DATES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?P<year>(?:19|20)[0-9]{{2}}|9999){_GAP}{_MONTH}{_GAP}{_DAY}(?:[t ].*)?",
        rf"{_DAY}{_GAP}{_MONTH}{_GAP}(?P<year>[0-9]{{4}})(?: .*)?",
        rf"{_DAY}[-/. ]{_MONTH}[-/. ](?P<year>[0-9]{{2}})",
        rf"(?:{_DAY}{_GAP})?{_NAME}{_GAP}(?P<year>[0-9]{{4}}|[0-9]{{2}})",
        r"(?P<year>(?:19|20)[0-9]{2}|9999)",
    )
)
# Days since the last of 1899, as Excel writes a date whose cell has lost its format: 1954 to 2091.
_SERIAL = re.compile(r"[2-6][0-9]{4}(?:\.0*)?")


def has_ended(text: str) -> bool | None:
    """Whether a cell names a day on which something ended; None where it holds something else than a day.

    Blank cells, those that say that nothing is known, and days beyond 2098, which stand for none, are no end.

    Parameters
    ----------
    text : str
    """
    text = text.strip()
    if text.upper() in UNKNOWN or not text.strip("0-/.: "):
        return False
    if _SERIAL.fullmatch(text):
        return True
    for form in _DATES:
        if found := form.fullmatch(text):
            year = int(found["year"])
            # Two digits are of this century.
            return _FIRST <= (year if year > 99 else 2000 + year) <= _LAST
    return False if text.startswith("1900") else None


_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# 20260701, 2026-07-01 with or without a time; 01JUL2026, 1 July 2026, 01-Jul-26; 01/07/2026, 01/07/26.
_DAYS = (
    re.compile(r"(?P<y>(?:19|20)[0-9]{2})[-/.]?(?P<m>[0-9]{2})[-/.]?(?P<d>[0-9]{2})(?:[T ].*)?"),
    re.compile(r"(?P<d>[0-9]{1,2})[-/. ]?(?P<m>[A-Za-z]{3})[a-z]*[-/. ]?(?P<y>(?:19|20)[0-9]{2})"),
    re.compile(r"(?P<d>[0-9]{1,2})[-/. ](?P<m>[A-Za-z]{3})[a-z]*[-/. ](?P<y>[0-9]{2})"),
    re.compile(r"(?P<d>[0-9]{1,2})[-/.](?P<m>[0-9]{1,2})[-/.](?P<y>(?:19|20)[0-9]{2})(?: .*)?"),
    re.compile(r"(?P<d>[0-9]{1,2})[-/.](?P<m>[0-9]{1,2})[-/.](?P<y>[0-9]{2})"),
)
_SERIAL_BEGINS = dt.date(1899, 12, 30)


def day_of(text: str) -> str:
    """Write a day as ISO 8601 has it (``2026-07-01``); nothing where a text is no whole day.

    Parameters
    ----------
    text : str
        ``20260701``, ``01JUL2026``, ``1 July 2026``, ``01/07/2026`` (the day first) and the like; years of two digits
        are of this century. ``46204``, as Excel writes a date whose cell has lost its format, is a day as well.
    """
    text = text.strip()
    if _SERIAL.fullmatch(text):
        return (_SERIAL_BEGINS + dt.timedelta(days=int(float(text)))).isoformat()
    for form in _DAYS:
        found = form.fullmatch(text)
        if found is None:
            continue
        month = found["m"].lower()
        if not month.isdigit():
            month = str(_MONTH_NAMES.index(month) + 1) if month in _MONTH_NAMES else "0"
        try:
            year = int(found["y"])
            # Two digits are of this century.
            return dt.date(year if year > 99 else 2000 + year, int(month), int(found["d"])).isoformat()
        except ValueError:
            continue
    return ""
