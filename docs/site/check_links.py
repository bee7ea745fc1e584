#!/usr/bin/env python3
"""Follows every link within a built site: files must exist, and so must what is named behind the #.

    check_links.py FOLDER       exit code 1 and a line per link that leads nowhere. Standard library only.
"""

from html.parser import HTMLParser
from pathlib import Path
import sys
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The links of a page and the places in it that can be linked to."""

    def __init__(self, file):
        super().__init__()
        self.links, self.places = [], {""}
        self.feed(file.read_text())

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src") and value:
                self.links.append(value)
            elif name in ("id", "name"):
                self.places.add(value)


def broken(folder):
    """Yields (page, link) of those that lead nowhere."""
    pages = {file.resolve(): Page(file) for file in sorted(folder.rglob("*.html"))}
    for file, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            known = pages[target].places if target in pages else {""}
            if not target.is_file() or unquote(parts.fragment) not in known:
                yield file.relative_to(folder.resolve()), link


def main():
    folder = Path(sys.argv[1])
    found = list(broken(folder))
    for page, link in found:
        print(f"{page}: {link} leads nowhere")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
