"""What can go wrong while netform runs: signals at every stage, readers that go away, time, and what lies."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are sent as POSIX has them")

EXAMPLE = Path(__file__).parents[2] / "data" / "example_practices.csv"

# Runs netform with one of its functions made to say that it has begun, and then to dawdle.
SLOWED = """
import sys, time, {module} as module
real = module.{name}
def slow(*arguments, **named):
    print("HERE", file=sys.stderr, flush=True)
    {dawdle}
    return real(*arguments, **named)
module.{name} = slow
from netform.cli.main import main
main()
"""
FOR_EVER = "time.sleep(600)"
A_WHILE = "time.sleep(1.5)"
# A solver that finds a plan, says so, and never comes back; in the place of one area's solving.
AFTER_A_PLAN = """arguments[-1].on_plan(real(*arguments, **named))
    print("HERE", file=sys.stderr, flush=True)
    time.sleep(600)"""

# An area's solver runs beside the main thread, which polls; the others run in the main thread.
BEFORE_A_PLAN = [
    ("netform.inputs.list_on_map", "read_list"),
    ("netform.inputs.list_on_map", "locate"),
    ("netform.preparing", "ground_of_areas"),
    ("netform.solve.workers", "solve_area"),
]
AFTERWARDS = [
    ("netform.pipeline", "network_boundaries"),
    ("netform.export.plan_json", "plan_object"),
]


def start(
    *arguments: object, code: str = "from netform.cli.main import main; main()", stdin: int | None = None
) -> subprocess.Popen[str]:
    """Run netform in a process of its own, which takes SIGINT whatever its parents ignore."""
    given = [str(argument) for argument in arguments]
    return subprocess.Popen(
        [sys.executable, "-c", code, *given],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


def slowed(
    module: str, name: str, dawdle: str, *arguments: object, stdin: int | None = None
) -> subprocess.Popen[str]:
    """Run netform with a function slowed, and wait until it has come there."""
    process = start(*arguments, code=SLOWED.format(module=module, name=name, dawdle=dawdle), stdin=stdin)
    assert process.stderr is not None
    wanted = 2 if dawdle == AFTER_A_PLAN else 1
    seen: list[str] = []
    while seen.count("HERE\n") < wanted:
        seen.append(process.stderr.readline())
        assert seen[-1], f"it ended before it came to {name}: {seen}"
    return process


def interrupt(process: subprocess.Popen[str], number: int = signal.SIGINT, times: int = 1) -> tuple[int, str]:
    """Send a signal; the exit code and what was said, once it has ended."""
    for _ in range(times):
        process.send_signal(number)
        time.sleep(0.2)
    _, said = process.communicate(timeout=120)
    return process.returncode, said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(("module", "name"), BEFORE_A_PLAN)
def test_a_signal_before_there_is_a_plan(tmp_path: Path, module: str, name: str, number: int) -> None:
    """The run ends with the signal's code, nothing is written, and the earlier result is untouched."""
    if number != signal.SIGINT and name not in ("locate", "solve_area"):
        pytest.skip("the other signals take the same way; two stages stand for all")
    earlier = tmp_path / "plan.json"
    earlier.write_text("mine")
    process = slowed(module, name, FOR_EVER, "solve", EXAMPLE, "-o", tmp_path, "--overwrite")
    code, said = interrupt(process, number)
    assert code == CODES[number]
    assert "stopped before anything was written" in said
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
    assert earlier.read_text() == "mine"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_the_plan_is_bettered(tmp_path: Path, number: int) -> None:
    """The best plan so far is audited, written and summed up, and the code is the signal's."""
    process = slowed(
        "netform.solve.workers", "solve_area", AFTER_A_PLAN, "solve", EXAMPLE, "-o", tmp_path / "out"
    )
    code, said = interrupt(process, number)
    assert code == CODES[number]
    assert "writing the best plan so far" in said
    plan = json.loads((tmp_path / "out" / "plan.json").read_text())
    assert len(plan["networks"]) == 15
    assert not list((tmp_path / "out").glob(".*"))


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("late", ["click", "numpy", "netform.report.words"])
def test_a_signal_while_the_program_is_loaded(tmp_path: Path, number: int, late: str) -> None:
    """From its first line on it takes signals, and ends with their codes, without a traceback."""
    code = f"""
import os, sys, builtins
real = builtins.__import__
def slow(name, *arguments):
    if name.startswith({late!r}):
        os.kill(os.getpid(), {int(number)})
    return real(name, *arguments)
builtins.__import__ = slow
from netform.__main__ import main
main()
"""
    process = start("solve", EXAMPLE, "-o", tmp_path / "out", code=code)
    _, said = process.communicate(timeout=60)
    assert process.returncode == CODES[number]
    assert "netform: stopped" in said
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["check", "score"])
def test_a_signal_in_a_command_that_does_not_solve(command: str) -> None:
    """It ends like any other."""
    given = ["--plan", "today"] if command == "score" else []
    process = slowed("netform.inputs.list_on_map", "read_list", FOR_EVER, command, EXAMPLE, *given)
    code, said = interrupt(process, signal.SIGTERM)
    assert code == 143
    assert "Traceback" not in said


