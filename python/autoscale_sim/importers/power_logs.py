"""The logs of power meters, one reader each: a file to energy over time.

  Monsoon       CSV of PowerTool or PyMonsoon: Time(s) or Time(ms), Main(mA), and Main Voltage(V) or --volts
  INA219        CSV with a time (s, ms, us, unix) and power (mW, W), or current (mA, A) and bus voltage (V, mV)
  Perfetto      a trace with power rails (android.power, collect_power_rails), or the CSV of
                select ts, power_rail_name, value from android_power_rails_counters: ns and uWs

Units are those in the names of columns, in brackets or at their end.

Sources: PyMonsoon's sampleEngine; Texas Instruments, INA219 (SBOS448); perfetto, protos/perfetto/trace
(TracePacket.power_rails is field 40) and its SQL module android.power_rails.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas

from .protobuf import fields
from .text import InputError, is_binary, read_text, separator_of

TIME_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
SCALES = {"w": 1.0, "mw": 1e-3, "uw": 1e-6, "a": 1.0, "ma": 1e-3, "ua": 1e-6, "v": 1.0, "mv": 1e-3}
TIME = re.compile(r"^(?:unix_?|elapsed_?)?(?:time|timestamp|t|ts)(?:[_ ]*\(?(s|ms|us|ns)\)?)?$")
POWER = re.compile(r"^(?:main |avg_?|load_?)?power[_ ]*\(?(w|mw|uw)\)?$")
CURRENT = re.compile(r"^(?:main|(?:main |shunt_?)?current)[_ ]*\(?(a|ma|ua)\)?$")
VOLTAGE = re.compile(r"^(?:main voltage|(?:bus|load)?_?(?:voltage)?)[_ ]*\(?(v|mv)\)?$")


@dataclass(frozen=True)
class Energy:
    """Energy since the begin of a log: joules at ascending times in seconds of the log's own clock, the power between
    two of them taken as constant."""

    file: Path
    tool: str
    seconds: np.ndarray
    joules: np.ndarray

    def at(self, seconds: np.ndarray | float) -> np.ndarray:
        return np.interp(seconds, self.seconds, self.joules)

    def samples(self, start: float, end: float) -> int:
        """How many readings lie between two times."""
        return int(np.searchsorted(self.seconds, end, "right") - np.searchsorted(self.seconds, start, "left"))


def read(file: str | Path, volts: float | None = None, rails: Sequence[str] = ()) -> Energy:
    """Reads a log of any of the formats; `volts` where a log of currents does not say it, `rails` which of Perfetto's
    rails count together. Raises InputError."""
    if is_binary(file):
        return of_rails(trace_rails(file), rails, file, "Perfetto power rails")
    text = read_text(file)
    header, skip = header_of(text, file)
    columns = [c.strip().strip('"').lower() for c in header]
    if {"ts"} <= set(columns) and rail_column(columns):
        return of_rails(table_rails(text, columns, skip, file), rails, file, "Perfetto power rails")
    return of_samples(text, columns, skip, file, volts)


def header_of(text: str, file: str | Path) -> tuple[list[str], int]:
    """The names of the columns and how many lines stand above the first row: loggers write notes above them."""
    for line, content in enumerate(text.split("\n")):
        cells = content.split(separator_of(content))
        if any(TIME.match(c.strip().strip('"').lower()) for c in cells):
            return cells, line + 1
    raise InputError(file, 1, "has no header with a column of time, such as 'Time(s)', 'timestamp_ms' or 'ts'")


def numbers(text: str, columns: Sequence[str], wanted: Sequence[str], skip: int, file: str | Path) -> list[np.ndarray]:
    """The wanted columns as finite numbers. Raises InputError with the line of the first cell that is none."""
    shape = {"sep": separator_of(text.split("\n", skip)[skip - 1]), "header": None, "skiprows": skip,
             "names": [f"{i}" for i in range(len(columns) + 1)],  # rows of PyMonsoon end in a separator
             "skip_blank_lines": False, "index_col": False}
    places = [f"{columns.index(name)}" for name in wanted]
    try:
        frame = pandas.read_csv(io.StringIO(text), usecols=places, dtype=float, **shape)
        if len(frame) > 1 and np.isfinite(frame.to_numpy()).all():
            return [frame[place].to_numpy() for place in places]
    except ValueError:
        pass  # the slow way finds the place
    try:
        frame = pandas.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, **shape)
    except pandas.errors.ParserError as error:
        line = re.search(r"line (\d+)", str(error))
        raise InputError(file, int(line[1]) if line else 0, "has more cells than the header") from None
    while len(frame) and frame.iloc[-1].fillna("").str.strip().eq("").all():
        frame = frame.iloc[:-1]
    if len(frame) < 2:
        raise InputError(file, skip, "has no readings")
    found = []
    for name, place in zip(wanted, places):
        cells = frame[place]
        values = pandas.to_numeric(cells, errors="coerce").to_numpy(float)
        wrong = np.flatnonzero(~np.isfinite(values))
        if len(wrong):
            cell = cells.iloc[wrong[0]]
            raise InputError(file, skip + 1 + int(wrong[0]), f"{name}: expected a number, got '{cell}'; a log that was "
                                                            "cut off loses its last line by hand")
        found.append(values)
    return found


def column(columns: Sequence[str], pattern: re.Pattern) -> tuple[str, float] | None:
    """The first column that a pattern fits, and the scale of its unit."""
    for name in columns:
        if (found := pattern.match(name)) and name:
            unit = found[1] or "s"
            return name, TIME_UNITS[unit] if pattern is TIME else SCALES[unit]
    return None


def of_samples(text: str, columns: Sequence[str], skip: int, file: str | Path, volts: float | None) -> Energy:
    time, power, current = (column(columns, p) for p in (TIME, POWER, CURRENT))
    voltage = column(columns, VOLTAGE)
    used = [c for c in ((power,) if power else (current, voltage)) if c]
    if not power and not current:
        raise InputError(file, skip, f"has no column of power or current; there are {', '.join(columns)}")
    if not power and not voltage and volts is None:
        raise InputError(file, skip, "has currents and no voltage: --volts says the voltage of the supply")
    t, *values = numbers(text, columns, [time[0], *(c[0] for c in used)], skip, file)
    watts = values[0] * used[0][1]
    if not power:
        watts = watts * (values[1] * used[1][1] if voltage else volts)
    tool = "Monsoon" if columns[0].startswith("time(") and any(c.startswith("main") for c in columns) else "power meter"
    return integrated(t * time[1], watts, skip, file, tool)


def integrated(seconds: np.ndarray, watts: np.ndarray, skip: int, file: str | Path, tool: str) -> Energy:
    """Each reading holds until the next. Raises InputError where time goes back."""
    back = np.flatnonzero(np.diff(seconds) < 0)
    if len(back):
        raise InputError(file, skip + 2 + int(back[0]), "the time goes back: the clock was set, or two logs are in one")
    joules = np.concatenate(([0.0], np.cumsum(watts[:-1] * np.diff(seconds))))
    return Energy(Path(file), tool, seconds, joules)


def rail_column(columns: Sequence[str]) -> str:
    return next((c for c in ("power_rail_name", "raw_power_rail_name", "rail", "name") if c in columns), "")


def table_rails(text: str, columns: Sequence[str], skip: int, file: str | Path) -> dict[str, list[tuple[float, float]]]:
    """(s, J) of every rail in a CSV of trace_processor."""
    value = next((c for c in ("energy_since_boot", "value") if c in columns), "")
    if not value:
        raise InputError(file, skip, f"has no column value or energy_since_boot; there are {', '.join(columns)}")
    ts, uws = numbers(text, columns, ["ts", value], skip, file)
    rail = columns.index(rail_column(columns))
    names = [line.split(",")[rail].strip().strip('"') for line in text.split("\n")[skip: skip + len(ts)]]
    rails: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for name, t, energy in zip(names, ts, uws):
        rails[name].append((t * 1e-9, energy * 1e-6))
    return rails


def trace_rails(file: str | Path) -> dict[str, list[tuple[float, float]]]:
    """(s, J) of every rail in a trace: Trace.packet 1, TracePacket.power_rails 40, its rail_descriptor 1 (index 1,
    rail_name 2) and energy_data 2 (index 1, timestamp_ms 2, energy 3). Raises InputError."""
    names: dict[int, str] = {}
    readings: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for field, packet in fields(Path(file).read_bytes(), file):
        if field != 1 or not isinstance(packet, bytes):
            continue
        for kind, rails in fields(packet, file):
            if kind != 40 or not isinstance(rails, bytes):
                continue
            for part, content in fields(rails, file):
                entry = dict(fields(content, file)) if isinstance(content, bytes) and part in (1, 2) else {}
                if part == 1 and isinstance(entry.get(2), bytes):
                    names[entry.get(1, 0)] = entry[2].decode("utf-8", "replace")
                elif part == 2:
                    readings[entry.get(1, 0)].append((entry.get(2, 0) * 1e-3, entry.get(3, 0) * 1e-6))
    if not readings:
        raise InputError(file, 0, "has no power rails: the trace needs the data source android.power with "
                                  "collect_power_rails, and the phone a power monitor (Pixel 6 and later)")
    return {names.get(i, f"rail {i}"): values for i, values in readings.items()}


def of_rails(rails: dict[str, list[tuple[float, float]]], wanted: Sequence[str], file: str | Path, tool: str) -> Energy:
    """The sum of the wanted rails. Raises InputError for one that is not there, and if none is named where there are
    several: rails may lie within each other."""
    if not wanted and len(rails) > 1:
        raise InputError(file, 0, f"has {len(rails)} power rails: --rail says which count: {', '.join(sorted(rails))}")
    for name in wanted:
        if name not in rails:
            raise InputError(file, 0, f"has no power rail '{name}'; there are {', '.join(sorted(rails))}")
    chosen = [np.array(sorted(rails[name])) for name in (wanted or rails)]
    start, end = max(r[0, 0] for r in chosen), min(r[-1, 0] for r in chosen)
    seconds = np.unique(np.concatenate([r[:, 0] for r in chosen]))
    seconds = seconds[(seconds >= start) & (seconds <= end)]
    if len(seconds) < 2:
        raise InputError(file, 0, "has fewer than two readings of the rails in common")
    joules = sum(np.interp(seconds, r[:, 0], r[:, 1]) for r in chosen)
    if (np.diff(joules) < 0).any():
        raise InputError(file, 0, "energy falls: the phone was started anew during the trace")
    return Energy(Path(file), f"{tool} ({', '.join(wanted or rails)})", seconds, joules - joules[0])
