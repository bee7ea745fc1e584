"""What the commands of this package share: arguments, and how they end when they are interrupted or cannot go on."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path


def parser(description: str | None) -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(description=description)
    p.add_argument("--quick", action="store_true")
    p.add_argument("--jobs", type=int, required=True)
    p.add_argument("--program", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    return p


def until_interrupted(main: Callable[[], None]) -> None:
    """Runs a script that goes on where it stopped."""
    try:
        main()
    except KeyboardInterrupt:
        print("interrupted: run the same command again to go on", file=sys.stderr)
        sys.exit(130)


def reporting(main: Callable[[], None], bad_input: type[Exception]) -> None:
    """Runs a script. What it raises for its input ends it with exit code 2, the system's errors with 4."""
    try:
        main()
    except bad_input as error:
        code, message = 2, str(error)
    except OSError as error:
        code, message = 4, f"{error.filename}: {error.strerror}"
    else:
        return
    print(f"error: {message}", file=sys.stderr)
    sys.exit(code)
