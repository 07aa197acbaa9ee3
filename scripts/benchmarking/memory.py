"""Memory of all the processes of a run together, as Linux counts it: shared pages once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["ALLOWED_GB_PER_PROCESS", "Peak", "session_memory"]

# What the libraries of a process hold beside the memory rule.
ALLOWED_GB_PER_PROCESS = 0.3

PROC = Path("/proc")


@dataclass(slots=True)
class Peak:
    """The most memory seen, gigabytes (10^9 bytes), and the processes there were then; None before any was seen.

    ``over_rule_gb`` is the most that was seen beyond 0.3 GB for each process.
    """

    gb: float | None = None
    processes: int | None = None
    over_rule_gb: float | None = None

    def see(self, gb: float, processes: int) -> None:
        """Take another look into account; one that saw no process counts for nothing."""
        if not processes:
            return
        if self.gb is None or gb > self.gb:
            self.gb, self.processes = gb, processes
        beyond = gb - ALLOWED_GB_PER_PROCESS * processes
        self.over_rule_gb = beyond if self.over_rule_gb is None else max(self.over_rule_gb, beyond)


def session_memory(session: int) -> tuple[float, int]:
    """Sum the proportional set sizes of the processes of a session.

    Parameters
    ----------
    session : int
        Its number: that of the process that began it.

    Returns
    -------
    gb, processes
        Gigabytes (10^9 bytes), and how many processes were seen; 0 and 0 where the system does not tell.
    """
    kilobytes, processes = 0, 0
    for folder in PROC.glob("[0-9]*"):
        try:
            # What stands in brackets is a name, and may hold anything; the session is the fourth after it.
            if int((folder / "stat").read_text().rpartition(")")[2].split()[3]) != session:
                continue
            lines = (folder / "smaps_rollup").read_text().splitlines()
        except (OSError, IndexError, ValueError):
            # It ended meanwhile, or is somebody else's.
            continue
        found = [int(line.split()[1]) for line in lines if line.startswith("Pss:")]
        kilobytes += sum(found)
        processes += bool(found)
    return kilobytes * 1024 / 1e9, processes
