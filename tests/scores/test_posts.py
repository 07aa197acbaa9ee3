"""Shared posts of a network, role by role, with the arithmetic."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.plan.model import SharedPost
from netform.rules.model import Role, Rules
from netform.rules.toml import load_profile
from netform.scores import TERMS
from netform.scores.posts import minutes_per_move, shared_posts
from tests.examples import examples
from tests.strategies import made_up_area, ordinary_rules, practice_graphs

if TYPE_CHECKING:
    import networkx as nx

RULES = replace(
    load_profile(), roles=(Role("pharmacist", 10_000, "", 66_972.0), Role("therapist", 16_000, ""))
)


def test_posts_are_due_whole_and_stranded_and_cost_what_is_hired() -> None:
    """36,000 patients give 3.6 pharmacists and 2.25 therapists; only whole steps cost money."""
    graph = made_up_area([16_000, 20_000], [(0, 0), (1000, 0)], [(0, 1)], RULES)
    # 3.6 * 66,972 = 241,099.2 pounds; no price is known of therapists, who are hired in steps of 0.2.
    assert shared_posts(graph, ("P0", "P1"), RULES) == (
        SharedPost(
            "pharmacist", pytest.approx(3.6), pytest.approx(3.6), pytest.approx(0.0, abs=1e-12), 241_099.2
        ),
        SharedPost("therapist", pytest.approx(2.25), pytest.approx(2.2), pytest.approx(0.05), None),
    )


def test_a_move_takes_the_mean_of_all_pairs() -> None:
    """Two equal practices 1 km apart: half of the moves take 8.32 minutes, the others none."""
    graph = made_up_area([5000, 5000], [(0, 0), (1000, 0)], [(0, 1)], RULES)
    assert minutes_per_move(graph, ("P0", "P1")) == pytest.approx(4.16)
    assert minutes_per_move(graph, ("P0",)) == 0.0


@given(practice_graphs(), ordinary_rules(), st.data())
@examples(40)
def test_posts_agree_with_the_terms(graph: nx.Graph, rules: Rules, data: st.DataObject) -> None:
    """Stranded posts and the moves of whole ones come to the hours that the terms give."""
    codes = data.draw(st.lists(st.sampled_from(sorted(graph)), min_size=1, unique=True))
    posts = shared_posts(graph, codes, rules)

    stranded = sum(post.stranded for post in posts) * rules.hours_per_post_week
    assert stranded == pytest.approx(TERMS["stranded_posts"].definition(graph, codes, rules), abs=1e-9)
    moves = sum(post.whole for post in posts) * rules.moves_per_post_week
    driven = TERMS["staff_travel"].definition(graph, codes, rules)
    assert moves * minutes_per_move(graph, codes) / 60 == pytest.approx(driven, abs=1e-9)
