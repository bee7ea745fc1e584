"""The wire format of protocol buffers, as much as two files of other tools need, without their generated classes.

Source: protobuf.dev, "Encoding".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from .text import InputError

Value = int | bytes


def fields(data: bytes, file: str | Path) -> Iterator[tuple[int, Value]]:
    """(field number, value) of a message: a varint as int, anything else as its bytes. Raises InputError where the
    message is cut off or is none."""
    at = 0
    while at < len(data):
        key, at = varint(data, at, file)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at, file)
            yield key >> 3, value
            continue
        if kind == 2:
            length, at = varint(data, at, file)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise InputError(file, 0, f"is no protocol buffer: wire type {kind} at byte {at}")
        if at + length > len(data):
            raise InputError(file, 0, f"is cut off: {length} bytes are announced at byte {at} of {len(data)}")
        yield key >> 3, data[at: at + length]
        at += length


def varint(data: bytes, at: int, file: str | Path) -> tuple[int, int]:
    """The number that begins at a byte, and the byte behind it."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise InputError(file, 0, "is cut off in the middle of a number")
        value |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return value, at
    raise InputError(file, 0, f"is no protocol buffer: a number without end at byte {at}")


def floats(data: bytes, file: str | Path) -> dict[int, float]:
    """The fields of a message that are 32-bit floats, by number."""
    return {field: struct.unpack("<f", value)[0] for field, value in fields(data, file)
            if isinstance(value, bytes) and len(value) == 4}
