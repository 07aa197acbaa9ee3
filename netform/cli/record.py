"""What was typed: the command line of a run and its options, for the provenance of what it writes."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netform.prepared import Prepared

__all__ = ["RecordedCommand", "record_of", "with_record", "with_solve_record"]

# ruff: noqa: PLC0415 (imports stand where they are needed, so that --help answers at once)

# Where the words of the command line are kept while it runs.
_WORDS = "netform.cli.words"

# What of the words of ``netform serve`` is asked of ``netform solve``, too: the list, the files beside it, and how.
_KEPT = frozenset(
    {
        "publications", "where", "lookup", "area", "travel", "boundary", "edges", "graph",
        "registrations", "lsoas", "lsoa_lookup", "neighbourhoods", "soft", "postcodes", "branches", "split", "nowhere",
        "workers", "memory", "seed",
    }
)  # fmt: skip
# And what else is asked.
LEAVING = ("--rules", "rules.toml", "-o", "plan")


class RecordedCommand(click.Command):
    """A command that keeps the words it was given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the words before click takes them apart."""
        ctx.meta[_WORDS] = tuple(args)
        return super().parse_args(ctx, args)


def record_of() -> dict[str, Any]:
    """Give the command line of this run, the options as typed, and the files that only the command line reads.

    Returns
    -------
    dict
        ``command``, quoted for the shell; ``options`` by their long names; ``files`` with the digest of each.
    """
    return _record(click.get_current_context())


def _record(context: click.Context, absent: tuple[str, ...] = ()) -> dict[str, Any]:
    from netform.inputs.file_record import file_record, sayable
    from netform.inputs.grouping_file import names_file

    typed = _typed(context)
    named = {
        name: str(typed[name])
        for name in ("rules", "start", "plan", "a", "b")
        if name in typed and name not in absent
    }
    return {
        "command": sayable(_quoted(["netform", str(context.info_name), *_words(context)])),
        "options": {
            max(param.opts, key=len): _sayable(typed[param.name])
            for param in context.command.params
            if isinstance(param, click.Option) and param.name in typed
        },
        "files": {
            name: file_record(text) for name, text in named.items() if name == "rules" or names_file(text)
        },
    }


def with_record(prepared: Prepared) -> Prepared:
    """Add to what a list was made from how it was asked for."""
    return _recorded(prepared, click.get_current_context())


def with_solve_record(prepared: Prepared) -> Prepared:
    """Record for a list that is planned by hand how `netform solve` is asked for the same plan, by rules of its own.

    What was typed for the list and the files beside it is kept, the list first. What was typed for the rules is not:
    those stand in ``rules.toml``, which is made later, and so its digest is added later, too.

    Parameters
    ----------
    prepared : Prepared
    """
    typed = click.get_current_context()
    group = typed.find_root().command
    assert isinstance(group, click.Group)  # noqa: S101 (netform is one)
    solve = group.commands["solve"]
    values, _, order = typed.command.make_parser(typed).parse_args(list(_words(typed)))
    # A name that looks like an option is one of this folder.
    listed = str(values["practices"])
    words = [f"./{listed}" if listed.startswith("-") and listed != "-" else listed]
    seen: dict[str, int] = {}
    for param in order:
        name = str(param.name)
        if name not in _KEPT or not isinstance(param, click.Option):
            continue
        given, option = values[name], max(param.opts, key=len)
        if isinstance(given, list):
            given = given[seen.setdefault(name, 0)]
            seen[name] += 1
        words += [option] if param.is_flag else [option, str(given)]
    context = click.Context(solve, info_name="solve")
    context.meta[_WORDS] = (*words, *LEAVING)
    files = {what: each for what, each in prepared.origin["files"].items() if what not in ("rules", "plan")}
    return _recorded(replace(prepared, origin={"files": files}), context, absent=("rules",))


def _recorded(prepared: Prepared, context: click.Context, absent: tuple[str, ...] = ()) -> Prepared:
    record = _record(context, absent)
    typed = _typed(context)
    # A path that was read has lost its "./".
    spelt = {**typed, **_journeys(typed.pop("travel", ())), **_numbered(typed)}
    files = {
        what: {**each, "file": _sayable(spelt[what])} if what in spelt else each
        for what, each in prepared.origin.get("files", {}).items()
    }
    return replace(prepared, origin={**record, "files": {**files, **record["files"]}})


def _words(context: click.Context) -> tuple[str, ...]:
    words: tuple[str, ...] = context.meta.get(_WORDS, ())
    return words


def _typed(context: click.Context) -> dict[str, Any]:
    """Take the words of the command line apart as click does, and leave the values as they are."""
    values, _, _ = context.command.make_parser(context).parse_args(list(_words(context)))
    typed = {name: value for name, value in values.items() if value is not None and value != ()}
    # One file of minutes stands as it is written, several as a list.
    if len(typed.get("travel", ())) == 1:
        typed["travel"] = typed["travel"][0]
    return typed


def _journeys(given: str | list[str]) -> dict[str, str]:
    """Give files of minutes as typed, by what the provenance calls them."""
    from netform.inputs.travel_modes import mode_of
    from netform.rules.mode_shares import CAR

    files = dict(map(mode_of, [given] if isinstance(given, str) else given))
    return {"travel" if mode == CAR else f"travel_{mode}": file for mode, file in files.items()}


def _numbered(typed: Mapping[str, Any]) -> dict[str, str]:
    """Give the files of options that can be repeated as typed, by what the provenance calls them."""
    from netform.prepared import numbered

    return {
        **numbered("with", typed.get("publications", ()), first=1),
        **numbered("neighbourhoods", typed.get("neighbourhoods", ())),
    }


def _sayable(value: Any) -> Any:
    from netform.inputs.file_record import sayable

    if isinstance(value, list | tuple):
        return [_sayable(each) for each in value]
    return sayable(value) if isinstance(value, str) else value


def _quoted(words: list[str]) -> str:
    """Write words as the shell of this system takes them."""
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)
