"""What processes say to each other."""

from __future__ import annotations

from netform.errors import NoPlanError
from netform.worker_process import sendable


class _NeedsTwo(Exception):  # noqa: N818 - made up
    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


def test_an_error_is_sent_as_it_is() -> None:
    """The other end raises what was raised here."""
    error = NoPlanError("no plan")
    assert sendable(error) is error


def test_an_error_that_cannot_be_taken_in_is_sent_as_what_it_says() -> None:
    """One that could not be made anew would be a failure of the process that takes it in."""
    said = sendable(_NeedsTwo("a", "b"))
    assert (type(said), str(said)) == (RuntimeError, "_NeedsTwo: a and b")
    assert str(sendable(ValueError(lambda: None))).startswith("ValueError: <function")
