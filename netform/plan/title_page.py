"""What stands on a report about its making: title, author, date, whether it is a draft. Never taken from a clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from netform.plan.model import Plan

__all__ = ["TitlePage", "title_page_of", "with_title_page"]

KEY = "title_page"


@dataclass(frozen=True, slots=True)
class TitlePage:
    """How a report is headed; what was not given is blank.

    Attributes
    ----------
    title, author, date : str
        As people write them.
    draft : bool
        Whether it is marked as a draft.
    """

    title: str = ""
    author: str = ""
    date: str = ""
    draft: bool = False


def with_title_page(plan: Plan, page: TitlePage) -> Plan:
    """Write down in a plan's provenance how its report is headed.

    Parameters
    ----------
    plan : Plan
    page : TitlePage
        An empty one leaves the plan as it is, and what it does not give stays as it was.
    """
    told = {name: value for name, value in asdict(page).items() if value}
    if not told:
        return plan
    heading = {**asdict(title_page_of(plan)), **told}
    return replace(plan, provenance={**plan.provenance, KEY: heading})


def title_page_of(plan: Plan) -> TitlePage:
    """Read from a plan's provenance how its report is headed; a plan.json may have been edited by hand."""
    entry: Any = plan.provenance.get(KEY)
    if not isinstance(entry, Mapping):
        return TitlePage()
    texts = {name: entry.get(name) for name in ("title", "author", "date")}
    return TitlePage(
        **{name: text for name, text in texts.items() if isinstance(text, str)},
        draft=entry.get("draft") is True,
    )
