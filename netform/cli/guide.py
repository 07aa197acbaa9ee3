"""``netform guide``: the pages of the guide, and the tables of options in them."""

from __future__ import annotations

import re
import shutil
import sys
from importlib import resources
from typing import TYPE_CHECKING

import click

from netform.cli.terminal import data_stream, explained, print_data

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["OPTION_TABLE", "TOPICS", "guide", "option_table", "page", "with_option_tables"]

# In the order in which a newcomer needs them, each with what it is about.
TOPICS = {
    "start": "from a list to a plan, on any desktop",
    "inputs": "the practice list, and files beside it",
    "sites": "branches, split lists, and practices that are nowhere",
    "publications": "what the NHS publishes, read as it comes",
    "travel": "minutes: the estimate, a matrix, other modes, water and ferries",
    "patients": "where patients live: LSOAs as territories, and how far networks hold their homes",
    "neighbourhoods": "how far networks fit them, and the fewest moves to fit better",
    "outputs": "what a run writes, the words of the proof, exit codes",
    "rules": "bands, weights, profiles and demands",
    "model": "neighbours, travel, the terms of the cost, exceptions",
    "today": "score today's networks, compare plans, move as few as need to move",
    "tradeoff": "what a demand costs, fronts of two axes, alternatives",
    "page": "the planner's page: move practices, see what it costs, solve the rest",
    "sweep": "many scenarios over many areas, on one machine or many",
    "python": "netform in a program",
    "method": "how a plan is found and proven, in plain words",
    "questions": "what planners ask",
    "glossary": "every word",
    "changes": "what is new, and how to cite",
}

# A table of options in a page: of which command, and which; the table stands between the two marks.
OPTION_TABLE = re.compile(r"<!-- options of (\w+): ([^>]*?) -->\n(.*?)<!-- end of options -->", re.DOTALL)


@click.command()
@click.argument("topic", required=False, type=click.Choice([*TOPICS]), metavar="[TOPIC]")
def guide(topic: str | None) -> None:
    """Read the guide: without a topic, what it is about."""
    with explained():
        text = _topics() if topic is None else re.sub(r"<!--.*?-->\n+", "", page(topic))
        if sys.stdout.isatty() and text.count("\n") >= shutil.get_terminal_size().lines:
            click.echo_via_pager(text)
            return
        with data_stream() as stdout:
            print_data(stdout, text.encode("utf-8"))


def _topics() -> str:
    width = max(map(len, TOPICS))
    lines = [f"  {name:{width}}  {about}" for name, about in TOPICS.items()]
    return "\n".join(["The guide has a page for each topic (netform guide TOPIC):", "", *lines, ""])


def page(topic: str) -> str:
    """Give a page of the guide as it stands in the package.

    Parameters
    ----------
    topic : str
        One of `TOPICS`.
    """
    return (resources.files("netform.guide") / f"{topic}.md").read_text(encoding="utf-8")


def option_table(command: click.Command, flags: list[str]) -> str:
    """Write options of a command as a table, by what the command itself says of them.

    Parameters
    ----------
    command : click.Command
    flags : list of str
        One flag of each option, in the order of the table.

    Raises
    ------
    KeyError
        The command has no such option.
    """
    return "".join(["| option | meaning |\n| --- | --- |\n", *_rows(command, flags)])


def with_option_tables(text: str, commands: dict[str, click.Command]) -> str:
    """Give a page with its tables of options written anew.

    Parameters
    ----------
    text : str
    commands : dict of str to click.Command
    """

    def table(mark: re.Match[str]) -> str:
        rows = option_table(commands[mark[1]], mark[2].split())
        return f"<!-- options of {mark[1]}: {mark[2]} -->\n\n{rows}\n<!-- end of options -->"

    return OPTION_TABLE.sub(table, text)


def _rows(command: click.Command, flags: list[str]) -> Iterator[str]:
    options = {flag: param for param in command.params for flag in param.opts}
    for flag in flags:
        option = options[flag]
        assert isinstance(option, click.Option)  # noqa: S101 (arguments have no flags)
        names = sorted(option.opts, key=len)
        words = "" if option.is_flag else f" {option.metavar or option.type.name.upper()}"
        default = f" [{option.default}]" if option.show_default and not option.is_flag else ""
        said = f"{option.help}{default}".replace("|", "\\|")
        called = f"{', '.join(names)}{words}".replace("|", "\\|")
        yield f"| `{called}` | {said} |\n"
