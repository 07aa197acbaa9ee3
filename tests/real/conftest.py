"""Where the real lists are, beside the project or where the environment says; and the programs that measure on them."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real data: NETFORM_SHARED_DATA, else shared/data beside the repository."""
    beside = Path(__file__).parents[3] / "shared" / "data"
    folder = Path(os.environ.get("NETFORM_SHARED_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"the real lists are not there ({folder}); set NETFORM_SHARED_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def journeys_file(shared_data: Path) -> Path:
    """The modelled car journeys to hospitals."""
    path = shared_data / "road_time_pairs_lt40km.csv.gz"
    if not path.is_file():
        pytest.skip(f"the modelled journeys are not there ({path})")
    return path


@pytest.fixture(scope="session")
def load_script() -> Callable[[str], ModuleType]:
    """Load a program of scripts/ by its name, without the ending."""

    def load(name: str) -> ModuleType:
        path = Path(__file__).parents[2] / "scripts" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load
