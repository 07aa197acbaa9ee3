"""The program: ``python -m netform``, and the script ``netform``.

Signals are taken before anything else is loaded, so that one that comes meanwhile ends the run like any other.
"""

from __future__ import annotations

import os
import signal

__all__ = ["main"]


def main() -> None:
    """Run the command line."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        # What nohup has switched off stays so.
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _stop)
    from netform.cli.main import main as run  # noqa: PLC0415

    run()


def _stop(number: int, frame: object) -> None:
    """End the process at once: it holds nothing yet, or nothing any more, that would have to be put in order."""
    del frame
    try:  # noqa: SIM105 - contextlib takes longer to load than all this
        os.write(2, b"\nnetform: stopped.\n")
    except OSError:  # the terminal is gone
        pass
    os._exit(128 + number)


if __name__ == "__main__":
    main()
