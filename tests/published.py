"""Files of a result without what differs between two command lines that ask for the same."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineWorkbook

if TYPE_CHECKING:
    from pathlib import Path

# What a command line leaves in a provenance.
TYPED = ("command", "options", "files", "input", "workers")


def but_for_the_command(path: Path) -> Any:
    """Give the contents of a file without the command line, its options and the names of its files."""
    if path.suffix == ".json":
        document = json.loads(path.read_text(encoding="utf-8"))
        for key in TYPED:
            document.get("provenance", {}).pop(key, None)
        return document
    if path.suffix == ".html":
        page = html.unescape(path.read_text(encoding="utf-8"))
        return re.sub(r"<div><dt>(?:Command|File: [a-z]+|Input)</dt><dd>.*?</dd></div>", "", page)
    if path.suffix == ".xlsx":
        book = CalamineWorkbook.from_path(str(path))
        sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
        return {
            name: [row for row in rows if not str(row[0]).startswith(("command", "file ", "input"))]
            for name, rows in sheets.items()
        }
    return path.read_bytes()
