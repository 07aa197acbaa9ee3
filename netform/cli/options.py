"""The options of the command line, and what they come to."""

from __future__ import annotations

import sys
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import click

from netform.cli.demands import DEMAND_OPTIONS, demanded_rules, typed_demands
from netform.cli.numbers import Within, number_of_patients
from netform.cli.output import made_whole
from netform.cli.record import with_record
from netform.errors import RulesError
from netform.ranges import BYTES_GB, LONGEST, PATIENTS, RATIO, SECONDS, SEED, WORKERS
from netform.solve.model.budget import DEFAULT, GIGABYTE

if TYPE_CHECKING:
    from collections.abc import Callable

    from netform.cli.request import ListRequest, ReportRequest, SolveRequest
    from netform.plan.grouping import Moves
    from netform.plan.title_page import TitlePage
    from netform.prepared import Inputs, Prepared
    from netform.rules.model import Rules

__all__ = [
    "INPUT_OPTIONS",
    "LIST_OPTIONS",
    "NETWORKS_OPTION",
    "POSTCODES_OPTION",
    "SOLVE_OPTIONS",
    "TITLE_OPTIONS",
    "check_options",
    "given_inputs",
    "given_list",
    "given_moves",
    "given_rules",
    "given_stdin",
    "given_title_page",
    "with_options",
]

# ruff: noqa: PLC0415 (imports stand where they are needed, so that --help answers at once)

# Ten minutes are more than any single area of England needs for a good plan, and enough for all of them.
TIME_LIMIT = 600.0

# A title, an author or a date that is longer is a slip.
MOST_LETTERS = 200

Command: TypeAlias = "Callable[..., Any]"


def _patients(_ctx: click.Context, _param: click.Parameter, value: str | None) -> int | None:
    """Read a number of patients as people write it: 30000, 30,000 or 30k."""
    if value is None:
        return None
    number = number_of_patients(value)
    if number is None:
        raise click.BadParameter(f"{value[:40]!r} is no number of patients: write 30000, 30,000 or 30k.")
    return number


def _file(help_text: str, *names: str) -> Callable[[Command], Command]:
    return click.option(*names, type=click.Path(path_type=Path), metavar="FILE", help=help_text)


LIST_OPTIONS: tuple[Callable[[Command], Command], ...] = (
    click.option(
        "--with",
        "publications",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="A publication of the NHS, or a table of yours, that says more of the practices, as it comes (CSV, Excel, "
        "ZIP); joined by practice code. Repeat for others: the first that says something is believed.",
    ),
    click.option(
        "--where",
        multiple=True,
        metavar="COLUMN=VALUE",
        help="Only practices of which it holds, such as sub_icb_code=15F or local_authority=E08000035. Several values "
        "of one column are alternatives, several columns have all to hold.",
    ),
    _file(
        "Old and new codes of areas (CSV, Excel), so that files of different years meet: old_code,new_code[,date].",
        "--lookup",
    ),
)

POSTCODES_OPTION = _file(
    "Postcodes with their eastings and northings (ONSPD, Code-Point), asked first.", "--postcodes"
)

