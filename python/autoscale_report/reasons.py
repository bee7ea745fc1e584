"""Why claims are missed: what results/README.md says about the full run of record.

A small part of Markdown: items of a list, bold, code. Standard library only.
"""

from __future__ import annotations

import html
import re

HEADING = "## What is missed, and why\n"


def inline(text: str) -> str:
    """Bold and code as HTML, all else escaped."""
    text = html.escape(" ".join(text.split()), quote=False)
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", text)
    return re.sub(r"`(.+?)`", r"<code>\1</code>", text)


def reasons(readme: str) -> list[str]:
    """The items of that section as HTML; none if there is no such section."""
    section = readme.partition(HEADING)[2].partition("\n## ")[0]
    items = re.findall(r"^- (.+(?:\n  .+)*)", section, re.MULTILINE)
    return [inline(item) for item in items]
