"""The guide: its tables are what the commands say, its command lines run, its programs run."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from netform.cli.guide import OPTION_TABLE, TOPICS, page, with_option_tables
from netform.cli.main import cli
from netform.inputs.example import example_csv
from netform.inputs.list_on_map import list_on_map
from netform.practices.reading import AskedColumns
from netform.publications.reading import ListFiles
from tests.made_up_extract import write_extract
from tests.made_up_homes import write_homes
from tests.publications.made_up import example_publications

ROOT = Path(__file__).parents[2]
SWEEP = """\
practices = "practices.csv"
area_column = "area"
time_limit = 20
bands = [[30000, 50000], [25000, 45000]]
"""
# Pages that plan over and over do so on a part of the made-up list: these present networks, in both areas, of which
# some miss the band, and one is a practice too large for it. Every practice that such a page names is among them.
MANY_PLANS = ("outputs", "rules", "today", "tradeoff")
PART = ("X99N02", "X99N03", "X99N04", "X99N05", "X99N08", "X99N10", "X99N11", "X99N12")
# Pages whose areas are planned side by side, as they are by default. On the others one area is planned after the other,
# which comes to the same plan: a process takes longer to start than to plan an area as small.
SIDE_BY_SIDE = ("start", "sweep")
# Two practices of the made-up list, by car and by bus.
MINUTES = {"travel.csv": "X99001,X99002,12", "bus.csv": "X99001,X99002,35"}
# A practice of Vale has a branch at the place of another one.
BRANCHES = "branch_code,practice_code,postcode\nX99011001,X99011,YO31 0PZ\n"
# Words of operations research, which only the glossary may need.
JARGON = (
    "set partitioning", "column generation", "relaxation", "incumbent", "heuristic", "pareto", "lagrangian",
    "branch and bound", "integer program", "decision diagram", "pricing", "duals",
)  # fmt: skip


def _blocks(topic: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page(topic), re.DOTALL | re.MULTILINE)


def _command_lines(topic: str) -> list[str]:
    return [line for block in _blocks(topic, "sh") for line in block.splitlines() if line.strip()]


def _list_for(topic: str) -> str:
    header, *rows = example_csv().splitlines(keepends=True)
    if topic in MANY_PLANS:
        rows = [row for row in rows if any(f",{network}," in row for network in PART)]
    return "".join([header, *rows])


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_is_a_page(topic: str) -> None:
    """With a title, lines that a terminal can show, and no word that sends a planner to a textbook."""
    text = page(topic)
    assert text.startswith("# ")
    assert all(len(line) <= 130 or line.startswith(("|", "<!--", "- ")) for line in text.splitlines())
    if topic != "glossary":
        assert [word for word in JARGON if word in text.lower()] == []


@pytest.mark.parametrize("topic", TOPICS)
def test_tables_of_options_are_what_the_commands_say(topic: str) -> None:
    """``scripts/guide`` writes them."""
    assert with_option_tables(page(topic), cli.commands) == page(topic)


def test_every_option_of_every_command_is_in_the_guide() -> None:
    """Options that several commands share are in it once."""
    said = {
        flag
        for topic in TOPICS
        for _, flags, _ in OPTION_TABLE.findall(page(topic))
        for flag in flags.split()
    }
    missing = [
        f"{name} {param.opts[0]}"
        for name, command in cli.commands.items()
        for param in command.params
        if isinstance(param, click.Option) and not said & set(param.opts)
    ]
    assert missing == []


@pytest.mark.parametrize("name", cli.commands)
def test_every_command_and_option_says_what_it_does(name: str) -> None:
    """In ``--help``, which names no file of the repository."""
    command = cli.commands[name]
    assert command.help
    assert "README" not in command.help
    assert [
        param.name for param in command.params if isinstance(param, click.Option) and not param.help
    ] == []


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if _command_lines(topic)])
def test_every_command_line_runs(topic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the page, in a folder with the made-up list or a part of it, and what the NHS would publish."""
    monkeypatch.chdir(tmp_path)
    if "netform example practices.csv" not in _command_lines(topic):
        Path("practices.csv").write_text(_list_for(topic), encoding="utf-8")
    Path("SWEEP.toml").write_text(SWEEP, encoding="utf-8")
    example_publications(tmp_path)
    for name, row in MINUTES.items():
        Path(name).write_text(f"from,to,minutes\n{row}\n", encoding="utf-8")
    if "registrations.csv" in page(topic):
        write_homes(tmp_path)
    lines = _command_lines(topic)
    if any(line.startswith("netform roads") for line in lines):
        # A road past all practices of the made-up list, one after the other.
        places = list_on_map(ListFiles("practices.csv"), AskedColumns()).places
        ends = zip(places.easting.tolist(), places.northing.tolist(), strict=True)
        points = dict(enumerate(ends, 1))
        write_extract(Path("county.osm.pbf"), points, [(list(points), {"highway": "primary"})])
    Path("branches.csv").write_text(BRANCHES, encoding="utf-8")
    for line in lines:
        program, *arguments = shlex.split(line)
        assert program == "netform"
        known = [param.name for param in cli.commands[arguments[0]].params]
        if topic not in SIDE_BY_SIDE and "workers" in known:
            arguments += ["--workers", "1"]
        result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
        assert result.exit_code == 0, f"{line}\n{result.stderr}"


def test_the_programs_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a list to a GeoDataFrame in five lines, and the rest of the page after them."""
    monkeypatch.chdir(tmp_path)
    Path("practices.csv").write_text(example_csv(), encoding="utf-8")
    names: dict[str, object] = {}
    for block in _blocks("python", "python"):
        exec(block, names)  # noqa: S102 (the page of the guide)
    assert len(names["networks"]) == 15  # type: ignore[arg-type]


@pytest.mark.parametrize("topic", TOPICS)
def test_rules_in_the_guide_are_toml(topic: str) -> None:
    """Every block can be copied."""
    for block in _blocks(topic, "toml"):
        tomllib.loads(block)


def test_the_command_shows_pages() -> None:
    """Without a topic it says what there is; the marks of tables do not show."""
    listed = CliRunner().invoke(cli, ["guide"])
    assert (listed.exit_code, [topic in listed.stdout for topic in TOPICS]) == (0, [True] * len(TOPICS))
    shown = CliRunner().invoke(cli, ["guide", "rules"])
    assert shown.stdout.startswith("# Rules")
    assert "<!--" not in shown.stdout
    assert CliRunner().invoke(cli, ["guide", "cooking"]).exit_code == 2


def test_the_readme_is_short_and_what_it_points_to_is_there() -> None:
    """At most 8 kB; every page and file that it names exists."""
    text = (ROOT / "README.md").read_bytes()
    assert len(text) <= 8_000
    for target in re.findall(r"\]\(([^)#:]+)\)", text.decode("utf-8")):
        assert (ROOT / target).exists(), target


def test_the_run_in_the_readme_is_what_solve_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line of it, in order; ``...`` leaves some out."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    command = re.search(r"^scripts/run (solve .*) -o out$", text, re.MULTILINE)
    shown = re.search(r"^```text\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert command is not None
    assert shown is not None
    monkeypatch.chdir(ROOT)
    said = CliRunner().invoke(cli, [*shlex.split(command[1]), "-o", str(tmp_path / "out")]).stderr
    where = [said.find(line) for line in shown[1].splitlines() if line.strip() not in ("", "...")]
    assert len(where) > 5
    assert -1 not in where
    assert where == sorted(where)
