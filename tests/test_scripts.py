"""Tests of the scripts: they can be run, and their syntax is right. What they do is tested by being used."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from scripts.make_ready import FOR_TESTS

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = [
    *sorted(path for path in (ROOT / "scripts").iterdir() if path.is_file() and not path.suffix),
    ROOT / ".ci" / "run",
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_is_executable_and_parses(script: Path) -> None:
    """Every script carries its interpreter and the right to run; the shell ones parse."""
    first = script.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("#!")
    assert os.access(script, os.X_OK)
    if first.endswith(("/sh", "bash")):
        shell = "bash" if "bash" in first else "sh"
        assert subprocess.run([shell, "-n", str(script)], check=False).returncode == 0


def test_lock_pins_every_dependency_by_hash_and_names_no_index() -> None:
    """All requirements of pyproject.toml have an exact version, each file its hash; nothing says where it came from."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    run, marked, tests = text.partition(FOR_TESTS)
    assert marked
    pins: dict[str, set[str]] = {}
    for part, name in ((run, "run"), (tests, "test")):
        for entry in re.findall(r"^[a-z0-9].*?(?<!\\)$", part, re.DOTALL | re.MULTILINE):
            assert re.match(r"[a-z0-9-]+==[0-9][A-Za-z0-9_.+!]*( ;[^\\]*)? \\\n", entry), entry
            assert re.fullmatch(r"(    --hash=sha256:[0-9a-f]{64}( \\\n|$))+", entry.partition("\n")[2]), (
                entry
            )
            pins.setdefault(name, set()).add(entry.partition("==")[0])
    assert "http" not in text
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = {
        _name(each) for each in (*project["project"]["dependencies"], *project["build-system"]["requires"])
    }
    assert needed <= pins["run"]
    extras = project["project"]["optional-dependencies"]
    for_tests = {_name(each) for each in (*extras["test"], *extras["cluster"])} - {"netform"}
    assert for_tests <= pins["run"] | pins["test"]


@pytest.mark.parametrize("name", ["setup", "run", "test"])
def test_windows_has_the_same_commands(name: str) -> None:
    """Lines end as Windows wants, and the work is done by the Python that all systems share."""
    content = (ROOT / "scripts" / f"{name}.cmd").read_bytes()
    assert content.count(b"\r\n") == content.count(b"\n") > 2
    text = content.decode("ascii")
    assert text.startswith("@echo off")
    assert ("make_ready.py" if name == "setup" else "setup.cmd") in text
    for option in re.findall(r"-m (\w+)", text):
        assert option in {"netform", "ruff", "mypy", "pytest"}


def test_hooks_fetch_nothing() -> None:
    """Pre-commit uses the tools of the repository only."""
    config = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (\S+)", config) == ["local"]
    assert set(re.findall(r"language: (\S+)", config)) == {"system"}


def _name(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=!\[; ]", requirement)[0]).lower()
