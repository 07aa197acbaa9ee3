"""Pictures as PNG and SVG: how matplotlib is used, so that the same result gives the same bytes.

matplotlib is imported when a picture is drawn. The SVG that comes out holds no style sheet, no style attribute and
no script, so that it can stand in a page whose security policy forbids all of them.
"""

from __future__ import annotations

import io
import math
import re
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from netform.report.words import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path
    from matplotlib.text import Annotation
    from matplotlib.transforms import Bbox
    from shapely.geometry.base import BaseGeometry

__all__ = [
    "INK",
    "QUIET",
    "RULE",
    "Kind",
    "Label",
    "ground_path",
    "inline_svg",
    "label_points",
    "own_style",
    "picture",
    "scale_bar",
    "shown",
]

Kind: TypeAlias = Literal["png", "svg"]

INK, QUIET, RULE = "#16212c", "#4a5865", "#c3ccd5"

# What could differ between machines or run by run is settled here. Names are never read as formulas.
_STYLE: Any = {
    "svg.hashsalt": "netform",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "text.parse_math": False,
    "text.usetex": False,
    "font.family": ["DejaVu Sans"],
    "font.size": 10.5,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.formatter.useoffset": False,
    "axes.formatter.limits": (-9, 9),
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "text.color": INK,
    "hatch.linewidth": 0.6,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}
DPI = 150

# Ways off a point at which its label is tried, in points: nearest first, sideways before up and down.
_WAYS = tuple(
    (across * distance, up * distance)
    for distance in (14.0, 26.0, 42.0, 64.0, 90.0, 120.0)
    for across, up in ((1, 0.6), (-1, 0.6), (1, -0.6), (-1, -0.6), (0, 1), (0, -1), (1, 0), (-1, 0))
)


def ground_path(ground: BaseGeometry) -> Path | None:
    """Give the outline of polygons, holes and all, as a path to fill; None where there is no ground.

    Parameters
    ----------
    ground : polygon or multipolygon
    """
    import shapely  # noqa: PLC0415
    from matplotlib.path import Path  # noqa: PLC0415

    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(ground))]
    return Path.make_compound_path(*(Path(ring, closed=True) for ring in rings)) if rings else None


def scale_bar(figure: Figure, scale: float, width: float, up: float, right: float = 0.975) -> None:
    """Draw a bar of 1, 2 or 5 times a power of ten kilometres at the right, and say where north is.

    Parameters
    ----------
    figure : Figure
    scale : float
        Inches a metre.
    width : float
        Of the figure, inches.
    up : float
        Where the bar stands, as a share of the figure's height.
    right : float
        Where it ends, as a share of the figure's width.
    """
    from matplotlib.lines import Line2D  # noqa: PLC0415

    aim = 1.6 / scale / 1_000
    power = 10.0 ** math.floor(math.log10(aim))
    km = next((step * power for step in (5, 2) if step * power <= aim), power)
    left = right - km * 1_000 * scale / width
    figure.add_artist(
        Line2D([left, left, right, right], [up + 0.008, up, up, up + 0.008], color=INK, linewidth=1.2)
    )
    figure.text(right, up + 0.014, f"{km:g} km, north is up", ha="right", va="bottom", fontsize=9)


class Label:
    """A text beside a place of the axes.

    Parameters
    ----------
    text : str
    at : tuple of float
        In data coordinates.
    """

    __slots__ = ("at", "text")

    def __init__(self, text: str, at: tuple[float, float]) -> None:
        self.text, self.at = text, at


def picture(draw: Callable[[], Figure], kind: Kind, *, title: str, description: str) -> bytes:
    """Draw a figure as a file; the same drawing gives the same bytes.

    Parameters
    ----------
    draw : callable
        Makes the figure.
    kind : {"png", "svg"}
    title, description : str
        For those who do not see the picture; an SVG carries them.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 (only a picture needs it)
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415

    with own_style():
        figure = draw()
        out = io.BytesIO()
        if kind == "png":
            FigureCanvasAgg(figure).print_figure(
                out, format="png", dpi=DPI, metadata={"Software": None, "Title": shown(title)}
            )
            return out.getvalue()
        FigureCanvasSVG(figure).print_figure(out, format="svg", metadata={"Date": None, "Creator": None})
    return _plain_svg(out.getvalue().decode("utf-8"), shown(title), shown(description)).encode("utf-8")


@contextmanager
def own_style() -> Iterator[None]:
    """Draw in one style everywhere: a matplotlibrc of the user's would make another picture."""
    import matplotlib as mpl  # noqa: PLC0415

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def inline_svg(svg: bytes, prefix: str) -> str:
    """Make an SVG fit to stand in a page beside others.

    Parameters
    ----------
    svg : bytes
        From `picture`.
    prefix : str
        Goes before every id.

    Returns
    -------
    str
        Without its XML declaration; its names are escaped.
    """
    text = svg.decode("utf-8").partition("?>\n")[2]

    def renamed(tag: re.Match[str]) -> str:
        named = re.sub(r'(\sid="|url\(#|href="#)', rf"\g<1>{prefix}", tag.group())
        return re.sub(
            r'(\saria-labelledby=")([^"]*)',
            lambda m: m.group(1) + " ".join(prefix + each for each in m.group(2).split()),
            named,
        )

    return _TAG.sub(renamed, text)


