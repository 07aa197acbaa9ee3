"""Plans in the making whose journals are let go when a test ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.page.made_up import planning_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from netform.page.planning import Planning


@pytest.fixture
def begin() -> Iterator[Callable[..., Planning]]:
    """As `planning_of`."""
    begun = []

    def begin_one(*given: object) -> Planning:
        begun.append(planning_of(*given))  # type: ignore[arg-type]
        return begun[-1]

    yield begin_one
    for each in begun:
        each.journal.close()
