"""The command that opens the planner's page: a plan that a meeting changes in a browser on this computer."""

from __future__ import annotations

import gc
import os
import secrets
import sys
import threading
import traceback
import webbrowser
from contextlib import suppress
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from netform.cli.given import given_list, given_rules
from netform.cli.input_options import INPUT_OPTIONS
from netform.cli.numbers import Within
from netform.cli.options import file_option, with_options
from netform.cli.output import made_whole
from netform.cli.record import RecordedCommand, with_solve_record
from netform.cli.request import ServeRequest
from netform.cli.solve_options import MEMORY_OPTION, NETWORKS_OPTION, SEED_OPTION
from netform.cli.terminal import Interruption, Progress, data_stream, explained, say
from netform.errors import RulesError
from netform.ranges import PORT, SECONDS, WORKERS

if TYPE_CHECKING:
    import socket

    from netform.page.planning import Planning
    from netform.rules.model import Rules

__all__ = ["serve"]

# ruff: noqa: PLC0415 (imports stand where they are needed, so that --help answers at once)

# What a meeting waits for; most areas are proven best within seconds.
TIME_LIMIT = 300.0

# How often it is looked whether the page still runs, and how long it may take to end, seconds.
LOOK, END = 0.2, 0.8

# Of the part of the address that cannot be guessed.
TOKEN_BYTES = 32


@click.command(cls=RecordedCommand)
@with_options(INPUT_OPTIONS)
@NETWORKS_OPTION
@click.option(
    "--plan",
    metavar="FOLDER|FILE|COLUMN|today",
    help="What to begin with: a plan folder, a CSV or Excel file with practice_code and network, a column of the list,"
    " or today, its own present networks [default: today, where the list has them].",
)
@file_option(
    "Where every change is kept as it is made; one that is there is gone on with [default: LIST.journal.jsonl beside"
    " the list, or FOLDER.journal.jsonl beside the plan folder].",
    "--journal",
)
@click.option(
    "--port",
    type=Within(PORT),
    default=0,
    show_default=True,
    metavar="PORT",
    help="The port of the page on this computer; 0: any that is free.",
)
@click.option("--no-browser", is_flag=True, help="Only say the address; open no browser.")
@click.option(
    "--time-limit",
    type=Within(SECONDS),
    default=TIME_LIMIT,
    show_default=True,
    metavar="SECONDS",
    help="The most that a question may take which is asked on the page, such as to solve the rest.",
)
@click.option(
    "--workers",
    type=Within(WORKERS),
    metavar="N",
    help="Processes that a question may use [default: one for each core]. Changes no plan that is proven.",
)
@MEMORY_OPTION
@SEED_OPTION
def serve(**given: Any) -> None:
    """Open the planner's page: move practices, see what it costs, lock what is agreed, solve the rest with proof.

    PRACTICES and its options are those of netform solve. The page is on this computer alone, at an address that is said
    here and opened in the browser; nothing is fetched, and nothing leaves the computer. Ctrl-C ends it: every change is
    in the journal, and the same command goes on from there. Needs two libraries: pip install "netform[page]".
    """
    with explained() as stop, data_stream():
        _serve(ServeRequest.of(given), stop)


def _serve(request: ServeRequest, stop: Interruption) -> None:
    _refuse_without_library()
    rules = given_rules(request)
    journal = _journal(request)
    from netform.page.listening import listen

    # Whatever ends it, the port is free again.
    with listen(request.port) as taken:
        _open(request, rules, journal, taken, stop)


def _open(
    request: ServeRequest, rules: Rules, journal: Path, taken: socket.socket, stop: Interruption
) -> NoReturn:
    """Open the page at a port, until it is ended."""
    progress = Progress(shown=sys.stderr.isatty())
    progress.say("starting")
    from netform.page.events import Events
    from netform.page.listening import Listener, hosts_of
    from netform.page.questions import Questions
    from netform.page.server import create_app

    planning = _planning(request, rules, journal, progress)
    events = Events()
    token, opening = (secrets.token_urlsafe(TOKEN_BYTES) for _ in range(2))
    app = create_app(
        planning,
        Questions(planning, events.send),
        token=token,
        hosts=hosts_of(taken),
        events=events,
        opening=opening,
        time_limit=request.time_limit,
        on_defect=_tell_defect,
    )
    if not gc.isenabled():  # netform.cli.main switches it off for runs that end soon
        gc.freeze()
        gc.enable()
    listener = Listener(app, taken)
    stop.said = f"stopped; every change is in {_shown(journal)}."
    listener.start()
    try:
        progress.clear()
        address = f"http://{hosts_of(taken)[0]}"
        _tell(planning, journal, f"{address}/{token}/")
        if not request.no_browser:
            # The command line of a browser can be read by others on some computers: this address works once.
            _open_browser(f"{address}/{opening}")
        while listener.running:
            listener.wait(LOOK)
    finally:
        events.close()
        listener.stop(END)
    raise RuntimeError("the page has ended by itself")


