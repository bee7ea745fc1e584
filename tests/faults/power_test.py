#!/usr/bin/env python3
"""Loss of power: every moment of a sweep and of a run is replayed as a file system may leave it, and what is then found
is either right or missing.

    power_test.py [--long] PROGRAM

shim.c records what is written, synced and renamed, in order. At each moment a disk may hold (POSIX promises no more):
all of it; only what was synced, under the names that were synced; all names, but of the bytes only those that were
synced; the lengths too, with zeros for bytes; all but a torn last write.
"""

import os
import unittest
from dataclasses import dataclass, field

from support import LONG, RUN, SWEEP, TIMING, Fault, every, results

EVERYDAY = 40  # of the different states of a sweep


@dataclass
class File:
    """One inode: its bytes now and when it was last synced."""

    now: bytearray = field(default_factory=bytearray)
    synced: bytes = b""

    def write(self, at, data):
        self.now.extend(bytes(max(0, at + len(data) - len(self.now))))
        self.now[at:at + len(data)] = data  # fmt: skip

    def cut(self, size):
        self.now = bytearray(self.now[:size].ljust(size, b"\0"))

    def zeros(self):
        """As when the length is on the disk and the bytes behind those synced are not."""
        return self.synced[:len(self.now)].ljust(len(self.now), b"\0")  # fmt: skip


class Disk:
    """A folder during the recorded calls, with everything that it may come down to."""

    def __init__(self, folder):
        self.folder, self.inode = folder, folder.stat().st_ino
        self.files = {}
        self.names = {}
        self.synced_names = {}
        self.torn = None  # inode and bytes of the latest write without its second half

    def apply(self, line):
        kind, *rest = line.split(" ")
        self.torn = None
        if kind == "open":
            inode, cut, path = int(rest[0]), rest[1] == "1", rest[2]
            file = self.files[inode] = self.files.get(inode, File()) if path in self.names else File()
            if cut:
                file.cut(0)
            self.names[path] = inode
        elif kind == "write":
            inode, at, data = int(rest[0]), int(rest[1]), bytes.fromhex(rest[2])
            before = bytes(self.files[inode].now)
            self.files[inode].write(at, data)
            self.torn = inode, before[:at] + data[:len(data) // 2]  # fmt: skip
        elif kind == "cut":
            self.files[int(rest[0])].cut(int(rest[1]))
        elif kind == "sync":
            self.sync(int(rest[0]))
        elif kind == "rename":
            self.names[rest[2]] = self.names.pop(rest[1])
        elif kind == "remove":
            self.names.pop(rest[1], None)

    def sync(self, inode):
        if inode == self.inode:
            self.synced_names = dict(self.names)
        elif inode in self.files:
            self.files[inode].synced = bytes(self.files[inode].now)

    def states(self):
        """The folder's files by name, as a loss of power may leave them."""
        now = {path: bytes(self.files[inode].now) for path, inode in self.names.items()}
        yield now
        yield {path: self.files[inode].synced for path, inode in self.synced_names.items()}
        yield {path: self.files[inode].synced for path, inode in self.names.items()}
        yield {path: self.files[inode].zeros() for path, inode in self.names.items()}
        yield {path: bytes(self.files[inode].now) for path, inode in self.synced_names.items()}
        if self.torn:
            inode, content = self.torn
            yield {path: content if self.names[path] == inode else now[path] for path in now}


class PowerLoss(Fault):
    def states_of(self, command, out):
        """All different states that the command may leave."""
        log = self.folder / "log"
        self.succeed(command, faults={"ROOT": out, "LOG": log})
        disk, seen = Disk(out), {}
        for line in log.read_text().splitlines():
            disk.apply(line)
            for state in disk.states():
                seen.setdefault(frozenset(state.items()), state)
        return list(seen.values())

    def leave(self, state, out):
        """The folder as the power's return finds it."""
        out.mkdir()
        for path, content in state.items():
            (out / os.path.basename(path)).write_bytes(content)

    def assert_no_final_name_lies(self, out, wanted):
        self.assert_whole_or_absent(out, wanted)
        timing = out / TIMING
        if timing.exists():
            self.assertTrue(timing.read_bytes().endswith(b"\n"))

    def test_sweep(self):
        wanted = self.undisturbed()
        states = self.states_of(self.sweep(self.folder / "first"), self.folder / "first")
        self.assertGreater(len(states), 50)
        for i, state in enumerate(states):
            out = self.folder / f"state{i}"
            self.leave(state, out)
            with self.subTest(state=i):
                self.assert_no_final_name_lies(out, wanted)
        for i in every(range(len(states)), EVERYDAY):
            with self.subTest(resumed=i):
                self.assert_resumes(self.folder / f"state{i}")

    def test_a_sweep_that_goes_on_to_other_results(self):
        """The older results of the folder are never taken for those of the new definition's."""
        out = self.folder / "first"
        self.succeed(self.sweep(out))
        before = results(out)
        disk = Disk(out)
        for file in out.iterdir():
            disk.files[file.stat().st_ino] = File(bytearray(file.read_bytes()), file.read_bytes())
            disk.names[str(file)] = file.stat().st_ino
        disk.synced_names = dict(disk.names)
        self.sweep_file.write_text(SWEEP + "summary: other\nmetrics: [gap_to_opt]\n")
        log = self.folder / "log"
        self.succeed(self.sweep(out, "--resume"), faults={"ROOT": out, "LOG": log})
        after = results(out)
        self.assertNotEqual(before, after)
        for line in log.read_text().splitlines():
            disk.apply(line)
            for state in disk.states():
                there = {os.path.basename(path): content for path, content in state.items()}
                if "runs.csv" in there:
                    shown = {name: there[name] for name in before if name in there}
                    self.assertIn(shown, (before, after), line[:80])

    def test_run(self):
        out = self.folder / "first"
        states = self.states_of([*RUN, "--requests", "--timeline", "--out", out], out)
        wanted = results(out)
        self.assertGreater(len(states), 30)
        for i, state in enumerate(states):
            with self.subTest(state=i):
                self.leave(state, self.folder / f"state{i}")
                self.assert_no_final_name_lies(self.folder / f"state{i}", wanted)

    def test_a_damaged_byte_anywhere_costs_a_record_at_most(self):
        out = self.folder / "first"
        self.succeed(self.sweep(out))
        journal = (out / "journal").read_bytes()
        head = journal.index(b"\xa5JR\n", 4)
        for i in every(range(head, len(journal), 97 if LONG else 397), 6):
            copy = self.folder / f"damaged{i}"
            copy.mkdir()
            (copy / "journal").write_bytes(journal[:i] + bytes([journal[i] ^ 0x10]) + journal[i + 1:])  # fmt: skip
            self.assert_resumes(copy)


if __name__ == "__main__":
    unittest.main()
