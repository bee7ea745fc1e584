"""How far runs are: a bar of tqdm, in a notebook or a terminal, where tqdm is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec

Tell = Callable[[float, int], None]

LINE = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"


@contextmanager
def bar(wanted: bool, name: str) -> Iterator[Tell | None]:
    """Gives a function that is told (how many are done, of how many), from any thread, one call at a time;
    None where no bar is wanted or tqdm is not installed."""
    if not wanted or find_spec("tqdm") is None:
        yield None
        return
    from tqdm.auto import tqdm

    with tqdm(desc=name, bar_format=LINE, total=1) as shown:
        def tell(done: float, of: int) -> None:
            if shown.total != of:
                shown.reset(of)
            shown.update(done - shown.n)

        yield tell
