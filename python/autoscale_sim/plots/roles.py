"""Which column plays which part in a plot: as the user says, else by default."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

NOTHING = "none"  # on the command line: leave this part empty


@dataclass
class Roles:
    x: str | None = None
    y: str | None = None
    hue: str | None = None
    facet: str | None = None
    value: str | None = None
    refused: set[str] = field(default_factory=set)  # parts that the user wants empty

    @classmethod
    def of(cls, **given: str | None) -> Roles:
        refused = {part for part, column in given.items() if column == NOTHING}
        kept = {part: None if part in refused else column for part, column in given.items()}
        return cls(**kept, refused=refused)

    def named(self) -> list[str]:
        columns = (self.x, self.y, self.hue, self.facet, self.value)
        return [column for column in columns if column is not None]

    def default(self, part: str, candidates: Iterable[str]) -> None:
        """The first candidate that plays no other part, unless the user has spoken."""
        if getattr(self, part) is None and part not in self.refused:
            free = (column for column in candidates if column not in self.named())
            setattr(self, part, next(free, None))
