"""Where the results come from: manifest.json of a reproduction, and the check of its settings."""

from __future__ import annotations

import hashlib
import platform
import shlex
import subprocess
from importlib.metadata import version
from pathlib import Path

from autoscale_report.simulate import Task

CLAIMS = "scenarios/paper/claims.yaml"


def git(root: Path, *arguments: str) -> str | None:
    """Output of a git command; None outside a repository or without git."""
    try:
        done = subprocess.run(
            ["git", "-C", root, *arguments], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def claims_origin(root: Path) -> dict:
    """Hash and history of the claims file: first and last commit, and whether it changed since."""
    changed = git(root, "status", "--porcelain", "--", CLAIMS)
    history = (git(root, "log", "--format=%H", "--", CLAIMS) or "").split()
    return {
        "file": CLAIMS,
        "sha256": hashlib.sha256((root / CLAIMS).read_bytes()).hexdigest(),
        "first_commit": history[-1] if history else None,
        "last_commit": history[0] if history else None,
        "equals_last_commit": bool(history) and changed == "",
    }


def check_settings(expected: dict, scenario: dict, name: str, where: str = "") -> None:
    """The resolved scenario must say what the claims file fixed."""
    for key, value in expected.items():
        if isinstance(value, dict):
            check_settings(value, scenario[key], name, f"{where}{key}.")
        elif scenario[key] != value:
            raise SystemExit(
                f"error: {name}: {where}{key} is {scenario[key]}, but {CLAIMS} fixes {value}"
            )


def packages(root: Path) -> dict[str, str]:
    """Versions of Python and of the packages that scripts/requirements.txt names."""
    lines = (root / "scripts/requirements.txt").read_text().splitlines()
    names = [line.partition("==")[0] for line in lines if "==" in line]
    return {"Python": platform.python_version(), **{name: version(name) for name in names}}


def command(task: Task, out: Path) -> str:
    """What ran it, with OUT for the folder of results."""
    text = shlex.join(["autoscale", "run", f"scenarios/{task.scenario}.yaml",
                       f"--out={out / task.name}", *task.arguments()])  # fmt: skip
    return text.replace(str(out.resolve()), "OUT").replace(str(out), "OUT")


def manifest(root: Path, mode: str, manifests: dict[str, dict], commands: list[str]) -> dict:
    """What manifest.json says. `manifests` are those of the headline's scenarios, by name."""
    some = next(iter(manifests.values()))
    return {
        "mode": mode,
        "program": some["program"],
        "libraries": some["libraries"],
        "python": packages(root),
        "revisions": sorted({m["program"]["revision"] for m in manifests.values()}),
        "claims": claims_origin(root),
        "seeds": sorted({run["seed"] for m in manifests.values() for run in m["runs"]}),
        "scenarios": list(manifests),
        "commands": commands,
    }
