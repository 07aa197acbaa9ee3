"""The commands that argue with a plan: the front of two axes, and the alternatives near the best plan."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from netform.cli.given import given_list, given_rules
from netform.cli.input_options import INPUT_OPTIONS
from netform.cli.numbers import Within
from netform.cli.options import with_options
from netform.cli.output import check_out, out_name, write_out
from netform.cli.record import RecordedCommand
from netform.cli.request import AlternativesRequest, FrontRequest, SearchRequest
from netform.cli.solve_options import NETWORKS_OPTION, SEED_OPTION
from netform.cli.terminal import Interruption, Progress, data_stream, explained, print_data, say
from netform.errors import RulesError
from netform.ranges import SECONDS, WORKERS

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Collection, Mapping, Sequence

    from netform.cli.options import Option
    from netform.plan.grouping import Groups
    from netform.result import Result
    from netform.rules.model import Rules
    from netform.session import Session
    from netform.tradeoff.model import Alternative, Front

__all__ = ["alternatives", "front"]

# ruff: noqa: PLC0415 (imports stand where they are needed, so that --help answers at once)

# A front takes many solves, each quicker than the first: half an hour is enough for an area of any size.
TIME_LIMIT = 1800.0

# More plans than anybody reads, and points closer than hours are written.
MOST_PLANS = 10_000
LEAST_RESOLUTION = 0.00001

# However long reading took, choosing gets so much of the time, seconds.
LEAST_SECONDS = 1.0


def _output_options(default: str, endings: str) -> tuple[Option, ...]:
    """Give the options of a run and of what it writes."""
    return (
        click.option(
            "-o",
            "--out",
            default=default,
            show_default=True,
            metavar="OUT",
            help=f"A folder for all results, or one file: {endings}.",
        ),
        click.option("--overwrite", is_flag=True, help="Replace earlier results at OUT."),
        click.option(
            "--time-limit",
            type=Within(SECONDS),
            default=TIME_LIMIT,
            show_default=True,
            metavar="SECONDS",
            help="Stop after so long, and say of what was found how far it is proven.",
        ),
        click.option(
            "--workers",
            type=Within(WORKERS),
            metavar="N",
            help="Areas worked on side by side [default: one for each core]. Changes nothing that is proven.",
        ),
        SEED_OPTION,
        click.option(
            "--json", "as_json", is_flag=True, help="Print JSON on standard output in place of the table."
        ),
        click.option("-q", "--quiet", is_flag=True, help="No progress and no table; errors are still said."),
    )


def _plans_asked(_ctx: click.Context, _param: click.Parameter, value: str) -> str | int:
    """Take ``ends``, ``all``, or a number of points."""
    if value in {"ends", "all"}:
        return value
    if not (value.isascii() and value.isdigit() and len(value) < 9):
        raise click.BadParameter(f"{value!r} is neither ends, nor all, nor a number of points.")
    return int(value)


@click.command(cls=RecordedCommand)
@with_options(INPUT_OPTIONS)
@NETWORKS_OPTION
@click.option(
    "-x",
    "x_axis",
    default="patient_travel",
    show_default=True,
    metavar="AXIS",
    help="A term, workforce (staff_travel+stranded_posts+cover), or several joined by +.",
)
@click.option(
    "-y", "y_axis", default="workforce", show_default=True, metavar="AXIS", help="The same, upwards."
)
@click.option(
    "--resolution",
    type=click.FloatRange(LEAST_RESOLUTION, 1),
    default=0.02,
    show_default=True,
    metavar="SHARE",
    help="How fine: between neighbouring points nothing is better by more than this share of an axis.",
)
@click.option("--complete", is_flag=True, help="Every point, however close: for small areas.")
@click.option(
    "--plans",
    callback=_plans_asked,
    default="ends",
    show_default=True,
    metavar="ends|all|N",
    help="Points that get a plan folder: the two ends, the knee and the best; all; or N spread evenly besides "
    "those; 0 for none.",
)
@with_options(_output_options("netform-front", ".csv, .html, .json, .png, .svg or .xlsx"))
def front(**given: Any) -> None:
    """Find every best trade between two axes, such as patients' travel against shared staff, and prove it.

    PRACTICES and the rules are those of netform solve; the weights only decide which point is marked the best.
    OUT gets front.csv, front.json, a picture (front.png, front.svg), the page front.html, and a plan folder for
    each point that is asked for.
    """
    with explained() as stop, data_stream() as stdout:
        _front(FrontRequest.of(given), stdout, stop)


def _front(request: FrontRequest, stdout: BinaryIO | io.FileIO, stop: Interruption) -> None:
    from netform.export.front import FRONT, front_json
    from netform.report.front_text import front_text
    from netform.tradeoff.model import parse_axis

    rules = given_rules(request)
    x, y = parse_axis(request.x_axis), parse_axis(request.y_axis)
    if set(x.terms) == set(y.terms):
        raise RulesError(
            f"-x and -y both are {x.name}: there is nothing to trade. Choose two different axes."
        )
    single = check_out(FRONT, request.out, overwrite=request.overwrite)
    progress, session = _session(request, rules)
    fronts = session.front(
        x,
        y,
        resolution=request.resolution,
        complete=request.complete,
        seconds=_seconds_left(request, progress),
    )
    progress.say("comparing with today")
    from netform.tradeoff.gather import front_result

    result = front_result(session.prepared, session.rules, fronts)
    best = result.total.front.best
    method = f"A point of the front of {x.name} against {y.name}."
    chosen = {} if single else _chosen(result.total.front, request.plans)
    drawn = _plans(session, dict.fromkeys([*chosen, best.networks]), method, progress)
    result = replace(
        result,
        folders=chosen,
        provenance=drawn[best.networks].plan.provenance,
        rules_toml=drawn[best.networks].rules_toml,
    )
    progress.say("drawing and writing")
    plans = {chosen[key]: drawn[key] for key in chosen}
    write_out(FRONT, result, request.out, overwrite=request.overwrite, single=single, plans=plans)
    stop.written(request.out)
    progress.clear()
    _tell(request, stdout, lambda: front_json(result), lambda: front_text(result))


def _share(_ctx: click.Context, _param: click.Parameter, value: str) -> float:
    """Take ``1%`` or ``0.01``."""
    try:
        share = float(value.removesuffix("%")) / (100 if value.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share < 1:
        raise click.BadParameter(f"{value!r} is no share of at least 0 and below 1: write 1% or 0.01.")
    return share


@click.command(cls=RecordedCommand)
@with_options(INPUT_OPTIONS)
@NETWORKS_OPTION
@click.option(
    "-k",
    "count",
    type=click.IntRange(0, MOST_PLANS),
    default=5,
    show_default=True,
    metavar="K",
    help="How many next best plans.",
)
@click.option(
    "--within",
    callback=_share,
    default="0.5%",
    show_default=True,
    metavar="SHARE",
    help="How much more than the best a plan may cost: 1% or 0.01.",
)
@click.option(
    "--different",
    type=click.IntRange(0, MOST_PLANS),
    default=2,
    show_default=True,
    metavar="N",
    help="How many plans within that share that differ the most from the best and from each other.",
)
@click.option("--plans", is_flag=True, help="Write a plan folder for the best and for each alternative.")
@with_options(
    _output_options("netform-alternatives", ".csv, .geojson, .gpkg, .html, .json, .png, .svg or .xlsx")
)
def alternatives(**given: Any) -> None:
    """Find the plans near the best one, what each changes, and where all of them agree.

    PRACTICES and the rules are those of netform solve. OUT gets alternatives.csv, changes.csv, borders.csv,
    borders.geojson, alternatives.json, a map of firm and soft borders (alternatives.png, alternatives.svg) and the
    page alternatives.html.
    """
    with explained() as stop, data_stream() as stdout:
        _alternatives(AlternativesRequest.of(given), stdout, stop)


def _alternatives(request: AlternativesRequest, stdout: BinaryIO | io.FileIO, stop: Interruption) -> None:
    from netform.export.alternatives import ALTERNATIVES, alternatives_json
    from netform.report.alternatives_text import alternatives_text

    rules = given_rules(request)
    single = check_out(ALTERNATIVES, request.out, overwrite=request.overwrite)
    progress, session = _session(request, rules)
    within = request.within
    # Half of what time there is for either question; what the first leaves is the second's.
    found = session.alternatives(
        request.count,
        within=within,
        different=request.different,
        seconds=_seconds_left(request, progress) / 2,
    )
    borders = session.borders(within=within, seconds=_seconds_left(request, progress))
    progress.say("drawing plans")
    wanted = {
        (area, each.kind, each.rank): _alternative_groups(found, area, each)
        for area, several in found.items()
        for each in (several if request.plans and not single else [])
    }
    best = tuple(codes for several in found.values() for codes in several[0].networks)
    drawn = _plans(session, [best, *wanted.values()], "One of the plans near the best.", progress)
    from netform.tradeoff.gather import alternatives_result

    result = alternatives_result(session.prepared, drawn[best], found, borders, within, session.rules)
    result = replace(result, folders=_alternative_folders(wanted, several=len(found) > 1))
    progress.say("drawing and writing")
    plans = {folder: drawn[wanted[key]] for key, folder in result.folders.items()}
    write_out(ALTERNATIVES, result, request.out, overwrite=request.overwrite, single=single, plans=plans)
    stop.written(request.out)
    progress.clear()
    _tell(request, stdout, lambda: alternatives_json(result), lambda: alternatives_text(result))


def _alternative_groups(found: Mapping[str, Sequence[Alternative]], area: str, chosen: Alternative) -> Groups:
    """Join the networks of an alternative of one area to those of the best plan everywhere else."""
    return tuple(
        codes
        for where, several in found.items()
        for codes in (chosen if where == area else several[0]).networks
    )


def _alternative_folders(
    wanted: Mapping[tuple[str, str, int], Groups], *, several: bool
) -> dict[tuple[str, str, int], str]:
    """Name the folder of each alternative; the best plan of all areas has one for them all."""
    from netform.export.files import safe_name

    folders = {}
    for area, kind, rank in wanted:
        name = kind if kind == "best" else f"{kind}-{rank}"
        folders[area, kind, rank] = safe_name(f"{area}-{name}") if several and kind != "best" else name
    return folders


def _chosen(front: Front, plans: str | int) -> dict[Groups, str]:
    """Name the folder of each point that gets one, by its networks, in order along the front."""
    from netform.tradeoff.fronts import marks_of

    last = len(front.points) - 1
    if plans == 0:
        return {}
    chosen = set(marks_of(front).values())
    if plans == "all":
        chosen = set(range(last + 1))
    elif isinstance(plans, int):
        chosen |= {round(step * last / (plans + 1)) for step in range(1, plans + 1)}
    width = len(str(last + 1))
    folders = {front.points[index].networks: f"point-{index + 1:0{width}d}" for index in sorted(chosen)}
    return {**folders} if "best" in marks_of(front) else {**folders, front.best.networks: "best"}


def _plans(
    session: Session, wanted: Collection[Groups], method: str, progress: Progress
) -> dict[Groups, Result]:
    """Assemble, audit and draw some plans of the whole list, each once."""
    from netform.pipeline import draw
    from netform.tradeoff.fronts import groups_by_area

    results: dict[Groups, Result] = {}
    for number, networks in enumerate(wanted, 1):
        progress.say(f"drawing plan {number} of {len(wanted)}")
        if networks in results:
            continue
        plan = session.plan_of(groups_by_area(networks, session.prepared.areas), method)
        results[networks] = draw(session.prepared, session.rules, plan)
    return results


def _session(request: SearchRequest, rules: Rules) -> tuple[Progress, Session]:
    """Read and place the list, and open a session on it."""
    progress = Progress(shown=not request.quiet and sys.stderr.isatty())
    progress.say("starting")
    from netform.report.words import one_line
    from netform.session import Session
    from netform.solve.area import Options

    prepared, rules = given_list(request, rules, progress.say)
    options = Options(seed=request.seed, workers=request.workers or os.cpu_count() or 1)
    if not gc.isenabled():  # switched off while libraries were loaded (netform.cli.main)
        gc.freeze()
        gc.enable()
    # Names of areas are the user's.
    return progress, Session(prepared, rules, options, on_stage=lambda stage: progress.say(one_line(stage)))


def _seconds_left(request: SearchRequest, progress: Progress) -> float:
    return max(LEAST_SECONDS, float(request.time_limit) - progress.seconds)


def _tell(
    request: SearchRequest,
    stdout: BinaryIO | io.FileIO,
    as_json: Callable[[], bytes],
    as_text: Callable[[], str],
) -> None:
    """Print the table or the JSON that is asked for, and where the files are."""
    if request.as_json:
        print_data(stdout, as_json())
    elif not request.quiet:
        print_data(stdout, as_text().encode("utf-8"))
    if not request.quiet:
        say(f"Written to {out_name(request.out)}")
