"""Plans in the making whose journals are let go when a test ends, and a server for all tests of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.page.made_up import planning_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from netform.page.planning import Planning
    from tests.page.made_up_server import Served


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


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A made-up page before a made-up plan."""
    from tests.page.made_up_server import served  # noqa: PLC0415 (of an extra)

    root = tmp_path_factory.mktemp("page")
    (root / "secret.txt").write_text("secret")
    (root / "secret.js").write_text("secret")
    static = root / "static"
    static.mkdir()
    (static / "index.html").write_text("<!doctype html><title>netform</title>")
    (static / "page.css").write_text("body { color: black }")
    (static / "page.js").write_text("export const a = 1;")
    (static / "notes.txt").write_text("not to be served")
    (static / "folder.js").mkdir()
    with pytest.MonkeyPatch.context() as patch, served(static, patch) as running:
        yield running
