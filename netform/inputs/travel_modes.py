"""Travel by several modes: a matrix for each, and their mean by the shares of the rules.

Patients come by car, by public transport and on foot. A journey of the model takes the mean of the modes, each by its
share; where a mode's matrix lacks a pair, that share goes as long as by car.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.errors import RulesError
from netform.inputs.travel import build_travel
from netform.inputs.travel_matrix import read_matrix
from netform.rules.mode_shares import CAR, MODE_WORDS, MODES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from netform.inputs.places import Places
    from netform.practices.model import PracticeList
    from netform.rules.mode_shares import Shares
    from netform.rules.model import Rules

__all__ = ["GivenTravel", "mean_of_modes", "mode_of", "read_travel"]


@dataclass(frozen=True, slots=True)
class GivenTravel:
    """The journeys that a user's files give.

    Attributes
    ----------
    minutes : mapping of (int, int) to float
        One way, by positions in the list, the smaller first: by car, or the mean of modes.
    by_car : mapping of (int, int) to float, or None
        Those by car alone, where ``minutes`` is a mean of modes.
    sources : tuple of str
        The files, for the provenance; with their shares where there are several modes.
    files : tuple of str
        Their names alone.
    notes : tuple of str
        What a planner should read.
    """

    minutes: Mapping[tuple[int, int], float]
    by_car: Mapping[tuple[int, int], float] | None = None
    sources: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def mode_of(text: str) -> tuple[str, str]:
    """Take ``transit=FILE`` apart; what names no mode is a file of journeys by car.

    Parameters
    ----------
    text : str
        As it is given to ``--travel``. A file whose own name begins so is given with its folder, ``./transit=FILE``.

    Returns
    -------
    mode, file : str
    """
    mode, equals, file = text.partition("=")
    return (mode, file) if equals and mode in MODES else (CAR, text)


def read_travel(
    files: Mapping[str, Path], practices: PracticeList, places: Places, rules: Rules
) -> GivenTravel:
    """Read the matrix of each mode, for ``--travel``.

    Parameters
    ----------
    files : mapping of str to Path
        By mode (`netform.rules.mode_shares.MODES`).
    practices : PracticeList
    places : Places
    rules : Rules
        Holds the shares of modes, and the constants of the estimate.

    Raises
    ------
    InputError
        As `netform.inputs.travel_matrix.read_matrix`.
    RulesError
        A mode has a share and no matrix, or a matrix and no share.
    """
    _refuse_mismatch(files, rules.mode_shares)
    matrices = {mode: read_matrix(files[mode], practices) for mode in MODES if mode in files}
    notes = tuple(note for matrix in matrices.values() for note in matrix.notes)
    if not rules.mode_shares:
        car = matrices.get(CAR)
        names = tuple(files[mode].name for mode in files)
        return GivenTravel(car.minutes if car else {}, None, names, names, notes)
    given = {mode: matrix.minutes for mode, matrix in matrices.items()}
    by_car = given.get(CAR, {})
    minutes = mean_of_modes(given, rules.mode_shares, places, rules)
    pairs = len(practices) * (len(practices) - 1) // 2
    lacking = [
        f"Pairs that {files[mode].name} lacks, taken as long as by car: {pairs - len(found):,} of {pairs:,}."
        for mode, found in given.items()
        if mode != CAR and len(found) < pairs
    ]
    found = tuple(
        (files[mode].name, f"{share:g} {MODE_WORDS[mode]}")
        for mode, share in rules.mode_shares
        if mode in files
    )
    sources = [f"{name} ({share})" for name, share in found]
    if CAR not in files and CAR in dict(rules.mode_shares):
        # A mode other than car has a file: the shares would have been refused.
        sources[-1] += f" with {dict(rules.mode_shares)[CAR]:g} by car as estimated"
    return GivenTravel(minutes, by_car, tuple(sources), tuple(name for name, _ in found), (*notes, *lacking))


def mean_of_modes(
    given: Mapping[str, Mapping[tuple[int, int], float]], shares: Shares, places: Places, rules: Rules
) -> dict[tuple[int, int], float]:
    """Give the mean of the modes for each pair that any of them gives.

    Parameters
    ----------
    given : mapping of str to mapping of (int, int) to float
        Minutes by mode.
    shares : Shares
        Add up to 1.
    places : Places
    rules : Rules

    Returns
    -------
    dict of (int, int) to float
        ``sum over modes of share * minutes``; minutes by car where a mode lacks the pair, and the estimate where car
        lacks it, too.
    """
    drive = build_travel(places, rules, given.get(CAR)).minutes
    with_share: Sequence[tuple[float, Mapping[tuple[int, int], float]]] = [
        (share, given.get(mode, {})) for mode, share in shares if mode != CAR
    ]
    by_car = dict(shares).get(CAR, 0.0)
    pairs = sorted(set().union(*given.values()))
    mean = {}
    for pair in pairs:
        car = drive(*pair)
        mean[pair] = by_car * car + sum(share * minutes.get(pair, car) for share, minutes in with_share)
    return mean


def _refuse_mismatch(files: Mapping[str, Path], shares: Shares) -> None:
    """Refuse a share without a matrix, and a matrix without a share: neither would count."""
    weighed = dict(shares)
    problems = [
        f"{share:g} of travel is to be {MODE_WORDS[mode]} and there are no minutes for it: add --travel {mode}=FILE."
        for mode, share in shares
        if mode != CAR and mode not in files
    ]
    problems += [
        f"{files[mode]} gives minutes {MODE_WORDS[mode]}, of which no share of travel is: add --mode-share {mode}=0.2,"
        " or what it is."
        for mode in files
        if mode != CAR and mode not in weighed
    ]
    if problems:
        raise RulesError("\n".join(problems))
