"""Tests of the scripts: they can be run, and their syntax is right. What they do is tested by being used."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

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


def test_lock_pins_every_dependency_and_names_no_index() -> None:
    """All requirements of pyproject.toml have an exact version, and no line says where it came from."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!]+", pin) for pin in pins)
    pinned = {_normal(pin.split("==")[0]) for pin in pins}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = re.findall(r'^    "([A-Za-z0-9_-]+)>=', project, re.MULTILINE)
    assert wanted
    assert {_normal(name) for name in wanted} <= pinned


def test_hooks_fetch_nothing() -> None:
    """Pre-commit uses the tools of the repository only."""
    config = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (\S+)", config) == ["local"]
    assert set(re.findall(r"language: (\S+)", config)) == {"system"}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
