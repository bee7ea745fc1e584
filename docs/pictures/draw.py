#!/usr/bin/env python3
"""Draws the pictures of docs/architecture.md, floors.svg and request.svg, beside this file.

    docs/pictures/draw.py           writes them
    docs/pictures/draw.py --check   exit code 1 if they are not what it would write

The floors and their arrows come from the includes of the sources, what is in them from the table of the page.
Standard library only.
"""

from html import escape
from pathlib import Path
import re
import sys

import floors

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs/architecture.md"
ROW = re.compile(r"^\| `([a-z/]+)` \| ([^|]+) \|", re.MULTILINE)
STYLE = """
  svg { font: 13px system-ui, sans-serif; }
  .paper { fill: #ffffff; stroke: #d0d7de; }
  .box { fill: #eaf2fb; stroke: #5b8bbf; }
  .other { fill: #fdf1dc; stroke: #c98a1b; }
  .end { fill: #e6f4ea; stroke: #4d9a63; }
  .line { fill: none; stroke: #57606a; stroke-width: 1.4; marker-end: url(#tip); }
  .tip { fill: #57606a; }
  text { fill: #1f2328; }
  .name { font-weight: 600; }
  .small { font-size: 11.5px; fill: #424a53; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #161b22; stroke: #3d444d; }
    .box { fill: #1c2d41; }
    .other { fill: #3a2d14; }
    .end { fill: #17301f; }
    .line { stroke: #9198a1; }
    .tip { fill: #9198a1; }
    text { fill: #e6edf3; }
    .small { fill: #b7bfc8; }
  }
"""


class Picture:
    """An SVG on a sheet of its own colour, so that it can be read on light and dark pages."""

    def __init__(self, width, height, title):
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img">', f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            'orient="auto"><path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>',
            f'<rect class="paper" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>']

    def box(self, x, y, width, height, name, lines=(), kind="box"):
        self.parts.append(f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="5"/>')
        self.text(x + 10, y + 18, name, "name")
        for number, line in enumerate(lines):
            self.text(x + 10, y + 34 + 15 * number, line, "small")

    def text(self, x, y, text, kind="small"):
        self.parts.append(f'<text class="{kind}" x="{x}" y="{y}">{escape(text)}</text>')

    def arrow(self, *points):
        path = " ".join(f"{x} {y}" for x, y in points)
        self.parts.append(f'<path class="line" d="M{path}"/>')

    def svg(self):
        return "\n".join([*self.parts, "</svg>"]) + "\n"


def draw_floors():
    """A row per height, the simulator's floors on the left, policies and Python on the right."""
    edges = floors.edges(ROOT)
    heights = floors.heights(edges)
    holds = dict(ROW.findall(PAGE.read_text()))
    if holds.keys() != edges.keys():
        sys.exit(f"{PAGE.name} and the sources differ in their folders: {sorted(holds.keys() ^ edges.keys())}")
    row, tall, wide, columns = 62, 42, 400, (20, 460)
    rows = 1 + max(heights.values())
    picture = Picture(900, rows * row + 20, "The floors of the source, and what each includes")
    column = {folder: 0 if folder.startswith("sim/") else 1 for folder in edges}
    taken = {(column[folder], heights[folder]) for folder in edges}
    top = {folder: 20 + (rows - 1 - heights[folder]) * row for folder in edges}
    for folder, below in floors.direct(edges).items():
        for other in sorted(below):
            picture.arrow(*way(folder, other, column, heights, top, taken, columns, wide, tall))
    for folder in sorted(edges):
        kind = "box" if column[folder] == 0 else "other"
        picture.box(columns[column[folder]], top[folder], wide, tall, folder, [holds[folder].strip()], kind)
    return picture.svg()


def way(folder, other, column, heights, top, taken, columns, wide, tall):
    """The points of an arrow from a floor down to another."""
    a, b = column[folder], column[other]
    if a != b:
        x1, x2 = (columns[a], columns[b] + wide) if a > b else (columns[a] + wide, columns[b])
        return (x1, top[folder] + tall / 2), (x2, top[other] + tall / 2)
    if any((a, height) in taken for height in range(heights[other] + 1, heights[folder])):
        x, out = columns[a] + wide, columns[a] + wide + 20
        y1, y2 = top[folder] + tall / 2, top[other] + tall / 2
        return (x, y1), (out, y1), (out, y2), (x, y2)
    x = columns[a] + wide / 2
    return (x, top[folder] + tall), (x, top[other])


def draw_request():
    picture = Picture(900, 500, "A request's way through the simulator")
    box, arrow = picture.box, picture.arrow
    box(20, 20, 250, 60, "arrival",
        ["camera, user or sentence; at a busy", "phone it waits, or the frame is lost"], "end")
    box(325, 20, 250, 60, "conditions brought up to date",
        ["signals, co-runner, heat, queues,", "from addressed randomness"])
    box(630, 20, 250, 60, "observation", ["what a policy may see:", "DNN, load, signals, the time"])
    arrow((270, 50), (325, 50))
    arrow((575, 50), (630, 50))
    box(630, 115, 250, 60, "decide",
        ["the policy: an action, or a plan", "in segments; one file of policies/"], "other")
    box(325, 115, 250, 60, "the oracle's choice",
        ["what would have been best, to", "compare with: costs of sim/system"])
    arrow((755, 80), (755, 115))
    arrow((630, 145), (575, 145))
    box(630, 210, 250, 45, "decision", ["its time and energy, if it deliberates"])
    arrow((755, 175), (755, 210))
    box(20, 300, 250, 60, "on the phone: compute",
        ["at the clock that heat left;", "re-rated when the co-runner changes"])
    box(325, 300, 555, 60, "elsewhere: promotion, upload, network, queue, service, download",
        ["transfers share the air and are re-rated when the signal changes or one comes or goes;",
         "servers have workers and a queue; a plan in segments may pass through both boxes"])
    arrow((755, 255), (755, 300))
    arrow((630, 232), (145, 232), (145, 300))
    box(20, 405, 250, 75, "completion",
        ["ledger: time by stage, energy by cause;", "verdict: reward, score, QoS and", "accuracy met"], "end")
    arrow((145, 360), (145, 405))
    arrow((400, 360), (400, 382), (205, 382), (205, 405))
    box(325, 405, 250, 75, "record",
        ["metrics, breakdown, requests, timeline:", "sim/run; as files: sim/results"])
    box(630, 405, 250, 75, "learn",
        ["in phases that learn the policy is told", "the outcome, and what is seen of the", "same DNN now"], "other")
    arrow((270, 442), (325, 442))
    arrow((575, 442), (630, 442))
    return picture.svg()


def main():
    stale = False
    for name, text in (("floors.svg", draw_floors()), ("request.svg", draw_request())):
        file = HERE / name
        if "--check" not in sys.argv:
            file.write_text(text)
        elif not file.is_file() or file.read_text() != text:
            print(f"docs/pictures/{name} is not what docs/pictures/draw.py draws")
            stale = True
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main()
