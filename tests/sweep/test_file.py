"""SWEEP.toml: what it comes to, and every fault of it at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from netform.cli.guide import page
from netform.errors import RulesError
from netform.rules.toml import load_profile, read_rules, rules_toml
from netform.sweep.file import read_sweep

if TYPE_CHECKING:
    from pathlib import Path

    from netform.sweep.file import Sweep


def sweep_of(tmp_path: Path, text: str) -> Sweep:
    """Read a sweep from its text."""
    path = tmp_path / "SWEEP.toml"
    path.write_text(text, encoding="utf-8")
    return read_sweep(path)


def faults_of(tmp_path: Path, text: str) -> list[str]:
    """List the faults of a sweep."""
    with pytest.raises(RulesError) as refused:
        sweep_of(tmp_path, text)
    return str(refused.value).splitlines()


def test_axes_are_combined_in_order(file: Path) -> None:
    """Two bands and two sets of weights are four scenarios, named after what sets them apart."""
    sweep = read_sweep(file)
    assert [scenario.name for scenario in sweep.scenarios] == [
        "30000-50000, weights of the rules",
        "30000-50000, patient_travel=3",
        "20000-40000, weights of the rules",
        "20000-40000, patient_travel=3",
    ]
    last = sweep.scenarios[-1].rules
    # The largest exception stays below two networks, as with --min and --max.
    assert (last.least, last.most, last.exception_most) == (20_000, 40_000, 40_000)
    assert last.weight("patient_travel") == 3
    assert sweep.time_limit == 60
    assert sweep.inputs.practices == str(file.parent / "list.csv")


def test_publications_stand_beside_the_file(tmp_path: Path) -> None:
    """As the options of the same names; files are looked for beside the sweep."""
    text = (
        'practices = "all.zip"\nwith = ["map.csv", "epraccur.csv"]\nlookup = "codes.csv"\nbands = [[1, 2]]\n'
    )
    inputs = sweep_of(tmp_path, text + 'where = ["sub_icb_code=15F"]\n').inputs
    assert [path.name for path in inputs.publications] == ["map.csv", "epraccur.csv"]
    assert (inputs.where, inputs.lookup) == (("sub_icb_code=15F",), tmp_path / "codes.csv")
    assert len(faults_of(tmp_path, text + 'where = "sub_icb_code=15F"\n')) == 1


def test_neighbourhoods_stand_beside_the_file(tmp_path: Path) -> None:
    """A list of files, as the option is repeated."""
    text = 'practices = "list.csv"\nbands = [[1, 2]]\n'
    inputs = sweep_of(tmp_path, text + 'neighbourhoods = ["msoas.csv", "lookup.csv"]\n').inputs
    assert inputs.neighbourhoods == (tmp_path / "msoas.csv", tmp_path / "lookup.csv")
    assert len(faults_of(tmp_path, text + 'neighbourhoods = "msoas.csv"\n')) == 1


def test_the_example_of_the_guide_is_read(tmp_path: Path) -> None:
    """Two profiles, two bands, three sets of weights and three numbers, and a scenario of its own."""
    (text,) = re.findall(r"```toml\n(practices.*?)```", page("sweep"), re.DOTALL)
    sweep = sweep_of(tmp_path, text)
    assert len(sweep.scenarios) == 2 * 2 * 3 * 3 + 1
    assert sweep.scenarios[-1].rules.demands.longest_to_hub == 20
    assert sweep.areas == ("15F", "18C")


def test_a_scenario_is_a_rules_file(tmp_path: Path) -> None:
    """A table over a file or a profile gives the rules that one file with both would give."""
    (tmp_path / "own.toml").write_text(
        'profile = "arrs-2025"\n[band]\nexception_max = 70000\n[planner]\nexclude = ["P1"]\n'
    )
    sweep = sweep_of(
        tmp_path,
        'practices = "x.csv"\n[[scenario]]\nname = "a"\nrules = "own.toml"\noverhead.hours_week = 40\n'
        '[scenario.planner]\nexclude = ["P2"]\n[[scenario]]\nname = "b"\nprofile = "arrs-2025"\nnetworks = 7\n',
    )
    (tmp_path / "both.toml").write_text(
        'profile = "arrs-2025"\n[band]\nexception_max = 70000\n[overhead]\nhours_week = 40\n'
        '[planner]\nexclude = ["P1", "P2"]\n'
    )
    first, second = sweep.scenarios
    assert first.rules == read_rules(tmp_path / "both.toml")
    assert second.rules.demands.networks == 7
    (tmp_path / "again.toml").write_text(rules_toml(second.rules))
    assert read_rules(tmp_path / "again.toml") == second.rules


def test_rules_files_profiles_and_numbers_are_axes(tmp_path: Path) -> None:
    """Profiles come before files; a number is whole, today or any."""
    (tmp_path / "own.toml").write_text("[overhead]\nhours_week = 40\n")
    sweep = sweep_of(
        tmp_path,
        'practices = "x.csv"\nprofiles = ["arrs-2025"]\nrules = ["own.toml"]\nnetworks = ["any", "today", 9]\n',
    )
    assert [(scenario.name, scenario.today) for scenario in sweep.scenarios] == [
        ("arrs-2025, any number", False),
        ("arrs-2025, networks as today", True),
        ("arrs-2025, 9 networks", False),
        ("own, any number", False),
        ("own, networks as today", True),
        ("own, 9 networks", False),
    ]
    assert [scenario.rules.demands.networks for scenario in sweep.scenarios[3:]] == [None, None, 9]


def test_an_empty_scenario_is_the_default_profile(tmp_path: Path) -> None:
    """What a scenario leaves out is as everywhere."""
    sweep = sweep_of(tmp_path, 'practices = "x.csv"\n[[scenario]]\nname = "plain"\n')
    assert sweep.scenarios[0].rules == load_profile()
    assert sweep.areas == ()


def test_every_fault_is_said_at_once(tmp_path: Path) -> None:
    """Each with the file, the key, the value and what to do."""
    (tmp_path / "bad.toml").write_text("[band]\nminn = 1\n")
    said = faults_of(
        tmp_path,
        """\
