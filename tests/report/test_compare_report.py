"""A comparison for people: at a terminal, on a page, and on its map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from netform.judge.comparison import Compared, compare_results
from netform.report import compare_map, compare_page
from netform.report.compare_map import draw_changes
from netform.report.compare_page import letters_of, map_names, render_comparison
from netform.report.compare_text import compare_text
from tests.judged import FORMULA, SCRIPT, compared, judged
from tests.report.test_page import Page

BOTH = compared()


def test_the_text_says_who_moves_and_what_it_costs() -> None:
    """Worked by hand in tests/export/test_compare.py: C, D, E and F move, with 84,000 of 128,000 patients."""
    text = compare_text(BOTH)
    assert "From A to B 4 practices move, with 84,000 patients (66%)." in text
    assert "From B to A 3 practices move, with 40,000 patients (31%)." in text
    assert (
        "3 networks have counterparts that keep 65,000 patients together; the other 63,000 go elsewhere."
        in text
    )
    assert f"{SCRIPT} and {FORMULA} of A merge: one of B has more than half of each." in text
    assert "east of A splits: more than half of each of three and two of B comes from it." in text
    assert "A note <i>to read</i>." in text
    assert "\nD1     Dune" in text


def test_nothing_moves_from_a_division_to_itself() -> None:
    """And nothing is listed."""
    a, _ = judged()
    text = compare_text(compare_results(a, a))
    assert "From A to B no practice moves." in text
    assert "3 networks are the same in both." in text
    assert "Moved" not in text


def test_old_networks_have_letters_and_new_ones_numbers() -> None:
    """So that none of one side passes for one of the other, and a practice never moves from 19 to 19."""
    letter_a, number_b = map_names(BOTH.comparison)
    assert number_b == {"one": 1, "three": 2, "two": 3}
    assert list(letter_a.values()) == ["A", "B", "C"]
    assert list(letter_a) == list(BOTH.comparison.a.networks)


def test_networks_of_both_sides_are_told_apart_in_sentences() -> None:
    """On the page by the marks of the map: A and B are merged, C splits, into 1, 2 and 3."""
    words = " ".join(Page(render_comparison(BOTH)).words.split())
    marks, _ = map_names(BOTH.comparison)
    assert (
        f"east ({marks['east']}) splits: more than half of each of three (2) and two (3) comes from it."
        in words
    )
    assert "merge: one (1) has more than half of each." in words


def test_letters_go_on_after_z() -> None:
    """As the columns of a sheet do."""
    assert [letters_of(place) for place in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


def test_hours_and_penalties_are_apart_on_the_page() -> None:
    """With a sum of each, in the order of the text, and what no hour is saved by."""
    text, words = compare_text(BOTH), " ".join(Page(render_comparison(BOTH)).words.split())
    for told in ("All hours a week", "All penalties", "Cost (hours and penalties together)"):
        assert told in text
        assert told in words
    assert "Its penalties, which are nobody's time, are" in words
    assert words.index("An hour a week is an hour of somebody's time") < words.index("Its penalties")


def test_the_map_marks_those_who_move() -> None:
    """One mark a site, with the numbers of both networks beside it."""
    letter_a, number_b = map_names(BOTH.comparison)
    networks_b = [
        replace(each.network, network_id=str(number_b[each.network.network_id]), name=each.network.network_id)
        for each in BOTH.b.score.networks
    ]
    networks_a = [each.network for each in BOTH.a.score.networks]
    drawing = draw_changes(BOTH, networks_a, networks_b, letter_a, number_b)
    assert drawing is not None
    # Six sites: E1 and F1 share one, and move together; those that move are drawn last.
    assert [mark.moved for mark in drawing.marks] == [False] * 3 + [True] * 3
    assert len(drawing.grounds) == len(drawing.badges) == 3
    # Three networks in a row have two lines between them, and none of them is drawn twice.
    assert drawing.old.count("M") >= 2
    labels = sorted(mark.label for mark in drawing.marks if mark.moved)
    way = f"{letter_a['east']}→{number_b['three']}"
    assert way in labels
    assert drawing.unlabelled == 0
    boxes = [
        (mark.label_x, mark.label_y, mark.label_x + 7 * len(mark.label))
        for mark in drawing.marks
        if mark.label
    ]
    assert all(0 < left < right < drawing.width and 0 < y < drawing.height for left, y, right in boxes)


def test_a_crowd_leaves_labels_out_rather_than_over_each_other() -> None:
    """With all practices in one spot but one, few labels find room."""
    places = BOTH.b.places
    easting = np.array([420_000.0, *(435_000.0 + 30 * k for k in range(6))])
    crowded = replace(BOTH, b=replace(BOTH.b, places=replace(places, easting=easting)))
    letter_a, number_b = map_names(BOTH.comparison)
    networks_b = [replace(each.network, name=each.network.network_id) for each in BOTH.b.score.networks]
    networks_a = [each.network for each in BOTH.a.score.networks]
    drawing = draw_changes(crowded, networks_a, networks_b, letter_a, number_b)
    assert drawing is not None
    shown = [mark for mark in drawing.marks if mark.label]
    assert drawing.unlabelled == sum(mark.moved for mark in drawing.marks) - len(shown)
    for one in shown:
        for other in shown:
            apart = abs(one.label_y - other.label_y) >= 11.9 or abs(one.label_x - other.label_x) >= 20
            assert one is other or apart


def test_where_room_is_short_letters_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of the new network is that of the ground: a map of a city says so, and is legible."""
    monkeypatch.setattr(compare_map, "LETTER", 300.0)
    letter_a, number_b = map_names(BOTH.comparison)
    networks_b = [replace(each.network, name=each.network.network_id) for each in BOTH.b.score.networks]
    networks_a = [each.network for each in BOTH.a.score.networks]
    drawing = draw_changes(BOTH, networks_a, networks_b, letter_a, number_b)
    assert drawing is not None
    assert drawing.letters_only
    labels = {mark.label for mark in drawing.marks if mark.label}
    assert labels
    assert labels <= set(letter_a.values())
    assert "the new one is where it stands" in render_comparison(BOTH)


