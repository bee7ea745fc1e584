"""Reading other people's text files: encodings, small tables with their lines, numbers that are checked.

Everything that is wrong in a file is an InputError with the place, so that no traceback reaches a user.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path


class InputError(ValueError):
    """A file is not what it should be. The text begins with file:line, or file where no line is to blame."""

    def __init__(self, file: str | Path, line: int, message: str):
        super().__init__(f"{file}:{line}: error: {message}" if line else f"{file}: error: {message}")


def read_text(file: str | Path) -> str:
    """The text of a file in UTF-8 or, with a byte order mark, UTF-16; line ends become \\n. Raises InputError for
    an empty file and for bytes that are no text."""
    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise InputError(file, 0, f"cannot be read: {error.strerror}") from None
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(file, line, "is not text in UTF-8") from None
    if "\0" in text:
        raise InputError(file, text[: text.index("\0")].count("\n") + 1, "is not text: it has a zero byte")
    if not text.strip():
        raise InputError(file, 0, "is empty")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_binary(file: str | Path) -> bool:
    """Whether the bytes of a file are no text. Raises InputError if it cannot be read."""
    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise InputError(file, 0, f"cannot be read: {error.strerror}") from None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    try:
        return "\0" in data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return True


def number(text: str, file: str | Path, line: int, what: str, low: float = -math.inf, high: float = math.inf) -> float:
    """`text` as a finite number in [low, high]; a decimal comma counts. Raises InputError."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        raise InputError(file, line, f"{what}: expected a number, got '{text.strip()}'") from None
    if not math.isfinite(value):
        raise InputError(file, line, f"{what}: expected a finite number, got '{text.strip()}'")
    if not low <= value <= high:
        raise InputError(file, line, f"{what}: expected {low:g} to {high:g}, got {value:g}")
    return value


def positive(text: str, file: str | Path, line: int, what: str, high: float = math.inf) -> float:
    """`text` as a number above 0. Raises InputError."""
    value = number(text, file, line, what, high=high)
    if value <= 0:
        raise InputError(file, line, f"{what}: expected more than 0, got {value:g}")
    return value


@dataclass(frozen=True)
class Row:
    """A line of a table: its cells by lower-case column name, and where it stands."""

    cells: dict[str, str]
    file: str
    line: int

    def get(self, *columns: str) -> str:
        """The first cell of these columns that is there and not empty, else ''."""
        return next((self.cells[c] for c in columns if self.cells.get(c)), "")

    def number(self, column: str, low: float = -math.inf, high: float = math.inf) -> float:
        return number(self.get(column), self.file, self.line, column, low, high)

    def error(self, message: str) -> InputError:
        return InputError(self.file, self.line, message)


@dataclass(frozen=True)
class Table:
    """A small table: lower-case column names and rows in order."""

    file: str
    columns: list[str]
    rows: list[Row]

    def require(self, *columns: str) -> None:
        """Raises InputError for columns that are missing."""
        missing = [c for c in columns if c not in self.columns]
        if missing:
            raise InputError(self.file, 1, f"no column {', '.join(missing)}; there are {', '.join(self.columns)}")


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """(line number, line) of every line that is neither empty nor a # comment."""
    for line, content in enumerate(text.split("\n"), 1):
        if content.strip() and not content.lstrip().startswith("#"):
            yield line, content


def separator_of(header: str) -> str:
    """What parts the cells of a table whose first line is `header`."""
    return next((s for s in "\t;," if s in header), ",")


def read_table(file: str | Path, text: str | None = None) -> Table:
    """A table with a header, parted by tabs, semicolons or commas; empty lines and # comments do not count. Raises
    InputError for rows of another length, columns of one name, or no rows."""
    content = list(lines_of(read_text(file) if text is None else text))
    if not content:
        raise InputError(file, 0, "is empty")
    separator = separator_of(content[0][1])
    columns = [c.strip().lower() for c in cells_of(content[0][1], separator)]
    while columns and not columns[-1]:
        columns.pop()
    if len(set(columns)) < len(columns):
        raise InputError(file, content[0][0], "two columns have one name")
    rows = []
    for line, raw in content[1:]:
        cells = [c.strip() for c in cells_of(raw, separator)]
        while len(cells) > len(columns) and not cells[-1]:
            cells.pop()
        if len(cells) != len(columns):
            raise InputError(file, line, f"expected {len(columns)} cells as in the header, got {len(cells)}")
        rows.append(Row(dict(zip(columns, cells)), str(file), line))
    if not rows:
        raise InputError(file, content[0][0], "has a header and no rows")
    return Table(str(file), columns, rows)


def cells_of(line: str, separator: str) -> Sequence[str]:
    return next(csv.reader(io.StringIO(line), delimiter=separator, skipinitialspace=True), [])


def named_with_date(file: str | Path) -> str:
    """A file's name and its day, for an origin."""
    return f"{Path(file).name} ({date_of(file)})"


def date_of(file: str | Path) -> str:
    """The day on which a file was last written, as ISO 8601, for its origin."""
    return datetime.fromtimestamp(Path(file).stat().st_mtime, timezone.utc).date().isoformat()