def test_a_second_signal_once_the_results_are_written(tmp_path: Path) -> None:
    """What is said of it is so."""
    process = slowed(
        "netform.report.text", "summary_text", FOR_EVER, "solve", EXAMPLE, "-o", tmp_path / "out"
    )
    code, said = interrupt(process, times=2)
    assert code == 130
    assert f"stopped; the results were written to {tmp_path / 'out'} first" in said
    assert (tmp_path / "out" / "plan.json").exists()


def test_a_second_signal_stops_without_writing(tmp_path: Path) -> None:
    """Who asks twice does not want the files."""
    process = slowed(
        "netform.pipeline", "network_boundaries", FOR_EVER, "solve", EXAMPLE, "-o", tmp_path / "out"
    )
    code, _ = interrupt(process, times=2)
    assert code == 130
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("module", "name"), AFTERWARDS)
def test_a_signal_once_there_is_a_plan(tmp_path: Path, module: str, name: str) -> None:
    """Drawing and writing are finished, for seconds are all they take."""
    code, _ = interrupt(slowed(module, name, A_WHILE, "solve", EXAMPLE, "-o", tmp_path / "out", "-q"))
    assert code == 130
    assert json.loads((tmp_path / "out" / "plan.json").read_text())["status"] == "optimal"


def test_a_second_signal_while_writing_leaves_no_half_of_a_file(tmp_path: Path) -> None:
    """What was prepared is taken away again, and the earlier plan stands."""
    (tmp_path / "plan.json").write_text("mine")
    process = slowed(
        "netform.export.plan_json", "plan_object", FOR_EVER, "solve", EXAMPLE, "-o", tmp_path, "--overwrite"
    )
    code, _ = interrupt(process, times=2)
    assert code == 130
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
    assert (tmp_path / "plan.json").read_text() == "mine"


def test_a_signal_while_waiting_for_standard_input(tmp_path: Path) -> None:
    """A list that never comes can be given up."""
    kept, written = os.pipe()  # open until the run has ended, so that it waits
    process = slowed(
        "netform.practices.reading", "read_bytes", "pass", "solve", "-", "-o", tmp_path / "out", stdin=kept
    )
    code, _ = interrupt(process)
    os.close(written)
    assert code == 130


def test_a_signal_that_a_library_swallows_ends_the_run(tmp_path: Path) -> None:
    """What is read after it is no fault of the list."""
    dawdle = """
    try:
        os.kill(os.getpid(), 2)
        time.sleep(1)
    except KeyboardInterrupt:
        pass"""
    code = SLOWED.format(module="netform.practices.reading", name="read_bytes", dawdle=dawdle)
    process = start("solve", "-", "-o", tmp_path / "out", code=f"import os\n{code}", stdin=subprocess.DEVNULL)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "stopped before anything was written" in said


def test_the_time_limit_is_kept_with_the_plan_at_hand(tmp_path: Path) -> None:
    """A solver that does not stop by itself, for ten minutes, is left behind, and its best plan is written."""
    process = slowed(
        "netform.solve.workers", "solve_area", AFTER_A_PLAN,
        "solve", EXAMPLE, "-o", tmp_path / "out", "--time-limit", 4, "-q",
    )  # fmt: skip
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert (tmp_path / "out" / "plan.json").exists()


def test_no_plan_in_the_time(tmp_path: Path) -> None:
    """A solver that never says anything is waited for, though not for ever, and ends in 5."""
    process = slowed(
        "netform.solve.workers", "solve_area", f"module.PATIENCE = 2.0; {FOR_EVER}",
        "solve", EXAMPLE, "-o", tmp_path / "out", "--time-limit", 1,
    )  # fmt: skip
    _, said = process.communicate(timeout=60)
    assert process.returncode == 5
    assert "Allow more with --time-limit" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("arguments", [("check", EXAMPLE), ("solve", EXAMPLE, "--json", "-q", "-o")])
