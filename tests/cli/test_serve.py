"""``netform serve``: a page on loopback that says its address, keeps every change, and ends cleanly."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from netform.cli import serve
from netform.cli.main import cli
from netform.cli.request import ServeRequest
from netform.errors import RulesError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("starlette", reason="netform[page] is not installed")
pytest.importorskip("uvicorn", reason="netform[page] is not installed")

# Two networks of today, of two practices each.
LIST = """\
practice_code,name,postcode,list_size,easting,northing,pcn_code
A,Abbey,LS11 8LH,20000,420000,430000,U1
B,Bridge,LS11 8LH,15000,421000,430000,U1
C,Castle,LS11 8LH,20000,422000,430000,U2
D,Dale,LS11 8LH,15000,423000,430000,U2
"""
posix = pytest.mark.skipif(os.name == "nt", reason="signals are sent as POSIX has them")


class Running:
    """netform serve in a process of its own."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        code = "from netform.cli.main import main; main()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, "serve", "list.csv", "--no-browser", *arguments],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        self.said: list[str] = []
        while not (found := re.search(r"http://(\S+?)(/\S+/)$", "".join(self.said[-1:]).strip())):
            self.said.append(self.process.stderr.readline())
            assert self.said[-1], self.said
        self.host, self.path = found.groups()

    def json(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask as the page does."""
        connection = http.client.HTTPConnection(self.host, timeout=20)
        own = {"X-Netform": "1", "Content-Type": "application/json", "Origin": f"http://{self.host}"}
        connection.request(method, f"{self.path}{path}", None if body is None else json.dumps(body), own)
        answer = connection.getresponse()
        said = json.loads(answer.read())
        connection.close()
        return answer.status, said

    def end(self, number: int) -> tuple[int, float, str]:
        """Send a signal: the exit code, how long it took, and all that was said."""
        begun = time.monotonic()
        self.process.send_signal(number)
        out, said = self.process.communicate(timeout=30)
        assert out == ""
        return self.process.returncode, time.monotonic() - begun, "".join(self.said) + said


@contextmanager
def running(folder: Path, *arguments: str, **environment: str) -> Iterator[Running]:
    """Run it, and see to it that it ends."""
    if not (folder / "list.csv").exists():
        (folder / "list.csv").write_text(LIST)
    started = Running(folder, *arguments, **environment)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait(10)
        for stream in (started.process.stdout, started.process.stderr):
            if stream is not None:
                stream.close()


def request(**given: Any) -> ServeRequest:
    """What is asked by default, with some of it changed."""
    fields = dict.fromkeys(param.name for param in cli.commands["serve"].params if param.name)
    return ServeRequest.of({**fields, "practices": "list.csv", **given})


@posix
def test_changes_outlive_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Begun with today's networks; a change each before Ctrl-C, which a listening tab does not hold up, and kill -9."""
    with running(tmp_path) as page:
        assert re.fullmatch(r"127\.0\.0\.1:\d+", page.host)
        assert len(page.path) == 45  # 32 bytes in base64, and a slash on either side
        _, plan = page.json("GET", "api/plan?area=")
        assert [network["members"] for network in plan["networks"]] == [["A", "B"], ["C", "D"]]
        move = {
            "n": 0,
            "area": "",
            "tab": "t",
            "kind": "move",
            "codes": ["B"],
            "to": plan["networks"][1]["id"],
        }
        assert page.json("POST", "api/change", move)[0] == 200
        tab = http.client.HTTPConnection(page.host, timeout=20)
        tab.request("GET", f"{page.path}api/events")
        assert tab.getresponse().readline() == b": here\n"
        code, seconds, said = page.end(signal.SIGINT)
        tab.close()
    # Within a second, which a busy computer makes longer.
    assert (code, seconds < 5) == (130, True)
    assert "netform: changes are kept in list.journal.jsonl.\n" in said
    assert said.endswith("netform: stopped; every change is in list.journal.jsonl.\n")
    assert "Traceback" not in said
    with running(tmp_path) as page:
        assert "netform: list.journal.jsonl: 1 earlier change was taken up again.\n" in page.said
        _, plan = page.json("GET", "api/plan?area=")
        assert sorted(network["members"] for network in plan["networks"]) == [["A"], ["B", "C", "D"]]
        out = {"n": 1, "area": "", "tab": "t", "kind": "exclude", "codes": ["A"], "excluded": True}
        assert page.json("POST", "api/change", out)[0] == 200
        page.process.kill()
        page.process.wait(10)
    with running(tmp_path) as page:
        assert page.json("GET", "api/plan?area=")[1]["excluded"] == ["A"]
        assert page.end(signal.SIGTERM)[0] == 143
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.csv").write_text(LIST.replace("20000", "21000"))
    refused = CliRunner().invoke(cli, ["serve", "list.csv", "--no-browser"])
    assert refused.exit_code == 3
    assert "--journal" in refused.stderr


def test_a_plan_to_begin_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A column, a file, a folder: the journal is beside the folder, else beside the list."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "plan.json").write_text("{}")
    (tmp_path / "deep").mkdir()
    journals = [
        (request(), "list.journal.jsonl"),
        (request(practices="deep/a.b.xlsx"), "deep/a.b.journal.jsonl"),
        (request(plan="column"), "list.journal.jsonl"),
        (request(plan="other.csv"), "list.journal.jsonl"),
        (request(journal=Path("x.jsonl")), "x.jsonl"),
        (request(practices="-", journal=Path("x.jsonl")), "x.jsonl"),
        (request(plan="out"), "out.journal.jsonl"),
        (request(plan="./out/"), "out.journal.jsonl"),
        (request(plan="out/plan.json", practices="-"), "out.journal.jsonl"),
    ]
    for asked, journal in journals:
        assert serve._journal(asked).resolve() == (tmp_path / journal).resolve()
    with pytest.raises(RulesError, match="--journal FILE"):
        serve._journal(request(practices="-"))


def test_without_its_libraries_it_says_how_to_install_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one sentence, before it reads anything."""
    monkeypatch.setattr(serve, "find_spec", lambda _name: None)
    found = CliRunner().invoke(cli, ["serve", str(tmp_path / "none.csv")])
    assert found.exit_code == 2
    assert found.stderr.count("\n") == 1
    assert found.stderr.endswith('which are not installed: pip install "netform[page]".\n')


@pytest.mark.parametrize(
    "words", [["--host", "192.0.2.1"], ["--bind", "::"], ["--port", "65536"], ["--port", "-1"]]
)
def test_it_listens_to_this_computer_alone(tmp_path: Path, words: list[str]) -> None:
    """No option leads elsewhere."""
    assert CliRunner().invoke(cli, ["serve", str(tmp_path / "none.csv"), *words]).exit_code == 2


def test_the_command_line_knows_nothing_of_the_page_before_it_is_asked() -> None:
    """``netform --help`` loads no server."""
    code = (
        "import sys, netform.cli.main; print({'uvicorn', 'starlette', 'anyio', 'numpy'} & set(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout == "set()\n"
