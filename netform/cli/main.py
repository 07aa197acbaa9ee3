"""The command line: with `netform.cli.terminal`, the only place that prints, logs or exits.

Data goes to standard output, everything else to standard error. Heavy libraries are imported by the commands
that need them, so that ``--help`` answers at once.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from netform import __version__
from netform.cli.given import check_options, given_list, given_moves, given_rules
from netform.cli.guide import guide
from netform.cli.input_options import INPUT_OPTIONS
from netform.cli.judge import compare, score
from netform.cli.options import with_options
from netform.cli.output import check_out, out_name, write_out
from netform.cli.practices import practices
from netform.cli.record import RecordedCommand
from netform.cli.report import report
from netform.cli.request import CheckRequest, SolveRequest
from netform.cli.roads import roads
from netform.cli.rule_costs import given_prices
from netform.cli.serve import serve
from netform.cli.solve_options import NETWORKS_OPTION, SOLVE_OPTIONS
from netform.cli.sweep import sweep
from netform.cli.terminal import (
    Interruption,
    Progress,
    data_stream,
    explained,
    leave,
    print_data,
    say,
)
from netform.cli.title_options import TITLE_OPTIONS, given_title_page
from netform.cli.tradeoff import alternatives, front
from netform.errors import NoPlanError

if TYPE_CHECKING:
    import io

    from netform.plan.model import Plan
    from netform.prepared import Prepared
    from netform.result import Result
    from netform.rules.model import Rules
    from netform.solve.area import AreaOutcome, Options
    from netform.solve.workers import Event

__all__ = ["cli", "main"]

# ruff: noqa: PLC0415 (imports stand where they are needed: see above)

# However long reading took, choosing gets so much of the time, seconds.
LEAST_SECONDS = 1.0

# What choosing and drawing import, loaded while the list is read: numba, the solver, templates, projections.
AHEAD = (
    "netform.solve.workers",
    "netform.assemble",
    "netform.report.page",
    "netform.export.geojson",
    "pyproj",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="netform")
def cli() -> None:
    """Form primary care networks from a list of GP practices, and prove the plan best.

    \b
    First try:  netform example practices.csv
                netform check practices.csv
                netform solve practices.csv -o out        then open out/report.html

    netform guide has a page for each task.
    """  # noqa: D301 (click's mark for lines that stay as they are)


@cli.command(cls=RecordedCommand)
@with_options(INPUT_OPTIONS)
@with_options(SOLVE_OPTIONS)
@with_options(TITLE_OPTIONS)
def solve(**given: Any) -> None:
    """Form the networks of a practice list and write them as a map, tables and a page.

    PRACTICES is a CSV or Excel file with a row for each practice: its ODS code, postcode and list size (see
    netform guide inputs for the names of columns); - reads standard input.

    \b
    Exit codes: 0 a plan was written; 2 wrong options or rules; 3 wrong input; 4 proven impossible under
    --strict; 5 no plan in the time given; 6 cannot write; 70 a defect of netform (the audit refused the
    plan, or worse); 130, 143 or 129 ended by
    Ctrl-C, SIGTERM or SIGHUP (the best plan so far is written, if there was one).
    """  # noqa: D301 (the same)
    with explained() as stop, data_stream() as stdout:
        _solve(SolveRequest.of(given), stdout, stop)


def _solve(request: SolveRequest, stdout: BinaryIO | io.FileIO, stop: Interruption) -> None:
    from netform.export.plan import PLAN

    rules = given_rules(request)
    check_options(request)
    single = check_out(PLAN, request.out, overwrite=request.overwrite, also=request.also)
    progress = Progress(shown=not request.quiet and sys.stderr.isatty())
    progress.say("starting")
    from netform.pipeline import draw
    from netform.plan.title_page import with_title_page

    _load_ahead()
    prepared, rules = given_list(request, rules, progress.say)
    options = _options(request, prepared)
    progress.areas = len(prepared.areas)
    plan = _plan(prepared, rules, options, request.time_limit, progress, stop)
    plan = with_title_page(plan, given_title_page(request))
    prices = given_prices(request, prepared, rules, options, progress, stop)
    progress.say("drawing boundaries")
    result = replace(draw(prepared, rules, plan), prices=prices, timings=request.timings)
    progress.say("writing")
    write_out(PLAN, result, request.out, overwrite=request.overwrite, single=single, also=request.also)
    stop.written(request.out)
    progress.clear()
    _tell(result, request, stdout)
    if stop.asked():
        sys.exit(stop.code)
    missing = [area.area for area in plan.areas if area.cost is None]
    if missing:
        raise NoPlanError(f"{_named(missing)} had no plan in the time given; the others are written.")


def _load_ahead() -> None:
    """Import what comes after reading on another core; whoever needs it sooner waits for it.

    Whatever is wrong with an import shows where it is needed.
    """

    def load() -> None:
        for name in AHEAD:
            with contextlib.suppress(Exception):
                importlib.import_module(name)

    threading.Thread(target=load, name="imports", daemon=True).start()


def _options(request: SolveRequest, prepared: Prepared) -> Options:
    """Gather how the run goes about it, besides the rules."""
    from netform.solve.area import Options
    from netform.solve.model.budget import MemoryBudget
    from netform.solve.workers import usual_workers

    return Options(
        strict=request.strict,
        seed=request.seed,
        workers=request.workers or usual_workers(prepared.areas),
        moves=given_moves(request, prepared),
        memory=MemoryBudget.of(request.memory),
    )


def _plan(
    prepared: Prepared,
    rules: Rules,
    options: Options,
    time_limit: float,
    progress: Progress,
    stop: Interruption,
) -> Plan:
    """Choose and audit the plan, be it the best so far; areas that have none are in it with their reason."""
    from netform.judge.moves import with_moves
    from netform.pipeline import make_plan, unplanned
    from netform.solve.workers import best_of, plan_areas

    known: dict[str, Event] = {}
    begun: set[str] = set()

    def take(event: Event) -> None:
        begun.add(event.area)
        if event.outcome is not None:
            known[event.area] = event
        progress.event(event)

    def choose(graph: Any, areas: Any, *others: Any) -> list[AreaOutcome]:
        seconds = max(LEAST_SECONDS, time_limit - progress.seconds)
        try:
            return plan_areas(
                graph, areas, *others, time_limit=seconds, interrupted=stop.asked, on_event=take
            )
        except NoPlanError:
            if not known and stop.asked():
                raise stop.stopped() from None
            if not known:
                raise
        why = "The run was interrupted" if stop.asked() else "Time ran out"
        # A list that is one area is no area to its reader.
        its = "" if list(areas) == [""] else " of its area"
        reasons = {
            True: f"{why} before there was a plan{its}.",
            False: f"{why} before{its[3:] or ' it'} was begun.",
        }
        return [
            best_of(known[area], interrupted=stop.asked())
            if area in known
            else unplanned(area, codes, reasons[area in begun])
            for area, codes in sorted(areas.items())
        ]

    stop.patient = True
    if not gc.isenabled():  # see _stand_by
        gc.freeze()
        gc.enable()
    plan = make_plan(prepared, rules, options, choose)
    return plan if options.moves is None else with_moves(plan, prepared.practices, options.moves)


def _named(areas: list[str]) -> str:
    more = f" and {len(areas) - 10} more" if len(areas) > 10 else ""
    return f"{'area' if len(areas) == 1 else 'areas'} {', '.join(areas[:10])}{more}"


def _tell(result: Result, request: SolveRequest, stdout: BinaryIO | io.FileIO) -> None:
    from netform.export.plan_json import plan_json
    from netform.report.text import summary_text

    if not request.quiet:
        say(summary_text(result))
        say(f"Written to {out_name(request.out)}")
    if request.as_json:
        print_data(stdout, plan_json(result.plan, timings=request.timings))


@cli.command(cls=RecordedCommand)
@with_options(INPUT_OPTIONS)
@NETWORKS_OPTION
@click.option("--strict", is_flag=True, help="Exit with 4 when something keeps practices out of the band.")
def check(**given: Any) -> None:
    """Say what would stop or bend a plan, without solving: the list, places, neighbours and arithmetic.

    PRACTICES and the options are those of netform solve.
    """
    with explained(), data_stream() as stdout:
        from netform.judge.survey import take_survey
        from netform.report.check import check_text
        from netform.rules.settled import refuse_numbers

        request = CheckRequest.of(given)
        prepared, rules = given_list(request, given_rules(request))
        refuse_numbers(prepared.graph, prepared.areas, rules)
        survey = take_survey(prepared, rules)
        print_data(stdout, check_text(survey).encode("utf-8"))
        if request.strict and any(area.obstacles for area in survey.areas):
            sys.exit(4)


@cli.command()
@click.argument("target", metavar="FILE", default="example_practices.csv", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace an earlier file.")
def example(target: Path, *, overwrite: bool) -> None:
    """Write a made-up practice list to try netform on: every practice in it is invented."""
    with explained():
        from netform.export.files import write_file
        from netform.inputs.example import example_csv

        write_file(target, example_csv().encode("utf-8"), overwrite=overwrite)
        say(f"{target}: a made-up county. Try: netform solve {target} -o out")


for _command in (practices, score, compare, report, front, alternatives, sweep, serve, roads, guide):
    cli.add_command(_command)


def main() -> None:
    """Run the command line, and leave at once when it is done."""
    _stand_by()
    code: int | str | None = 0
    try:
        cli(prog_name="netform")
    except SystemExit as leaving:
        code = leaving.code
    leave(code if isinstance(code, int) else int(code is not None))


def _stand_by() -> None:
    """Make the process fit for a run."""
    # A standard stream that is closed would give its number to the next file that is opened.
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)
    # Libraries make a great many objects that stay: not to look through them for waste saves time.
    gc.disable()
    # Where scipy is installed numba would load it, for products of matrices; no kernel of netform has one.
    sys.modules.setdefault("scipy", None)  # type: ignore[arg-type]
    # The matrices here are small: threads for them wait for each other longer than they work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


if __name__ == "__main__":
    main()
