"""Say that kernels are being compiled, which the first run after an install waits for; later ones read them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from numba.core import event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["COMPILING", "said_while_compiling"]

COMPILING = "compiling, once after an install"


@contextmanager
def said_while_compiling(say: Callable[[str], None]) -> Iterator[None]:
    """Within, ``say`` is told whenever a kernel is compiled because none is kept on the disk.

    Parameters
    ----------
    say : callable
        Told `COMPILING`, by whichever thread compiles.
    """
    with event.install_listener("numba:compile", _Listener(say)):
        yield


class _Listener(event.Listener):
    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say

    def on_start(self, _event: object) -> None:
        """Compiling begins."""
        self.say(COMPILING)

    def on_end(self, _event: object) -> None:
        """It ends; the next stage says so."""
