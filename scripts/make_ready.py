"""Make .venv ready, on Linux, macOS and Windows: ``make_ready.py [run|test]``.

Called by the other scripts; does nothing, quickly, when all is in place. The libraries are those of requirements.lock,
each file checked by its hash, and netform is installed after them. Everything said here goes to standard error,
because the standard output of scripts/run belongs to netform. Needs nothing but Python.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
LOCK, PROJECT = ROOT / "requirements.lock", ROOT / "pyproject.toml"
INSTALLED, COMPILED = VENV / "netform-installed", VENV / "netform-compiled"

# Where the part of the lock begins that only tests need.
FOR_TESTS = "# For the tests.\n"


def main(purpose: str) -> None:
    """Make the environment, install and compile, each only where it is needed.

    Parameters
    ----------
    purpose : str
        ``run`` or ``test``.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 (whoever runs this may have an older one)
        found = ".".join(map(str, sys.version_info[:2]))
        sys.exit(
            f"netform needs Python 3.11 or newer, and this is {found}: https://www.python.org/downloads/"
        )
    # A link to a Python that was upgraded away leads nowhere.
    if not PYTHON.exists():
        _say(f"making .venv with Python {sys.version.split()[0]}")
        _make_environment()
    # The folder counts too: a virtual environment does not survive being moved.
    digest = hashlib.sha256(LOCK.read_bytes() + PROJECT.read_bytes() + str(ROOT).encode()).hexdigest()
    installed = INSTALLED.read_text(encoding="utf-8") if INSTALLED.exists() else ""
    # What is installed for the tests serves for a run as well.
    if installed not in (f"{purpose} {digest}", f"test {digest}"):
        _install(purpose)
        INSTALLED.write_text(f"{purpose} {digest}", encoding="utf-8")
    if not COMPILED.exists() or _newest_kernel() > COMPILED.stat().st_mtime:
        _compile()


def _make_environment() -> None:
    """Make .venv; Debian keeps what puts pip into it in a package of its own, so it may have to do without."""
    plain = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(plain, capture_output=True, check=False).returncode:
        subprocess.run([*plain, "--without-pip"], stdout=sys.stderr, check=True)


def _install(purpose: str) -> None:
    """Install the libraries by their hashes, then netform itself without looking for any."""
    _say("installing (needs a package index once; a few minutes on a slow line)")
    for stamp in (INSTALLED, COMPILED):
        stamp.unlink(missing_ok=True)
    text = LOCK.read_text(encoding="utf-8")
    wanted = VENV / "netform.lock"
    wanted.write_text(text if purpose == "test" else text.partition(FOR_TESTS)[0], encoding="utf-8")
    _pip("--require-hashes", "-r", str(wanted))
    _pip("--no-deps", "--no-build-isolation", "-e", str(ROOT))


def _pip(*words: str) -> None:
    own = subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False).returncode == 0
    # The pip outside can install into an environment that has none.
    pip = [PYTHON, "-m", "pip"] if own else [sys.executable, "-m", "pip", "--python", PYTHON]
    done = subprocess.run([*pip, "install", "--quiet", *words], stdout=sys.stderr, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def _newest_kernel() -> float:
    """When a file with kernels was last changed.

    numba sees that a kernel's own file has changed, but not the file of one that it calls: all are compiled anew when
    any file with kernels is newer than what was compiled.
    """
    changed = [
        path.stat().st_mtime for path in (ROOT / "netform").rglob("*.py") if b"njit" in path.read_bytes()
    ]
    return max(changed, default=0.0)


def _compile() -> None:
    """Compile kernels before they are first needed."""
    for pattern in ("*.nbc", "*.nbi"):
        for stale in (ROOT / "netform").rglob(pattern):
            stale.unlink(missing_ok=True)
    begun = time.time()
    script = ROOT / "scripts" / "compile_kernels.py"
    if subprocess.run([PYTHON, "-P", script], stdout=sys.stderr, cwd=ROOT, check=False).returncode:
        _say("kernels will be compiled when they are first needed")
    COMPILED.write_text(f"{begun}\n", encoding="utf-8")


def _say(text: str) -> None:
    print(f"netform: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "run")
