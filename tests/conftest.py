"""Chooses how thoroughly properties are searched (`tests.examples`); with the slow tests, all of them to the full."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import is_hypothesis_test, settings

from tests.examples import QUICK, THOROUGH, register_profiles

if TYPE_CHECKING:
    from collections.abc import Sequence

register_profiles()


def pytest_configure(config: pytest.Config) -> None:
    """Load the profile before any test is imported: the one asked for, else the one that the marks ask for."""
    asked = config.getoption("--hypothesis-profile")
    settings.load_profile(asked or (THOROUGH if _slow_ones(config) else QUICK))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    """Every property is a slow test too, when the slow ones are run."""
    if _slow_ones(config):
        for item in items:
            if is_hypothesis_test(getattr(item, "obj", None)):
                item.add_marker(pytest.mark.slow)


def _slow_ones(config: pytest.Config) -> bool:
    marks: str = config.getoption("markexpr")
    return "slow" in marks and "not slow" not in marks
