"""Tasks and their keys: a key changes when what decides the plan does, and never else."""

from __future__ import annotations

import math
import pickle
from typing import TYPE_CHECKING

import pytest

from netform.errors import RulesError
from netform.export.rounding import rounded
from netform.pipeline import make_plan, prepare
from netform.prepared import Inputs
from netform.rules.toml import load_profile
from netform.solve.area import Options
from netform.solve.workers import plan_areas
from netform.sweep.file import read_sweep
from netform.sweep.grounds import ground_of
from netform.sweep.planning import order_of, plan_task
from netform.sweep.results import read_result
from netform.sweep.tasks import largest_first, make_tasks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLAIN = "30000-50000, weights of the rules"


def keys(file: Path) -> dict[tuple[str, str], str]:
    """Give the key of every task."""
    return {(task.scenario, task.area): task.key for task in make_tasks(read_sweep(file)).tasks}


def change(path: Path, old: str, new: str) -> None:
    """Replace a piece of a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_tasks_are_in_order_and_the_largest_goes_first(file: Path) -> None:
    """Scenario by scenario for the table, most practices first for the work, equal tasks once."""
    change(
        file.parent / "list.csv", "P4,Surgery P4,LS11 8LH,20000,North", "P4,Surgery P4,LS11 8LH,20000,South"
    )
    change(file, "time_limit", '[[scenario]]\nname = "twin"\n#')
    text = file.read_text().splitlines()
    file.write_text("\n".join([*text[:2], *text[5:], *text[2:5]]) + "\n")
    tasks = make_tasks(read_sweep(file)).tasks
    assert [(task.scenario, task.area) for task in tasks[:3]] == [
        (PLAIN, "North"),
        (PLAIN, "South"),
        ("30000-50000, patient_travel=3", "North"),
    ]
    # The twin has the rules of the first scenario, and so its keys.
    assert [task.key for task in tasks[-2:]] == [task.key for task in tasks[:2]]
    ordered = largest_first(tasks)
    assert len(ordered) == 8
    assert [task.area for task in ordered] == ["South"] * 4 + ["North"] * 4


def _rows_reversed(folder: Path) -> None:
    lines = (folder / "list.csv").read_text().splitlines()
    (folder / "list.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n")


@pytest.mark.parametrize(
    "harmless",
    [
        _rows_reversed,
        lambda folder: change(folder / "list.csv", "Surgery P1", "Another name"),
        lambda folder: change(folder / "SWEEP.toml", "time_limit = 60", "time_limit = 90"),
        lambda folder: change(folder / "SWEEP.toml", "30000, 50000", "30_000, 50_000"),
        lambda folder: change(folder / "SWEEP.toml", "practices", "# a comment\npractices"),
    ],
    ids=["order of rows", "a name", "the time limit", "spelling", "a comment"],
)
def test_what_decides_nothing_changes_no_key(file: Path, harmless: Callable[[Path], None]) -> None:
    """What is done stays done."""
    before = keys(file)
    harmless(file.parent)
    assert keys(file) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("P1,Surgery P1,LS11 8LH,16000", "P1,Surgery P1,LS11 8LH,16001"),
        (",420000,430000", ",420001,430000"),
        ("P1,Surgery P1,LS11", "P0,Surgery P1,LS11"),
        ("P2,Surgery P2,LS11 8LH", "P2,Surgery P2,LS11 8LP"),
        ("430000,U1", "430000,U2"),
    ],
    ids=["list size", "place", "code", "postcode", "present network"],
)
def test_a_change_of_one_area_changes_its_keys_alone(file: Path, old: str, new: str) -> None:
    """The other area needs no new plan."""
    before = keys(file)
    change(file.parent / "list.csv", old, new)
    after = keys(file)
    assert {area for (_, area), key in after.items() if before[_, area] != key} == {"North"}
    assert all(after[task] != before[task] for task in after if task[1] == "North")


@pytest.mark.parametrize("key", ["edges", "travel", "graph"])
def test_neighbours_and_minutes_are_part_of_the_key(file: Path, key: str) -> None:
    """Edges and given minutes decide plans, also between practices that are not neighbours."""
    before = keys(file)
    rows = {"edges": "from,to,action\nP1,P2,drop\n", "travel": "from,to,minutes\nP1,P4,33\n"}
    graph = "from,to\nP1,P2\nP2,P3\nP3,P4\nP5,P6\nP6,P7\nP7,P8\n"
    (file.parent / "beside.csv").write_text(rows.get(key, graph))
    change(file, "time_limit", f'{key} = "beside.csv"\ntime_limit')
    after = keys(file)
    assert all(after[task] != before[task] for task in after if task[1] == "North")
    if key != "graph":
        assert all(after[task] == before[task] for task in after if task[1] == "South")


def test_rules_and_versions_are_part_of_the_key(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every scenario has its own keys, and so has every version."""
    before = keys(file)
    assert len(set(before.values())) == 8
    monkeypatch.setattr("netform.sweep.tasks.__version__", "0.0.0")
    assert set(before.values()).isdisjoint(keys(file).values())


def test_demands_on_one_area_leave_the_others_alone(file: Path) -> None:
    """A pin in the North plans the South no second time; who may be a hub concerns both."""
    plain = keys(file)
    text = file.read_text()
    for demand, areas in [
        ('pin = [["P1", "P2"]]', {"North"}),
        ('exclude = ["P5"]', {"South"}),
        ('hub_may = ["P1", "P5"]', {"North", "South"}),
    ]:
        file.write_text(f'{text}[[scenario]]\nname = "own"\nband.min = 30000\n[scenario.planner]\n{demand}\n')
        own = {area: key for (scenario, area), key in keys(file).items() if scenario == "own"}
        assert {area for area, key in own.items() if key != plain[PLAIN, area]} == areas


