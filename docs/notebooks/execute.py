#!/usr/bin/env python3
"""Executes the notebooks beside it and writes what comes out into them, or with --check compares it with theirs.

Kept light: pictures in few colours, no times, no bars of progress. What is compared are the numbers that cells with the
tag `numbers` print: they have four digits, and may differ by one unit of the last. Needs the package and
scripts/requirements-notebooks.txt.
"""

import argparse
import base64
import io
import math
from pathlib import Path
import re
import sys

HERE = Path(__file__).resolve().parent
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]\d+)?(?![\w.])")
COLOURS = 128
TIME_LIMIT_S = 600


def executed(file):
    """The notebook with the outputs of a run in this folder."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(file, as_version=4)
    NotebookClient(notebook, timeout=TIME_LIMIT_S, kernel_name="python3", record_timing=False,
                   resources={"metadata": {"path": str(HERE)}}).execute()
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                         "language_info": {"name": "python"}}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.metadata.pop("execution", None)
            cell.outputs = [lightened(output) for output in cell.outputs if output.get("name") != "stderr"]
    return notebook


def lightened(output):
    picture = output.get("data", {}).get("image/png")
    if picture:
        output["data"]["image/png"] = few_colours(picture)
        output["metadata"] = {}
    return output


def few_colours(picture):
    from PIL import Image

    small = io.BytesIO()
    Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB").quantize(COLOURS).save(small, "PNG", optimize=True)
    return base64.b64encode(small.getvalue()).decode()


def numbers(notebook):
    """What cells with the tag print, by the number of the cell."""
    tagged = [cell for cell in notebook.cells if "numbers" in cell.metadata.get("tags", [])]
    return {cell.id: [float(n) for text in map(text_of, cell.outputs) for n in NUMBER.findall(text)] for cell in tagged}


def text_of(output):
    return output.get("text") or output.get("data", {}).get("text/plain", "")


def differences(shown, now):
    """Yields what the numbers of two runs of a notebook differ in."""
    for cell, before in shown.items():
        if len(before) != len(now[cell]):
            yield f"{cell}: {len(before)} numbers, now {len(now[cell])}"
        elif not before:
            yield f"{cell}: no numbers"
        else:
            yield from (f"{cell}: {a:g}, now {b:g}" for a, b in zip(before, now[cell])
                        if not math.isclose(a, b, rel_tol=1e-3))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all of this folder")
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 if numbers differ")
    arguments = parser.parse_args()
    import nbformat

    failed = False
    for file in arguments.notebooks or sorted(HERE.glob("*.ipynb")):
        notebook = executed(file)
        if not arguments.check:
            nbformat.write(notebook, file)
            continue
        for difference in differences(numbers(nbformat.read(file, as_version=4)), numbers(notebook)):
            print(f"{file.name}: {difference}", file=sys.stderr)
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
