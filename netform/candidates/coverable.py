"""What whole numbers of networks can cover."""

from __future__ import annotations

import numpy as np

__all__ = ["ENDLESS", "coverable", "safe_list_size"]

# Patients are counted in int64; nothing in England comes near this.
ENDLESS = np.int64(2**62)


def coverable(list_size: int, least: int, most: int) -> bool:
    """Say whether some whole number of networks of ``least`` to ``most`` patients adds up to a list size."""
    if list_size == 0:
        return True
    return -(-list_size // most) <= list_size // least


def safe_list_size(least: int, most: int) -> int:
    """Find the list size from which every larger one is `coverable` (60,000 for a band of 30,000-50,000)."""
    if most == least:
        return int(ENDLESS)
    networks = max(1, -(-(least - 1) // (most - least)))
    return networks * least
