"""Results: one JSON file for each task, named by its key, whole or absent.

A result holds no time and nothing of the machine, so that a proven one is the same bytes wherever it was made. One
that is not proven says how long was allowed, so that more time does it again. Each carries a digest of itself:
what is damaged counts as absent.
"""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netform.export.files import write_file
from netform.sweep.grounds import canonical_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["FOLDER", "Results", "Summary", "read_result", "result_bytes"]

SCHEMA = "netform/sweep-result/1"

# Where the results stand within the folder of a sweep.
FOLDER = "results"

# What needs no more time: the best plan, or the proof that there is none.
PROVEN = ("optimal", "infeasible")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a result comes to.

    Attributes
    ----------
    status : str
        ``optimal``, ``feasible``, ``infeasible`` or ``unknown``.
    cost, bound : float or None
        Weighted hours per week; None without a plan.
    networks, exceptions : int
    terms : mapping of str to float
        Hours per week of all networks, unweighted.
    reason : str
        Why there is no plan; blank when there is one.
    time_limit : float or None
        The seconds allowed, where it is not proven.
    """

    status: str
    cost: float | None
    bound: float | None
    networks: int
    exceptions: int
    terms: Mapping[str, float]
    reason: str
    time_limit: float | None

    @property
    def proven(self) -> bool:
        """Whether more time can change nothing."""
        return self.status in PROVEN


def result_bytes(found: Mapping[str, Any], *, time_limit: float) -> bytes:
    """Write a result: keys sorted, a line for each, its digest last.

    Parameters
    ----------
    found : mapping
        With ``key`` and ``status`` among its keys.
    time_limit : float
        Seconds allowed; kept only where more of them might change the result.
    """
    networks = found.get("networks", [])
    content = {
        "schema": SCHEMA,
        "cost": None,
        "bound": None,
        "terms": {},
        "networks": [],
        **found,
        "network_count": len(networks),
        "exception_count": sum(network["exception"] is not None for network in networks),
    }
    if found["status"] not in PROVEN:
        content["time_limit"] = time_limit
    lines = [f' "{key}": {canonical_json(content[key])}' for key in sorted(content)]
    return ("{\n" + ",\n".join([*lines, f' "sha256": "{_digest(content)}"']) + "\n}\n").encode()


def read_result(content: bytes, key: str) -> Summary:
    """Read a result back.

    Parameters
    ----------
    content : bytes
    key : str
        Whose result it should be.

    Raises
    ------
    ValueError
        It is damaged, of another key, of another schema, or says what its networks and rules do not bear out.
    """
    found = json.loads(content)
    if not isinstance(found, dict) or found.get("schema") != SCHEMA or found.get("key") != key:
        raise ValueError("it is not the result of this task")
    if found.pop("sha256", None) != _digest(found):
        raise ValueError("its digest does not match its content")
    if found["status"] in ("optimal", "feasible") and not _adds_up(found):
        raise ValueError("its figures contradict each other")
    return Summary(
        status=found["status"],
        cost=found["cost"],
        bound=found["bound"],
        networks=found["network_count"],
        exceptions=found["exception_count"],
        terms=found["terms"],
        reason=found.get("reason", ""),
        time_limit=found.get("time_limit"),
    )


def _adds_up(found: Mapping[str, Any]) -> bool:
    """Whether a plan's terms and cost follow from its networks and weights, and its bound from its status."""
    networks, terms, cost, bound = (found[key] for key in ("networks", "terms", "cost", "bound"))
    weights = tomllib.loads(found["rules"])["weights"]
    codes = [code for network in networks for code in network["practice_codes"]]
    # Every figure is rounded to six decimals.
    near = 1e-6 * (len(networks) + 1) * (1 + math.fsum(weights.values()))
    sums = {term: math.fsum(network["terms"][term] for network in networks) for term in terms}
    proven = bound is not None and bound >= cost - near
    return (
        len(codes) == len(set(codes)) <= found["practices"]
        and found["network_count"] == len(networks) > 0
        and found["exception_count"] == sum(network["exception"] is not None for network in networks)
        and all(abs(terms[term] - sums[term]) <= near for term in terms)
        and abs(cost - math.fsum(weights[term] * sums[term] for term in terms)) <= near
        and (bound is None or bound <= cost + near)
        and (proven or found["status"] != "optimal")
    )


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


class Results:
    """The results in the folder of a sweep.

    Parameters
    ----------
    out : Path
        The folder; made when the first result is put.
    """

    def __init__(self, out: Path) -> None:
        self.folder = out / FOLDER
        self._known: dict[str, Summary] = {}

    def get(self, key: str) -> Summary | None:
        """Give what is known of a task; None when there is no result, or a damaged one."""
        if key not in self._known:
            try:
                self._known[key] = read_result(self._path(key).read_bytes(), key)
            except (OSError, ValueError, KeyError, TypeError, RecursionError):
                return None
        return self._known[key]

    def done(self, key: str, time_limit: float) -> bool:
        """Say whether a task need not be done: it is proven, or had as much time already.

        Parameters
        ----------
        key : str
        time_limit : float
            Seconds that it would get now.
        """
        known = self.get(key)
        return known is not None and (known.proven or (known.time_limit or 0.0) >= time_limit)

    def put(self, key: str, content: bytes) -> None:
        """Keep a result.

        Raises
        ------
        ValueError
            It is not the result of this task.
        OutputError
            It cannot be written.
        """
        self._known[key] = read_result(content, key)
        write_file(self._path(key), content, overwrite=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"
