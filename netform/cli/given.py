"""What the given options come to: files, rules, a prepared list, and how far a plan may move."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from netform.cli.demands import demanded_rules, typed_demands
from netform.cli.output import made_whole
from netform.cli.record import with_record
from netform.errors import RulesError

if TYPE_CHECKING:
    from collections.abc import Callable

    from netform.cli.request import ListRequest, SolveRequest
    from netform.plan.grouping import Moves
    from netform.prepared import Inputs, Prepared
    from netform.rules.model import Rules

__all__ = ["check_options", "given_inputs", "given_list", "given_moves", "given_rules", "given_stdin"]

# ruff: noqa: PLC0415 (imports stand where they are needed, so that --help answers at once)


def check_options(request: SolveRequest) -> None:
    """Refuse options that cannot be, or cannot be together."""
    limits = {"--moves": request.moves, "--moves-patients": request.moves_patients}
    named = [name for name, limit in limits.items() if limit is not None]
    if request.start and not named:
        raise RulesError(
            f"--start {request.start} says where a plan starts, not how far it may go: add --moves N (practices), "
            "--moves least or --moves-patients P."
        )
    if named and not request.start:
        raise RulesError(
            f"{named[0]} is counted from a start: add --start today (the list's pcn_code) or --start FILE."
        )
    least = [name for name, limit in limits.items() if limit == "least"]
    if len(least) > 1:
        raise RulesError(
            "--moves least and --moves-patients least are two questions: ask one, then the other."
        )
    if least and request.prices:
        raise RulesError(
            f"--prices compares plans that may move as many as one another, and {least[0]} least gives each its own "
            f"number: give that number, {least[0]} N, with --prices."
        )


def given_inputs(request: ListRequest) -> Inputs:
    """Gather the files that a user hands over."""
    from netform.inputs.grouping_file import names_column
    from netform.prepared import Inputs
    from netform.rules.mode_shares import CAR

    files = _journeys(request.travel)
    assert request.practices is not None  # noqa: S101 (compare, which can do without, has asked)
    return Inputs(
        practices=request.practices,
        area_column=request.area,
        postcodes=request.postcodes,
        travel=files.get(CAR),
        modes=tuple((mode, path) for mode, path in files.items() if mode != CAR),
        graph=request.graph,
        edges=request.edges,
        boundary=request.boundary,
        registrations=request.registrations,
        lsoas=request.lsoas,
        lsoa_lookup=request.lsoa_lookup,
        branches=request.branches,
        neighbourhoods=tuple(request.neighbourhoods),
        soft_columns=tuple(request.soft),
        nowhere=tuple(request.nowhere),
        split=request.split,
        division_columns=tuple(dict.fromkeys(filter(names_column, request.divisions))),
        publications=tuple(request.publications),
        where=tuple(request.where),
        lookup=request.lookup,
    )


def _journeys(given: tuple[str, ...]) -> dict[str, Path]:
    """Give the files of minutes by mode, in the order of modes."""
    from netform.inputs.travel_modes import mode_of
    from netform.rules.mode_shares import MODES

    files: dict[str, Path] = {}
    for mode, file in map(mode_of, given):
        if not file:
            raise RulesError(f"--travel {mode}= names no file: write {mode}=FILE.")
        if mode in files:
            raise RulesError(
                f"--travel gives minutes by {mode} twice, {files[mode]} and {file}: give one file for each mode, "
                "such as transit=FILE."
            )
        files[mode] = Path(file)
    return {mode: files[mode] for mode in MODES if mode in files}


def given_stdin(request: ListRequest) -> BinaryIO | None:
    """Give standard input where the list comes from it."""
    if request.practices != "-":
        return None
    if sys.stdin is None:
        raise RulesError(
            "- is standard input, and that is closed. Name a file, or send the list with a pipe."
        )
    return sys.stdin.buffer


def given_rules(request: ListRequest) -> Rules:
    """Take the rules file or profile, then the options that change it."""
    from netform.rules.toml import DEFAULT_PROFILE, load_profile, read_rules

    if request.rules and request.profile:
        raise RulesError("--rules and --profile both give the rules: name the profile inside the rules file.")
    rules = read_rules(request.rules) if request.rules else load_profile(request.profile or DEFAULT_PROFILE)
    rules = rules.with_band(request.least, request.most)
    weights = _numbers_by_name("--weight", request.weights, "TERM=NUMBER, such as patient_travel=2")
    return demanded_rules(_ruled_travel(rules.with_weights(weights), request), request)


def _numbers_by_name(option: str, given: tuple[str, ...], form: str) -> dict[str, float]:
    """Read each ``NAME=NUMBER`` of an option, each name once."""
    numbers: dict[str, float] = {}
    for text in given:
        name, _, number = text.partition("=")
        name = name.strip()
        if name in numbers:
            raise RulesError(
                f"{option} gives {name} twice, {numbers[name]:g} and {number.strip()}: give it once."
            )
        try:
            numbers[name] = float(number)
        except ValueError:
            raise RulesError(f"{option} {text!r}: write {form}.") from None
    return numbers


def _ruled_travel(rules: Rules, request: ListRequest) -> Rules:
    """Take what the options say of shares of modes, and of borders."""
    from netform.rules.mode_shares import read_shares

    given = _numbers_by_name("--mode-share", request.mode_shares, "MODE=SHARE, such as transit=0.2")
    shares, problems = (
        read_shares(given, rules.mode_shares, "--mode-share") if given else (rules.mode_shares, [])
    )
    if problems:
        raise RulesError("\n".join(problems))
    minutes, ratio = request.longest_border, request.border_ratio
    return replace(
        rules,
        mode_shares=shares,
        longest_border_minutes=rules.longest_border_minutes if minutes is None else minutes,
        longest_border_ratio=rules.longest_border_ratio if ratio is None else ratio,
    )


def given_list(
    request: ListRequest, rules: Rules, on_stage: Callable[[str], None] = lambda _: None
) -> tuple[Prepared, Rules]:
    """Prepare the list, refuse demands that clash, and count its networks of today where they are asked for.

    Parameters
    ----------
    request : ListRequest
    rules : Rules
    on_stage : callable
        Told of each stage.

    Returns
    -------
    prepared : Prepared
    rules : Rules
        With the number of networks of each area where it is that of today, and the practices that are left out.

    Raises
    ------
    InputError
        As `netform.preparing.prepare`, or there are no networks today.
    RulesError
        With every clash.
    """
    from netform.inputs.grouping_file import todays_grouping
    from netform.pipeline import prepare
    from netform.rules.conflicts.clashes import refuse_clashes
    from netform.rules.current_counts import with_todays_numbers

    prepared = with_record(
        prepare(given_inputs(request), rules, stdin=given_stdin(request), on_stage=on_stage)
    )
    rules = prepared.rules_for_all(rules)
    typed = typed_demands(request)
    refuse_clashes(rules, prepared.graph, strict=request.strict, typed=typed)
    if request.demands.get("networks") == "today":
        rules, notes = with_todays_numbers(
            rules, prepared.graph, prepared.areas, todays_grouping(prepared.practices)
        )
        prepared = replace(prepared, notes=(*prepared.notes, *notes))
        refuse_clashes(rules, prepared.graph, strict=request.strict, typed=replace(typed, today=True))
    return prepared, rules


def given_moves(request: SolveRequest, prepared: Prepared) -> Moves | None:
    """Read where a plan starts and how far it may go; None where it may go anywhere.

    Raises
    ------
    InputError
        As `netform.inputs.grouping_file.read_grouping`.
    """
    from netform.inputs.grouping_file import read_grouping
    from netform.judge.moves import moves_from

    if not request.start:
        return None
    start = read_grouping(made_whole(request.start), prepared.practices)
    return moves_from(start, prepared.practices, request.moves, request.moves_patients)
