"""What options are made of: one that names a file, and how a command is given several."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Command", "Option", "file_option", "with_options"]

Command: TypeAlias = "Callable[..., Any]"
# What click makes of the declaration of an option: it is put above a command.
Option: TypeAlias = "Callable[[Command], Command]"


def file_option(help_text: str, *names: str) -> Option:
    """Make an option that names a file.

    Parameters
    ----------
    help_text : str
    *names : str
        As click takes them, the flag first.
    """
    return click.option(*names, type=click.Path(path_type=Path), metavar="FILE", help=help_text)


def with_options(options: tuple[Option, ...]) -> Option:
    """Give a command several options, shown in their order."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate
