"""Which other number of networks would save exceptions, held to all divisions."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import assume, given
from hypothesis import strategies as st

from netform.errors import ImpossibleError, RulesError
from tests.brute_force import plans_by_exceptions
from tests.examples import examples
from tests.made_up_session import demanded, solved
from tests.strategies import small_areas

if TYPE_CHECKING:
    import networkx as nx

    from netform.rules.model import Rules

FIXED = ("pinned", "over_max_single_practice")
KINDS = ("pins", "apart", "exclude")


@given(small_areas(least=2), st.data())
@examples(200)
def test_another_number_is_named_where_it_saves_exceptions(
    drawn: tuple[nx.Graph, Rules], data: st.DataObject
) -> None:
    """And only there; the number named is the nearest of those that are enough, where all of them lie to one side."""
    graph, rules = drawn
    rules = data.draw(demanded(graph, rules, kinds=KINDS))
    number = data.draw(st.integers(1, 5))
    try:
        outcome = solved(graph, replace(rules, demands=replace(rules.demands, networks=number)))
    except (ImpossibleError, RulesError):
        assume(False)
    plans = plans_by_exceptions(graph, rules)
    fewest = min(exceptions for exceptions, _ in plans)
    numbers = {len(plan) for (exceptions, _), some in plans.items() if exceptions == fewest for plan in some}
    exceptions = sum(bool(each.exception) and each.exception not in FIXED for each in outcome.networks)
    said = " ".join(outcome.result.notes)
    assert ("with another number" in said) == (exceptions > fewest)
    named = re.search(r"For that at (least|most) (\d+) networks", said)
    if exceptions > fewest:
        one_side = number < min(numbers) or number > max(numbers)
        assert (named is not None) == one_side
        if named is not None:
            assert int(named[2]) == (min(numbers) if named[1] == "least" else max(numbers))
            assert (named[1] == "least") == (number < min(numbers))