def test_nothing_on_the_page_runs_or_is_fetched() -> None:
    """Text of the input is text, and each id and target is there once."""
    html = render_comparison(BOTH)
    page = Page(html)
    assert {tag for tag, _ in page.tags} & {"script", "img", "iframe", "object", "form", "i"} == set()
    assert not [attrs for _, attrs in page.tags if any(name.startswith("on") for name in attrs)]
    assert "default-src 'none'" in html
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(set(ids)) == len(ids)
    assert {str(attrs["href"])[1:] for attrs in page.of("a")} <= set(ids)
    assert len(page.of("caption")) == len(page.of("table")) == 5
    assert html == render_comparison(BOTH)


@pytest.mark.parametrize(("a", "b"), [(0, 0), (1, 0), (0, 1)])
def test_the_page_says_what_the_text_says(a: int, b: int) -> None:
    """In either order, and of a division with itself."""
    pair: Compared = compare_results(judged()[a], judged()[b])
    words = " ".join(Page(render_comparison(pair)).words.split())
    assert f"{pair.comparison.patients_outside:,} go elsewhere" in words
    for code in pair.comparison.forth.moved:
        assert code in words
    assert ("Practices that move" in words) == bool(pair.comparison.forth.moved)


def test_without_boundaries_there_is_no_map() -> None:
    """The tables say it all the same."""
    bare = replace(BOTH, a=replace(BOTH.a, boundaries={}), b=replace(BOTH.b, boundaries={}))
    page = Page(render_comparison(bare))
    assert "There are no boundaries to draw." in page.words
    assert page.of("figure") == []


def test_many_networks_have_a_map_for_each_area(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with the networks that begin in it."""
    monkeypatch.setattr(compare_page, "NETWORKS_ON_A_MAP", 2)
    assert len(Page(render_comparison(BOTH)).of("figure")) == 2