def test_a_reader_that_goes_away(tmp_path: Path, arguments: tuple[object, ...]) -> None:
    """`netform ... | head -1` is no fault: whoever closed the pipe had seen enough."""
    given = (*arguments, tmp_path / "out") if arguments[0] == "solve" else arguments
    process = start(*given)
    assert process.stdout is not None
    process.stdout.close()
    with process:
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert process.returncode == 0
    assert arguments[0] == "check" or (tmp_path / "out" / "plan.json").exists()


def test_a_terminal_that_goes_away(tmp_path: Path) -> None:
    """Standard error can be closed or gone without costing the result."""
    process = start("solve", EXAMPLE, "-o", tmp_path / "out")
    assert process.stderr is not None
    process.stderr.close()
    with process:
        pass
    assert process.returncode == 0
    assert (tmp_path / "out" / "plan.json").exists()


@pytest.mark.parametrize("closing", [">&-", "<&- >&- 2>&-"])
def test_closed_streams(tmp_path: Path, closing: str) -> None:
    """No file of a result takes the number of a stream that was closed."""
    shell = f'"$0" -c "from netform.cli.main import main; main()" solve "$1" -o "$2" {closing}'
    run = subprocess.run(
        ["sh", "-c", shell, sys.executable, EXAMPLE, tmp_path / "out"], capture_output=True, check=False
    )
    assert run.returncode == 0
    assert json.loads((tmp_path / "out" / "plan.json").read_text())["status"] == "optimal"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_standard_output_that_is_full(tmp_path: Path) -> None:
    """The files are written; the plan that could not be printed is an error of its own."""
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run(
            [sys.executable, "-c", "from netform.cli.main import main; main()", "solve", EXAMPLE, "-q", "--json",
             "-o", tmp_path / "out"],
            stdout=full, stderr=subprocess.PIPE, check=False, text=True,
        )  # fmt: skip
    assert run.returncode == 6
    assert "standard output: cannot be written" in run.stderr
    assert (tmp_path / "out" / "plan.json").exists()


def _hostile(path: Path, names: Sequence[str]) -> Path:
    """Write six practices of Leeds under hostile names, and areas of them."""
    places = [(420_000 + 3_000 * k, 430_000) for k in range(len(names))]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "name", "postcode", "list_size", "easting", "northing", "place"])
        for number, (name, (east, north)) in enumerate(zip(names, places, strict=True)):
            writer.writerow([f"P{number}", name, "LS1 4AP", 31_000, east, north, name])
    return path


NAMES = (
    "../../etc/x", "CON", "=1+1", "<script>alert(1)</script>", "\x1b[2J${7*7}", "caf\u00e9", "cafe\u0301",
    "Ward", "WARD", "\U0001f3e5" * 40, "a\u2028b", "-rf",
)  # fmt: skip


@pytest.mark.parametrize("environment", [{}, {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}])
def test_hostile_names_from_end_to_end(tmp_path: Path, environment: dict[str, str]) -> None:
    """Names of practices and of areas run nowhere: in a path, a page, a spreadsheet or a terminal."""
    listed = _hostile(tmp_path / "list.csv", NAMES)
    out = tmp_path / "out"
    for command in (["solve", listed, "--area", "place", "-o", out, "--json", "--workers", "1"],
                    ["check", listed, "--area", "place"]):  # fmt: skip
        run = subprocess.run(
            [sys.executable, "-c", "from netform.cli.main import main; main()", *map(str, command)],
            capture_output=True, check=False, env={**os.environ, **environment},
        )  # fmt: skip
        assert run.returncode == 0, run.stderr.decode()
        assert b"\x1b" not in run.stderr
        assert command[0] == "solve" or b"\x1b" not in run.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["list.csv", "out"]
    plan: dict[str, Any] = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    identifiers = [network["network_id"] for network in plan["networks"]]
    assert len({each.casefold() for each in identifiers}) == len(NAMES)
    assert all(each.replace("-", "").isalnum() and each.isascii() for each in identifiers)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    with (out / "practices.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.DictReader(file) for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(("=", "-", "@", "+"))] == []
