"""Where the real lists are: beside the project, or where the environment says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real data: NETFORM_SHARED_DATA, else shared/data beside the repository."""
    beside = Path(__file__).parents[3] / "shared" / "data"
    folder = Path(os.environ.get("NETFORM_SHARED_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"the real lists are not there ({folder}); set NETFORM_SHARED_DATA to their folder")
    return folder
