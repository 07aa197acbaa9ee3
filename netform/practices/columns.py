"""Columns: which column of a list holds what, by the names that lists use in the wild."""

from __future__ import annotations

import difflib
import functools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netform.errors import Fault
from netform.practices.text import composed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

__all__ = [
    "ALIASES",
    "MAX_COLUMNS",
    "Columns",
    "columns_recognised",
    "field_of",
    "match_columns",
    "plain_name",
]

# Case, spaces, underscores and punctuation are ignored, and so is a year at the end (gp_fte_fy2024).
# The first name of each is the one that netform writes; it wins over the others when a list has both.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "practice_code": (
        "practice_code", "code", "ods_code", "org_code", "organisation_code", "organization_code",
        "prac_code", "practice_ods_code", "practice_organisation_code", "gp_code", "gp_practice_code",
        "gp_ods_code", "ods", "national_practice_code", "national_code", "practice_id",
    ),
    "list_size": (
        "list_size", "number_of_patients", "registered_patients", "total_patients", "registered_list_size",
        "practice_list_size", "registered_population", "patients", "patient_count", "num_patients",
        "no_of_patients", "list", "raw_list_size", "total_list_size", "patient_list_size",
        "total_registered", "total_registered_patients", "gp_registered_population",
        "number_of_registered_patients", "actual_list_size", "number_of_registered_patients_last_known_figure",
        "registered_list", "list_size_registered", "gp_list_size", "gp_practice_list_size", "list_size_total",
        "total_list", "raw_list", "average_list_size", "average_number_of_registered_patients",
        "average_number_of_patients", "count_of_patients", "patients_registered", "number_of_patients_registered",
        "number_of_patients_registered_at_gp_practice", "patients_registered_at_gp_practice",
        "patients_registered_at_the_gp_practice", "reg_patients",
    ),
    "postcode": (
        "postcode", "practice_postcode", "post_code", "pcd", "pcds", "pcd7", "pcd8", "gp_postcode",
        "surgery_postcode", "site_postcode", "address_postcode", "practice_post_code", "postal_code",
    ),
    "practice_name": (
        "practice_name", "name", "gp_practice_name", "prac_name", "org_name", "organisation_name",
        "organization_name", "gp_name", "surgery", "surgery_name", "practice",
    ),
    "weighted_list_size": (
        "weighted_list_size", "weighted_list", "weighted_patients", "weighted_population",
        "weighted_registered_list", "carr_hill_weighted_list", "carr_hill_list_size",
        "carr_hill_weighted_list_size", "normalised_weighted_list_size", "number_of_weighted_patients",
        "weighted_number_of_patients", "practice_weighted_list_size",
        "number_of_weighted_patients_last_known_figure", "list_size_weighted", "gp_weighted_list_size",
        "normalised_weighted_list", "average_weighted_list", "average_weighted_list_size",
        "average_number_of_weighted_patients", "weighted_list_size_total", "wtd_patients", "weighted_pop",
    ),
    "gp_fte": ("gp_fte", "total_gp_fte", "gps_fte", "fte_gp", "gp_full_time_equivalent"),
    "nurse_fte": ("nurse_fte", "total_nurses_fte", "nurses_fte", "total_nurse_fte", "fte_nurse"),
    "dpc_fte": ("dpc_fte", "total_dpc_fte", "direct_patient_care_fte", "fte_dpc"),
    "pcn_code": ("pcn_code", "pcn", "pcn_ods_code", "network_code", "primary_care_network_code", "pcn_id"),
    "pcn_name": (
        "pcn_name", "primary_care_network_name", "primary_care_network", "pcn_ods_name", "current_pcn_name",
    ),
    "easting": ("easting", "eastings", "oseast1m", "east1m", "easting_m", "bng_easting", "grid_easting"),
    "northing": (
        "northing", "northings", "osnrth1m", "north1m", "northing_m", "bng_northing", "grid_northing",
    ),
    "latitude": (
        "latitude", "lat", "wgs84_latitude", "lat_wgs84", "y_latitude", "latitude_wgs84", "latitude_wgs",
    ),
    "longitude": (
        "longitude", "long", "lon", "lng", "wgs84_longitude", "long_wgs84", "x_longitude", "longitude_wgs84",
        "longitude_wgs",
    ),
    "not_geographic": (
        "not_geographic", "non_geographic", "nongeographic", "not_on_the_ground", "special_allocation",
        "special_allocation_scheme", "sas", "is_sas", "online_practice",
    ),
}  # fmt: skip

