"""The command line: the only place that prints, logs or exits.

Data goes to standard output, everything else to standard error. Heavy libraries are imported by the commands
that need them, so that ``--help`` answers at once.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from netform import __version__
from netform.errors import NetformError, RulesError

if TYPE_CHECKING:
    from netform.pipeline import Inputs
    from netform.result import Result
    from netform.rules import Rules
    from netform.solve.run import Event

__all__ = ["main"]

# ruff: noqa: PLC0415 (imports stand where they are needed: see above)

# Ten minutes are more than any single area of England needs for a good plan, and enough for all of them.
TIME_LIMIT = 600.0


def _file(help_text: str, *names: str) -> Callable[[Any], Any]:
    kind = click.Path(path_type=Path)
    return click.option(*names, type=kind, metavar="FILE", help=help_text)


def _input_options(command: Any) -> Any:
    """The options that say what the practices are and how they lie to each other."""
    options = [
        click.argument("practices", metavar="PRACTICES"),
        click.option(
            "--area", metavar="COLUMN", help="Column whose areas no network crosses, such as sub_icb_code."
        ),
        _file("Rules as TOML; the rules.toml of an earlier plan is one.", "--rules"),
        click.option(
            "--profile", metavar="NAME", help="Rules that come with netform: fyfv-2017 (default), arrs-2025."
        ),
        click.option("--min", "least", type=int, metavar="PATIENTS", help="Least list size of a network."),
        click.option("--max", "most", type=int, metavar="PATIENTS", help="Most list size of a network."),
        click.option(
            "--weight",
            "weights",
            multiple=True,
            metavar="TERM=NUMBER",
            help="Weight of a term; may be repeated.",
        ),
        _file(
            "Postcodes with eastings and northings (ONSPD, Code-Point), before the bundled ones.",
            "--postcodes",
        ),
        _file("Minutes by car as CSV: from,to,minutes; pairs it lacks are estimated.", "--travel"),
        _file(
            "Neighbours as CSV: from,to[,kind,minutes], in place of the graph built from territories.",
            "--graph",
        ),
        _file("Neighbours to add or drop, as CSV: from,to,change (add or drop).", "--edges"),
        _file("Polygons of the area or areas, GeoJSON or GeoPackage.", "--boundary"),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="netform")
def cli() -> None:
    """Form primary care networks from a list of GP practices, and prove the plan best."""


@cli.command()
@_input_options
@click.option(
    "-o",
    "--out",
    default="netform-out",
    show_default=True,
    metavar="OUT",
    help="A folder for all results, or one file: .geojson, .gpkg, .csv, .xlsx or .html.",
)
@click.option("--overwrite", is_flag=True, help="Replace earlier results at OUT.")
@click.option("--strict", is_flag=True, help="Refuse networks outside the band instead of naming exceptions.")
@click.option("--networks", type=click.IntRange(1), metavar="K", help="Form exactly so many networks.")
@click.option(
    "--time-limit",
    type=float,
    default=TIME_LIMIT,
    show_default=True,
    metavar="SECONDS",
    help="Best plan in this time, with the gap that is left.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the search, where one is needed.")
@click.option(
    "--workers", type=click.IntRange(1), metavar="N", help="Areas planned side by side [default: all cores]."
)
@click.option(
    "--timings", is_flag=True, help="Write seconds by stage into plan.json (they differ from run to run)."
)
@click.option("--json", "as_json", is_flag=True, help="Print plan.json on standard output.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
def solve(**given: Any) -> None:
    """Form the networks of a practice list and write them as a map, tables and a page.

    PRACTICES is a CSV or Excel file with a row for each practice: its ODS code, postcode and list size; - reads
    standard input.

    \b
    Exit codes: 0 a plan was written; 2 wrong options or rules; 3 wrong input; 4 proven impossible under
    --strict; 5 no plan in the time given; 6 cannot write; 70 the audit refused the plan; 130 interrupted.
    """
    with _explained(), _stdout_guarded() as stdout:
        _solve(given, stdout)


def _solve(given: dict[str, Any], stdout: int) -> None:
    from netform.export import check_target

    rules = _rules(given)
    if not given["time_limit"] > 0:
        raise RulesError(f"--time-limit must be above 0 seconds, not {given['time_limit']:g}.")
    if given["networks"] is not None and given["area"]:
        raise RulesError("--networks fixes the number in one area and cannot be used with --area.")
    single = check_target(given["out"], overwrite=given["overwrite"])
    stop = _Interruption()
    progress = _Progress(shown=not given["quiet"] and sys.stderr.isatty())
    from netform.pipeline import draw, make_plan, prepare
    from netform.solve.area import Options
    from netform.solve.run import plan_areas

    prepared = prepare(_inputs(given), rules, stdin=_stdin(given), on_stage=progress.say)
    options = Options(
        strict=given["strict"],
        networks=given["networks"],
        seed=given["seed"],
        workers=given["workers"] or os.cpu_count() or 1,
    )
    progress.areas = len(prepared.areas)

    def choose(*arguments: Any) -> Any:
        return plan_areas(
            *arguments, time_limit=given["time_limit"], interrupted=stop.asked, on_event=progress.event
        )

    plan = make_plan(prepared, rules, options, choose)
    progress.say("drawing boundaries")
    result = draw(prepared, rules, plan)
    progress.say("writing")
    _write(result, given, single=single)
    progress.clear()
    _tell(result, given, stdout)
    if stop.asked():
        _leave(130)


def _write(result: Result, given: dict[str, Any], *, single: bool) -> None:
    from netform.export import EXPORTERS, folder_files, write_file, write_folder

    out = Path(given["out"])
    if single:
        write_file(out, EXPORTERS[out.suffix.lower()](result), overwrite=given["overwrite"])
    else:
        write_folder(out, folder_files(result, timings=given["timings"]), overwrite=given["overwrite"])


def _tell(result: Result, given: dict[str, Any], stdout: int) -> None:
    from netform.export.plan_json import plan_json
    from netform.report.text import summary_text

    if not given["quiet"]:
        click.echo(summary_text(result), err=True)
        click.echo(f"Written to {given['out']}", err=True)
    if given["as_json"]:
        with os.fdopen(os.dup(stdout), "wb") as stream:
            stream.write(plan_json(result.plan, timings=given["timings"]))


@cli.command()
@_input_options
@click.option("--strict", is_flag=True, help="Exit with 4 when something keeps practices out of the band.")
def check(**given: Any) -> None:
    """Say what would stop or bend a plan: reading, places, neighbours and arithmetic, without solving."""
    with _explained():
        from netform.pipeline import prepare
        from netform.report.check import check_text, find_obstacles

        rules = _rules(given)
        prepared = prepare(_inputs(given), rules, stdin=_stdin(given))
        found = find_obstacles(prepared, rules)
        click.echo(check_text(prepared, rules, found), nl=False)
        if given["strict"] and any(found.values()):
            _leave(4)


@cli.command()
@click.argument("target", metavar="FILE", default="example_practices.csv", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace an earlier file.")
def example(target: Path, *, overwrite: bool) -> None:
    """Write a made-up practice list to try netform on: every practice in it is invented."""
    with _explained():
        from netform.example import write_example

        write_example(target, overwrite=overwrite)
        click.echo(f"{target}: a made-up county. Try: netform solve {target} -o out", err=True)


def _inputs(given: dict[str, Any]) -> Inputs:
    from netform.pipeline import Inputs

    return Inputs(
        given["practices"], given["area"], given["postcodes"], given["travel"], given["graph"], given["edges"],
        given["boundary"],
    )  # fmt: skip


def _stdin(given: dict[str, Any]) -> Any:
    return sys.stdin.buffer if given["practices"] == "-" else None


def _rules(given: dict[str, Any]) -> Rules:
    """The rules file or profile, then the options that change it."""
    from netform.rules import DEFAULT_PROFILE, load_profile, read_rules

    if given["rules"] and given["profile"]:
        raise RulesError("--rules and --profile both give the rules: name the profile inside the rules file.")
    rules = (
        read_rules(given["rules"]) if given["rules"] else load_profile(given["profile"] or DEFAULT_PROFILE)
    )
    rules = rules.with_band(given["least"], given["most"])
    weights: dict[str, float] = {}
    for text in given["weights"]:
        term, equals, number = text.partition("=")
        try:
            weights[term.strip()] = float(number)
        except ValueError:
            raise RulesError(f"--weight {text!r}: write TERM=NUMBER, such as patient_travel=2.") from None
    return rules.with_weights(weights)


class _Interruption:
    """Ctrl-C and SIGTERM ask for the best plan so far; a second one ends the program at once."""

    def __init__(self) -> None:
        self._count = 0
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._take)

    def _take(self, number: int, frame: object) -> None:
        del number, frame
        self._count += 1
        if self._count > 1:
            _leave(130)
        click.echo("\nStopping: writing the best plan so far. Once more to stop at once.", err=True)

    def asked(self) -> bool:
        """Whether to stop."""
        return self._count > 0


class _Progress:
    """A line on the terminal that says how far a run has come; silent elsewhere."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._width = 0
        self._begin = time.monotonic()
        self._stages: dict[str, str] = {}
        self._done = 0
        self.areas = 1

    def say(self, text: str) -> None:
        """Show a text in place of the last."""
        if self._shown:
            line = f"{time.monotonic() - self._begin:6.1f} s  {text}"[:100]
            click.echo("\r" + line.ljust(self._width), err=True, nl=False)
            self._width = len(line)

    def clear(self) -> None:
        """Wipe the line."""
        if self._shown and self._width:
            click.echo("\r" + " " * self._width + "\r", err=True, nl=False)

    def event(self, event: Event) -> None:
        """Tell of a stage or a plan of an area."""
        if event.kind == "stage":
            self._stages[event.area] = event.stage
        elif event.kind == "done":
            self._done += 1
            self._stages.pop(event.area, None)
        elif event.outcome is not None and self.areas == 1:
            result = event.outcome.result
            gap = f", gap {result.gap:.2%}" if result.gap is not None else ""
            self._stages[event.area] = f"{result.networks} networks, {result.cost:,.1f} hours a week{gap}"
        now = "; ".join(
            f"{area + ': ' if area else ''}{stage}" for area, stage in sorted(self._stages.items())
        )
        count = f"{self._done} of {self.areas} areas planned  " if self.areas > 1 else ""
        self.say(count + now)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn every error netform explains into its message and exit code."""
    try:
        yield
    except NetformError as error:
        click.echo(f"\nnetform: {error}", err=True)
        _leave(error.exit_code)
    except KeyboardInterrupt:
        _leave(130)
    except MemoryError:
        click.echo("netform: out of memory. Try fewer --workers, or a narrower band.", err=True)
        _leave(5)


@contextmanager
def _stdout_guarded() -> Iterator[int]:
    """Keep standard output for data: the solver's library writes stray lines to it, which go to the void."""
    sys.stdout.flush()
    kept = os.dup(1)
    void = os.open(os.devnull, os.O_WRONLY)
    os.dup2(void, 1)
    try:
        yield kept
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(void)


def _leave(code: int) -> None:
    """End now: solver threads that were left behind must not hold the program back."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main() -> None:
    """Run the command line."""
    cli(prog_name="netform")


if __name__ == "__main__":
    main()