area_colum = "place"
areas = ["North", 3]
time_limit = 0
soft_columns = "x"
travel = 7
profiles = ["arrs-2026"]
rules = ["bad.toml", "absent.toml"]
bands = [[50000, 30000], [1.5, 2]]
weights = [{petrol = 1}, 3, {patient_travel = -1}]
networks = ["yesterday", 0]
[[scenario]]
overhead.hours_week = "many"
[[scenario]]
name = "two"
rules = "bad.toml"
profile = "arrs-2025"
networks = 0
""",
    )
    path = str(tmp_path / "SWEEP.toml")
    assert all(line.startswith(f"{path}: ") for line in said)
    rest = [line.removeprefix(f"{path}: ") for line in said]
    for beginning in (
        "unknown table or key 'area_colum'. Did you mean 'area_column'?",
        "practices is missing",
        "travel must be the name of a file in quotes, not 7.",
        "soft_columns must be a list of names of columns, not 'x'.",
        "areas number 2 must be the name of an area in quotes, not 3.",
        "areas chooses among the areas of a column",
        "time_limit must be a number of seconds from 0.001 to 31,536,000, not 0.",
        "profiles number 1: there is no profile 'arrs-2026'. Did you mean 'arrs-2025'?",
        f"rules number 1: {tmp_path / 'bad.toml'}: [band] unknown key 'minn'",
        f"rules number 2: {tmp_path / 'absent.toml'}: ",
        "bands number 1 is 50000 to 30000: give the least first, each a whole number of patients from 1 to",
        "bands number 2 must be the least and the most patients",
        "weights number 1: there is no term 'petrol' to weigh.",
        "weights number 2 must be a table such as",
        "weights number 3: the weight of patient_travel must be 0 or a number from 0.000001 to 1,000,000, not -1.",
        'networks number 1 must be a whole number above 0, "today" or "any", not \'yesterday\'.',
        "networks number 2 must be a whole number",
        "[[scenario]] number 1: name must be text in quotes, not nothing.",
        "[[scenario]] number 1: [overhead] hours_week must be 0 or a number of hours a week from 0.000001",
        "[[scenario]] number 2: networks must be a whole number above 0",
        "[[scenario]] number 2: rules must be the name of a rules file in quotes, without a profile",
    ):
        assert any(line.startswith(beginning) for line in rest), (beginning, rest)
    assert len(rest) == 21


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('practices = "x.csv"\n', "there is nothing to plan"),
        ('practices = "-"\nprofiles = ["arrs-2025"]\n', "practices must be a file"),
        ('practices = "x.csv"\nbands = []\n', "bands must be a list of pairs"),
        ('practices = "x.csv"\nscenario = 3\n', "write [[scenario]] above each"),
        ('practices = "x.csv"\nbands = [[1, 2], [1, 2]]\n', "two scenarios are called '1-2'"),
        (
            f'practices = "x.csv"\nbands = {[[1, k + 1] for k in range(101)]}\nnetworks = {[*range(1, 101)]}\n',
            "more than 10,000 combinations",
        ),
        ('practices = "x.csv"\nweights = [{name = 3}]\n', "name must be text in quotes, not 3"),
        ('practices = "x.csv"\n[[scenario]]\nname = "a"\nprofile = 3\n', "profile must be a name in quotes"),
        ("practices = ", "not a TOML file"),
    ],
)
def test_a_sweep_that_cannot_be(tmp_path: Path, text: str, said: str) -> None:
    """One clear sentence, no traceback."""
    (fault,) = faults_of(tmp_path, text)
    assert said in fault


def test_no_file_at_all(tmp_path: Path) -> None:
    """The name is in the message."""
    with pytest.raises(RulesError, match=r"absent\.toml"):
        read_sweep(tmp_path / "absent.toml")