def test_the_travel_estimate_is_prepared_apart(file: Path) -> None:
    """A scenario with other minutes gets a graph of its own, and the rest share one."""
    file.write_text(f'{file.read_text()}[[scenario]]\nname = "slow"\ntravel.minutes_base = 9\n')
    tasks = make_tasks(read_sweep(file))
    assert len(tasks.grounds) == 4
    slow = next(task for task in tasks.tasks if task.scenario == "slow")
    plain = next(task for task in tasks.tasks if task.scenario == PLAIN)
    minutes = [tasks.grounds[task.ground].travel.minutes(0, 1) for task in (slow, plain)]
    # 5.4 minutes is the base of the default profile.
    assert math.isclose(minutes[0] - minutes[1], 9 - 5.4)


def test_areas_can_be_chosen_and_unknown_ones_are_refused(file: Path) -> None:
    """A slip in the name of an area does not plan nothing."""
    change(file, "time_limit", 'areas = ["South"]\ntime_limit')
    assert {task.area for task in make_tasks(read_sweep(file)).tasks} == {"South"}
    change(file, '["South"]', '["Soth"]')
    with pytest.raises(RulesError, match=r"there is no area 'Soth' in the list\. Did you mean 'South'\?"):
        make_tasks(read_sweep(file))


def test_clashes_name_their_scenario(file: Path) -> None:
    """All scenarios' at once."""
    demand = '[scenario.planner]\npin = [["P1", "P9"]]\n'
    file.write_text(f'{file.read_text()}[[scenario]]\nname = "a"\n{demand}[[scenario]]\nname = "b"\n{demand}')
    with pytest.raises(RulesError) as refused:
        make_tasks(read_sweep(file))
    assert [line[:13] for line in str(refused.value).splitlines()] == ["scenario 'a':", "scenario 'b':"]


def test_a_share_without_neighbourhoods_is_refused(file: Path) -> None:
    """By the name of its scenario."""
    file.write_text(f'{file.read_text()}[[scenario]]\nname = "a"\n[scenario.planner]\naligned = 0.75\n')
    with pytest.raises(RulesError, match=r"scenario 'a': aligned 0\.75: no neighbourhoods were given"):
        make_tasks(read_sweep(file))


def test_a_weight_with_nothing_to_go_by_is_told_of_in_any_scenario(file: Path) -> None:
    """The list is prepared once for both weights, and the first has none."""
    file.write_text('practices = "list.csv"\nweights = [{}, {alignment = 5}, {community = 5}]\n')
    said = [note.split()[2] for note in make_tasks(read_sweep(file)).notes if "has a weight and is 0" in note]
    assert said == ["alignment", "community"]


def test_numbers_of_today(file: Path) -> None:
    """Each area is asked for as many networks as it has."""
    file.write_text('practices = "list.csv"\narea_column = "place"\nnetworks = ["today"]\n')
    tasks = make_tasks(read_sweep(file)).tasks
    assert [(task.area, task.rules.demands.networks) for task in tasks] == [("North", 2), ("South", 2)]


def test_an_area_by_itself_is_planned_as_in_the_list(file: Path) -> None:
    """Cutting an area out loses nothing: the networks, costs and terms are those of the whole list's plan."""
    rules = load_profile()
    (file.parent / "minutes.csv").write_text("from,to,minutes\nP5,P8,4\nP6,P7,50\n")
    change(file, "time_limit", 'travel = "minutes.csv"\ntime_limit')
    inputs = Inputs(str(file.parent / "list.csv"), "place", travel=file.parent / "minutes.csv")
    prepared = prepare(inputs, rules)
    whole = make_plan(prepared, rules, Options(), plan_areas)
    tasks = make_tasks(read_sweep(file))
    for area, task in zip(whole.areas, tasks.tasks[:2], strict=True):
        ground = tasks.grounds[task.ground]
        content = plan_task(pickle.dumps(ground), order_of(task, 60))
        found = read_result(content, task.key)
        assert (found.status, found.cost) == ("optimal", rounded(area.cost))
        assert found.networks == area.networks
        for network in whole.networks:
            if network.area == area.area:
                assert ",".join(f'"{code}"' for code in network.practice_codes) in content.decode()


def test_a_ground_holds_nothing_of_other_areas(file: Path) -> None:
    """Positions count within the area, and given minutes follow."""
    (file.parent / "minutes.csv").write_text("from,to,minutes\nP5,P8,4\nP1,P8,50\nP1,P2,7\n")
    inputs = Inputs(str(file.parent / "list.csv"), "place", travel=file.parent / "minutes.csv")
    prepared = prepare(inputs, load_profile())
    ground = ground_of(prepared, prepared.areas["South"])
    assert list(ground.graph) == ["P5", "P6", "P7", "P8"]
    assert [ground.graph.nodes[code]["position"] for code in ground.graph] == [0, 1, 2, 3]
    assert ground.travel.given == {(0, 3): 4.0}
    assert ground.travel.minutes(0, 1) == prepared.travel.minutes(4, 5)
    assert ground.areas == {"South": ["P5", "P6", "P7", "P8"]}
    # What it was cut out of is as it was.
    assert prepared.graph.nodes["P5"]["position"] == 4
