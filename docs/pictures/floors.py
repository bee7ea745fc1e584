"""The floors of the source, as its includes tell them: which folder includes which, and how high each stands."""

from pathlib import Path
import re

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)/[^/"]+"', re.MULTILINE)
TOPS = ("sim", "policies", "python/src")


def edges(root):
    """{folder: set of the folders that it includes}, of every folder with C++ sources, as paths below `root`."""
    found = {}
    for top in TOPS:
        for file in sorted((Path(root) / top).rglob("*")):
            if file.suffix not in (".h", ".cpp"):
                continue
            folder = str(file.parent.relative_to(root))
            found.setdefault(folder, set()).update(INCLUDE.findall(file.read_text()))
    return {folder: {other for other in others if other in found} - {folder} for folder, others in found.items()}


def heights(edges):
    """{folder: 0 at the bottom, else one above the highest that it includes}. Raises ValueError on a circle."""
    known = {}
    while len(known) < len(edges):
        free = [folder for folder in edges if folder not in known and edges[folder] <= known.keys()]
        if not free:
            raise ValueError(f"a circle among {sorted(edges.keys() - known.keys())}")
        for folder in free:
            known[folder] = 1 + max((known[other] for other in edges[folder]), default=-1)
    return known


def direct(edges):
    """The edges without those that a longer way implies."""
    def reached(folder):
        return edges[folder].union(*(reached(other) for other in edges[folder]))

    return {folder: {other for other in others if not any(other in reached(via) for via in others)}
            for folder, others in edges.items()}
