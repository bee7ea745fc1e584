"""Sweeps on an executor: concurrent.futures, Dask, Ray, submitit, whatever submits a function.

The work is cut into shards, as `autoscale sweep --shard` does. A worker runs one in a folder of its own and
gives its journal back, so it shares no folder with the caller, but needs the same version of the package,
the sweep's files under the same paths and the same data. The caller keeps the journals in shards/1 and so
on, as with Slurm, and merges them into the files that the command line writes, byte for byte.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from . import _core
from ._data import search_path
from .progress import Tell

JOURNAL = "journal"


class Executor(Protocol):
    """What `executor` has to have."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Any:
        """Begins function(*arguments) somewhere; what it returns has a method result()."""


@dataclass(frozen=True)
class Place:
    """Where a worker finds the data: what the caller's `data` and AUTOSCALE_DATA were."""

    folders: tuple[str, ...]
    variable: str

    def search(self) -> _core.SearchPath:
        return search_path(self.folders, self.variable)


@dataclass(frozen=True)
class Shard:
    """Part `index`, from 0, of `count` parts of a sweep."""

    place: Place
    file: str
    index: int
    count: int

    def run(self, folder: str | os.PathLike) -> None:
        """Runs what its journal in a folder does not have."""
        _core.sweep(self.place.search(), self.file, os.fspath(folder), 1, True, self.index, self.count, None)


def journal_of(shard: Shard) -> bytes:
    """Runs a shard. Executors are given plain functions: Ray takes no methods."""
    with tempfile.TemporaryDirectory(prefix="autoscale_") as folder:
        shard.run(folder)
        return (Path(folder) / JOURNAL).read_bytes()


def sweep_on(executor: Executor, place: Place, file: str, out: Path, shards: int, resume: bool,
             tell: Tell | None) -> int:
    """Runs a sweep on an executor; how many of its runs failed."""
    folders = [out / "shards" / str(i + 1) for i in range(shards)]
    check_folder(out, shards, resume)
    parts = [Shard(place, file, i, shards) for i in range(shards)]
    there = [i for i, folder in enumerate(folders) if (folder / JOURNAL).exists()]
    for i in there[:1]:
        parts[i].run(folders[i])  # says so if another sweep is there
    missing = [i for i in range(shards) if i not in there]
    for i, journal in zip(missing, results(executor, [(journal_of, parts[i]) for i in missing], tell)):
        keep(folders[i], journal)
    return _core.merge([os.fspath(folder) for folder in folders], os.fspath(out))


def results(executor: Executor, calls: Sequence[tuple], tell: Tell | None) -> Iterator[Any]:
    """What (function, argument, ...) give, in their order. If one fails those that wait are given up."""
    futures = [executor.submit(*call) for call in calls]
    try:
        for i, future in enumerate(futures, 1):
            yield future.result()
            if tell:
                tell(i, len(futures))
    except BaseException:
        for future in futures:
            if hasattr(future, "cancel"):
                future.cancel()
        raise


def check_folder(out: Path, shards: int, resume: bool) -> None:
    """Raises ValueError if the sweep cannot be run in a folder."""
    if not out.exists() or not any(out.iterdir()):
        return
    if not resume:
        raise ValueError(f"{out}: is not empty; resume=True goes on with a sweep there")
    if (out / JOURNAL).exists():
        raise ValueError(f"{out}: was begun without an executor, so go on without one")
    if not (out / "shards").is_dir():
        raise ValueError(f"{out}: is not empty, and no sweep on an executor")
    if (out / "shards" / str(shards + 1)).exists():
        raise ValueError(f"{out}: was begun with more than {shards} shards")


def keep(folder: Path, journal: bytes) -> None:
    """Writes a journal that is there whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{JOURNAL}.partial"
    partial.write_bytes(journal)
    partial.replace(folder / JOURNAL)
