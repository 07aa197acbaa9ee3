"""netform score and netform compare, run in this process on a small list."""

from __future__ import annotations

import csv
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from netform.export.compare import COMPARE
from netform.export.formats import folder_names
from netform.export.score import SCORE
from tests.cli.test_main import run
from tests.published import but_for_the_command

if TYPE_CHECKING:
    from pathlib import Path

# Leeds and around: 100,000 patients are two or three networks.
ROWS = """\
code,name,postcode,list_size,place,pcn_code
P1,One,LS11 8LH,16000,North,U1
P2,Two,LS12 3HD,17000,North,U1
P3,Three,LS1 4AP,15000,South,U2
P4,Four,LS28 5DH,20000,North,U2
P5,Five,WF3 3DW,18000,South,U3
P6,Six,BD11 2DT,14000,South,
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the list and two plans of it, the second with other rules."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "list.csv").write_text(ROWS, encoding="utf-8")
    for name, options in (("best", ()), ("three", ("--min", 20000, "--max", 40000, "--networks", 3))):
        result = run("solve", folder / "list.csv", "-o", folder / name, "--workers", 1, *options)
        assert result.exit_code == 0, result.output
    return folder


def _json(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("form", ["best", "best/plan.json", "best/practices.csv", "plain.csv"])
def test_a_plan_is_scored_as_it_scored_itself(work: Path, form: str) -> None:
    """From its folder, either of its files, or a table made of it: the groups are all that counts."""
    plan = json.loads((work / "best" / "plan.json").read_text(encoding="utf-8"))
    lines = [f"{code},{net['network_id']}" for net in plan["networks"] for code in net["practice_codes"]]
    (work / "plain.csv").write_text("practice_code,network\n" + "\n".join(lines), encoding="utf-8")
    found = _json("score", work / "list.csv", "--plan", work / form)
    assert found["cost"] == pytest.approx(plan["cost"], abs=1e-5)
    assert {each["network"]: each["terms"] for each in found["networks"]} == {
        each["network_id"]: each["terms"] for each in plan["networks"]
    }
    assert found["breaches"] == []


def test_today_is_scored_by_either_word(work: Path) -> None:
    """With the practice that is in no network among what is broken."""
    today = _json("score", work / "list.csv", "--plan", "today")
    code = _json("score", work / "list.csv", "--plan", "pcn_code")
    assert {**today, "provenance": None} == {**code, "provenance": None}
    assert "--plan today" in today["provenance"]["command"]
    assert (today["name"], today["unplaced"], today["networks_in_all"]) == ("today", ["P6"], 3)
    assert today["breaches_by_kind"]["missing"] == 1


def test_any_column_of_the_list_is_scored_and_compared(work: Path) -> None:
    """Place has North (P1, P2 and P4) and South; as spelt or nearly."""
    found = _json("score", work / "list.csv", "--plan", "place")
    assert (found["name"], [each["network"] for each in found["networks"]]) == ("place", ["North", "South"])
    both = _json("compare", "pcn_code", "PLACE", "--practices", work / "list.csv")
    # U1 is P1 and P2, in North; of U2 P4 with 20,000 of 35,000 patients is; U3 is P5; P6 starts nowhere.
    assert both["a_to_b"]["heirs"] == {"U1": "North", "U2": "North", "U3": "South"}
    assert run(
        "solve", work / "list.csv", "--start", "place", "--moves", "6", "-o", work / "near", "--workers", 1
    ).exit_code == 0  # fmt: skip


def test_the_rules_are_those_of_the_options(work: Path) -> None:
    """A wider band has fewer outside it, which balance charges no more, and a weight moves the cost."""
    narrow = _json("score", work / "list.csv", "--plan", "today")
    wide = _json("score", work / "list.csv", "--plan", "today", "--min", 10_000, "--weight", "overhead=0")
    assert (narrow["in_band"], wide["in_band"]) == (2, 3)
    charged = sum(each["terms"]["balance"] for each in narrow["networks"])
    assert charged > 0
    assert wide["cost"] == pytest.approx(narrow["cost"] - charged - 3 * 31)
    areas = _json("score", work / "list.csv", "--plan", "today", "--area", "place")
    assert areas["breaches_by_kind"]["area"] == 1


def test_a_score_is_written_and_read_again(work: Path, tmp_path: Path) -> None:
    """All files or none, never over an earlier result unasked; the folder is a division again."""
    out = tmp_path / "score"
    result = run("score", work / "list.csv", "--plan", "today", "-o", out)
    assert result.exit_code == 0
    given = [name for name in folder_names(SCORE) if not name.startswith("neighbourhoods.")]
    assert sorted(path.name for path in out.iterdir()) == sorted(given)
    assert result.stdout.startswith("today: 3 networks of 5 practices")
    assert str(out) in result.stderr
    assert run("score", work / "list.csv", "--plan", "today", "-o", out).exit_code == 6
    assert run("score", work / "list.csv", "--plan", "today", "-o", out, "--overwrite").exit_code == 0
    again = _json("score", work / "list.csv", "--plan", out)
    assert [each["terms"] for each in again["networks"]] == [
        each["terms"] for each in _json("score", work / "list.csv", "--plan", "today")["networks"]
    ]


@pytest.mark.parametrize("name", ["score.html", "score.json", "networks.csv", "networks.geojson"])
def test_one_file_is_named_by_its_ending(work: Path, tmp_path: Path, name: str) -> None:
    """The same bytes as in the folder."""
    assert run("score", work / "list.csv", "--plan", "today", "-o", tmp_path / "all").exit_code == 0
    one = tmp_path / f"x{name[name.rindex('.') :]}"
    assert run("score", work / "list.csv", "--plan", "today", "-o", one).exit_code == 0
    assert but_for_the_command(one) == but_for_the_command(tmp_path / "all" / name)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ("--plan", "nowhere.csv"),
            3,
            "'nowhere.csv' is neither a file nor a column of the list; the columns are",
        ),
        (("--plan", "today", "--overwrite"), 6, "nothing to replace without -o"),
        (("--plan", "today", "-o", "x.docx"), 6, "names no format"),
        (("--plan", "today", "--min", "0"), 2, "the least list size must be at least 1"),
        (("--plan", "today", "--pin", "P1,P9"), 2, "--pin P1, P9: practice P9 is not in the list"),
        (("--plan", "today", "--hub", "P0"), 2, "--hub P0: practice P0 is not in the list"),
        (("--plan", "today", "--area-band", "East=1-2"), 2, "the list has no such area"),
        (("--plan", "today", "--area-band", "East=30k-50,000"), 2, "the list has no such area"),
        (("--plan", "today", "--area-band", "East=30.000-50.000"), 2, "write AREA=MIN-MAX"),
        ((), 2, "--plan"),
    ],
)
def test_what_cannot_be_scored_is_said(work: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    """With the exit code of what is wrong."""
    result = run("score", work / "list.csv", *arguments)
    assert result.exit_code == code
    assert said in result.stderr


def test_plans_are_compared_without_a_list(work: Path) -> None:
    """By what they were published with; that their rules differ is said."""
    found = _json("compare", work / "best", work / "three")
    plans = [
        json.loads((work / name / "plan.json").read_text(encoding="utf-8")) for name in ("best", "three")
    ]
    assert [found[side]["cost"] for side in "ab"] == [pytest.approx(plan["cost"], abs=1e-5) for plan in plans]
    assert [found[side]["networks"] for side in "ab"] == [len(plan["networks"]) for plan in plans]
    assert [found[side]["in_band_and_contiguous"] for side in "ab"] == [
        len(plan["networks"]) for plan in plans
    ]
    assert (found["practices"], found["patients"]) == (6, 100_000)
    assert "different rules" in found["notes"][0]


def test_with_and_without_a_list_the_same_moves(work: Path) -> None:
    """And the same terms, for plans of one list and one set of rules."""
    shutil.copytree(work / "best", work / "again", dirs_exist_ok=True)
    published = _json("compare", work / "best", work / "again")
    computed = _json("compare", work / "best", work / "again", "--practices", work / "list.csv")
    assert published["notes"] == []
    # plan.json has six decimals of each network's hours.
    for side, hours in published.pop("terms").items():
        assert hours == pytest.approx(computed["terms"][side], abs=1e-5)
    for side in "ab":
        assert published[side].pop("cost") == pytest.approx(computed[side].pop("cost"), abs=1e-5)
    del computed["terms"]
    # Without a list there is only what was typed, and the two folders.
    assert published.pop("provenance")["files"].keys() == {"a", "b"}
    assert computed.pop("provenance")["files"].keys() == {"a", "b", "practices"}
    assert published == computed
    assert published["a_to_b"]["practices_moved"] == 0


def test_a_comparison_mirrored_is_the_other_comparison(work: Path) -> None:
    """Whichever is given first."""
    forth = _json("compare", "today", work / "best", "--practices", work / "list.csv")
    back = _json("compare", work / "best", "today", "--practices", work / "list.csv")
    assert (forth["a_to_b"], forth["b_to_a"]) == (back["b_to_a"], back["a_to_b"])
    assert (forth["a"], forth["b"]) == (back["b"], back["a"])
    assert forth["patients_outside"] == back["patients_outside"]
    assert forth["a"]["unplaced"] == ["P6"]


def test_a_comparison_is_written(work: Path, tmp_path: Path) -> None:
    """The table has a row a practice, and the map is drawn from the folders alone."""
    out = tmp_path / "compare"
    result = run("compare", work / "best", work / "three", "-o", out)
    assert result.exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == sorted(folder_names(COMPARE))
    assert "A is best, B is three" in result.stdout
    rows = _rows(out / "changes.csv")
    assert [row["practice_code"] for row in rows] == ["P1", "P2", "P3", "P4", "P5", "P6"]
    page = (out / "compare.html").read_text(encoding="utf-8")
    assert page.count('<g class="old"><path') == 1
    assert run("compare", work / "best", work / "three", "-o", tmp_path / "x.html").exit_code == 0
    assert (tmp_path / "x.html").read_text(encoding="utf-8") == page


def test_plans_of_one_name_are_told_apart(work: Path) -> None:
    """By their whole paths."""
    (work / "old").mkdir(exist_ok=True)
    shutil.copytree(work / "best", work / "old" / "best", dirs_exist_ok=True)
    found = _json("compare", work / "best", work / "old" / "best")
    assert [found[side]["name"] for side in "ab"] == [str(work / "best"), str(work / "old" / "best")]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("today", "best"), 2, "today is no plan folder: say with --practices"),
        (("best", "three", "--practices", "list.csv", "--apart", "P1,P9"), 2, "P9 is not in the list"),
        (("best", "three", "--min", "10"), 2, "--min has no effect without --practices"),
        (("best", "bare"), 3, "practices.csv: there is no such file"),
        (("best", "other"), 3, "it is a plan of another list than"),
        (("best", "bent"), 3, "it is not of the plan beside it"),
        (("best", "torn"), 3, "it is not the GeoJSON of a plan's networks"),
        (("best", "lawless"), 2, "rules.toml"),
    ],
)
def test_plans_that_cannot_be_compared_are_refused(
    work: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    """With what is wrong and where."""
    shutil.copy(work / "list.csv", tmp_path)
    for name in ("best", "three"):
        shutil.copytree(work / name, tmp_path / name)
    for name in ("bare", "other", "bent", "torn", "lawless"):
        shutil.copytree(work / "best", tmp_path / name)
    (tmp_path / "bare" / "practices.csv").unlink()
    (tmp_path / "lawless" / "rules.toml").unlink()
    (tmp_path / "torn" / "networks.geojson").write_text('{"features": [{"geometry": 3}]}', encoding="utf-8")
    for name, old, new in (("bent", "16000", "16001"), ("other", "P6,Six", "P7,Six")):
        table = tmp_path / name / "practices.csv"
        table.write_text(table.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    plan = tmp_path / "other" / "plan.json"
    plan.write_text(plan.read_text(encoding="utf-8").replace('"P6"', '"P7"'), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = run("compare", *arguments)
    assert result.exit_code == code, result.output
    assert said in result.stderr