def shown(text: str) -> str:
    """Make a text of the input fit for a picture: harmless, and on one line."""
    return " ".join(clean(text).split())


def label_points(axes: Axes, labels: Sequence[Label], places: Sequence[tuple[float, float]]) -> None:
    """Write labels beside their places, so that none covers a place, another label or the frame.

    Parameters
    ----------
    axes : Axes
        With their limits set for good.
    labels : sequence of Label
        The first have the first choice.
    places : sequence of tuple of float
        What must stay visible, in data coordinates.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.text import Text  # noqa: PLC0415

    figure = axes.get_figure(root=True)
    if figure is None:
        return
    # One way to measure text for both formats, so that they look the same.
    canvas = FigureCanvasAgg(figure)
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    frame = axes.get_window_extent(renderer)
    dots = [tuple(axes.transData.transform(place)) for place in places]
    taken: list[Bbox] = []
    for label in labels:
        best: tuple[float, Annotation, Bbox] | None = None
        for way in _WAYS:
            text = _annotation(axes, label, way)
            # Of the words alone: the line to the place covers nothing.
            text.update_positions(renderer)
            box = Text.get_window_extent(text, renderer).padded(3)
            cost = _crowding(box, frame, dots, taken)
            if best is None or cost < best[0]:
                if best is not None:
                    best[1].remove()
                best = (cost, text, box)
            else:
                text.remove()
            if cost == 0:
                break
        if best is not None:
            taken.append(best[2])


def _annotation(axes: Axes, label: Label, way: tuple[float, float]) -> Annotation:
    across, up = way
    return axes.annotate(
        label.text,
        xy=label.at,
        xytext=way,
        textcoords="offset points",
        ha="left" if across > 0 else "right" if across < 0 else "center",
        va="bottom" if up > 0 else "top" if up < 0 else "center",
        arrowprops={"arrowstyle": "-", "color": QUIET, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 5},
        bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
        zorder=9,
    )


def _crowding(box: Bbox, frame: Bbox, dots: Sequence[tuple[float, ...]], taken: Sequence[Bbox]) -> float:
    """Count what a label would cover: other labels weigh most, then the frame, then points."""
    outside = not (frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1)
    covered = sum(box.x0 - 4 < x < box.x1 + 4 and box.y0 - 4 < y < box.y1 + 4 for x, y in dots)
    overlaps = sum(bool(box.overlaps(other)) for other in taken)
    return float(1_000 * overlaps + 300 * outside + covered)


# Text between tags has its angle brackets escaped, and so have attributes: this finds tags and nothing else.
_TAG = re.compile(r"<[^<>]*>")
_FONT = re.compile(r"(?:(?P<style>italic|oblique) )?(?:(?P<weight>bold|[1-9]00) )?(?P<size>[\d.]+px) ")
# One list for all texts: those that measure most like the font the labels were placed by come first.
_FAMILY = "'DejaVu Sans', Verdana, 'Liberation Sans', Arial, sans-serif"


def _plain_svg(text: str, title: str, description: str) -> str:
    """Take the style sheet, the style attributes and the metadata out of matplotlib's SVG, and name it."""
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<style[^>]*>[^<]*</style>", "", text)
    text = re.sub(r"<!--.*?-->|<!DOCTYPE[^>]*>", "", text, flags=re.DOTALL)
    text = _TAG.sub(lambda tag: re.sub(r'\sstyle="([^"]*)"', _attributes, tag.group()), text)
    head = f'<title id="title">{escape(title)}</title>\n<desc id="description">{escape(description)}</desc>'
    # What the style sheet said of everything, said of the root, from which it is inherited.
    text = re.sub(
        r"<svg ([^>]*)>",
        lambda tag: (
            f'<svg class="picture" role="img" aria-labelledby="title description" '
            f'stroke-linejoin="round" stroke-linecap="butt" font-family="{_FAMILY}" {tag.group(1)}>\n{head}'
        ),
        text,
        count=1,
    )
    return re.sub(r"\n\s*\n+", "\n", text).strip() + "\n"


def _attributes(style: re.Match[str]) -> str:
    """Write the declarations of a style attribute as attributes."""
    written: dict[str, str] = {}
    for declaration in style.group(1).split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font":
            font = _FONT.match(value)
            written |= {f"font-{key}": each for key, each in font.groupdict().items() if each} if font else {}
        elif name and name != "font-family":
            written[name] = value
    return "".join(f' {name}="{value}"' for name, value in written.items())
