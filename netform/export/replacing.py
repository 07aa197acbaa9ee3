"""Replacing: files that were prepared take their names together, whenever and however the run ends.

They are prepared in a stage, a folder ``.netform-<digits>.tmp`` of its own, with

- ``lock``, held by the run for as long as it lives;
- ``new/``, the files as they will be;
- ``old/``, the files of the earlier result, while the new ones take their names;
- ``names.json``, there only while names change hands.

A new folder takes its name in one step. One that replaces an earlier one changes places with it in one step where the
system can (Linux, macOS) and the folder is the run's to replace. Elsewhere the earlier files go aside first and the new
ones come after them, so that the two are never mixed; if the run dies between, the next one finds ``names.json`` and
puts the earlier files back (`clear_leftovers`).

The file is long because it is one protocol: each step is written beside the step of the next run that takes it back.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import secrets
import shutil
import signal
import stat
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

__all__ = [
    "WRITTEN",
    "can_exchange",
    "carry",
    "clear_leftovers",
    "exchange_folders",
    "locked",
    "put",
    "settled",
    "staged",
    "take_names",
]

# What an interruption says that came while names changed hands, which is finished first.
WRITTEN = "stopped; the results were written first."

# So many files of others are carried along by second names; a folder with more is written into as it stands.
MOST_OTHERS = 200

_STAGE = re.compile(r"\.netform-[0-9a-f]{16}\.tmp")
_NAMES = "names.json"

# RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS.
_SWAP = 2


@contextlib.contextmanager
def staged(base: Path) -> Iterator[Path]:
    """Make a stage in a folder, and take it away afterwards.

    Parameters
    ----------
    base : Path
        A folder on the same disk as what is to be replaced.

    Yields
    ------
    Path
        The stage.

    Raises
    ------
    OSError
        It cannot be made.
    """
    made: tuple[Path, int] | None = None
    try:
        with settled():
            made = _make_stage(base)
        (made[0] / "new").mkdir()
        (made[0] / "old").mkdir()
        yield made[0]
    finally:
        with settled():
            if made is not None:
                os.close(made[1])
                _remove(made[0])


def _make_stage(base: Path) -> tuple[Path, int]:
    """Make a stage and take its lock."""
    stage = base / f".netform-{secrets.token_hex(8)}.tmp"
    tries = 3  # `clear_leftovers` of another run may take it away before it is locked
    while True:
        tries -= 1
        stage.mkdir(exist_ok=True)
        try:
            lock = os.open(stage / "lock", os.O_CREAT | os.O_RDWR)
        except OSError as error:
            if isinstance(error, FileNotFoundError) and tries:
                continue
            with contextlib.suppress(OSError):
                stage.rmdir()
            raise
        _flock(lock, wait=True)
        if (stage / "lock").exists() or not tries:
            return stage, lock
        os.close(lock)


def put(path: Path, content: bytes) -> None:
    """Write a new file and force it to the disk. The user's umask decides who may read it."""
    # Without O_BINARY Windows would change the ends of lines.
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o666), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def take_names(stage: Path, names: Sequence[str], stale: Collection[str] = ()) -> None:
    """Let the files under ``new/`` take their names beside the stage, in their order, and take stale files away.

    Parameters
    ----------
    stage : Path
    names : sequence of str
        Paths under ``new/`` and beside the stage, with ``/``.
    stale : collection of str
        Files beside the stage that go.

    Raises
    ------
    OSError
        One of the steps failed; all stands as it did before.
    """
    base, new, old = stage.parent, stage / "new", stage / "old"
    gone = [name for name in dict.fromkeys((*stale, *names)) if os.path.lexists(base / name)]
    if len(names) == 1 and set(gone) <= set(names):
        _take(new / names[0], base / names[0])
        _sync(base)
        return
    put(stage / "names", json.dumps(list(names)).encode())
    (stage / "names").rename(stage / _NAMES)
    _sync(stage)
    try:
        # What seals a folder goes first and comes last.
        for name in reversed(gone):
            _take(base / name, old / name)
        for name in names:
            _take(new / name, base / name)
        for folder in {(base / name).parent for name in names}:
            _sync(folder)
        _remove_empty(base, gone)
    except BaseException:
        _put_back(stage)
        raise
    (stage / _NAMES).unlink()


