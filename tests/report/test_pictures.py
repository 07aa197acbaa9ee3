"""Pictures: whole, always the same, harmless, and legible."""

from __future__ import annotations

import io
import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from netform.plan.title_page import TitlePage, with_title_page
from netform.report.alternatives_picture import alternatives_picture
from netform.report.front_picture import front_picture
from netform.report.pictures import Label, inline_svg, label_points, picture
from netform.report.plan_picture import draw_networks, plan_picture
from netform.tradeoff.results import AreaFront
from tests.made_up_tradeoff import HARMFUL, LEAST_Y, MIDDLE, TODAY, alternatives_result, front

if TYPE_CHECKING:
    from netform.result import Result
    from netform.tradeoff.model import Front

SVG = "{http://www.w3.org/2000/svg}"

# A front of each kind that has a look of its own.
FRONTS = {
    "three points": front(),
    "one point": front(MIDDLE, best=MIDDLE),
    "two points": front(MIDDLE, LEAST_Y),
    "not proven": front(proven=False),
    "best off the front": front(MIDDLE, LEAST_Y, best=replace(MIDDLE, x=50.0, y=30.0, networks=(("Z",),))),
}


def part_of(shown: Front) -> AreaFront:
    """Put a front beside today's networks."""
    return AreaFront(shown, TODAY, 4, 100_000)


def parsed(svg: bytes | str) -> ET.Element:
    """Read an SVG back."""
    return ET.fromstring(svg)  # noqa: S314 - our own