_YEAR = re.compile(r"(?:fy)?(?:19|20)[0-9]{2}(?:[0-9]{2})?$")
# What may stand behind a name and says nothing of whose the figures are: a date, a financial year, and some words.
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE_BEHIND = re.compile(
    r"[ (\[,-]*(?:(?:as )?(?:at|of|on) )?(?:[0-9]{1,2}(?:st|nd|rd|th)?[-/. ]?)?"
    rf"(?:[0-9]{{1,2}}[-/.]|(?:{_MONTHS})[a-z]*[-/., ]*|(?:fy ?)?(?:20)?[0-9]{{2}}[-/])(?:20)?[0-9]{{2}}[)\]]*$"
)
_WORDS_BEHIND = re.compile(
    r" *[(\[](?:last known figure|raw|unweighted|carr[- ]?hill|total|all|all ages|persons|registered|latest"
    r"|current)[)\]]$"
)
_LIST_AT_MOST = 40
# The meaning of a column of networks, where it is not that of the present ones.
DIVISION = "division"
# What fields are told by where no name fits: the words of a header.
_NETWORK_WORDS = frozenset(
    {
        "pcn",
        "network",
        "primary",
        "care",
        "name",
        "code",
        "of",
        "the",
        "current",
        "present",
        "new",
        "proposed",
        "id",
    }
)
_TELLING: tuple[tuple[str, Callable[[frozenset[str]], bool]], ...] = (
    ("weighted_list_size", lambda words: bool(words & {"weighted", "wtd"})),
    ("gp_fte", lambda words: bool(words & {"fte", "wte"} and words & {"gp", "gps"})),
    ("nurse_fte", lambda words: bool(words & {"fte", "wte"} and words & {"nurse", "nurses"})),
    (
        "pcn_code",
        lambda words: (
            bool(words & {"pcn", "network"}) and words <= _NETWORK_WORDS and words != {"network", "id"}
        ),
    ),
    (
        "list_size",
        lambda words: (
            ("list" in words and "size" in words) or bool(words & {"patients", "registered", "population"})
        ),
    ),
)
# How alike a header and a known name have to be to be mentioned, and how long at least.
_LIKE, _SHORTEST = 0.86, 5
# As many as Excel has.
MAX_COLUMNS = 16_384


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the fields of a practice stand in the rows of a list.

    Attributes
    ----------
    headers : tuple of str
        As the file spells them.
    index : dict of str to int
        From the name of a field (and ``area``) to its position in a row; absent when the list has none.
    soft : tuple of int
        Positions of the columns that say on which side of a soft boundary a practice lies; negative for one that
        the list lacks, because it is found from the place.
    divisions : tuple of int
        Positions of the columns that were asked for as divisions.
    faults : tuple of Fault
        Columns that are missing, or that two headers claim.
    notes : tuple of str
        Columns left out because another of the same meaning has netform's own name.
    soft_names : tuple of str
        What the user called those of ``soft``.
    """

    headers: tuple[str, ...]
    index: dict[str, int] = field(default_factory=dict)
    soft: tuple[int, ...] = ()
    divisions: tuple[int, ...] = ()
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    soft_names: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """Spell the column of a field as the file does."""
        return self.headers[self.index[name]] if name in self.index else name


def plain_name(header: str) -> str:
    """Take out of a header its case, spaces, underscores and punctuation."""
    return "".join(filter(str.isalnum, header.casefold()))


def field_of(header: str) -> str | None:
    """The field of a practice that a header names by one of its usual names."""
    found = _meaning(header, _alias_lookup())
    return found[0] if found else None


def columns_recognised(cells: Sequence[str]) -> int:
    """Count the fields of a practice that the cells of a row name, if it is the header."""
    lookup = _alias_lookup()
    return len({found[0] for cell in cells[:MAX_COLUMNS] if (found := _meaning(cell, lookup))})


def match_columns(
    headers: Sequence[str],
    area_column: str | None,
    file: str,
    row: int,
    soft_columns: Sequence[str] = (),
    division_columns: Sequence[str] = (),
    computed: Collection[str] = (),
) -> Columns:
    """Find the column of each field by its usual names.

    Parameters
    ----------
    headers : sequence of str
        The cells of the header row.
    area_column : str, optional
        The header of the column that says which footprint a practice belongs to.
    file, row : str, int
        Where the header stands, for messages.
    soft_columns : sequence of str
        The headers of the columns that say on which side of a soft boundary a practice lies.
    division_columns : sequence of str
        What the user named as divisions that is no file: the headers of columns with the network of each practice.
    computed : collection of str
        Columns for areas and soft boundaries that the list may lack, because they are found from the place.

    Returns
    -------
    Columns
        With a fault for each column that is needed and missing, and for each field that two columns claim.
    """
    claims = _claims(headers)
    index: dict[str, int] = {}
    faults: list[Fault] = []
    notes: list[str] = []
    for name, positions in claims.items():
        index[name] = positions[0][1]
        rivals = [headers[position] for rank, position in positions if rank == positions[0][0]]
        if len(rivals) > 1:
            problem = f"columns {_and(rivals)} could each be the {name}"
            faults.append(
                Fault(
                    file, row, rivals[1], None, problem, f"Name the right one {name!r}, or remove the others"
                )
            )
        elif len(positions) > 1:
            others = _and([headers[position] for _, position in positions[1:]])
            notes.append(f"Column {rivals[0]!r} was read as the {name}, and {others} left out.")
    faults += _missing(headers, index, file, row)
    notes += _read_as(headers, index)
    if area_column is not None:
        area = _find_named(headers, area_column, "area", file, row)
        if not isinstance(area, Fault):
            index["area"] = area
        elif area_column not in computed:
            faults.append(area)
    # A column named twice is one boundary.
    sides: dict[int, str] = {}
    for column in soft_columns:
        side = _find_named(headers, column, "soft boundary", file, row)
        if isinstance(side, Fault) and column in computed:
            side = -1 - soft_columns.index(column)
        if isinstance(side, Fault):
            faults.append(side)
        else:
            sides.setdefault(side, column)
    asked = [_find_named(headers, column, DIVISION, file, row) for column in division_columns]
    faults += [division for division in asked if isinstance(division, Fault)]
    divisions = tuple(division for division in asked if not isinstance(division, Fault))
    used = {*sides, *divisions, *index.values(), *(at for places in claims.values() for _, at in places)}
    notes += _resembling(headers, claims, used)
    return Columns(
        tuple(headers),
        index,
        tuple(sides),
        divisions,
        tuple(faults),
        tuple(notes),
        soft_names=tuple(sides.values()),
    )


@functools.cache
def _alias_lookup() -> Mapping[str, tuple[str, int]]:
    return {
        plain_name(alias): (name, 0 if alias == name else 1)
        for name, aliases in ALIASES.items()
        for alias in aliases
    }


def _meaning(header: str, lookup: Mapping[str, tuple[str, int]]) -> tuple[str, int] | None:
    """Find the field a header names, and its rank: netform's own name 0, another 1, with a year 2 more."""
    if len(header) > 80:  # a sentence of a preamble
        return None
    plain = plain_name(header)
    if plain in lookup:
        return lookup[plain]
    shorter = header.casefold().replace("_", " ").strip(" *")
    for behind in (_DATE_BEHIND, _WORDS_BEHIND):
        shorter = behind.sub("", shorter)
    for shown in (_YEAR.sub("", plain), plain_name(shorter)):
        if shown in lookup:
            name, rank = lookup[shown]
            return name, rank + 2
    return None


