"""Where patients live, in words: how far networks hold the homes of their patients, both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.plan.model import share_at_home
from netform.report.words import percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netform.plan.model import Containment, Network

__all__ = ["homes_sentence", "homes_words", "residents_meaning"]

# The share, both ways, at which planners call a network that of a neighbourhood.
NEIGHBOURHOOD_SHARE = 0.75


def homes_sentence(networks: Iterable[Network]) -> str:
    """Say how many patients live in the territory of their network; blank where it is not known of any.

    Parameters
    ----------
    networks : iterable of Network
    """
    networks = list(networks)
    held = [network.containment for network in networks if network.containment is not None]
    at_home = share_at_home(networks)
    if at_home is None:
        return ""
    both = sum(_is_neighbourhood(each) for each in held)
    many = "1 network" if len(held) == 1 else f"{len(held):,} networks"
    return (
        f"Of the patients of whom it is known where they live, {percent(at_home)} live in the territory of"
        f" their own network. In {both:,} of {many} at least {percent(NEIGHBOURHOOD_SHARE)} do, and at least as many of"
        f" the {residents_meaning(held)} are its own: the share by which planners tell a neighbourhood."
    )


def homes_words(held: Containment) -> str:
    """Say it of one network.

    Parameters
    ----------
    held : Containment
    """
    share = held.residents_share
    own = (
        "nobody lives there"
        if share is None
        else f"{percent(share)} of the {residents_meaning([held])} are its own"
    )
    return f"{percent(held.patients_share)} of its patients live in its territory; {own}."


def residents_meaning(held: Sequence[Containment]) -> str:
    """Say who is counted as a resident of a territory.

    Parameters
    ----------
    held : sequence of Containment
    """
    known = all(each.population is not None for each in held)
    return "residents of its territory" if known else "patients of the list who live there"


def _is_neighbourhood(held: Containment) -> bool:
    return held.patients_share >= NEIGHBOURHOOD_SHARE and (held.residents_share or 0.0) >= NEIGHBOURHOOD_SHARE
