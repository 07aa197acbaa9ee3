"""Reading a division of practices: every shape it comes in, and every fault of it at once."""

from __future__ import annotations

import csv
import io
import json
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from netform.errors import InputError
from netform.export.plan_json import plan_json
from netform.export.tables import csv_bytes
from netform.inputs.grouping_file import (
    grouping_name,
    names_column,
    plan_grouping,
    read_grouping,
    todays_grouping,
)
from netform.inputs.membership_table import MOST_LABEL
from netform.inputs.plan_folder import read_plan
from netform.judge.scoring import score_of_plan
from netform.plan.model import Edge, Network, Plan
from netform.practices.model import Practice, PracticeList
from netform.practices.reading import read_practices
from netform.rules.toml import load_profile
from tests.strategies import codes as practice_codes

if TYPE_CHECKING:
    from pathlib import Path


def _listed(*codes: str, pcn: dict[str, str] | None = None) -> PracticeList:
    present = pcn or {}
    return PracticeList(
        tuple(Practice(code, "", "LS1 4AP", 1000, pcn_code=present.get(code, "")) for code in sorted(codes)),
        "list.csv",
    )


FOUR = _listed("A1", "A2", "B1", "C1", pcn={"A1": "U2", "A2": "U2", "B1": "U1"})


def _file(folder: Path, text: str, name: str = "plan.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def _plan(*groups: tuple[str, ...]) -> Plan:
    networks = tuple(
        Network(f"PCN-{k}", f"Hub {k}", "", codes, 1000 * len(codes), codes[0], (0.0,) * len(codes), {})
        for k, codes in enumerate(groups, start=1)
    )
    return Plan((), networks, (), (), {})


@pytest.mark.parametrize("word", ["today", "pcn_code", "Today", "PCN_CODE"])
def test_todays_networks_are_those_of_the_list(word: str) -> None:
    """A practice without one is unplaced; labels stand in order."""
    grouping = read_grouping(word, FOUR)
    assert grouping.name == "today"
    assert list(grouping.networks.items()) == [("U1", ("B1",)), ("U2", ("A1", "A2"))]
    assert grouping.unplaced == ("C1",)


def test_a_list_without_present_networks_says_so() -> None:
    """The message names the column that is lacking and what to do."""
    with pytest.raises(InputError, match=r"list\.csv: no practice has a present network.*pcn_code"):
        todays_grouping(_listed("A1"))


@pytest.mark.parametrize(
    "header",
    ["practice_code,network", "Code,PCN", "ODS Code,pcn_name", "GP_CODE,Cluster", "network_id,practice"],
)
def test_columns_are_found_by_their_usual_names(tmp_path: Path, header: str) -> None:
    """In any order and spelling, below a title."""
    first, second = ("B1", "north") if not header.startswith("network") else ("north", "B1")
    text = f"Networks as agreed\n\n{header}\n{first},{second}\n"
    assert read_grouping(_file(tmp_path, text), FOUR).networks == {"north": ("B1",)}


def test_netforms_own_column_wins_over_the_present_network(tmp_path: Path) -> None:
    """practices.csv of a plan folder has both, and is read as the plan."""
    text = "practice_code,network_id,network_name,pcn_code\nA1,N-1,x,U2\nB1,N-1,x,U1\n"
    assert read_grouping(_file(tmp_path, text), FOUR).networks == {"N-1": ("A1", "B1")}


def test_two_columns_that_could_each_be_the_network_are_a_fault(tmp_path: Path) -> None:
    """Nothing is guessed."""
    with pytest.raises(InputError, match="'cluster' and 'group' could each be the network"):
        read_grouping(_file(tmp_path, "code,cluster,group\nA1,x,y\n"), FOUR)


def test_what_is_blank_or_lacking_is_unplaced(tmp_path: Path) -> None:
    """So is a practice marked U in a column of published networks, and none elsewhere."""
    text = "code,pcn_code\na1,U9\nA2,\nB1,U\n"
    grouping = read_grouping(_file(tmp_path, text), FOUR)
    assert (grouping.networks, grouping.unplaced) == ({"U9": ("A1",)}, ("A2", "B1", "C1"))
    assert read_grouping(_file(tmp_path, "code,group\nA1,U\n"), FOUR).networks == {"U": ("A1",)}


def test_a_practice_given_twice_alike_is_there_once(tmp_path: Path) -> None:
    """A row for each site of a practice is common."""
    assert read_grouping(_file(tmp_path, "code,group\nA1,x\nA1,x\n"), FOUR).networks == {"x": ("A1",)}


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    """Each with row, column, value and remedy."""
    text = (
        "code,group\n"
        "B8600,x\n"  # 2: not in the list
        ",x\n"  # 3: blank
        "A1,x\n"
        "A1,y\n"  # 5: in another network
        "A2,\n"
        "A2,y\n"  # 7: in none, then in one
        "B1,X\n"  # 8: case
        f"C1,{'z' * (MOST_LABEL + 1)}\n"  # 9: too long
        "C1,w,more\n"  # 10: too wide
    )
    with pytest.raises(InputError) as caught:
        read_grouping(_file(tmp_path, text), _listed("A1", "A2", "B1", "C1", "B86001"))
    faults = {fault.row or 0: fault for fault in caught.value.faults}
    assert sorted(faults) == [2, 3, 5, 7, 8, 9, 10]
    assert faults[2].remedy == "Did you mean 'B86001'?"
    assert (faults[3].column, faults[3].problem) == ("code", "the practice code is blank")
    assert faults[5].problem == "practice A1 is in network 'x' in row 4 and in network 'y' in row 5"
    assert faults[7].problem == "practice A2 is in no network in row 6 and in network 'y' in row 7"
    assert "differ only in case" in faults[8].problem
    assert "201 characters" in faults[9].problem
    assert "3 cells" in faults[10].problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("code,name\nA1,x\n", "no column is the network; the columns are 'code', 'name'"),
        ("group\nx\n", "no column is the practice_code"),
        ("code,group\nA1,\n", "it puts no practice of the list in a network"),
        ("code,group\n", "it puts no practice of the list in a network"),
        ('code,group\nA1,"x\n', "a quotation mark is opened here and never closed"),
        ("\n", "it is empty"),
        ("code,group\nA1,\0\n", "NUL"),
    ],
)
def test_a_file_that_is_no_division_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    """With what is wrong and what to do."""
    with pytest.raises(InputError, match=problem):
        read_grouping(_file(tmp_path, text), FOUR)


