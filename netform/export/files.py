"""Writing: the only place where netform puts files on disk.

A file is whole or absent, and an earlier result survives any failure: bytes go to a stage beside the target, are
forced to the disk, and then take the target's name in one step. A folder is one thing: it is prepared as a whole, and
holds the earlier result or the new one, never some of either (`netform.export.replacing`).
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from netform.errors import OutputError
from netform.export.replacing import (
    WRITTEN,
    can_exchange,
    carry,
    clear_leftovers,
    exchange_folders,
    locked,
    put,
    settled,
    staged,
    take_names,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

__all__ = ["check_target", "clear_leftovers", "safe_name", "write_file", "write_folder"]

# The files that seal a folder: they take their names last, those of folders within it before its own.
SEALS = frozenset({"plan.json", "front.json", "alternatives.json"})

# The longest file name that common file systems take, in bytes.
LONGEST_NAME = 255

# Names Windows keeps for devices, with any ending.
_DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))}

_REMEDIES = {
    errno.EACCES: "Choose a place you may write to",
    errno.EPERM: "Choose a place you may write to",
    errno.EROFS: "Choose a place you may write to",
    errno.ENOSPC: "Free some space or choose another place",
    errno.EDQUOT: "Free some space or choose another place",
    errno.ENAMETOOLONG: "Choose a shorter name",
    errno.ENOTDIR: "Choose a folder: a part of this path is a file",
}


def check_target(out: str | Path, *, overwrite: bool, endings: Sequence[str], names: Sequence[str]) -> bool:
    """Check, before the long work, that a result can be written to a place.

    Parameters
    ----------
    out : str or Path
        A folder, or a file whose ending names a format.
    overwrite : bool
        Whether earlier results may be replaced.
    endings : sequence of str
        The endings that name a format, such as ``.geojson``.
    names : sequence of str
        The files that a folder would get.

    Returns
    -------
    bool
        Whether `out` is a single file rather than a folder.

    Raises
    ------
    OutputError
        When the name cannot be used, the place cannot be written to, or holds earlier results.
    """
    path = Path(out)
    _check_name(path)
    try:
        is_file = not path.is_dir() and path.suffix != ""
        if is_file and path.suffix.lower() not in endings:
            known = ", ".join(sorted(endings))
            raise OutputError(
                f"{path}: the ending {path.suffix!r} names no format. Use one of {known}, or a folder."
            )
        if not is_file and path.exists() and not path.is_dir():
            raise OutputError(f"{path}: is not a folder. Choose another place with --out.")
        for folder in (path.parent,) if is_file else (path, path.parent):
            clear_leftovers(folder)
        _refuse_existing([path] if is_file else [path / name for name in names], overwrite=overwrite)
        _check_writable(path.parent if is_file else path)
    except OSError as error:
        _refuse(path, error)
    return is_file


def write_file(target: str | Path, content: bytes, *, overwrite: bool = False) -> None:
    """Write one file, whole or not at all.

    Parameters
    ----------
    target : str or Path
    content : bytes
    overwrite : bool
        Whether an earlier file may be replaced.

    Raises
    ------
    OutputError
        When it cannot be written; what stood there before is untouched.
    """
    path = Path(target)
    _check_name(path)
    _write(path.parent, {path.name: lambda: content}, overwrite=overwrite)


def write_folder(
    out: str | Path,
    files: Mapping[str, Callable[[], bytes]],
    *,
    overwrite: bool = False,
    stale: Collection[str] = (),
) -> None:
    """Write the files of a folder, all of them or none.

    Parameters
    ----------
    out : str or Path
        Made when it is not there; other files in it are left alone.
    files : mapping of str to callable
        File names and how to make their bytes; a name may have one folder before it (``point-1/plan.json``).
        ``plan.json``, or what seals the folder in its place, is written last whatever its place.
    overwrite : bool
        Whether earlier files of these names may be replaced.
    stale : collection of str
        Names of files that an earlier result may have left and this one has not: where a seal is replaced they are
        taken away with it, together or not at all.

    Raises
    ------
    OutputError
        When one of them cannot be written; what stood there before is untouched.
    """
    folder = Path(out)
    _check_name(folder)
    for name in files:
        parts = name.split("/")
        if len(parts) > 2 or any(part != safe_name(part) for part in parts):
            raise OutputError(f"{folder}: {name!r} is not a safe file name.")
    ordered = sorted(files, key=lambda name: (name in SEALS, name.rpartition("/")[2] in SEALS))
    _write(folder, {name: files[name] for name in ordered}, overwrite=overwrite, stale=stale)


def safe_name(text: str) -> str:
    """Turn any text into a file name that is safe on every system.

    Letters, digits, ``-``, ``_`` and inner dots stay; the rest becomes ``_``. Text that had to be shortened
    or changed gets a few digits of its digest, so that different texts keep different names.

    Parameters
    ----------
    text : str
    """
    plain = unicodedata.normalize("NFC", text)
    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", plain).strip(".")[:80]
    if name.split(".")[0].upper() in _DEVICES or name.startswith("-"):
        name = f"_{name}"
    if name and name == text:
        return name
    return f"{name or '_'}-{hashlib.sha256(plain.encode()).hexdigest()[:8]}"


def _check_name(path: Path) -> None:
    name = path.name
    if any(ord(character) < 32 for character in str(path)):
        raise OutputError(
            f"{str(path)!r}: a control character cannot be part of a name. Choose another name."
        )
    if len(os.fsencode(name)) > LONGEST_NAME:
        raise OutputError(
            f"{name[:40]}...: the name is longer than {LONGEST_NAME} bytes. Choose a shorter name."
        )
    if name.split(".")[0].strip().upper() in _DEVICES:
        raise OutputError(f"{path}: Windows keeps the name {name!r} for a device. Choose another name.")


def _refuse(path: Path, error: OSError) -> NoReturn:
    """Raise an `OutputError` that says what happened to which path and what to do."""
    if isinstance(error, OutputError):
        raise error
    remedy = _REMEDIES.get(error.errno or 0, "Check the path, or choose another place")
    reason = error.strerror or str(error)
    raise OutputError(
        f"{path}: cannot be written ({reason}). {remedy}. Earlier results are untouched."
    ) from error


def _refuse_existing(targets: Sequence[Path], *, overwrite: bool) -> None:
    for target in targets:
        if target.is_dir():
            raise OutputError(f"{target}: is a folder, where a file is to be written. Move it away.")
        if not overwrite and (target.exists() or target.is_symlink()):
            raise OutputError(
                f"{target}: holds an earlier result. Choose another place, or give --overwrite."
            )


def _check_writable(folder: Path) -> None:
    """Try the nearest folder that exists with a file of no content."""
    while not folder.exists():
        folder = folder.parent
    probe = folder / f".netform-{secrets.token_hex(8)}.tmp"
    with settled():
        os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        probe.unlink()


def _write(
    folder: Path, files: Mapping[str, Callable[[], bytes]], *, overwrite: bool, stale: Collection[str] = ()
) -> None:
    """Prepare every file, then let all take their names; nothing has changed when one of them fails."""
    made: list[Path] = []
    done = False
    path = folder
    try:
        # A single file takes its name in one step within its folder.
        single = len(files) == 1 and not stale
        made = _make_folder(folder if single else folder.parent)
        with _stage_for(folder, single=single) as stage:
            new = _within(stage, folder)
            for name, render in files.items():
                path = folder / name
                content = render()
                (new / name).parent.mkdir(parents=True, exist_ok=True)
                put(new / name, content)
            with locked(folder if folder.exists() else folder.parent):
                _refuse_existing([folder / name for name in files], overwrite=overwrite)
                sealed = overwrite and any(name in SEALS and (folder / name).exists() for name in files)
                # A signal waits for the end of it, and then says what has happened.
                with settled():
                    _replace(stage, folder, list(files), stale if sealed else ())
                    done = True
    except KeyboardInterrupt as stopped:
        if done:
            stopped.args = (WRITTEN,)
        raise
    except OSError as error:
        said = str(error.filename2 or error.filename or "")
        _refuse(Path(said) if said and ".netform-" not in said else path, error)
    finally:
        for parent in () if done else reversed(made):
            with contextlib.suppress(OSError):
                parent.rmdir()


@contextlib.contextmanager
def _stage_for(folder: Path, *, single: bool) -> Iterator[Path]:
    """Prepare beside a folder that is to appear or change as a whole, and within one that stays as it is."""
    with contextlib.ExitStack() as stack:
        beside = not single and (not folder.exists() or can_exchange(folder))
        try:
            stage = stack.enter_context(staged(folder.parent if beside else folder))
        except OSError:  # a folder of one's own in one that is not
            if not (beside and folder.exists()):
                raise
            stage = stack.enter_context(staged(folder))
        yield stage


def _within(stage: Path, folder: Path) -> Path:
    """Name the place under a stage where the files of a folder are prepared."""
    return stage / "new" if stage.parent == folder else stage / "new" / folder.name


def _replace(stage: Path, folder: Path, names: Sequence[str], stale: Collection[str]) -> None:
    """Let what was prepared take its names."""
    if stage.parent == folder:
        take_names(stage, names, stale)
    elif not folder.exists():
        take_names(stage, [folder.name])
    elif not exchange_folders(stage, folder, names, stale):
        with staged(folder) as within:
            carry(_within(stage, folder), within / "new", names)
            take_names(within, names, stale)


def _make_folder(folder: Path) -> list[Path]:
    """Make a folder and those above it; return the ones that were not there."""
    made: list[Path] = []
    for parent in [*reversed(folder.parents), folder]:
        if not parent.exists():
            parent.mkdir(exist_ok=True)
            made.append(parent)
    return made
