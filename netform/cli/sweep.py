"""The command that plans many scenarios over many areas, here or on a cluster, and goes on where it stopped."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from netform.cli.numbers import Within
from netform.cli.output import out_name
from netform.cli.request import SweepRequest
from netform.cli.terminal import (
    Progress,
    data_stream,
    explained,
    print_data,
    say,
    stopped_code,
)
from netform.errors import AuditError, NetformError, NoPlanError, OutputError
from netform.ranges import SECONDS, WORKERS

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

    from netform.sweep.finished import Finished
    from netform.sweep.results import Results
    from netform.sweep.tasks import Task, Tasks

__all__ = ["sweep"]

# ruff: noqa: PLC0415 (imports stand where they are needed, so that --help answers at once)

TABLE = "sweep.csv"

# So many failures are told one by one.
MOST_TOLD = 20


@click.command()
@click.argument("file", metavar="SWEEP.toml", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    default="netform-sweep",
    show_default=True,
    metavar="OUT",
    help="A folder for sweep.csv and the results; one from before is gone on with.",
)
@click.option(
    "--workers",
    type=Within(WORKERS),
    metavar="N",
    help="Processes side by side [default: one for each core]. Changes no plan that is proven.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Plan on the workers of this Dask scheduler, such as tcp://127.0.0.1:8786, instead of here.",
)
@click.option(
    "--time-limit",
    type=Within(SECONDS),
    metavar="SECONDS",
    help="For each area under each scenario [default: the file's time_limit, else 600].",
)
@click.option(
    "--dry-run", is_flag=True, help="Say what would be done and what is done already; plan nothing."
)
@click.option("-q", "--quiet", is_flag=True, help="No progress and no table; errors are still said.")
def sweep(**given: Any) -> None:
    """Plan many scenarios over many areas, the largest first, and keep each result.

    SWEEP.toml names the list and the scenarios: profiles, rules, bands, weights, numbers of networks, in every
    combination, or [[scenario]] tables (see netform guide sweep). OUT gets sweep.csv, a row for each scenario and
    area, and the audited result of each as JSON. Run again, it plans only what is new, or was not proven in less time.
    """
    with explained(), data_stream() as stdout:
        _sweep(SweepRequest.of(given), stdout)


def _sweep(request: SweepRequest, stdout: BinaryIO | io.FileIO) -> None:
    from netform.sweep.file import read_sweep

    if request.scheduler is not None and not request.scheduler.strip():
        raise click.UsageError("--scheduler needs an address, such as tcp://127.0.0.1:8786.")
    if request.workers and request.scheduler:
        raise click.UsageError("--workers are of this machine; with --scheduler its workers do the work.")
    plan = read_sweep(request.file)
    _check_out(request)
    if request.time_limit:
        plan = replace(plan, time_limit=request.time_limit)
    progress = Progress(shown=not request.quiet and sys.stderr.isatty())
    progress.say("starting")
    from netform.sweep.results import Results
    from netform.sweep.table import tasks_text
    from netform.sweep.tasks import largest_first, make_tasks

    tasks = make_tasks(plan, progress.say)
    progress.clear()
    _say_notes(request, tasks)
    results = Results(Path(request.out))
    if request.dry_run:
        print_data(stdout, tasks_text(largest_first(tasks.tasks), results, plan.time_limit).encode())
        return
    if not gc.isenabled():  # switched off while libraries were loaded (netform.cli.main)
        gc.freeze()
        gc.enable()
    todo = [task for task in largest_first(tasks.tasks) if not results.done(task.key, plan.time_limit)]
    failed: list[NetformError] = []
    try:
        _work(request, tasks, todo, plan.time_limit, results, progress, failed)
    except KeyboardInterrupt as stopped:
        progress.clear()
        _tell(request, tasks, results, stdout)
        say("netform: stopped. What is done is kept: run the same command again and it goes on from there.")
        sys.exit(stopped_code(stopped))
    except NoPlanError as error:  # the cluster was lost, with all that was still to be done
        failed.append(error)
    progress.clear()
    _tell(request, tasks, results, stdout)
    _raise(tasks, results, failed)


def _check_out(request: SweepRequest) -> None:
    """Refuse, before the long work, a place that cannot be written to."""
    from netform.export.files import check_target

    out = request.out
    if out == "-":
        raise OutputError("-: results are files. Name a folder.")
    if check_target(out, overwrite=True, endings=[".csv"], names=[TABLE]):
        raise OutputError(f"{out}: a sweep has many results. Name a folder.")


def _say_notes(request: SweepRequest, tasks: Tasks) -> None:
    from netform.report.words import one_line

    if not request.quiet:
        for note in tasks.notes:
            say(one_line(note))


def _work(
    request: SweepRequest,
    tasks: Tasks,
    todo: list[Task],
    time_limit: float,
    results: Results,
    progress: Progress,
    failed: list[NetformError],
) -> None:
    """Do what is to be done, keep each result as it comes, and say how far it is."""
    from netform.report.words import area_name, one_line

    before = len({task.key for task in tasks.tasks}) - len(todo)
    done, last = 0, ""
    finishing = _runner(request, tasks, todo, time_limit, progress)
    try:
        for finished in finishing:
            if finished is not None:
                done += 1
                last = f"  last: {finished.task.scenario}, {area_name(finished.task.area)}"
                if finished.error is None:
                    results.put(finished.task.key, finished.content)
                else:
                    failed.append(finished.error)
            earlier = f" ({before} before)" if before else ""
            progress.say(one_line(f"{done} of {len(todo)} planned{earlier}{last}"))
    finally:
        finishing.close()


def _runner(
    request: SweepRequest, tasks: Tasks, todo: list[Task], time_limit: float, progress: Progress
) -> Any:
    """Choose who does the work: nobody where there is none."""
    if not todo:
        return _nothing()
    if request.scheduler:
        from netform.sweep.cluster import plan_on_cluster

        def note(text: str) -> None:
            progress.clear()
            say(text)

        return plan_on_cluster(todo, tasks.grounds, time_limit, request.scheduler, note)
    from netform.sweep.local import plan_locally

    return plan_locally(todo, tasks.grounds, time_limit, request.workers or os.cpu_count() or 1)


def _nothing() -> Iterator[Finished | None]:
    yield from ()


def _tell(request: SweepRequest, tasks: Tasks, results: Results, stdout: BinaryIO | io.FileIO) -> None:
    """Write the table of all tasks, and print that of the scenarios."""
    from netform.export.files import write_file
    from netform.sweep.table import sweep_csv, sweep_text

    write_file(Path(request.out) / TABLE, sweep_csv(tasks.tasks, results), overwrite=True)
    if not request.quiet:
        print_data(stdout, sweep_text(tasks.tasks, results).encode())
        say(f"Written to {out_name(request.out)}")


def _raise(tasks: Tasks, results: Results, failed: list[NetformError]) -> None:
    """End with what failed, defects first, and then with what had no plan in its time."""
    if failed:
        told = [str(error) for error in failed[:MOST_TOLD]]
        if len(failed) > MOST_TOLD:
            told.append(f"and {len(failed) - MOST_TOLD} more")
        defect = any(isinstance(error, AuditError) for error in failed)
        raise (AuditError if defect else NoPlanError)("\n".join([*told, "The other results are kept."]))
    found = [results.get(task.key) for task in tasks.tasks]
    without = sum(each is None or each.status == "unknown" for each in found)
    if without:
        raise NoPlanError(
            f"{without} of {len(found)} had no plan in the time given; {TABLE} says which. Allow more with "
            "--time-limit: what is proven is not done again."
        )
