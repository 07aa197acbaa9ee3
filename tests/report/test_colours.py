"""Tests of the colour classes of a map."""

from __future__ import annotations

from netform.report.colours import PALETTE_SIZE, colour_classes


def test_touching_regions_differ_on_a_grid() -> None:
    """On a board of 8 by 8 squares no two squares that share a side or a corner have one colour."""
    squares = [(x, y) for x in range(8) for y in range(8)]
    neighbours = [
        frozenset(
            squares.index((x + dx, y + dy))
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            if (dx, dy) != (0, 0) and (x + dx, y + dy) in squares
        )
        for x, y in squares
    ]
    classes = colour_classes(neighbours)
    assert all(classes[a] != classes[b] for a, around in enumerate(neighbours) for b in around)


def test_strangers_share_the_whole_palette() -> None:
    """Six regions that do not touch get six colours, so that a map is not all of one."""
    assert sorted(colour_classes([frozenset()] * 6)) == list(range(PALETTE_SIZE))


def test_more_mutual_neighbours_than_colours_still_end() -> None:
    """Seven regions that all meet cannot all differ: one colour is used twice and no more."""
    classes = colour_classes([frozenset(range(7)) - {region} for region in range(7)])
    assert sorted(classes.count(colour) for colour in set(classes)) == [1, 1, 1, 1, 1, 2]


def test_no_regions() -> None:
    """An empty map has no colours."""
    assert colour_classes([]) == ()
