"""A planner's demands in a rules file and from the command line: read back as written, every fault at once."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from netform.cli.demands import demanded_rules
from netform.cli.main import cli
from netform.cli.request import CheckRequest
from netform.errors import RulesError
from netform.rules.demands import NO_DEMANDS, AreaDemand, Demands
from netform.rules.demands_toml import PLANNER_KEYS, demands_toml, read_demands
from netform.rules.toml import load_profile, read_rules, rules_toml
from tests.examples import examples
from tests.strategies import codes as listed_codes
from tests.strategies import rules

if TYPE_CHECKING:
    from pathlib import Path

    from netform.rules.model import Rules

DEFAULT = load_profile()

_codes = listed_codes.filter(lambda code: code == code.strip())
_listed = st.sets(_codes, max_size=4).map(lambda codes: tuple(sorted(codes)))
_minutes = st.floats(0.001, 600)
_patients = st.none() | st.integers(1, 10**9)
_area_names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def _groups(fewest: int) -> st.SearchStrategy[tuple[tuple[str, ...], ...]]:
    group = st.sets(_codes, min_size=fewest, max_size=4).map(lambda codes: tuple(sorted(codes)))
    return st.sets(group, max_size=3).map(lambda groups: tuple(sorted(groups)))


def _disjoint(groups: tuple[tuple[str, ...], ...]) -> bool:
    return sum(map(len, groups)) == len({code for group in groups for code in group})


@st.composite
def demands(draw: st.DrawFn) -> Demands:
    """Draw demands that a file may hold, whether or not they can be kept."""
    areas = st.builds(AreaDemand, _area_names, _patients, _patients, st.none() | st.integers(1, 2**16))
    drawn = draw(st.lists(areas, max_size=3, unique_by=lambda area: area.area))
    return Demands(
        pins=draw(_groups(1)),
        together=draw(_groups(2)),
        apart=draw(_groups(2)),
        exclude=draw(_listed),
        merge=draw(_groups(2).filter(_disjoint)),
        hub_must=draw(_listed),
        hub_may=draw(_listed),
        longest_to_hub=draw(_minutes | st.just(NO_DEMANDS.longest_to_hub)),
        longest_between=draw(_minutes | st.just(NO_DEMANDS.longest_between)),
        least_practices=draw(st.integers(1, 2**16)),
        most_practices=draw(st.integers(1, 2**16)),
        networks=draw(st.none() | st.integers(1, 2**16)),
        areas=tuple(sorted(drawn, key=lambda area: area.area)),
    )


def _written(folder: Path, content: str) -> Path:
    path = folder / "rules.toml"
    path.write_text(content, encoding="utf-8", newline="\n")
    return path


def _problems(folder: Path, content: str) -> list[str]:
    path = _written(folder, content)
    with pytest.raises(RulesError) as caught:
        read_rules(path)
    return [line.removeprefix(f"{path}: ") for line in str(caught.value).splitlines()]


@given(rules(), demands())
@examples(80)
def test_demands_are_read_back_from_what_is_written(
    tmp_path_factory: pytest.TempPathFactory, drawn: Rules, demanded: Demands
) -> None:
    """Any rules with any demands, written as TOML, are read back the same."""
    whole = replace(drawn, demands=demanded)
    assert read_rules(_written(tmp_path_factory.mktemp("rules"), rules_toml(whole))) == whole


def test_no_demands_leave_no_trace() -> None:
    """The rules.toml of a plan without demands is what it was before there were any."""
    assert demands_toml(NO_DEMANDS) == []
    assert "planner" not in rules_toml(DEFAULT)
    assert "areas" not in rules_toml(DEFAULT)


def test_a_file_says_every_demand(tmp_path: Path) -> None:
    """Codes are tidied, groups and their codes sorted, and whatever is said twice is there once."""
    path = _written(
        tmp_path,
        "[planner]\n"
        'pin = [["a2", " A1 "], ["A1", "A2"], ["B9"]]\n'
        'together = [["A4", "A3", "A4"]]\n'
        'apart = [["A5", "A6"], ["A3", "A5"]]\n'
        'merge = [["B3", "B2"], ["C1", "C2"], ["B1", "B2"]]\n'
        'exclude = ["Z2", "Z1", "z1"]\n'
        'hub_must = ["A1"]\nhub_may = ["A1", "A3"]\n'
        "longest_minutes_to_hub = 20\nlongest_minutes_between = 32.5\n"
        "least_practices = 2\nmost_practices = 6\nnetworks = 4\n"
        "[areas.15F]\nmin = 25000\nnetworks = 9\n"
        '[areas."Leeds, north"]\nmax = 60000\n',
    )

    assert read_rules(path) == replace(
        DEFAULT,
        demands=Demands(
            pins=(("A1", "A2"), ("B9",)),
            together=(("A3", "A4"),),
            apart=(("A3", "A5"), ("A5", "A6")),
            # B2 merges with B1 and with B3: the three become one.
            merge=(("B1", "B2", "B3"), ("C1", "C2")),
            exclude=("Z1", "Z2"),
            hub_must=("A1",),
            hub_may=("A1", "A3"),
            longest_to_hub=20.0,
            longest_between=32.5,
            least_practices=2,
            most_practices=6,
            networks=4,
            areas=(AreaDemand("15F", 25_000, None, 9), AreaDemand("Leeds, north", None, 60_000)),
        ),
    )


def test_all_faults_of_demands_at_once(tmp_path: Path) -> None:
    """Unknown keys with the nearest, wrong types with what they should be, groups that are none."""
    content = (
        "[planner]\n"
        'pins = [["A1"]]\n'
        'pin = ["A1", "A2"]\n'
        'together = [["A1", "a1 "], ["A1", 5], ["A1", "A2"]]\n'
        'apart = [["A1"]]\n'
        "merge = [[]]\n"
        'exclude = "A1"\n'
        'hub_must = ["", "A\\u0007", "2024-01-31"]\n'
        "longest_minutes_to_hub = 0\n"
        'longest_minutes_between = "far"\n'
        "least_practices = 1.5\n"
        "most_practices = 70000\n"
        "networks = true\n"
        "[areas.15F]\n"
        "maxi = 3\nmin = 0\nmax = 2000000000\nnetworks = 0x" + "f" * 40 + "\n"
        "[bans]\n"
    )
    assert _problems(tmp_path, content) == [
        "unknown table or key 'bans'. Did you mean 'band'?",
        "[planner] unknown key 'pins'. Did you mean 'pin'?",
        '[planner] pin must be a list of lists of codes, such as [["A81001", "A81002"]].',
        "[planner] together number 1 needs two different practices or more, not A1.",
        "[planner] together number 2 must hold codes in quotes, not 5.",
        "[planner] apart needs two different practices or more, not A1.",
        "[planner] merge needs two different practices or more, not none.",
        "[planner] exclude must be a list of codes, such as [\"A81001\"], not 'A1'.",
        "[planner] hub_must holds '': the practice code is blank.",
        "[planner] hub_must holds 'A\\x07': the practice code holds characters that do not print.",
        "[planner] hub_must holds '2024-01-31': the practice code is a date: a spreadsheet has changed it.",
        "[planner] longest_minutes_to_hub must be a number of minutes from 0.001 to 100,000, not 0.",
        "[planner] longest_minutes_between must be a number of minutes from 0.001 to 100,000, not 'far'.",
        "[planner] least_practices must be a whole number from 1 to 65,536, not 1.5.",
        "[planner] most_practices must be a whole number from 1 to 65,536, not 70000.",
        "[planner] networks must be a whole number from 1 to 65,536, not True.",
        "[areas.15F] unknown key 'maxi'. Did you mean 'max'?",
        "[areas.15F] min must be a whole number of patients from 1 to 1,000,000,000, not 0.",
        "[areas.15F] max must be a whole number of patients from 1 to 1,000,000,000, not 2000000000.",
        "[areas.15F] networks must be a whole number from 1 to 65,536, not one of that many digits.",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("planner = 3\n", "'planner' must be a table: write [planner] on a line of its own."),
        ("areas = 3\n", "'areas' must hold tables: write [areas.NAME] on a line of its own."),
        ("[areas]\n15F = 3\n", "[areas.15F] must be a table: min, max and networks stand below it."),
        ("planer = 3\n", "unknown table or key 'planer'. Did you mean 'planner'?"),
        ("[planner]\npin = [[]]\n", "[planner] pin needs a practice, not none."),
        ("[planner]\nexclude = [1]\n", "[planner] exclude must hold codes in quotes, not 1."),
        ("[planner]\napart = [[[]]]\n", "[planner] apart must hold codes in quotes, not []."),
        (
            "[planner]\nnetworks = nan\n",
            "[planner] networks must be a whole number from 1 to 65,536, not nan.",
        ),
    ],
)
def test_what_is_no_demand_is_refused(tmp_path: Path, content: str, problem: str) -> None:
    """Each with what should stand there."""
    assert _problems(tmp_path, content) == [problem]


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | _codes,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_keys = st.sampled_from([*PLANNER_KEYS, "other"])


@given(
    st.dictionaries(_keys, _values, max_size=5), st.dictionaries(_area_names, _values, max_size=3) | _values
)
@examples(150)
def test_any_values_end_in_demands_that_can_be_written(planner: dict[str, Any], areas: Any) -> None:
    """Whatever stands in the tables, what is read of it can be read again, and the rest is explained."""
    read, problems = read_demands({"planner": planner, "areas": areas})
    again = tomllib.loads("\n".join(demands_toml(read)))

    assert read_demands(again) == (read, [])
    assert all(isinstance(problem, str) and problem.endswith((".", "?")) for problem in problems)


def test_more_demands_join_those_there_are() -> None:
    """Groups and codes are added, mergers that overlap become one, and numbers take the place of others."""
    base = Demands(
        pins=(("A1", "A2"),),
        merge=(("M1", "M2"),),
        exclude=("Z1",),
        most_practices=6,
        networks=3,
        areas=(AreaDemand("15F", 1, 2, 3),),
    )
    more = {
        "planner": {"pin": [["A0"]], "merge": [["M2", "M3"]], "exclude": ["Z0"], "most_practices": 5},
        "areas": {"15F": {"max": 9}, "15E": {"networks": 1}},
    }

    assert read_demands(more, base) == (
        Demands(
            pins=(("A0",), ("A1", "A2")),
            merge=(("M1", "M2", "M3"),),
            exclude=("Z0", "Z1"),
            most_practices=5,
            networks=3,
            areas=(AreaDemand("15E", networks=1), AreaDemand("15F", 1, 9, 3)),
        ),
        [],
    )
    assert read_demands({}, base) == (base, [])


def _given(**options: Any) -> Demands:
    return demanded_rules(DEFAULT, _request(**options)).demands


def _request(**options: Any) -> CheckRequest:
    """What was typed, with nothing for every other option of netform check."""
    read = {
        param.name: () if getattr(param, "multiple", False) else None
        for param in cli.commands["check"].params
        if param.name != "strict"
    }
    return CheckRequest.of(read | {"practices": "list.csv"} | options)


def test_options_say_every_demand() -> None:
    """As a file does, with commas between the codes."""
    assert _given(
        pin=("A1, a2", "A3"),
        together=("B1,B2",),
        apart=("B2,B3,",),
        merge=("C1,C2",),
        exclude=("Z1", "Z2,Z3"),
        hub_must=("A1",),
        hub_may=("A1,A3",),
        longest_minutes_to_hub=20.0,
        longest_minutes_between=30.0,
        least_practices=1,
        most_practices=5,
        area_band=("15F=25,000 - 60,000", "a=b=1-2"),
    ) == Demands(
        pins=(("A1", "A2"), ("A3",)),
        together=(("B1", "B2"),),
        apart=(("B2", "B3"),),
        merge=(("C1", "C2"),),
        exclude=("Z1", "Z2", "Z3"),
        hub_must=("A1",),
        hub_may=("A1", "A3"),
        longest_to_hub=20.0,
        longest_between=30.0,
        most_practices=5,
        areas=(AreaDemand("15F", 25_000, 60_000), AreaDemand("a=b", 1, 2)),
    )
    assert _given() == NO_DEMANDS
    assert _given(networks=4) == Demands(networks=4)
    # A word is for the command to answer.
    assert _given(networks="today") == NO_DEMANDS


def test_all_faults_of_options_at_once_by_their_flags() -> None:
    """A planner at the command line reads the names that were typed."""
    with pytest.raises(RulesError) as caught:
        _given(
            together=("A1",),
            exclude=(" , ",),
            longest_minutes_to_hub=-1.0,
            most_practices=0,
            area_band=("15F", "15F=1", "=1-2", "15F=1-x", "15F=0-5", "15F=-"),
        )
    assert str(caught.value).splitlines() == [
        "--exclude needs a practice code.",
        "--area-band '15F': write AREA=MIN-MAX, such as 15F=30000-60000.",
        "--area-band '15F=1': write AREA=MIN-MAX, such as 15F=30000-60000.",
        "--area-band '=1-2': write AREA=MIN-MAX, such as 15F=30000-60000.",
        "--area-band '15F=1-x': write AREA=MIN-MAX, such as 15F=30000-60000.",
        "--area-band '15F=-': write AREA=MIN-MAX, such as 15F=30000-60000.",
        "--together needs two different practices or more, not A1.",
        "--longest-to-hub must be a number of minutes from 0.001 to 100,000, not -1.0.",
        "--most-practices must be a whole number from 1 to 65,536, not 0.",
        "--area-band 15F min must be a whole number of patients from 1 to 1,000,000,000, not 0.",
    ]


def test_an_area_has_one_band() -> None:
    """The same twice is once, two that differ are refused and not the last one taken."""
    assert _given(area_band=("15F=1-2", "15F=1-2")) == _given(area_band=("15F=1-2",))
    with pytest.raises(RulesError, match="--area-band '15F' is given 1-2 and 1-3: an area has one band"):
        _given(area_band=("15F=1-2", "QNC=1-2", "15F=1-3"))


@pytest.fixture
def practices(tmp_path: Path) -> Path:
    """Six practices in and around Leeds, in two places."""
    path = tmp_path / "list.csv"
    path.write_text(
        "code,postcode,list_size,place\nP1,LS11 8LH,16000,North\nP2,LS12 3HD,17000,North\n"
        "P3,LS1 4AP,15000,South\nP4,LS28 5DH,20000,North\nP5,WF3 3DW,18000,South\nP6,BD11 2DT,14000,South\n",
        encoding="utf-8",
    )
    return path


def _check(practices: Path, *options: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["check", str(practices), *map(str, options)])
    return result.exit_code, result.stderr


def test_a_check_says_every_clash_and_the_file_and_the_flags_are_one(practices: Path, tmp_path: Path) -> None:
    """A group of the file clashes with a group of the flags; nothing is surveyed by rules that cannot be kept."""
    path = _written(tmp_path, '[planner]\ntogether = [["p1", "p2"]]\n')
    options = ("--rules", path, "--apart", "P1,P2", "--pin", "P3,P9", "--area-band", "North=30000-60000")
    result = CliRunner().invoke(cli, ["check", str(practices), *map(str, options)])

    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "netform: --pin P3, P9: practice P9 is not in the list. Correct the code, or take it out.",
        "--area-band North: the list has no such area. It is one area: name the column of its areas with --area.",
        "together P1, P2 and --apart P1, P2: P1 and P2 cannot be in one network and in two; drop one of them.",
    ]
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("in_file", "options", "said"),
    [
        ("", ("--hub", "P1,P2", "--may-hub", "P2"), "--hub P1 and --may-hub P2: P1 is not among"),
        ("hub_may = ['P2']", ("--hub", "P1"), "--hub P1 and hub_may P2: P1 is not among"),
        ("hub_must = ['P1']\nhub_may = ['P2']", (), "hub_must P1 and hub_may P2: P1 is not among"),
        ("hub_may = ['P2']", ("--hub", "P1", "--may-hub", "P3"), "--hub P1 and hub_may (--may-hub) P2, P3: P1"),
        ("together = [['P1', 'P2']]", ("--longest-between", "1"), "together P1, P2 and --longest-between 1: P1"),
        ("least_practices = 3", ("--most-practices", "2"), "least_practices 3 and --most-practices 2: no network"),
        ("", ("--networks", "1", "--apart", "P1,P2"), "--networks 1 and --apart P1, P2: 2 practices"),
        ("networks = 1", ("--hub", "P1,P2"), "networks 1 and --hub P1, P2: 2 practices"),
        ("", ("--together", "P1,P2,P4", "--max", "40000", "--strict"), "P1, P2, P4 and --max 40,000: 16,000"),
        ("networks = 1", (), "with 100,000 patients, even with exceptions of up to 59,999"),
        ("networks = 1", (), "can. Change networks (--networks)."),
    ],
)  # fmt: skip
def test_a_message_names_what_the_planner_gave(
    in_file: str, options: tuple[str, ...], said: str, practices: Path, tmp_path: Path
) -> None:
    """An option where it was typed, a key where it stands in the file, and both where it is of both."""
    path = _written(tmp_path, f"[planner]\n{in_file}\n")
    code, stderr = _check(practices, "--rules", path, *options)
    assert code == 2
    assert said in stderr


def test_todays_numbers_are_named_by_their_option(practices: Path) -> None:
    """Two networks today, and three practices that need one each."""
    rows = practices.read_text(encoding="utf-8").splitlines()
    pcns = ["pcn_code", *(f"U{number}" for number in (1, 1, 1, 2, 2, 2))]
    practices.write_text("\n".join(f"{a},{b}" for a, b in zip(rows, pcns, strict=True)), encoding="utf-8")
    code, said = _check(practices, "--networks", "today", "--apart", "P1,P2,P4")
    assert code == 2
    assert "--networks today (2) and --apart P1, P2, P4: 3 practices of the list need a network each" in said


def test_a_check_of_demands_that_can_be_kept_ends_well(practices: Path) -> None:
    """Nothing is refused that has a plan."""
    options = ("--together", "P1,P2", "--apart", "P1,P4", "--hub", "P1", "--area", "place")
    assert _check(practices, *options, "--area-band", "North=30000-60000") == (0, "")


def test_a_check_under_strict_lets_no_band_bend(practices: Path) -> None:
    """16,000 + 17,000 + 20,000 = 53,000 patients may be an exception, unless there is none."""
    together = ("--together", "P1,P2,P4")
    assert _check(practices, *together)[0] == 0
    code, said = _check(practices, *together, "--strict")
    assert code == 2
    assert "--together P1, P2, P4 and max 50,000: 16,000 (P1) + 17,000 (P2) + 20,000 (P4) = 53,000" in said


def test_the_rules_of_a_plan_hold_its_demands(practices: Path, tmp_path: Path) -> None:
    """What was typed can be used again with --rules."""
    out = tmp_path / "out"
    options = ["-o", str(out), "-q", "--most-practices", "6", "--longest-between", "900"]
    result = CliRunner().invoke(cli, ["solve", str(practices), *options])
    assert result.exit_code == 0
    assert read_rules(out / "rules.toml").demands == Demands(most_practices=6, longest_between=900.0)
