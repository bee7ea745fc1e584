"""Where the results come from: manifest.json of a reproduction, and the check of its settings."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

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


def manifest(root: Path, mode: str, manifests: dict[str, dict], arguments: dict) -> dict:
    """What manifest.json says. `manifests` are those of the scenarios, by name."""
    some = next(iter(manifests.values()))
    return {
        "mode": mode,
        "program": some["program"],
        "libraries": some["libraries"],
        "revisions": sorted({m["program"]["revision"] for m in manifests.values()}),
        "claims": claims_origin(root),
        "seeds": sorted({run["seed"] for m in manifests.values() for run in m["runs"]}),
        "scenarios": {name: {"arguments": arguments[name]} for name in manifests},
    }
