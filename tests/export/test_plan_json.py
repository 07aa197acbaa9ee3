"""plan.json: the contract, the same bytes, and the way back."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import TYPE_CHECKING

import pytest

from netform.export.plan_json import dump_json, plan_json, plan_object
from netform.export.rows import network_rows
from netform.inputs.plan_json import read_plan_json
from netform.plan.model import PROVEN_GAP, Containment, SharedPost, SolveStep

if TYPE_CHECKING:
    from netform.result import Result


def test_the_contract_is_kept(result: Result) -> None:
    """The keys, their order, and edges of four."""
    document = json.loads(plan_json(result.plan))
    assert list(document) == [
        "schema", "status", "cost", "bound", "gap", "areas", "networks", "unplaced", "graph", "provenance",
    ]  # fmt: skip
    assert document["schema"] == "netform/plan/1"
    assert document["status"] == "optimal"
    assert document["gap"] <= PROVEN_GAP
    assert document["graph"]["edges"] == [["A1", "B2", "border", 9.25], ["B2", "C3", "bridge", 16.5]]
    assert {"area", "status", "cost", "bound", "practices", "networks", "candidates", "seconds"} <= set(
        document["areas"][0]
    )
    assert document["networks"][1]["terms"] == {"patient_travel": 0.333333}
    assert document["unplaced"] == [{"practice_code": "D4", "reason": "opted out"}]
    assert list(document["provenance"]) == ["netform", "seed", "versions"]


def test_the_clock_does_not_show_unless_asked_for(result: Result) -> None:
    """Seconds differ from run to run."""
    assert json.loads(plan_json(result.plan))["areas"][0]["seconds"] == {}
    assert json.loads(plan_json(result.plan, timings=True))["areas"][0]["seconds"] == {"choose": 0.123}


def test_the_solve_log_is_written_with_the_timings_and_read_back(result: Result) -> None:
    """A row a step, of every area; without --timings there is none, for its seconds differ from run to run."""
    steps = (
        SolveStep(0.12345, "first plan", None, 0.0, 14.0, 1),
        SolveStep(1.5, "columns", 7, 12.8, 12.8, 0),
    )
    north = dataclasses.replace(result.plan.areas[0], log=steps)
    south = dataclasses.replace(north, area="16G", log=steps[:1])
    plan = dataclasses.replace(result.plan, areas=(north, south))
    content = plan_json(plan, timings=True)
    first = {
        "area": "15F", "seconds": 0.123, "step": "first plan", "columns": None, "bound": 0.0, "incumbent": 14.0,
        "exceptions": 1,
    }  # fmt: skip
    rows = json.loads(content)["solve_log"]
    assert [row["area"] for row in rows] == ["15F", "15F", "16G"]
    assert rows[0] == first
    again = read_plan_json(content)
    assert [area.log for area in again.areas] == [
        (dataclasses.replace(steps[0], seconds=0.123), steps[1]),
        (dataclasses.replace(steps[0], seconds=0.123),),
    ]
    assert plan_json(again, timings=True) == content
    assert "solve_log" not in json.loads(plan_json(plan))
    assert [area.log for area in read_plan_json(plan_json(plan)).areas] == [(), ()]


def test_how_few_exceptions_are_proven_is_written_and_read_back(result: Result) -> None:
    """A file from before it was written proves none."""
    area = dataclasses.replace(result.plan.areas[0], exceptions_bound=3)
    content = plan_json(dataclasses.replace(result.plan, areas=(area,)))
    document = json.loads(content)
    assert document["areas"][0]["exceptions_bound"] == 3
    assert read_plan_json(content).areas[0].exceptions_bound == 3
    del document["areas"][0]["exceptions_bound"]
    assert read_plan_json(json.dumps(document)).areas[0].exceptions_bound == 0


def test_the_last_bits_of_a_sum_do_not_show(result: Result) -> None:
    """Hours that differ by the order of summation are the same bytes."""
    network = result.plan.networks[0]
    hours = {"patient_travel": math.nextafter(12.5, 13)}
    other = dataclasses.replace(
        result.plan, networks=(dataclasses.replace(network, terms=hours), result.plan.networks[1])
    )
    assert plan_json(other) == plan_json(result.plan)


def test_it_reads_back(result: Result) -> None:
    """What was written is read, and written again is the same."""
    content = plan_json(result.plan, timings=True)
    plan = read_plan_json(content)
    assert plan_json(plan, timings=True) == content
    assert plan.networks[0] == result.plan.networks[0]
    assert plan.edges == result.plan.edges
    assert plan.unplaced == result.plan.unplaced


def test_posts_and_rationale_are_written_and_read_back(result: Result) -> None:
    """Whole and stranded posts, what they cost, the way between sessions, and why."""
    posts = (
        SharedPost("pharmacist", 1.16, 1.0, 0.16, 66_972.0),
        SharedPost("therapist", 0.5, 0.4, 0.1),
    )
    network = dataclasses.replace(
        result.plan.networks[0], posts=posts, minutes_per_move=6.5, rationale="Because."
    )
    plan = dataclasses.replace(result.plan, networks=(network, result.plan.networks[1]))
    written = json.loads(plan_json(plan))["networks"][0]
    assert written["posts"] == [
        {"role": "pharmacist", "due": 1.16, "whole": 1.0, "stranded": 0.16, "pounds_year": 66972.0},
        {"role": "therapist", "due": 0.5, "whole": 0.4, "stranded": 0.1, "pounds_year": None},
    ]
    assert (written["minutes_per_move"], written["rationale"]) == (6.5, "Because.")
    assert read_plan_json(plan_json(plan)).networks[0] == network


def test_a_plan_from_before_posts_were_written_is_read(result: Result) -> None:
    """Keys were added to the contract: files without them still hold a plan."""
    document = json.loads(plan_json(result.plan))
    for network in document["networks"]:
        for key in ("posts", "minutes_per_move", "rationale"):
            del network[key]
    assert read_plan_json(json.dumps(document)).networks == read_plan_json(plan_json(result.plan)).networks


def test_it_is_the_object_that_is_printed(result: Result) -> None:
    """The layout by lines changes nothing."""
    assert json.loads(plan_json(result.plan)) == json.loads(json.dumps(plan_object(result.plan)))


def test_an_empty_plan_is_written(bare: Result) -> None:
    """No areas, no networks."""
    assert json.loads(plan_json(bare.plan))["networks"] == []
    assert read_plan_json(plan_json(bare.plan)).unplaced == bare.plan.unplaced


@pytest.mark.parametrize("content", ["[]", "{}", '{"schema": "netform/plan/99"}', "not json"])
def test_another_schema_is_refused(content: str) -> None:
    """A file of another version is not guessed at."""
    with pytest.raises(ValueError, match=r"schema|Expecting"):
        read_plan_json(content)


def test_a_number_that_json_does_not_know_is_refused() -> None:
    """NaN and infinity would make a file that no other program reads."""
    for number in (math.nan, math.inf):
        with pytest.raises(ValueError, match="JSON"):
            dump_json({"hours": number})


def test_what_was_left_open_is_written_and_read_back(result: Result) -> None:
    """The sentence of an area that is not proven best."""
    areas = (dataclasses.replace(result.plan.areas[0], unproven="Left open."), *result.plan.areas[1:])
    content = plan_json(dataclasses.replace(result.plan, areas=areas))
    assert json.loads(content)["areas"][0]["unproven"] == "Left open."
    assert read_plan_json(content).areas[0].unproven == "Left open."


def test_where_patients_live_is_written_and_read_back(result: Result) -> None:
    """Beside the network it is known of; the file of a plan that knows nothing of it is as it was."""
    west, east = result.plan.networks
    held = Containment(34_000.0, 25_500.0, 30_000.0)
    plan = dataclasses.replace(result.plan, networks=(dataclasses.replace(west, containment=held), east))
    first, second = json.loads(plan_json(plan))["networks"]
    assert first["containment"] == {
        "patients": 34_000.0, "inside": 25_500.0, "patients_share": 0.75, "residents": 30_000.0,
        "residents_are": "registered", "residents_registered": 30_000.0, "residents_share": 0.85,
    }  # fmt: skip
    assert "containment" not in second
    assert read_plan_json(plan_json(plan)).networks[0].containment == held
    # 25,500 of a population of 51,000 are half of it.
    everybody = dataclasses.replace(held, population=51_000.0)
    plan = dataclasses.replace(plan, networks=(dataclasses.replace(west, containment=everybody), east))
    written = json.loads(plan_json(plan))["networks"][0]["containment"]
    assert (written["residents_are"], written["residents_share"]) == ("population", 0.5)
    assert read_plan_json(plan_json(plan)).networks[0].containment == everybody
    assert "containment" not in plan_json(result.plan).decode()


def test_tables_have_where_patients_live_where_it_is_known(result: Result) -> None:
    """Six columns; blank for a network of which it is not known, none where it is of no network."""
    assert "patients_inside" not in network_rows(result)[0]
    west, east = result.plan.networks
    held = Containment(30_000.0, 22_500.0, 25_000.0)
    plan = dataclasses.replace(result.plan, networks=(dataclasses.replace(west, containment=held), east))
    first, second = network_rows(dataclasses.replace(result, plan=plan))
    columns = list(first)[-6:]
    assert [first[column] for column in columns] == [30_000, 22_500, 0.75, 25_000, "registered", 0.9]
    assert [second[column] for column in columns] == [None] * 6
