"""Exceptions by their reasons: what several networks share is said once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netform.practices.values import some_of
from netform.report.words import exception_words, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from netform.plan.model import Network, Plan

__all__ = ["Shared", "exception_lines", "explanation_of", "shared_reasons", "shared_unplaced"]

# So many practices in no network for one reason are named one by one.
UNPLACED_NAMED = 5
# Characters of a line of networks that share a reason.
LINE_WIDTH = 110


@dataclass(frozen=True, slots=True)
class Shared:
    """Networks that are exceptions for one reason.

    Attributes
    ----------
    words : str
        The kind of reason, in a few words.
    explanation : str
        Without how many patients a network has, which is its own; blank where there is none.
    networks : tuple of Network
    """

    words: str
    explanation: str
    networks: tuple[Network, ...]


def shared_reasons(networks: Iterable[Network]) -> list[Shared]:
    """Put exceptions of one reason together.

    Parameters
    ----------
    networks : iterable of Network

    Returns
    -------
    list of Shared
        In the order of the first network of each.
    """
    shared: dict[tuple[str, str], list[Network]] = {}
    for network in networks:
        reason = (network.exception or "not explained", explanation_of(network))
        shared.setdefault(reason, []).append(network)
    return [
        Shared(exception_words(code), explanation, tuple(each))
        for (code, explanation), each in shared.items()
    ]


def explanation_of(network: Network) -> str:
    """Give why a network is an exception, without how many patients it has; blank where nothing says it.

    Parameters
    ----------
    network : Network
    """
    return (network.explanation or "").removeprefix(f"{_patients(network)}. ")


def exception_lines(networks: Iterable[Network]) -> list[str]:
    """Show exceptions with their reasons as lines for a terminal.

    Parameters
    ----------
    networks : iterable of Network
    """
    lines = []
    for shared in shared_reasons(networks):
        reason = one_line(shared.explanation or shared.words)
        named = [f"{one_line(each.network_id)}, {_patients(each)}" for each in shared.networks]
        if len(named) == 1:
            lines.append(f"  {named[0]}: {reason}")
        else:
            lines += [f"  {len(named):,} networks for one reason: {reason}", *_packed(named)]
    return lines


def shared_unplaced(plan: Plan, area_of: Mapping[str, str]) -> list[tuple[str, str]]:
    """Say who is in no network, and why: many practices of one reason by their areas, few by their codes.

    Parameters
    ----------
    plan : Plan
    area_of : mapping of str to str
        The area of each practice.

    Returns
    -------
    list of (str, str)
        Each a subject with its verb, and a reason.
    """
    shared: dict[str, list[str]] = {}
    for each in plan.unplaced:
        shared.setdefault(each.reason, []).append(each.practice_code)
    said = []
    for reason, codes in shared.items():
        if len(codes) <= UNPLACED_NAMED:
            said += [(f"{code} is in no network", reason) for code in codes]
            continue
        areas = sorted({area_of.get(code, "") for code in codes} - {""})
        where = f" of {len(areas):,} areas ({some_of(areas)})" if len(areas) > 1 else f" ({some_of(codes)})"
        if len(areas) == 1 and len(plan.areas) > 1:
            where = f" of {areas[0]}{where}"
        said.append((f"{len(codes):,} practices{where} are in no network", reason))
    return said


def _patients(network: Network) -> str:
    return f"{network.list_size:,} patients"


def _packed(texts: Iterable[str]) -> list[str]:
    """Put short texts on as few lines as they need, none of them broken."""
    lines: list[str] = []
    for text in texts:
        if lines and len(lines[-1]) + len(text) + 2 <= LINE_WIDTH:
            lines[-1] += f"; {text}"
        else:
            lines.append(f"    {text}")
    return lines
