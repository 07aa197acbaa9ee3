"""How soon the planner's page answers, and whether its memory stays where it is: a real server, asked over HTTP.

The area begins with its networks of today. A practice moves to another network, at random, and every fifth time the
last move is taken back; every hundred moves the page is opened anew.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from scripts.benchmarking.cases import shared_data
from scripts.benchmarking.memory import session_memory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["HEAD", "Server", "is_flat", "measure_page", "page_row"]

HEAD = (
    "area", "practices", "ready, s", "first plan, ms", "ground, ms", "moves", "p50, ms", "p95, ms", "longest, ms",
    "CPU a move, ms", "MB after 100", "MB at the end", "end, s",
)  # fmt: skip

# Between two looks at the memory; it is flat if the last is no more than so much over the first.
LOOK_EVERY, MOST_GROWTH = 100, 1.05
UNDO_EVERY = 5
_COLUMNS = [
    "practice_code",
    "practice_name",
    "postcode",
    "list_size",
    "pcn_code",
    "pcn_name",
    "easting",
    "northing",
]


class Server:
    """``netform serve`` in a process of its own, and one connection to it.

    Parameters
    ----------
    folder : Path
        Where it runs, with the list in it.
    list_name : str
    """

    def __init__(self, folder: Path, list_name: str) -> None:
        begin = time.perf_counter()
        words = [sys.executable, "-m", "netform", "serve", list_name, "--no-browser"]
        self.process = subprocess.Popen(
            words, cwd=folder, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self.process.stderr is not None  # noqa: S101 (it was asked for)
        self.said = ""
        while not (found := re.search(r"http://(\S+?)(/\S+/)\n", self.said)):
            line = self.process.stderr.readline()
            if not line:
                raise RuntimeError(self.said)
            self.said += line
        self.ready_seconds = time.perf_counter() - begin
        self._host, self._path = found.groups()
        self._connection = http.client.HTTPConnection(self._host)

    def ask(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask as the page does; the answer, with what a refusal says in ``error``."""
        own = {"X-Netform": "1", "Content-Type": "application/json", "Origin": f"http://{self._host}"}
        data = None if body is None else json.dumps(body)
        self._connection.request("GET" if body is None else "POST", self._path + path, data, own)
        return json.loads(self._connection.getresponse().read())

    def megabytes(self) -> float:
        """Memory of the process and of those that it began."""
        return session_memory(self.process.pid)[0] * 1000

    def cpu_seconds(self) -> float:
        """CPU time of the process so far; 0 where the system does not tell."""
        try:
            spent = (
                Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            )
        except OSError:
            return 0.0
        return (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> float:
        """End it as Ctrl-C does; the seconds until it has ended."""
        begin = time.perf_counter()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        if self.process.stderr is not None:
            self.process.stderr.close()
        return time.perf_counter() - begin


def measure_page(area: str, moves: int) -> dict[str, Any]:
    """Open the page of an area, move practices, and end it.

    Parameters
    ----------
    area : str
        Code of a real area.
    moves : int

    Returns
    -------
    dict
        Seconds by what they are of, those of each move, and megabytes after every hundred.

    Raises
    ------
    LookupError
        There is no such area, or no real lists.
    """
    with tempfile.TemporaryDirectory() as folder:
        practices = _write_list(area, Path(folder) / "list.csv")
        server = Server(Path(folder), "list.csv")
        try:
            measured = {"area": area, "practices": practices, "ready": server.ready_seconds}
            return measured | _opened(server) | _moved(server, moves) | {"end": server.end()}
        finally:
            if server.process.poll() is None:
                server.process.kill()
                server.process.wait()


def _write_list(area: str, path: Path) -> int:
    folder = shared_data()
    if folder is None:
        raise LookupError("the real lists are not there; set NETFORM_SHARED_DATA to their folder")
    table = pd.read_csv(folder / "practices.csv", dtype={"sub_icb_code": str})
    chosen = table.loc[table["sub_icb_code"] == area, _COLUMNS]
    if chosen.empty:
        raise LookupError(f"there is no area {area} in {folder}")
    chosen.to_csv(path, index=False)
    return len(chosen)


def _opened(server: Server) -> dict[str, float]:
    seconds = {}
    for what, path in (("plan", "api/plan?area="), ("ground", "api/ground?area=")):
        begin = time.perf_counter()
        server.ask(path)
        seconds[what] = time.perf_counter() - begin
    return seconds


def _moved(server: Server, moves: int) -> dict[str, Any]:
    rng = random.Random(0)  # noqa: S311 (nothing secret)
    plan = server.ask("api/plan?area=")
    seconds: list[float] = []
    megabytes: list[float] = []
    before = server.cpu_seconds()
    for number in range(1, moves + 1):
        asked = {"n": plan["n"], "area": "", "tab": "benchmark", **_drawn(plan, number, rng)}
        begin = time.perf_counter()
        said = server.ask("api/change", asked)
        seconds.append(time.perf_counter() - begin)
        if "error" in said:
            raise RuntimeError(said["error"])
        plan = said["plan"]
        if number % LOOK_EVERY == 0:
            _opened(server)
            megabytes.append(server.megabytes())
    return {"moves": seconds, "megabytes": megabytes, "cpu": (server.cpu_seconds() - before) / max(1, moves)}


def _drawn(plan: Mapping[str, Any], number: int, rng: random.Random) -> dict[str, Any]:
    """A move of a practice to another network, or the last one taken back."""
    if number % UNDO_EVERY == 0:
        return {"kind": "undo"}
    left, to = rng.sample([each for each in plan["networks"] if each["members"]], 2)
    return {"kind": "move", "codes": [rng.choice(left["members"])], "to": to["id"]}


def is_flat(megabytes: Sequence[float]) -> bool:
    """Whether memory is at the end what it was after the first hundred moves, but for a twentieth."""
    return not megabytes or megabytes[-1] <= megabytes[0] * MOST_GROWTH


def page_row(measured: Mapping[str, Any]) -> list[str]:
    """One row of the table, in the order of `HEAD`."""
    moves = np.array(measured["moves"]) * 1000
    told = [np.quantile(moves, share, method="higher") for share in (0.5, 0.95, 1.0)]
    memory = measured["megabytes"]
    return [
        measured["area"],
        str(measured["practices"]),
        f"{measured['ready']:.1f}",
        f"{measured['plan'] * 1000:.0f}",
        f"{measured['ground'] * 1000:.0f}",
        str(len(moves)),
        *(f"{each:.0f}" for each in told),
        f"{measured['cpu'] * 1000:.1f}",
        *([f"{memory[0]:.1f}", f"{memory[-1]:.1f}"] if memory else ["-", "-"]),
        f"{measured['end']:.2f}",
    ]
