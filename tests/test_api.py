"""The public names, and five lines from a CSV to a GeoDataFrame."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import netform

EXAMPLE = Path(__file__).parents[1] / "data" / "example_practices.csv"


def test_every_public_name_is_there() -> None:
    """And is what it says, whatever has been imported before."""
    assert sorted(name for name in netform.__all__ if hasattr(netform, name)) == sorted(netform.__all__)
    assert callable(netform.solve)
    assert set(netform.__all__) <= set(dir(netform))
    with pytest.raises(AttributeError, match="no attribute 'slove'"):
        _ = netform.slove  # type: ignore[attr-defined]


def test_the_folder_of_the_function_is_still_there() -> None:
    """``netform.solve`` is called as the function, and its modules are imported in every way there is."""
    import netform.solve.area as whole  # noqa: PLC0415
    from netform.solve import area  # noqa: PLC0415

    assert whole is area is netform.solve.area
    with pytest.raises(TypeError, match="prepared"):
        netform.solve()  # type: ignore[call-arg]


def test_importing_netform_is_quick() -> None:
    """No heavy library is loaded before something is asked for."""
    code = "import json, sys, netform; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(run.stdout)}
    assert not loaded & {"numpy", "pandas", "numba", "ortools", "geopandas", "shapely", "networkx", "click"}


def test_five_lines_from_a_csv_to_a_geodataframe() -> None:
    """The example's fifteen networks, proven, each with ground and members."""
    prepared = netform.read(EXAMPLE, area="area")
    result = netform.solve(prepared, seconds=60)
    networks = netform.to_geodataframe(result)
    assert result.plan.status == "optimal"
    assert networks.crs.to_epsg() == 27700
    assert list(networks.index) == [network.network_id for network in result.plan.networks]
    assert networks.geometry.is_valid.all()
    assert sum(len(codes) for codes in networks["practice_codes"]) == len(prepared.practices)


def test_rules_come_from_a_profile_or_a_file(tmp_path: Path) -> None:
    """With a band and weights of one's own."""
    rules = netform.load_rules("arrs-2025", band=(25_000, 45_000), weights={"patient_travel": 2})
    assert (rules.profile, rules.least, rules.most, rules.weight("patient_travel")) == (
        "arrs-2025",
        25_000,
        45_000,
        2,
    )
    path = tmp_path / "rules.toml"
    path.write_text("[band]\nmin = 20000\n", encoding="utf-8")
    assert netform.load_rules(path).least == 20_000
    with pytest.raises(netform.NetformError, match="there is no such file"):
        netform.load_rules(tmp_path / "none.toml")


def test_the_package_can_be_run() -> None:
    """For a desktop whose scripts are not on the path."""
    run = subprocess.run(
        [sys.executable, "-m", "netform", "--version"], capture_output=True, text=True, check=True
    )
    assert run.stdout == f"netform, version {netform.__version__}\n"
