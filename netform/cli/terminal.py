"""The terminal's side of the command line: signals, progress, messages, standard output, and how to leave."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
import threading
import time
import traceback
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, Self

import click

from netform.errors import NetformError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netform.solve.area import AreaOutcome
    from netform.solve.workers import Event

__all__ = [
    "Interruption",
    "Progress",
    "Stopped",
    "data_stream",
    "explained",
    "leave",
    "print_data",
    "say",
    "stopped_code",
]

# Exit codes that no error of netform carries (see `netform.errors`).
NO_MEMORY, DEFECT = 5, 70

# What is being done, for people; stages that are not here say it themselves.
STAGES = {
    "search": "better plans",
    "bound": "proof",
    "enumerate": "listing networks",
    "score": "scoring networks",
    "choose": "choosing networks",
    "exceptions": "fewer exceptions",
    "reasons": "why exceptions",
}

# What is said of a run that was stopped, unless it had come further.
NOTHING_WRITTEN = "stopped before anything was written."


def say(text: str, *, newline: bool = True) -> None:
    """Write to standard error; a terminal that has gone away ends no run."""
    with suppress(OSError, ValueError):
        click.echo(text, err=True, nl=newline)


def print_data(stream: BinaryIO | io.FileIO, content: bytes) -> None:
    """Write data to standard output; a reader that has closed its end wanted no more.

    Raises
    ------
    OutputError
        It cannot be written for another reason.
    """
    try:
        while content:
            content = content[stream.write(content) :]
        stream.flush()
    except OSError as error:
        if error.errno != errno.EPIPE:
            raise OutputError(f"standard output: cannot be written ({error.strerror}).") from error


@contextmanager
def data_stream() -> Iterator[BinaryIO | io.FileIO]:
    """Keep standard output for data: solvers write stray lines to its descriptor, which go to the void.

    Yields
    ------
    BinaryIO
        What leads to standard output all the same.
    """
    sys.stdout.flush()
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):  # something else stands in for standard output, as in tests
        yield sys.stdout.buffer
        return
    kept = os.dup(descriptor)
    void = os.open(os.devnull, os.O_WRONLY)
    os.dup2(void, descriptor)
    os.close(void)
    try:
        # Unbuffered, so that nothing is left to be written again when the stream is given up.
        with io.FileIO(os.dup(kept), "wb") as stream:
            yield stream
    finally:
        os.dup2(kept, descriptor)
        os.close(kept)


class Stopped(KeyboardInterrupt):
    """A signal has ended the run.

    Attributes
    ----------
    number : int
        Of the signal.
    """

    def __init__(self, number: int, said: str = "") -> None:
        super().__init__(*[said] * bool(said))
        self.number = number


def stopped_code(stopped: KeyboardInterrupt) -> int:
    """Give the exit code of a run that a signal has ended: 130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP."""
    return 128 + getattr(stopped, "number", signal.SIGINT)


@contextmanager
def explained() -> Iterator[Interruption]:
    """Turn every failure into a message for people and an exit code.

    Yields
    ------
    Interruption
        What signals come to meanwhile.

    Raises
    ------
    SystemExit
        With the code of `netform.errors`; 130, 143 or 129 when a signal ended the run, 70 for a defect of netform,
        whose traceback is shown when NETFORM_DEBUG is set.
    """
    from netform.report.words import clean  # noqa: PLC0415 (only failures need it)

    stop = Interruption()
    try:
        with stop:
            yield stop
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except NetformError as error:
        if stop.asked() and not stop.patient:
            # A library that was being loaded has swallowed the signal, and what was read since is cut short.
            say(f"netform: {NOTHING_WRITTEN}")
            sys.exit(stop.code)
        say(f"netform: {clean(str(error))}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt as stopped:
        say(f"netform: {stopped.args[0] if stopped.args else NOTHING_WRITTEN}")
        sys.exit(stopped_code(stopped))
    except MemoryError:
        say("netform: out of memory. Try fewer --workers, or a narrower band.")
        sys.exit(NO_MEMORY)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 (the last stop before a user)
        if os.environ.get("NETFORM_DEBUG"):
            say(clean(traceback.format_exc()))
        what = clean(f"{type(error).__name__}: {error}").splitlines()[0]
        say(
            f"netform: a defect of netform, not of your files ({what}). Nothing was written. "
            "Please report it; with NETFORM_DEBUG=1 set, netform shows where it happened."
        )
        sys.exit(DEFECT)


def leave(code: int) -> NoReturn:
    """End the process now.

    Solver threads may have been left behind, which no Python can stop; and to take the libraries down in
    order would take a tenth of a second.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)