def test_thousands_of_faults_are_cut(tmp_path: Path) -> None:
    """A national file for one town is one message, not a flood."""
    text = "code,group\n" + "".join(f"Z{k},x\n" for k in range(1500))
    with pytest.raises(InputError) as caught:
        read_grouping(_file(tmp_path, text), FOUR)
    assert len(caught.value.faults) == 1001


def test_a_workbook_is_read(tmp_path: Path) -> None:
    """From the sheet that has both columns."""
    path = tmp_path / "plan.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Notes").write_row(0, 0, ["Agreed in July"])
        sheet = book.add_worksheet("Plan")
        sheet.write_row(0, 0, ["Practice code", "Network"])
        sheet.write_row(1, 0, ["A1", 7])
    assert read_grouping(str(path), FOUR).networks == {"7": ("A1",)}


def test_a_plan_is_read_from_its_folder_or_its_file(tmp_path: Path) -> None:
    """Practices that the plan lacks are unplaced."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "plan.json").write_bytes(plan_json(_plan(("A1", "B1"), ("C1",))))
    for given_path, name in ((folder, "out"), (folder / "plan.json", "out/plan.json")):
        grouping = read_grouping(str(given_path), FOUR)
        assert grouping.networks == {"PCN-1": ("A1", "B1"), "PCN-2": ("C1",)}
        assert (grouping.name, grouping.unplaced) == (name, ("A2",))


def test_a_plan_of_other_practices_is_refused(tmp_path: Path) -> None:
    """Every practice that is not in the list is named."""
    path = tmp_path / "plan.json"
    path.write_bytes(plan_json(_plan(("A1", "A8"), ("A9",))))
    with pytest.raises(InputError) as caught:
        read_grouping(str(path), FOUR)
    assert [fault.value for fault in caught.value.faults] == ["A8", "A9"]
    assert "the list that the plan was made from" in caught.value.faults[0].remedy


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"schema": "netform/plan/2"}',
        '{"schema": "netform/plan/1"}',
        '{"schema": "netform/plan/1", "graph": 3}',
        "[" * 100_000,
        json.dumps({**json.loads(plan_json(_plan())), "networks": [3]}),
        plan_json(_plan(("A1",), ("A1",))).decode(),
        plan_json(_plan(("A1",))).decode().replace('"PCN-1"', "null"),
        plan_json(_plan(("A1",))).decode().replace('["A1"]', "[null]"),
        plan_json(_plan(("A1",))).decode().replace('"list_size": 1000', '"list_size": "1000"'),
    ],
)
def test_a_damaged_plan_is_one_clear_error(tmp_path: Path, content: str) -> None:
    """Never a traceback, whatever the file holds."""
    with pytest.raises(InputError, match=r"plan\.json"):
        read_grouping(_file(tmp_path, content, "plan.json"), FOUR)


def test_a_folder_of_a_score_is_read_and_an_empty_one_refused(tmp_path: Path) -> None:
    """practices.csv stands in for a plan.json."""
    with pytest.raises(InputError, match="a folder without a plan"):
        read_grouping(str(tmp_path), FOUR)
    _file(tmp_path, "practice_code,network\nA1,x\n", "practices.csv")
    assert read_grouping(str(tmp_path), FOUR).networks == {"x": ("A1",)}


@pytest.mark.parametrize("given_path", ["nowhere.csv", "nowhere.json", "a\0b", "-", "/dev/null", "x" * 300])
def test_what_is_no_file_is_refused(given_path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    with pytest.raises(InputError):
        read_grouping(given_path, FOUR)


@pytest.mark.parametrize(
    ("path", "name"),
    [("a/b/out", "out"), ("a/b/plan.json", "b/plan.json"), ("plan.json", "plan.json"), ("x.csv", "x.csv")],
)
def test_files_are_named_so_that_people_know_them(path: str, name: str) -> None:
    """Files that are all called alike have their folder's name before theirs."""
    assert grouping_name(path) == name


