"""The command line: `autoscale import KIND ...` and `autoscale calibrate ...`.

Exit codes are those of the program (docs/command_line.md): 2 for wrong input, 4 for what cannot be written.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
from collections.abc import Sequence

from .text import InputError

WRONG_INPUT, CANNOT_WRITE = 2, 4
#: Modules that add their subcommands by add_parser(subparsers), each with a `run` of the arguments.
MODULES = ("commands", "networks", "calibrate_command")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a subcommand; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        options = parser(words).parse_args(words)
        return options.run(options) or 0
    except InputError as error:
        return failed(str(error), WRONG_INPUT)
    except ModuleNotFoundError as error:
        return failed(f"needs the Python package '{error.name}': {sys.executable} -m pip install -r "
                      "scripts/requirements.txt, or pip install 'autoscale_sim[importers]'", CANNOT_WRITE)
    except BrokenPipeError:
        return CANNOT_WRITE
    except OSError as error:
        return failed(f"{error.filename or ''}: {error.strerror}", CANNOT_WRITE)


def failed(message: str, code: int) -> int:
    print(message, file=sys.stderr)
    return code


def parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """All subcommands; `words` tell whether it is `autoscale import` or `autoscale calibrate` that is asked."""
    program = "autoscale" if words[:1] == ["calibrate"] else "autoscale import"
    top = argparse.ArgumentParser(prog=program, description="Turns what was measured on a phone into files of this "
                                                            "project: docs/measuring_a_phone.md.")
    kinds = top.add_subparsers(title="kinds", metavar="KIND", required=True)
    for name in MODULES:
        if importlib.util.find_spec(f"{__package__}.{name}"):
            importlib.import_module(f".{name}", __package__).add_parser(kinds)
    return top


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """Rows with columns of equal width, the first column to the left."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths)))
             for row in rows]
    return "\n".join(line.rstrip() for line in lines)
