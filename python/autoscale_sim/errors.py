"""What can go wrong, as exceptions."""

from __future__ import annotations

from collections.abc import Sequence

from gymnasium.error import ResetNeeded as ResetNeeded


class ConfigError(ValueError):
    """A scenario, a data file or a setting is wrong.

    The text has one line per mistake, as a compiler writes them. The attributes tell of the first.

    Attributes:
        file: the file, or the setting, where it stands.
        line: from 1; 0 if only the file as a whole is known.
        column: from 1, in bytes.
        mistakes: all of them, as tuples (file, line, column, message).
    """

    def __init__(self, text: str, mistakes: Sequence[tuple[str, int, int, str]] = ()):
        super().__init__(text)
        self.mistakes = [tuple(mistake) for mistake in mistakes]
        self.file, self.line, self.column, _ = self.mistakes[0] if mistakes else ("", 0, 0, "")

    def __reduce__(self) -> tuple:
        return type(self), (str(self), self.mistakes)


class PolicyError(RuntimeError):
    """A policy broke its contract, for example by choosing an illegal action in a run."""
