"""The sound plan that the audit's tests spoil."""

from __future__ import annotations

import pytest

from netform.rules.demands import NO_DEMANDS
from tests.audit.sound import NETWORKS, Sound, sound_plan


@pytest.fixture(scope="session")
def sound() -> Sound:
    """Two areas, five networks, two exceptions."""
    return sound_plan(NETWORKS, NO_DEMANDS)