labels = st.text(alphabet="=+-@'abXY \t,\"é", min_size=1, max_size=8).map(lambda text: " ".join(text.split()))


@given(st.data())
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Codes and labels that a spreadsheet would run keep their apostrophe in the file and lose it again."""
    codes = data.draw(st.lists(practice_codes, min_size=1, max_size=6, unique=True))
    names = data.draw(st.lists(labels.filter(bool), min_size=1, max_size=3, unique_by=str.casefold))
    # A name that begins with an apostrophe before a formula is what the file holds of the formula itself.
    # And dashes alone are no network.
    names = [name for name in names if not name.startswith("'") and name.strip("-")] or ["north"]
    network_of = {code: data.draw(st.sampled_from(names)) for code in codes}
    rows = [{"practice_code": code, "network": label} for code, label in network_of.items()]
    path = tmp_path_factory.mktemp("groups") / "plan.csv"
    path.write_bytes(csv_bytes(rows))
    listed = _listed(*(code for code in codes))

    grouping = read_grouping(str(path), listed)

    assert grouping.network_of == network_of
    assert list(grouping.networks) == sorted(set(network_of.values()))
    assert not any(
        cell.startswith(("=", "+", "-", "@"))
        for row in csv.reader(io.StringIO(path.read_text()))
        for cell in row
    )


@given(
    st.one_of(st.binary(max_size=200), st.text(alphabet='code,group\n"A12;\t', max_size=80).map(str.encode))
)
def test_any_bytes_are_a_division_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """Never a traceback."""
    path = tmp_path_factory.mktemp("bytes") / "plan.csv"
    path.write_bytes(content)
    with suppress(InputError):
        grouping = read_grouping(str(path), FOUR)
        placed = [code for codes in grouping.networks.values() for code in codes]
        assert sorted([*placed, *grouping.unplaced]) == list(FOUR.codes)


scalars: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 1e308, "", "A1", "\u2028", [], [[]], {}, {"a": 1}, ["A1", "A1"]]
)


@given(st.data())
def test_any_change_to_a_plan_is_a_division_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """One value of a plan.json replaced by another, anywhere: it is read and scored, or refused."""
    plan = replace(
        _plan(("A1", "A2"), ("C1",)), edges=(Edge("A1", "A2", "site", 0.0),), provenance={"seed": 0}
    )
    document = json.loads(plan_json(plan))
    at: Any = document
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(at[key], dict | list) or not at[key] or data.draw(st.booleans()):
            break
        at = at[key]
    at[key] = data.draw(scalars)
    path = tmp_path_factory.mktemp("bent") / "plan.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with suppress(InputError):
        read = read_plan(path)
        grouping = plan_grouping(read, FOUR, str(path), "bent")
        score = score_of_plan(read, grouping, load_profile())
        assert score.cost == pytest.approx(sum(each.cost for each in score.networks))


def test_two_columns_are_a_plan_whatever_they_are_called(tmp_path: Path) -> None:
    """As drawing tools write them, with a header or without, and in either order."""
    rows = "A1,7\nB1,7\nC1,8\nA2,8\n"
    for text in ("Id,District\n" + rows, rows):
        assert read_grouping(_file(tmp_path, text), FOUR).networks == {"7": ("A1", "B1"), "8": ("A2", "C1")}
    turned = "".join(",".join(reversed(line.split(","))) + "\n" for line in rows.split())
    assert read_grouping(_file(tmp_path, turned), FOUR).networks == {"7": ("A1", "B1"), "8": ("A2", "C1")}


def test_district_0_is_not_placed_yet(tmp_path: Path) -> None:
    """Beside districts that are numbers; beside names it is a name."""
    found = read_grouping(_file(tmp_path, "code,network\nA1,1\nB1,0\nC1,1\nA2,2\n"), FOUR)
    assert (found.unplaced, found.networks) == (("B1",), {"1": ("A1", "C1"), "2": ("A2",)})
    assert found.notes == ("Practices of network 0 were taken as not yet placed: B1.",)
    assert "0" in read_grouping(_file(tmp_path, "code,network\nA1,x\nB1,0\n"), FOUR).networks


def test_memberships_that_have_ended_are_left_out(tmp_path: Path) -> None:
    """As ODS publishes them: a row for each membership, with the dates of its beginning and end."""
    text = (
        "Partner Organisation Code,PCN Code,Practice to PCN Relationship End Date\n"
        "A1,U1,20230331\nA1,U2,\nB1,U1,\n"
    )
    found = read_grouping(_file(tmp_path, text), FOUR)
    assert found.networks == {"U1": ("B1",), "U2": ("A1",)}
    assert found.notes == ("Memberships with an end date were left out: A1 (20230331).",)


def test_a_name_in_place_of_a_code_is_said_once() -> None:
    """Where a list has names of networks and no codes, a capital letter is no second name."""
    text = b"code,postcode,list_size,pcn_name,draft\nA1,LS1 4AP,5000,ST JO PCN,st jo pcn\n"
    listed = read_practices("-", stdin=io.BytesIO(text), division_columns=["draft"])
    assert not read_grouping("today", listed).names
    assert not read_grouping("draft", listed).names


@pytest.mark.parametrize("header", ["Membership End", "LEAVE_DATE", "Date left", "Valid to", "End"])
@pytest.mark.parametrize("going_on", ["", "31/12/9999", "Present", "0"])
def test_an_end_is_a_date_that_comes(tmp_path: Path, header: str, going_on: str) -> None:
    """Under any name of its column; a day beyond all days and a word end nothing."""
    text = f"code,network,{header}\nA1,U1,31/03/2023\nA1,U2,{going_on}\nB1,U1,{going_on}\n"
    found = read_grouping(_file(tmp_path, text), FOUR)
    assert found.networks == {"U1": ("B1",), "U2": ("A1",)}
    assert ("no date were kept: A1 (Present)" in " ".join(found.notes)) == (going_on == "Present")


def test_a_plan_whose_memberships_all_end_says_so(tmp_path: Path) -> None:
    """What to do is in the fault."""
    with pytest.raises(InputError, match="Blank the end dates"):
        read_grouping(_file(tmp_path, "code,network,end date\nA1,U1,2030-03-31\n"), FOUR)


@pytest.mark.parametrize("word", ["Unassigned", "tbc", "n/a", "-", "0", "0.0", "-1", "Not assigned"])
def test_practices_not_placed_yet_are_in_no_network(tmp_path: Path, word: str) -> None:
    """In a file, and in a column of the list, with a note."""
    found = read_grouping(_file(tmp_path, f"code,network\nA1,1\nB1,{word}\nC1,1\nA2,2\n"), FOUR)
    rows = "".join(f"{code},LS1 4AP,5000,{said}\n" for code, said in (("A1", "1"), ("B1", word), ("C1", "2")))
    text = f"code,postcode,list_size,draft\n{rows}".encode()
    listed = read_practices("-", stdin=io.BytesIO(text), division_columns=["draft"])
    column = read_grouping("draft", listed)
    assert found.unplaced == column.unplaced == ("B1",)
    assert found.notes == (f"Practices of network {word} were taken as not yet placed: B1.",)


def test_practices_of_other_areas_are_one_note(tmp_path: Path) -> None:
    """A national file for the list of one area; few strangers are slips, each named."""
    strangers = "".join(f"Z{k},x\n" for k in range(40))
    found = read_grouping(_file(tmp_path, f"code,network\nA1,x\nB1,y\n{strangers}"), FOUR)
    assert found.networks == {"x": ("A1",), "y": ("B1",)}
    assert "40 practices of" in found.notes[0]
    with pytest.raises(InputError) as caught:
        read_grouping(_file(tmp_path, "code,network\nA1,x\nZ1,y\n"), FOUR)
    assert len(caught.value.faults) == 1


def test_merged_cells_are_filled_down(tmp_path: Path) -> None:
    """A network that is written once beside several practices is that of each."""
    path = tmp_path / "plan.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Network", "Practice code"])
        sheet.merge_range(1, 0, 2, 0, "North")
        sheet.write_column(1, 1, ["A1", "B1", "C1"])
        sheet.write(3, 0, "South")
    found = read_grouping(str(path), FOUR)
    assert found.networks == {"North": ("A1", "B1"), "South": ("C1",)}
    assert found.notes == ("Cells merged over several rows were filled down: 1.",)


def _with_column(**networks: str) -> PracticeList:
    listed = tuple(replace(each, divisions=(networks.get(each.code, ""),)) for each in FOUR)
    return PracticeList(listed, "list.csv", division_columns=("mine",))


def test_a_column_of_the_list_is_a_division() -> None:
    """Named after the column; blank cells are in no network."""
    grouping = read_grouping("mine", _with_column(A1="n", A2="m", B1="n"))
    assert (grouping.name, grouping.networks, grouping.unplaced) == (
        "mine", {"m": ("A2",), "n": ("A1", "B1")}, ("C1",),
    )  # fmt: skip


def test_a_column_of_the_list_has_to_be_clear() -> None:
    """Twins by case, names without end and a blank column are faults, as in a file."""
    with pytest.raises(InputError, match="network 'N' and network 'n' differ only in case"):
        read_grouping("mine", _with_column(A1="n", A2="N"))
    with pytest.raises(InputError, match="has 201 characters"):
        read_grouping("mine", _with_column(A1="n" * (MOST_LABEL + 1)))
    with pytest.raises(InputError, match="puts no practice in a network"):
        read_grouping("mine", _with_column())


def test_files_come_before_columns_and_words_before_both(tmp_path: Path) -> None:
    """What no file is called, and no word for today, can only be a column; so can a name no file can have."""
    assert not names_column("Today")
    assert not names_column(_file(tmp_path, ""))
    assert names_column(str(tmp_path / "nothing"))
    assert names_column("\0")


def test_networks_have_their_names_beside_their_labels(tmp_path: Path) -> None:
    """Of today's networks those of the list; of a file its own, else those of the list; of a plan its own."""
    listed = PracticeList(
        tuple(
            replace(each, pcn_name={"U1": "NORTH PCN", "U2": "SOUTH PCN"}.get(each.pcn_code, ""))
            for each in FOUR
        )
    )
    today = {"U1": "North PCN", "U2": "South PCN"}
    assert read_grouping("today", listed).names == today
    assert read_grouping(_file(tmp_path, "code,pcn\nA1,U1\nB1,X\n"), listed).names == {"U1": "North PCN"}
    both = "code,pcn_code,pcn_name,network_name\nA1,U1,Own,x\nA2,U2,,x\n"
    assert read_grouping(_file(tmp_path, both), listed).names == {"U1": "Own", "U2": "South PCN"}
    own = "code,network_id,network_name,pcn_name\nA1,N-1,'=Town,x\nA2,N-1,,x\n"
    assert read_grouping(_file(tmp_path, own), listed).names == {"N-1": "=Town"}
    assert plan_grouping(_plan(("A1",), ("B1",)), listed, "f", "p").names == {
        "PCN-1": "Hub 1",
        "PCN-2": "Hub 2",
    }