INPUT_OPTIONS: tuple[Callable[[Command], Command], ...] = (
    click.argument("practices", metavar="PRACTICES"),
    *LIST_OPTIONS,
    click.option(
        "--area",
        metavar="COLUMN",
        help="Column with the areas that no network may cross, such as sub_icb_code; local_authority needs no column.",
    ),
    click.option(
        "--min",
        "least",
        callback=_patients,
        metavar="PATIENTS",
        help="Least list size of a network [rules: 30000].",
    ),
    click.option(
        "--max",
        "most",
        callback=_patients,
        metavar="PATIENTS",
        help="Most list size of a network [rules: 50000].",
    ),
    _file("Your own rules as TOML; the rules.toml of an earlier plan is one.", "--rules"),
    click.option(
        "--profile", metavar="NAME", help="Rules that come with netform: fyfv-2017 (default) or arrs-2025."
    ),
    click.option(
        "--weight",
        "weights",
        multiple=True,
        metavar="TERM=NUMBER",
        help="How much an hour of a term counts, such as patient_travel=2; repeat for others.",
    ),
    click.option(
        "--travel",
        multiple=True,
        metavar="[MODE=]FILE",
        help="Minutes by car, CSV or Excel: from,to,minutes. Pairs it lacks are estimated. transit=FILE, foot=FILE or"
        " cycle=FILE gives those of another mode, with --mode-share; repeat for others.",
    ),
    click.option(
        "--mode-share",
        "mode_shares",
        multiple=True,
        metavar="MODE=SHARE",
        help="How much of travel is by a mode, such as transit=0.2; car takes what is left [rules: all by car].",
    ),
    click.option(
        "--longest-border",
        type=Within(LONGEST),
        metavar="MINUTES",
        help="A border whose drive --travel gives, and is longer, is a barrier: no neighbours [rules: none is].",
    ),
    click.option(
        "--border-ratio",
        type=Within(RATIO),
        metavar="NUMBER",
        help="The same where the drive is longer than so many times what the straight line gives, such as 1.6.",
    ),
    _file(
        "Polygons of the area or areas (GeoJSON, GeoPackage), in place of where people live.", "--boundary"
    ),
    _file(
        "Neighbours to add or drop, CSV or Excel: from,to[,kind,minutes,action], kind bridge or ferry, action add or"
        " drop.",
        "--edges",
    ),
    _file(
        "All neighbours, CSV or Excel: from,to[,kind,minutes], in place of those netform finds.", "--graph"
    ),
    _file(
        "Registered patients by practice and LSOA (CSV, may be .gz): where they live, for the term community.",
        "--registrations",
    ),
    _file(
        "Where the LSOAs of --registrations are: polygons (GeoPackage, GeoJSON), or a CSV of centres or of postcodes."
        " Territories are then made of them.",
        "--lsoas",
    ),
    _file(
        "LSOAs of 2011 and of 2021 (CSV), where --registrations is older than --lsoas or --neighbourhoods.",
        "--lsoa-lookup",
    ),
    click.option(
        "--neighbourhoods",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Neighbourhoods: polygons (GeoJSON, GeoPackage), or a table (CSV, Excel) of LSOAs, practices or postcodes;"
        " or of MSOAs or wards, with a second FILE that says which LSOAs are in them: repeat for that.",
    ),
    click.option(
        "--soft",
        multiple=True,
        metavar="COLUMN",
        help="Column with the sides of a soft boundary, for the term crossing; local_authority needs no column; "
        "repeat for others.",
    ),
    POSTCODES_OPTION,
    _file(
        "Branch surgeries, CSV or Excel: branch_code,practice_code,postcode; further sites of practices.",
        "--branches",
    ),
    click.option(
        "--split",
        is_flag=True,
        help="Plan a practice that stands in several rows, of different networks or places, in parts: CODE-1, CODE-2.",
    ),
    click.option(
        "--nowhere",
        multiple=True,
        metavar="keep|leave-out|attach",
        help="Practices not on the ground (special allocation, online, homeless): kept at their postcode, left out, or "
        "attached to the nearest; CODE=leave-out for one, CODE=CODE to attach it to another; repeat.",
    ),
    *DEMAND_OPTIONS,
)