def _claims(headers: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    """List for each field the (rank, position) of the columns that could hold it, the best first."""
    lookup = _alias_lookup()
    claims: dict[str, list[tuple[int, int]]] = {}
    for position, header in enumerate(headers):
        found = _meaning(header, lookup)
        if found is not None:
            claims.setdefault(found[0], []).append((found[1], position))
    return {name: sorted(claims[name]) for name in ALIASES if name in claims}


def _read_as(headers: Sequence[str], index: Mapping[str, int]) -> list[str]:
    """Say which columns were read as what, where they do not say so themselves."""
    said = [
        f"{name} from {headers[at]!r}"
        for name, at in index.items()
        if plain_name(headers[at]) != plain_name(name)
    ]
    return [f"Columns read: {', '.join(said)}."] if said else []


def _resembling(headers: Sequence[str], claims: Mapping[str, object], used: Collection[int]) -> list[str]:
    """Name the columns that look like one that is known and were not read, where nothing else was read as that."""
    notes = []
    for at, header in enumerate(headers[:_LIST_AT_MOST]):
        name = "" if at in used else _alike(header)
        # One column of present networks, by code or by name, is enough.
        if name and name not in claims and not (name == "pcn_code" and "pcn_name" in claims):
            notes.append(
                f"Column {header!r} resembles {name} and was not read: rename it to {name} if it is."
            )
    return notes


def _alike(header: str) -> str:
    """The field whose names a header resembles, by its spelling or by its words; nothing where it does none."""
    lookup = _alias_lookup()
    plain = plain_name(header)
    if len(plain) < _SHORTEST - 2 or len(header) > 80:
        return ""
    near = difflib.get_close_matches(plain, lookup, n=1, cutoff=_LIKE) if len(plain) >= _SHORTEST else []
    if near:
        return lookup[near[0]][0]
    words = frozenset(re.findall(r"[a-z]+", header.casefold()))
    return next((name for name, told in _TELLING if told(words)), "")


def _missing(headers: Sequence[str], index: Mapping[str, int], file: str, row: int) -> list[Fault]:
    needed = ["practice_code", "list_size"]
    pairs = (("easting", "northing"), ("latitude", "longitude"))
    if not any(a in index and b in index for a, b in pairs):
        needed.append("postcode")
    needed += [b for a, b in (*pairs, *((b, a) for a, b in pairs)) if a in index and b not in index]
    faults: list[Fault] = []
    for name in needed:
        if name not in index:
            usual = ", ".join(ALIASES[name][1:5])
            alike = [header for header in headers[:_LIST_AT_MOST] if _alike(header) == name]
            maybe = f", which {alike[0]!r} may be" if alike else ""
            problem = f"no column is the {name}"
            if not faults:
                problem += f"; the columns are {_and(headers) or 'none'}"
            faults.append(
                Fault(
                    file,
                    row,
                    None,
                    None,
                    problem,
                    f"Name it {name!r}{maybe}, or one of the usual names ({usual})",
                )
            )
    return faults


def _find_named(headers: Sequence[str], column: str, meaning: str, file: str, row: int) -> int | Fault:
    """Find a column that the user named, as spelt or else but for case, spaces and punctuation."""
    column = composed(column)
    for same in (
        [at for at, header in enumerate(headers) if header and header == column.strip()],
        [at for at, header in enumerate(headers) if header and plain_name(header) == plain_name(column)],
    ):
        if len(same) == 1:
            return same[0]
        if same:
            problem = f"{len(same)} columns are called {column!r}"
            return Fault(
                file, row, column, None, problem, f"Keep the one that holds the {meaning}, or rename it"
            )
    near = difflib.get_close_matches(column, [header for header in headers if header], n=1)
    problem = f"no column is called {column!r}, which was named as the {meaning}"
    if meaning == DIVISION:
        problem = f"{column!r} is neither a file nor a column of the list"
    problem += f"; the columns are {_and(headers)}"
    remedy = f"Did you mean {near[0]!r}?" if near else "Name one of these columns"
    return Fault(file, row, None, None, problem, remedy)


def _and(headers: Sequence[str]) -> str:
    shown = [repr(header) for header in headers if header]
    more = len(shown) - _LIST_AT_MOST
    return ", ".join(shown[:_LIST_AT_MOST]) + (f" and {more} more" if more > 0 else "")