def _take(path: Path, target: Path) -> None:
    """Let a file take a name, in a folder that may have to be made."""
    if not target.parent.exists():
        target.parent.mkdir()
    path.replace(target)


def carry(made: Path, new: Path, names: Sequence[str]) -> None:
    """Carry files that were prepared from one stage to another, which may be on another disk.

    Parameters
    ----------
    made, new : Path
        Folders.
    names : sequence of str

    Raises
    ------
    OSError
        One cannot be carried.
    """
    for name in names:
        (new / name).parent.mkdir(exist_ok=True)
        try:
            (made / name).replace(new / name)
        except OSError:
            put(new / name, (made / name).read_bytes())


def _put_back(stage: Path) -> None:
    """Undo `take_names` from what is on the disk, wherever it stopped; to do so twice does no harm."""
    base, new, old = stage.parent, stage / "new", stage / "old"
    names = json.loads((stage / _NAMES).read_bytes())
    if not all(_is_within(name) for name in names):
        raise ValueError("names that lead elsewhere")
    for name in names:
        if not os.path.lexists(new / name) and os.path.lexists(base / name):
            _take(base / name, new / name)
    for path in sorted(old.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            _take(path, base / path.relative_to(old))
    (stage / _NAMES).unlink()
    _remove_empty(base, names)


def _is_within(name: str) -> bool:
    parts = name.split("/")
    return len(parts) <= 2 and not set(parts) & {"", ".", ".."}


def _remove_empty(base: Path, names: Collection[str]) -> None:
    """Take away the folders of some files where nothing is left in them."""
    for name in {name.rpartition("/")[0] for name in names} - {""}:
        with contextlib.suppress(OSError):
            (base / name).rmdir()


def _remove(stage: Path) -> None:
    """Take a stage away that nobody holds; what it keeps of an earlier result is put back first."""
    # Somebody may look at a file at this very moment, and on Windows it cannot go then.
    for _ in range(2):
        with contextlib.suppress(OSError, ValueError):
            if (stage / _NAMES).exists():
                _put_back(stage)
            for name in ("new", "old"):
                if (stage / name).exists():
                    shutil.rmtree(stage / name)
            for name in ("names", "lock", "lock.free"):
                (stage / name).unlink(missing_ok=True)
            stage.rmdir()
            return


def clear_leftovers(folder: Path) -> None:
    """Take away what runs that were killed have left in a folder, and put back what they had taken away.

    Parameters
    ----------
    folder : Path
        It need not be there.
    """
    try:
        left = [each for each in folder.iterdir() if _STAGE.fullmatch(each.name)]
    except OSError:
        return
    for each in left:
        with contextlib.suppress(OSError):
            if not each.is_dir():  # as earlier versions left them
                each.unlink()
            elif _is_abandoned(each):
                _remove(each)


def _is_abandoned(stage: Path) -> bool:
    """Whether the run that made a stage is no more: it held the stage's lock."""
    path = stage / "lock"
    if not any((stage / name).exists() for name in ("lock", "lock.free")):
        return True
    if os.name == "nt":  # a file that is open cannot be renamed
        try:
            path.rename(stage / "lock.free")
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return _flock(descriptor, wait=False)
    finally:
        os.close(descriptor)


def exchange_folders(stage: Path, folder: Path, names: Collection[str], stale: Collection[str]) -> bool:
    """Let the folder of this name under ``new/`` and the one that stands change places in one step.

    What others have put into the folder gets a second name in the new one first, and nothing of it is lost.

    Parameters
    ----------
    stage : Path
        Beside the folder.
    folder : Path
    names : collection of str
        The files of the new folder.
    stale : collection of str
        Files of the earlier result that the new one has not.

    Returns
    -------
    bool
        False where that cannot be, and nothing has been done.
    """
    made = stage / "new" / folder.name
    others = _others(folder, {*names, *stale})
    if others is None or not _is_alike(made, folder):
        return False
    try:
        for name in others:
            (made / name).parent.mkdir(exist_ok=True)
            os.link(folder / name, made / name, follow_symlinks=False)
    except OSError:
        return False
    _sync(made)
    if not _exchange(made, folder):
        return False
    _sync(folder.parent)
    # The earlier one now stands under new/: what was put into it this very moment is carried after the others.
    for name in sorted(set(_others(made, {*names, *stale, *others}) or ())):
        with contextlib.suppress(OSError):
            (made / name).rename(folder / name)
    return True


def _others(folder: Path, ours: Collection[str]) -> list[str] | None:
    """Name the files in a folder that are not ours; None where there are folders of others, or very many files."""
    within = {name.rpartition("/")[0] for name in ours}
    found: list[str] = []
    ahead = [""]
    while ahead:
        at = ahead.pop()
        for entry in sorted(os.scandir(folder / at), key=lambda entry: entry.name):
            name = f"{at}/{entry.name}" if at else entry.name
            if entry.is_dir(follow_symlinks=False):
                if name not in within:
                    return None
                ahead.append(name)
            elif name not in ours:
                found.append(name)
    return found if len(found) <= MOST_OTHERS else None


def can_exchange(folder: Path) -> bool:
    """Whether a folder may be another one from now on, as far as can be seen beforehand.

    Nobody stands in it, it is not the root of a disk, and a new one would be the same for its users.

    Parameters
    ----------
    folder : Path
        It is there.
    """
    if _exchanger()[0] is None or folder.name in {"", ".."} or folder.is_symlink() or os.path.ismount(folder):
        return False
    with contextlib.suppress(OSError):  # a current folder that is gone
        if Path.cwd().is_relative_to(folder.resolve()):
            return False
    return not (hasattr(os, "listxattr") and os.listxattr(folder))


def _is_alike(made: Path, folder: Path) -> bool:
    """Give a new folder the mode of the earlier one; false where it would belong to others."""
    was = folder.stat()
    made.chmod(stat.S_IMODE(was.st_mode))
    now = made.stat()
    return (was.st_uid, was.st_gid, was.st_mode) == (now.st_uid, now.st_gid, now.st_mode)


def _exchange(one: Path, other: Path) -> bool:
    """Let two names change places in one step; false where it did not come to it."""
    names = os.fsencode(one), os.fsencode(other)
    function, before = _exchanger()
    arguments = [each for name in names for each in (*before, name)]
    return bool(function(*arguments, _SWAP) == 0)


def _exchanger() -> tuple[Any, list[int]]:
    """Give the system's function that lets two names change places, and what stands before each of them."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
    except (OSError, TypeError):
        return None, []
    at_current = -100  # AT_FDCWD
    if hasattr(library, "renameat2"):
        return library.renameat2, [at_current]
    return getattr(library, "renamex_np", None), []


@contextlib.contextmanager
def settled() -> Iterator[None]:
    """Hold signals back until what is within is done; it takes milliseconds.

    Raises
    ------
    KeyboardInterrupt
        A signal came that ends the run; it says `WRITTEN`.
    """
    held: list[int] = []
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and callable(signal.getsignal(number)):
                before[number] = signal.signal(number, lambda number, _frame: held.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in held:
            signal.raise_signal(number)


def _sync(folder: Path) -> None:
    """Force the new names to the disk, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one run at a time change a folder, where the system can; a killed run's lock goes with it."""
    descriptor = None
    try:
        while os.name != "nt":  # a folder cannot be opened there
            descriptor = os.open(folder, os.O_RDONLY)
            # While one waited, another may have put a new folder in its place.
            if not _flock(descriptor, wait=True) or _is_at(descriptor, folder):
                break
            os.close(descriptor)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _flock(descriptor: int, *, wait: bool) -> bool:
    """Take a lock; false where another has it, or there are none."""
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True
