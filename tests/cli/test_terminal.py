"""The terminal's side of the command line: progress, signals, standard output."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from netform.cli.terminal import Interruption, Progress
from netform.plan.model import AreaResult
from netform.solve.area import AreaOutcome, Placed
from netform.solve.workers import Event

EXAMPLE = Path(__file__).parents[2] / "data" / "example_practices.csv"


def test_progress_replaces_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A shorter text wipes what a longer one left, and clearing leaves nothing."""
    progress = Progress(shown=True)
    progress.say("a long text")
    progress.say("short")
    progress.clear()
    said = capsys.readouterr().err
    first, second, wiped, rest = said.split("\r")[1:]
    assert first.endswith("s  a long text")
    assert second.rstrip().endswith("s  short")
    assert len(second) == len(first)
    assert (wiped.strip(), rest) == ("", "")


def test_progress_is_silent_where_it_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """A file or a pipe gets no line that replaces itself."""
    progress = Progress(shown=False)
    progress.say("reading")
    progress.event(Event("", "stage", "bound"))
    progress.clear()
    assert capsys.readouterr().err == ""


def test_progress_of_one_area_tells_of_its_plans(capsys: pytest.CaptureFixture[str]) -> None:
    """What is done, what the plan costs, and how much less another might: 100 against at least 90 is 10%."""
    progress = Progress(shown=True)
    result = AreaResult("", "feasible", 100.0, 90.0, 9, 2, 5)
    networks = (Placed(("P1",)), Placed(("P2",), "island", "Alone."))
    progress.event(Event("", "stage", "bound"))
    progress.event(Event("", "plan", outcome=AreaOutcome(result, networks)))
    expected = "proof: cost 100.0, another up to 10% less, 1 exception"
    assert expected in capsys.readouterr().err
    # The next stage goes on from the same plan.
    progress.event(Event("", "stage", "choose"))
    assert expected.replace("proof", "choosing networks", 1) in capsys.readouterr().err


def test_progress_of_an_area_beside_others_says_how_good_its_plan_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """There is room for the gap and the exceptions of each, and no more."""
    progress = Progress(shown=True)
    progress.areas = 2
    result = AreaResult("North", "feasible", 100.0, 90.0, 9, 1, 5)
    progress.event(Event("North", "stage", "bound"))
    progress.event(Event("North", "plan", outcome=AreaOutcome(result, (Placed(("P1",)),))))
    assert "0 of 2 areas planned  North: proof: another up to 10% less" in capsys.readouterr().err


def test_progress_of_many_areas_counts_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is being done where, within the width of the terminal, and no name commands it."""
    monkeypatch.setenv("COLUMNS", "60")
    progress = Progress(shown=True)
    progress.areas = 2
    result = AreaResult("North", "optimal", 1.0, 1.0, 1, 1, 1)
    progress.event(Event("North", "done", outcome=AreaOutcome(result, ())))
    progress.event(Event("\x1b[2JSouth" + "h" * 99, "stage", "enumerate"))
    last = capsys.readouterr().err.split("\r")[-1]
    assert "1 of 2 areas planned  [2JSouth" in last
    assert len(last) == 59


def test_interruption_asks_once_there_can_be_a_plan() -> None:
    """Before that the first signal stops the run; afterwards the first asks and the second stops."""
    with Interruption() as stop:
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
        assert stop.asked()
    with Interruption() as stop:
        stop.patient = True
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.asked()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_a_hang_up_that_is_ignored_stays_so() -> None:
    """Under nohup a run outlives its terminal."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interruption() as stop:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not stop.asked()
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_stray_lines_of_solvers_do_not_spoil_the_data(tmp_path: Path) -> None:
    """What C code writes to descriptor 1 goes to the void; what netform prints arrives whole."""
    code = (
        "import os; from netform.cli.terminal import data_stream, print_data\n"
        "with data_stream() as stream:\n"
        "    os.write(1, b'stray')\n"
        "    print_data(stream, b'data' * 100_000)\n"
        "print('after')\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert run.stdout == b"data" * 100_000 + b"after\n"


def test_a_terminal_sees_the_stages(tmp_path: Path) -> None:
    """On a terminal the stages pass by on one line of its width, which is gone when the summary comes."""
    pty = pytest.importorskip("pty", reason="there are no such terminals here")
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    ours, theirs = pty.openpty()
    # Rows and columns, and two numbers that nobody asks for.
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 50, 0, 0))
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from netform.cli.main import main; main()",
            "solve",
            EXAMPLE,
            "-o",
            tmp_path / "out",
        ],
        stderr=theirs,
        env={name: value for name, value in os.environ.items() if name != "COLUMNS"},
    )
    os.close(theirs)
    said = b""
    try:
        while chunk := os.read(ours, 65_536):
            said += chunk
    except OSError:  # how Linux says that the other end is closed
        pass
    finally:
        os.close(ours)
    assert process.wait(timeout=60) == 0
    for stage in (b"reading", b"placing", b"drawing territories", b"listing networks", b"writing"):
        assert b"s  " + stage in said
    progress = [line for line in said.decode().split("\r") if " s  " in line]
    assert max(map(len, progress)) <= 49 < max(map(len, said.decode().splitlines()))
    assert said.decode().endswith(f"Written to {tmp_path / 'out'}\r\n")