class Interruption:
    """Ctrl-C, SIGTERM and SIGHUP: once planning has begun they ask for the best plan so far.

    Attributes
    ----------
    patient : bool
        Whether the first signal only asks; the second stops the run, cleaning up, and the third ends it at
        once.
    said : str
        What is to be said of a run that is stopped now; blank while nothing was written.
    """

    def __init__(self) -> None:
        self.patient = False
        self.said = ""
        self._numbers: list[int] = []
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        """Take the signals over, where they can be; a hang-up that nohup has switched off stays so."""
        if threading.current_thread() is not threading.main_thread():
            return self
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and not (name == "SIGHUP" and signal.getsignal(number) == signal.SIG_IGN):
                self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(self, *failure: object) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _take(self, number: int, frame: object) -> None:
        del frame
        self._numbers.append(number)
        if len(self._numbers) > 2:
            leave(self.code)
        if not self.patient or len(self._numbers) > 1:
            raise self.stopped()
        say("\nStopping: writing the best plan so far. Once more to stop without writing.")

    def written(self, out: str) -> None:
        """Note that the results are at their place, so that a signal from now on does not say otherwise."""
        from netform.report.words import one_line  # noqa: PLC0415 (--help needs it not)

        self.said = f"stopped; the results were written to {one_line(out)} first."

    @property
    def code(self) -> int:
        """The exit code of the run, once `asked`."""
        return stopped_code(self.stopped())

    def stopped(self) -> Stopped:
        """Give what ends the run at once, once `asked`."""
        return Stopped(self._numbers[0], self.said)

    def asked(self) -> bool:
        """Whether to stop."""
        return bool(self._numbers)


def _standing(outcome: AreaOutcome, *, full: bool) -> str:
    """Say what the plan of an area has come to; of one beside others only how good it is."""
    from netform.report.words import hours, percent  # noqa: PLC0415 (only a terminal needs it)

    result = outcome.result
    exceptions = sum(network.exception is not None for network in outcome.networks)
    words = [f"cost {hours(result.cost)}"] if full and result.cost is not None else []
    if result.gap is not None:
        words.append(f"another up to {percent(result.gap)} less" if result.gap else "proven best")
    if exceptions:
        words.append(f"{exceptions:,} exception{'s' * (exceptions != 1)}")
    return ", ".join(words)


def _columns() -> int:
    """How wide the terminal is that messages go to: standard output may lead elsewhere meanwhile."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (ValueError, OSError):  # no terminal
        return 80


class Progress:
    """A line on the terminal that says how far a run has come; silent elsewhere."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._width = 0
        self._begin = time.monotonic()
        self._stages: dict[str, str] = {}
        self._plans: dict[str, str] = {}
        self._done = 0
        self.areas = 1

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._begin

    def say(self, text: str) -> None:
        """Show a text in place of the last."""
        if self._shown:
            room = max(20, _columns() - 1)
            line = f"{self.seconds:6.1f} s  {text}"
            line = line if len(line) <= room else f"{line[: room - 3]}..."
            say("\r" + line.ljust(self._width), newline=False)
            self._width = len(line)

    def clear(self) -> None:
        """Wipe the line."""
        if self._shown and self._width:
            say("\r" + " " * self._width + "\r", newline=False)

    def event(self, event: Event) -> None:
        """Tell of a stage or a plan of an area: what is being done, and what it has come to."""
        if not self._shown:
            return
        from netform.report.words import one_line  # noqa: PLC0415 (only a terminal needs it)

        if event.kind == "stage":
            self._stages[event.area] = STAGES.get(event.stage, event.stage)
        elif event.kind == "done":
            self._done += 1
            self._stages.pop(event.area, None)
        elif event.outcome is not None:
            self._plans[event.area] = _standing(event.outcome, full=self.areas == 1)
        now = "; ".join(
            ": ".join(filter(None, (area, stage, self._plans.get(area))))
            for area, stage in sorted(self._stages.items())
        )
        count = f"{self._done} of {self.areas} areas planned  " if self.areas > 1 else ""
        self.say(count + one_line(now))
