"""The page's own files: each is used, nothing comes from elsewhere, and no text is ever read as markup."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import netform.page

STATIC = Path(netform.page.__file__).parent / "static"
SCRIPTS = sorted(STATIC.glob("*.js"))
PAGE = (STATIC / "index.html").read_text(encoding="utf-8")

# Names of practices come from files of strangers: these would read them as markup, or run them.
MARKUP = re.compile(
    r"\.(?:inner|outer)HTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\beval\(|"
    r"new Function|setTimeout\([\"'`]|javascript:"
)
ELSEWHERE = re.compile(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", re.IGNORECASE)
# The name of SVG, which nobody fetches.
OURS = ("http://www.w3.org/2000/svg",)


def code(file: Path) -> str:
    """A script without its comments."""
    return re.sub(
        r"/\*.*?\*/|^\s*//.*$", "", file.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_a_script_reads_no_text_as_markup(file: Path) -> None:
    """And sets no style in markup, which the page's policy forbids."""
    assert MARKUP.findall(code(file)) == []
    assert not re.search(r"[\"']style[\"']|\bstyle:", code(file))


def test_markup_is_seen() -> None:
    """What the test above looks for is found where it is."""
    assert MARKUP.search("place.innerHTML = name")
    assert ELSEWHERE.search("import x from '//cdn.example.org/x.js'")


@pytest.mark.parametrize(
    "file", [*SCRIPTS, STATIC / "page.css", STATIC / "index.html"], ids=lambda file: file.name
)
def test_nothing_comes_from_elsewhere(file: Path) -> None:
    """No address of another host in any file."""
    text = file.read_text(encoding="utf-8")
    for known in OURS:
        text = text.replace(known, "")
    assert ELSEWHERE.findall(text) == []


def test_the_page_has_no_script_or_style_of_its_own() -> None:
    """The policy allows files of ours alone: nothing in the markup would run, and no style there would count."""
    assert not re.search(r"<script(?![^>]* src=)|<style|\son[a-z]+=|\sstyle=", PAGE)


def test_every_script_is_used() -> None:
    """By way of imports from the first; and every import is there."""
    seen: set[str] = set()
    todo = re.findall(r'<script type="module" src="static/([a-z]+\.js)"', PAGE)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += re.findall(
                r'(?:from|import\() ?"\./([a-z]+\.js)"', (STATIC / name).read_text(encoding="utf-8")
            )
    assert seen == {file.name for file in SCRIPTS}


def test_every_element_that_a_script_names_is_in_the_page() -> None:
    """Once; and every label, tab and description names one that is there."""
    there = re.findall(r'\sid="([^"]+)"', PAGE)
    assert sorted(there) == sorted(set(there))
    named = {name for file in SCRIPTS for name in re.findall(r'byId\("([^"]+)"\)', code(file))}
    named |= set(re.findall(r'\s(?:for|aria-controls|aria-labelledby|aria-describedby)="([^"]+)"', PAGE))
    assert named - set(there) == set()


def test_every_picture_of_the_guide_is_there_and_small() -> None:
    """300 kB in all, so that a clone stays small."""
    folder = Path(netform.page.__file__).parents[1] / "guide"
    named = re.findall(r"\]\((pictures/[^)]+)\)", (folder / "page.md").read_text(encoding="utf-8"))
    assert sorted(named) == sorted(f"pictures/{file.name}" for file in (folder / "pictures").iterdir())
    assert sum((folder / name).stat().st_size for name in named) <= 300_000