def texts(svg: bytes) -> list[str]:
    """Give the texts that an SVG shows."""
    return ["".join(each.itertext()) for each in parsed(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", FRONTS)
def test_a_png_decodes_and_is_not_empty(name: str) -> None:
    """1,500 by 1,050 dots, and more on it than a background."""
    image = Image.open(io.BytesIO(front_picture(part_of(FRONTS[name]), "png")))
    image.load()
    assert image.size == (1500, 1050)
    assert len(image.convert("RGB").getcolors(1_000_000) or []) > 20


@pytest.mark.parametrize("name", FRONTS)
def test_an_svg_says_what_it_shows(name: str) -> None:
    """Axes with their unit, the marked points by name, and today's networks."""
    shown = texts(front_picture(part_of(FRONTS[name]), "svg", "list.csv"))
    joined = " ".join(shown)
    assert "Patient travel, hours a week" in shown
    assert "Shared workforce, hours a week" in joined
    assert any(text.startswith("Today") for text in shown)
    assert "1 of 2 outside the band" in shown
    if name == "best off the front":
        assert "Best by the weights" in shown
    assert ("better plans may exist" in joined) == (name == "not proven")


def test_far_networks_of_today_do_not_press_the_front_into_a_corner() -> None:
    """They are pointed at instead, with their figures."""
    far = replace(TODAY, x=9_000.0, y=8_000.0)
    shown = texts(front_picture(AreaFront(front(), far, 4, 1), "svg"))
    assert "Today, far off this picture" in shown
    assert "(9,000.0; 8,000.0)" in shown


def test_a_list_without_todays_networks_lacks_that_mark() -> None:
    """Nothing else is missing."""
    shown = texts(front_picture(AreaFront(front(), None, 4, 1), "svg"))
    assert not any("Today" in text for text in shown)
    assert "Recommended: the knee" in shown


def test_the_users_own_style_changes_nothing() -> None:
    """A matplotlibrc, or a program that draws itself, gives the same bytes."""
    plain = {kind: front_picture(part_of(front()), kind) for kind in ("png", "svg")}
    with mpl.rc_context({"font.size": 30, "svg.hashsalt": "x", "axes.facecolor": "red", "savefig.dpi": 20}):
        assert {kind: front_picture(part_of(front()), kind) for kind in ("png", "svg")} == plain
        assert mpl.rcParams["font.size"] == 30


@pytest.mark.parametrize("name", HARMFUL)
def test_no_text_of_the_input_acts(name: str) -> None:
    """Names are text: no element, attribute, formula or terminal command comes of them."""
    svg = front_picture(part_of(replace(front(), area=name)), "svg")
    svg_map = alternatives_picture(alternatives_result((name, *HARMFUL[1:])), "svg")
    for content in (svg, svg_map):
        root = parsed(content)
        tags = {each.tag.removeprefix(SVG) for each in root.iter()}
        assert tags <= {
            "svg",
            "title",
            "desc",
            "defs",
            "g",
            "path",
            "use",
            "text",
            "clipPath",
            "rect",
            "pattern",
            "tspan",
        }
        names = {key for each in root.iter() for key in each.attrib}
        assert not any(key.startswith("on") or key == "style" for key in names)
        links = [value for each in root.iter() for key, value in each.attrib.items() if key.endswith("href")]
        assert all(link.startswith("#") for link in links)
        assert b"\x1b" not in content
        assert "\u2028" not in content.decode()
    assert any(" ".join(name.replace("\x1b", "").split()) in text for text in texts(svg))


def test_an_svg_names_itself_for_those_who_do_not_see_it() -> None:
    """A title and a description, referred to, and all that it refers to is there."""
    svg = front_picture(part_of(front()), "svg").decode()
    root = parsed(svg)
    assert root.get("role") == "img"
    ids = {each.get("id") for each in root.iter()}
    assert set(str(root.get("aria-labelledby")).split()) <= ids
    assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= ids
    assert "A curve of 3 points" in svg


def test_two_pictures_on_a_page_do_not_share_ids() -> None:
    """Each has its own prefix, on what is named and on what refers to it."""
    svg = front_picture(part_of(front()), "svg")
    inlined = [inline_svg(svg, prefix) for prefix in ("a-", "b-")]
    ids = [set(re.findall(r'\sid="([^"]+)"', each)) for each in inlined]
    assert ids[0]
    assert ids[0] & ids[1] == set()
    for each, own in zip(inlined, ids, strict=True):
        assert not each.startswith("<?xml")
        assert set(re.findall(r'(?:url\(|href=")#([^)"]+)', each)) <= own


def test_labels_cover_neither_each_other_nor_points() -> None:
    """Ten points on a line close together, each with a label."""

    def drawn() -> Figure:
        figure = Figure(figsize=(10, 7))
        axes = figure.add_subplot()
        places = [(float(i), float(i)) for i in range(10)]
        axes.set(xlim=(-5, 15), ylim=(-5, 15))
        label_points(axes, [Label(f"Point {i}", place) for i, place in enumerate(places)], places)
        renderer = FigureCanvasAgg(figure).get_renderer()
        boxes = [text.get_window_extent(renderer) for text in axes.texts]
        assert len(boxes) == 10
        assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
        dots = [axes.transData.transform(place) for place in places]
        assert not any(box.contains(*dot) for box in boxes for dot in dots)
        return figure

    picture(drawn, "png", title="", description="")


def test_the_map_counts_its_borders() -> None:
    """The key says how many pairs of each kind; a kind that is not there is left out."""
    shown = texts(alternatives_picture(alternatives_result(), "svg"))
    assert "Soft border: together in some plans, apart in others (2)" in shown
    assert "Firm ground: always in one network (1)" in shown
    assert "Not settled (1)" in shown
    assert "Moves in an alternative" in shown
    assert {"1", "2"} <= set(shown)


def test_the_map_of_one_place_is_drawn() -> None:
    """A single practice has ground and no border."""
    result = alternatives_result()
    alone = replace(
        result,
        practices=replace(result.practices, practices=result.practices.practices[:1]),
        places=replace(result.places, easting=result.places.easting[:1], northing=result.places.northing[:1]),
        neighbours=(), changes={}, networks=result.networks[:1],
    )  # fmt: skip
    assert alternatives_picture(alone, "png").startswith(b"\x89PNG")


def test_the_map_of_alternatives_names_towns() -> None:
    """With their source, which stands there for towns alone: in the sea there are none."""
    result = alternatives_result()
    assert b"Place names: GeoNames" in alternatives_picture(result, "svg")
    at_sea = {code: shapely.box(0, 0, 9_000, 9_000) for code in result.territories}
    assert b"GeoNames" not in alternatives_picture(replace(result, territories=at_sea, networks=()), "svg")


def test_practices_in_no_network_are_left_blank() -> None:
    """Their ground is not filled, and they are no site of the map; a map without any network is drawn too."""
    result = alternatives_result()
    without = replace(result, networks=result.networks[:1], neighbours=result.neighbours[:1], changes={})
    assert len(alternatives_picture(without, "svg")) < len(alternatives_picture(result, "svg"))
    nothing = replace(without, networks=(), neighbours=())
    assert alternatives_picture(nothing, "png").startswith(b"\x89PNG")


def test_the_line_to_a_place_does_not_count_as_words() -> None:
    """Up and to the right, the first way tried, the words clear a place as high as their own."""

    def drawn() -> Figure:
        figure = Figure(figsize=(10, 7))
        axes = figure.add_subplot()
        axes.set(xlim=(0, 10), ylim=(0, 10))
        places = [(5.0, 5.0), (6.0, 5.0)]
        label_points(axes, [Label("Long enough for both", places[0])], places)
        renderer = FigureCanvasAgg(figure).get_renderer()
        [text] = axes.texts
        words = Text.get_window_extent(text, renderer)
        assert words.x0 > axes.transData.transform(places[0])[0]
        assert words.y0 > axes.transData.transform(places[1])[1]
        return figure

    picture(drawn, "png", title="", description="")


def test_the_map_of_a_plan_shows_every_network(result: Result) -> None:
    """Numbers in the ground, names and list sizes below it, the exception marked; nothing of a name runs."""
    text = plan_picture(result, "svg").decode("utf-8")
    words = re.findall(r"<text[^>]*>([^<]*)</text>", text)
    assert any("35,000" in each for each in words)
    assert any("!" in each for each in words)
    assert "<script" not in text
    assert plan_picture(result, "png") == plan_picture(result, "png")


def test_the_map_of_a_plan_is_headed_as_its_report(result: Result) -> None:
    """Title, author, date and draft mark, and what it is of; without a title that is the title."""

    def words(page: TitlePage) -> list[str]:
        headed = replace(result, plan=with_title_page(result.plan, page))
        return re.findall(r"<text[^>]*>([^<]*)</text>", plan_picture(headed, "svg").decode("utf-8"))

    headed = words(TitlePage("Networks of the dale", "A. Planner", "1 December 2026", draft=True))
    assert "Draft: Networks of the dale" in headed
    assert "A. Planner. 1 December 2026. 3 networks of small.csv." in headed
    assert "3 networks of small.csv" in words(TitlePage())


def test_dots_of_a_picture_are_as_large_as_those_of_the_page(result: Result) -> None:
    """A practice of four times the patients has a dot of twice the width, as the key says."""
    large = {"A1": 80_000, "C1": 20_000}
    practices = [replace(each, list_size=large.get(each.code, each.list_size)) for each in result.practices]
    # Dots of practices that are no hubs: hubs are made another's.
    networks = [
        replace(
            each, practice_codes=tuple(code for code in each.practice_codes if code != "A2"), hub_code="A2"
        )
        for each in result.plan.networks
    ]
    shown = replace(
        result,
        practices=replace(result.practices, practices=tuple(practices)),
        plan=replace(result.plan, networks=tuple(networks)),
    )
    figure = Figure()
    axes = figure.add_axes((0, 0, 1, 1))
    draw_networks(axes, shown, shown.plan.networks, 0.001)
    sizes = sorted(size for each in axes.collections for size in each.get_sizes())
    # A1 80,000 to B1's 40,000 to C1's 20,000: areas are in proportion.
    assert [size / sizes[0] for size in sizes] == pytest.approx([1, 2, 4], rel=0.05)
