"""A small list in two places, sweeps over it, and planning in this process."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from netform.sweep.finished import Finished
from netform.sweep.planning import order_of, plan_task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from netform.prepared import Prepared
    from netform.sweep.tasks import Task

# Sites in two rows, 3 km apart: 68,000 patients in the North and 69,000 in the South are two networks each.
ROWS = (
    ("P1", 16_000, "North", "U1"),
    ("P2", 17_000, "North", "U1"),
    ("P3", 15_000, "North", "U2"),
    ("P4", 20_000, "North", "U2"),
    ("P5", 18_000, "South", "U3"),
    ("P6", 14_000, "South", "U3"),
    ("P7", 19_000, "South", "U4"),
    ("P8", 18_000, "South", "U4"),
)

SWEEP = """\
practices = "list.csv"
area_column = "place"
time_limit = 60
bands = [[30000, 50000], [20000, 40000]]
weights = [{}, {patient_travel = 3}]
"""


def list_text(rows: Sequence[tuple[str, int, str, str]] = ROWS) -> str:
    """Write the list as CSV."""
    lines = ["code,name,postcode,list_size,place,easting,northing,pcn_code"]
    lines += [
        f"{code},Surgery {code},LS11 8LH,{size},{area},{420_000 + 3_000 * i + 700 * (i % 3)},"
        f"{430_000 + 2_000 * (i % 2)},{pcn}"
        for i, (code, size, area, pcn) in enumerate(rows)
    ]
    return "\n".join(lines) + "\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A sweep of four scenarios over two areas."""
    (tmp_path / "list.csv").write_text(list_text(), encoding="utf-8")
    path = tmp_path / "SWEEP.toml"
    path.write_text(SWEEP, encoding="utf-8")
    return path


class Here:
    """Planning in this process, which counts what it is given."""

    def __init__(self) -> None:
        self.planned: list[tuple[str, str]] = []

    def __call__(
        self, tasks: Sequence[Task], grounds: Mapping[str, Prepared], time_limit: float, _workers: int = 1
    ) -> Iterator[Finished | None]:
        """Plan one task after the other."""
        for task in tasks:
            self.planned.append((task.scenario, task.area))
            content = plan_task(pickle.dumps(grounds[task.ground]), order_of(task, time_limit))
            yield None
            yield Finished(task, content)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Here:
    """Planning in this process in place of worker processes."""
    planner = Here()
    monkeypatch.setattr("netform.sweep.local.plan_locally", planner)
    return planner
