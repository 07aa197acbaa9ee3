"""Plans from elsewhere and side by side: read as they come, with nothing believed that cannot be."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from netform.errors import InputError, RulesError
from netform.page.comparing import MOST_IMPORTS, compare_object, import_object

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from netform.page.planning import Planning

# Of six in a row, 12,000 patients each: the fourth is with the first three, and the last in none.
TABLE = b"practice_code,network\nP0,one\nP1,one\nP2,one\nP3,one\nP4,two\n"


def zipped(files: dict[str, bytes]) -> bytes:
    """Pack files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def plan_json(networks: list[list[str]]) -> bytes:
    """Write as much of a plan as is read of one."""
    return json.dumps(
        {
            "schema": "netform/plan/1",
            "areas": [],
            "networks": [
                {
                    "network_id": f"N-{k}", "name": "n", "area": "", "practice_codes": codes, "list_size": 1,
                    "hub_code": codes[0], "minutes_to_hub": [0.0] * len(codes), "terms": {}, "exception": None,
                }
                for k, codes in enumerate(networks)
            ],
            "unplaced": [],
            "graph": {"edges": []},
            "provenance": {},
        }
    ).encode()  # fmt: skip


def test_a_table_is_taken_in_and_compared(begin: Callable[..., Planning], tmp_path: Path) -> None:
    """P3 is in the network of the first three, and P5 in none: both have moved; a journal remembers the plan."""
    planning = begin(tmp_path / "j.jsonl")
    taken = import_object(planning, "../<b>theirs.csv", TABLE)
    assert taken == {
        "id": "import-1", "name": "<b>theirs.csv", "networks": 2, "practices": 5, "missing": ["P5"],
        "notes": taken["notes"],
    }  # fmt: skip
    found = compare_object(planning, "", ["now", "import-1"])
    now, theirs = found["plans"]
    assert (now["networks"], theirs["networks"]) == (2, 2)
    # 48,000 and 12,000: one of them is below the band.
    assert (now["in_band"], theirs["in_band"]) == (2, 1)
    assert (now["broken"], theirs["broken"]) == (0, 1)
    assert now["cost"] == pytest.approx(planning.plan("")["totals"]["cost"])
    # Of B, P4 keeps the one of three and P3 goes to one: no network has more than half of B, so all of it has moved.
    assert [each["code"] for each in found["moves"]] == ["P3", "P4", "P5"]
    assert [each["networks"] for each in found["moves"]] == [
        ["network 2", "one"],
        ["network 2", "two"],
        ["network 2", None],
    ]
    assert found["moved"] == [{"a": "now", "b": "import-1", "practices": 3, "patients": 36_000}]
    planning.journal.close()
    again = begin(tmp_path / "j.jsonl")
    assert compare_object(again, "", ["now", "import-1"]) == found


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("plan.json", plan_json([["P0", "P1"], ["P2", "P3", "P4", "P5"]])),
        ("a.zip", zipped({"plan/plan.json": plan_json([["P0", "P1"], ["P2", "P3", "P4", "P5"]]), "rules.toml": b"a"})),
        ("b.zip", zipped({"x/practices.csv": b"practice_code,network_id\nP0,a\nP1,a\nP2,b\nP3,b\nP4,b\nP5,b\n"})),
        ("c.zip", zipped({"../../networks.csv": b"practice_code,network_id\nP0,a\nP1,a\nP2,b\nP3,b\nP4,b\nP5,b\n"})),
    ],
)  # fmt: skip
def test_plans_come_in_several_shapes(
    begin: Callable[..., Planning], tmp_path: Path, name: str, data: bytes
) -> None:
    """A plan's object, and archives of a folder whatever the paths in them say."""
    planning = begin(tmp_path / "j.jsonl")
    taken = import_object(planning, name, data)
    assert (taken["networks"], taken["practices"], taken["missing"]) == (2, 6, [])
    assert sorted(each.name for each in tmp_path.iterdir()) == ["j.jsonl"]


@pytest.mark.parametrize(
    "data",
    [
        b"practice_code,network\nZ9,one\nP0,one\n",
        b"practice_code,network\nP0,one\nP0,two\n",
        b"",
        b"\x00\xff\x00",
        b"{",
        b'{"networks": 1}',
        plan_json([["P0", "NOBODY"]]),
        b"PK\x03\x04 and no more",
        zipped({"letter.txt": b"hello", "photo.png": b"x"}),
        zipped({"plan.json": b"[" * 100_000}),
        zipped({f"{k}.txt": b"x" for k in range(60)}),
    ],
)
def test_what_is_no_plan_is_refused(begin: Callable[..., Planning], tmp_path: Path, data: bytes) -> None:
    """By the name of the file as it was sent, never by where it lay; the journal is as it was."""
    planning = begin(tmp_path / "j.jsonl")
    with pytest.raises((InputError, RulesError)) as refused:
        import_object(planning, "theirs.any", data)
    assert "theirs.any" in str(refused.value)
    assert "netform-" not in str(refused.value)
    assert planning.journal.n == 0


def test_there_is_an_end_to_imports(begin: Callable[..., Planning], tmp_path: Path) -> None:
    """So many, and what is not there cannot be compared with."""
    planning = begin(tmp_path / "j.jsonl")
    for _ in range(MOST_IMPORTS):
        import_object(planning, "a.csv", TABLE)
    with pytest.raises(RulesError, match="begin another journal"):
        import_object(planning, "a.csv", TABLE)
    with pytest.raises(RulesError, match="no plan 'import-99'"):
        compare_object(planning, "", ["now", "import-99"])