def _refuse_without_library() -> None:
    """Say how to install what the page needs, before anything else.

    Raises
    ------
    RulesError
        It is not installed.
    """
    if not all(find_spec(name) for name in ("starlette", "uvicorn")):
        raise RulesError(
            "netform serve needs the libraries starlette and uvicorn, which are not installed: pip install"
            ' "netform[page]".'
        )


def _journal(request: ServeRequest) -> Path:
    """Name the file of the changes: that which was asked for, else beside the plan folder, else beside the list.

    Raises
    ------
    RulesError
        There is nothing for it to be beside.
    """
    if request.journal is not None:
        return request.journal
    plan = Path(request.plan or "")
    if request.plan and (plan.is_dir() or plan.name == "plan.json"):
        # The folder's own name, of whichever way it was written: "out/", ".", "out/plan.json".
        folder = (plan if plan.is_dir() else plan.parent).absolute().resolve()
        return folder.with_name(f"{folder.name}.journal.jsonl")
    if request.practices in {None, "-"}:
        raise RulesError(
            "The list comes from standard input, and its changes have no place beside it: name one with --journal FILE."
        )
    practices = Path(str(request.practices))
    return practices.with_name(f"{practices.stem}.journal.jsonl")


def _planning(request: ServeRequest, rules: Any, journal: Path, progress: Progress) -> Planning:
    """Prepare the list, read what to begin with, and go on with the journal where there is one."""
    from netform.inputs.grouping_file import read_grouping
    from netform.page.planning import Planning
    from netform.report.words import one_line
    from netform.solve.area import Options
    from netform.solve.model.budget import MemoryBudget

    prepared, rules = given_list(request, rules, progress.say)
    prepared = with_solve_record(prepared)
    start = read_grouping(made_whole(request.plan), prepared.practices) if request.plan else None
    progress.clear()
    for note in start.notes if start else ():
        say(f"netform: {one_line(note)}")
    options = Options(
        seed=request.seed,
        workers=request.workers or os.cpu_count() or 1,
        memory=MemoryBudget.of(request.memory),
    )
    progress.say("reading the journal")
    planning = Planning.begin(prepared, rules, options, start, journal, now=lambda: datetime.now(UTC))
    # Every network is judged once: a page of a hundred areas then opens as soon as one of a single area.
    progress.say("judging the plan as it stands")
    planning.areas()
    return planning


def _tell(planning: Planning, journal: Path, address: str) -> None:
    """Say what is open, and where."""
    from netform.report.words import one_line

    for note in planning.journal.notes:
        say(f"netform: {one_line(note)}")
    say(f"netform: changes are kept in {_shown(journal)}.")
    say(f"netform: the page is at {address}")
    say("netform: whoever has this address can change the plan, from this computer alone. Ctrl-C ends it.")


def _shown(path: Path) -> str:
    from netform.report.words import one_line

    return one_line(str(path))


def _open_browser(address: str) -> None:
    """Open the browser, where there is one with a window; a planner can open it, too."""

    def open_it() -> None:
        with suppress(Exception):
            browser = webbrowser.get()
            # Of this kind are those that would take over the terminal.
            if isinstance(browser, webbrowser.BackgroundBrowser) or not isinstance(
                browser, webbrowser.GenericBrowser
            ):
                browser.open_new_tab(address)

    threading.Thread(target=open_it, name="browser", daemon=True).start()


def _tell_defect(error: Exception) -> None:
    """Say on the terminal what went wrong in an answer."""
    from netform.report.words import clean

    if os.environ.get("NETFORM_DEBUG"):
        say(clean("".join(traceback.format_exception(error))))
    what = clean(f"{type(error).__name__}: {error}").splitlines()[0]
    say(f"netform: a defect of netform, not of your plan ({what}). The page goes on. Please report it.")