def _number_or_least(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | int | None:
    """Take ``least``, or how many practices may move."""
    if value is None or value.casefold() == "least":
        return None if value is None else "least"
    if not (value.isascii() and value.isdigit() and len(value) < 9):
        raise click.BadParameter(f"{value[:40]!r} is neither a number of practices, 0 or more, nor least.")
    return int(value)


def _patients_or_least(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | int | None:
    """Take ``least``, or how many patients may move."""
    if value is None or value.casefold() == "least":
        return None if value is None else "least"
    number = 0 if value.strip() == "0" else number_of_patients(value)
    if number is None or number > PATIENTS.most:
        raise click.BadParameter(f"{value[:40]!r} is neither a number of patients, 0 or more, nor least.")
    return number


def _number_or_today(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | int | None:
    """Take ``today``, or a number of networks."""
    if value is None or value.casefold() == "today":
        return None if value is None else "today"
    if not (value.isascii() and value.isdigit() and len(value) < 9 and int(value) > 0):
        raise click.BadParameter(f"{value[:40]!r} is neither a number of networks, at least 1, nor today.")
    return int(value)


def _line(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    """Take a text on one line, written as texts of files are."""
    from netform.report.words import one_line

    line = one_line(unicodedata.normalize("NFC", value))
    if len(line) > MOST_LETTERS:
        raise click.BadParameter(f"it has {len(line):,} letters, and {MOST_LETTERS} are the most.")
    return line


NETWORKS_OPTION = click.option(
    "--networks",
    callback=_number_or_today,
    metavar="K|today",
    help="Form exactly K networks in each area; today: as many as it has now by the list's pcn_code.",
)

SOLVE_OPTIONS = (
    click.option(
        "-o",
        "--out",
        default="netform-out",
        show_default=True,
        metavar="OUT",
        help="A folder for all results, or one file: .csv, .geojson, .gpkg, .html, .json, .pdf, .png, .svg or .xlsx.",
    ),
    click.option(
        "--also",
        multiple=True,
        type=click.Choice(["map.png", "map.svg", "report.pdf"]),
        metavar="map.png|map.svg|report.pdf",
        help="Put into the folder, too: the map as a picture, or a paper to print; repeat for others.",
    ),
    click.option("--overwrite", is_flag=True, help="Replace earlier results at OUT."),
    click.option(
        "--strict", is_flag=True, help="Accept no network outside the band: say why it cannot be, and exit 4."
    ),
    NETWORKS_OPTION,
    click.option(
        "--start",
        metavar="FILE|COLUMN|today",
        help="Stay near these networks: today (the list's pcn_code), a column of the list, a CSV or Excel file with"
        " practice_code and network, or a plan folder. Needs --moves or --moves-patients.",
    ),
    click.option(
        "--moves",
        callback=_number_or_least,
        metavar="N|least",
        help="Move at most N practices of each area out of the networks of --start; least: as few as a plan can that"
        " has no more exceptions than are needed.",
    ),
    click.option(
        "--moves-patients",
        callback=_patients_or_least,
        metavar="PATIENTS|least",
        help="Move practices of at most so many patients in each area out of the networks of --start; least: of as few"
        " as a plan can.",
    ),
    click.option(
        "--prices",
        is_flag=True,
        help="Say what each demand, and each line between areas, costs: one more solve for each.",
    ),
    click.option(
        "--time-limit",
        type=Within(SECONDS),
        default=TIME_LIMIT,
        show_default=True,
        metavar="SECONDS",
        help="Stop after so long with the best plan so far, and say how much better another could be.",
    ),
    click.option(
        "--workers",
        type=Within(WORKERS),
        metavar="N",
        help="Areas planned side by side [default: one for each core]. Changes no plan that is proven.",
    ),
    click.option(
        "--memory",
        type=Within(BYTES_GB),
        default=DEFAULT.room / GIGABYTE,
        show_default=True,
        metavar="GB",
        help="For the lists of feasible networks and all that is made of them, of the whole run. An area with more of "
        "them than fit is planned by search, and bounded without a list. Python and its libraries take up to 0.3 GB "
        "more for each worker.",
    ),
    click.option(
        "--seed",
        type=Within(SEED),
        default=0,
        show_default=True,
        metavar="N",
        help="Of the random numbers that searches use.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print plan.json on standard output as well."),
    click.option(
        "--timings",
        is_flag=True,
        help="Write seconds by stage and the solve log into plan.json, and draw the log in the report (they differ run "
        "by run).",
    ),
    click.option("-q", "--quiet", is_flag=True, help="No progress and no summary; errors are still said."),
)


TITLE_OPTIONS = (
    click.option("--title", default="", callback=_line, metavar="TEXT", help="Title of the report."),
    click.option("--author", default="", callback=_line, metavar="TEXT", help="Who puts it forward."),
    click.option(
        "--date",
        default="",
        callback=_line,
        metavar="TEXT",
        help="Its date, as it shall stand there; none is put there otherwise.",
    ),
    click.option("--draft", is_flag=True, help="Mark it as a draft, on every printed page too."),
)


def given_title_page(request: SolveRequest | ReportRequest) -> TitlePage:
    """Gather how the report shall be headed."""
    from netform.plan.title_page import TitlePage

    return TitlePage(request.title, request.author, request.date, request.draft)


def with_options(options: tuple[Callable[[Command], Command], ...]) -> Callable[[Command], Command]:
    """Give a command several options, shown in their order."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


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
    weights: dict[str, float] = {}
    for text in request.weights:
        term, _, number = text.partition("=")
        try:
            weights[term.strip()] = float(number)
        except ValueError:
            raise RulesError(f"--weight {text!r}: write TERM=NUMBER, such as patient_travel=2.") from None
    return demanded_rules(_ruled_travel(rules.with_weights(weights), request), request)


def _ruled_travel(rules: Rules, request: ListRequest) -> Rules:
    """Take what the options say of shares of modes, and of borders."""
    from netform.rules.mode_shares import read_shares

    given: dict[str, float] = {}
    for text in request.mode_shares:
        mode, _, number = text.partition("=")
        try:
            given[mode.strip()] = float(number)
        except ValueError:
            raise RulesError(f"--mode-share {text!r}: write MODE=SHARE, such as transit=0.2.") from None
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
