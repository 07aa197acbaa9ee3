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


def test_neighbours_of_a_neighbour_differ_where_they_can() -> None:
    """Twelve regions in a ring: each differs from the two beside it, and from the two beyond those."""
    ring = [frozenset({(region - 1) % 12, (region + 1) % 12}) for region in range(12)]
    classes = colour_classes(ring)
    assert all(len({classes[region], classes[region - 1], classes[region - 2]}) == 3 for region in range(12))


def test_a_border_counts_for_more_than_a_point() -> None:
    """Eight regions meet in one point, and each borders the two beside it: those differ, though not all eight can."""
    around = [frozenset({(region - 1) % 8, (region + 1) % 8}) for region in range(8)]
    classes = colour_classes(around, [frozenset(range(8)) - {region} for region in range(8)])
    assert all(classes[region] != classes[region - 1] for region in range(8))
    assert len(set(classes)) == PALETTE_SIZE
