"""Where a command's results go: checked before the long work, written after it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from netform.errors import NetformError, OutputError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from netform.export.publication import Publication
    from netform.result import Result

__all__ = ["check_file", "check_out", "made_whole", "out_name", "write_out"]

# ruff: noqa: PLC0415 (imports stand where they are needed, so that --help answers at once)

R = TypeVar("R")


def check_out(
    publication: Publication[Any], out: str | None, *, overwrite: bool, also: Collection[str] = ()
) -> bool:
    """Refuse, before the long work, a place that cannot be written to; say whether it is a single file.

    Parameters
    ----------
    publication : Publication
        What would be written there.
    out : str or None
        None where nothing is to be written.
    overwrite : bool
        Whether earlier results may be replaced.
    also : collection of str
        Files that the folder gets besides.

    Raises
    ------
    OutputError
        There is no folder for those; else as `netform.export.formats.check_target`.
    """
    if out is None:
        if overwrite:
            raise OutputError("--overwrite: there is nothing to replace without -o. Name a folder.")
        return False
    if out == "-":
        raise OutputError("-: results are files. Name a folder or a file; --json prints on standard output.")
    from netform.export.formats import check_target

    single = check_target(publication, out, overwrite=overwrite, also=also)
    if single and also:
        raise OutputError(
            f"--also {next(iter(also))} goes into a folder, and {out} is one file. Name a folder."
        )
    return single


def check_file(out: str, what: str, ending: str, *, overwrite: bool) -> None:
    """Refuse a place that cannot be written to, where the result is one file of one format.

    Parameters
    ----------
    out : str
    what : str
        For the message: ``the list is one file``.
    ending : str
        Of the file's name, such as ``.csv``.
    overwrite : bool
        Whether an earlier file may be replaced.

    Raises
    ------
    OutputError
        It names a folder, or has another ending; else as `netform.export.files.check_target`.
    """
    from netform.export.files import check_target

    if not check_target(out, overwrite=overwrite, endings=(ending,), names=()):
        raise OutputError(f"{out}: {what}. Name a file that ends in {ending}.")


def write_out(
    publication: Publication[R],
    result: R,
    out: str,
    *,
    overwrite: bool,
    single: bool,
    also: Collection[str] = (),
    plans: Mapping[str, Result] | None = None,
) -> None:
    """Write a result, as one file or as a folder.

    Parameters
    ----------
    publication : Publication
    result : object
        What it is of.
    out : str
    overwrite : bool
    single : bool
        As `check_out` has said.
    also : collection of str
        Files that the folder gets besides.
    plans : mapping of str to Result, optional
        Plans that get a folder of their own within, by its name.

    Raises
    ------
    OutputError
        It cannot be written; what stood there before is untouched.
    """
    from netform.export.files import write_file, write_folder
    from netform.export.formats import folder_files, folder_names, single_file, stale_files
    from netform.export.plan import PLAN

    path = Path(out)
    if single:
        write_file(path, single_file(publication, path.suffix.lower(), result), overwrite=overwrite)
        return
    within = {
        f"{folder}/{name}": make
        for folder, plan in (plans or {}).items()
        for name, make in folder_files(PLAN, plan).items()
    }
    files = {**folder_files(publication, result, also), **within}
    seal = path / f"{publication.document[0]}.json"
    stale = {
        *stale_files(publication, result),
        *_asked_before(publication, path),
        *(f"{folder}/{name}" for folder in _plans_of(seal) for name in folder_names(PLAN)),
    }
    write_folder(path, files, overwrite=overwrite, stale=sorted(stale - files.keys()))


def made_whole(given: str) -> str:
    """Put back in order what a run that was killed has left of a plan folder; give its name back."""
    from netform.export.files import clear_leftovers

    clear_leftovers(Path(given))
    return given


def out_name(out: str) -> str:
    """Write a place for a terminal, which a name must not command."""
    from netform.report.words import one_line

    return one_line(out)


def _plans_of(seal: Path) -> list[str]:
    """Name the plan folders that an earlier result speaks of and that stand beside it."""
    from netform.export.files import safe_name
    from netform.practices.text import read_bytes

    found: set[str] = set()

    def look(value: Any) -> None:
        if isinstance(value, dict):
            name = value.get("folder")
            if isinstance(name, str) and name == safe_name(name):
                found.add(name)
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            look(each)

    try:
        look(json.loads(read_bytes(seal)) if seal.exists() else None)
    except (NetformError, OSError, ValueError, RecursionError):  # it is no result of ours, or is damaged
        return []
    return sorted(name for name in found if (seal.parent / name / "plan.json").is_file())


def _asked_before(publication: Publication[Any], folder: Path) -> list[str]:
    """Name the files that an earlier result of a folder got besides, by its own word: no others are netform's."""
    from netform.export.formats import also_names
    from netform.inputs.plan_json import read_plan_json
    from netform.practices.text import read_bytes

    try:
        options = read_plan_json(read_bytes(folder / "plan.json")).provenance.get("options", {})
        return [name for name in also_names(publication) if name in options.get("--also", [])]
    except (NetformError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
