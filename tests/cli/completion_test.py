"""What zsh and fish offer on a half-written line, asked of the shells themselves; those that are not there are skipped.

completion_test.py PROGRAM. bash is asked in commands_test.cpp.
"""

import fcntl
import os
import pty
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest
from pathlib import Path

PROGRAM = Path(sys.argv.pop(1)).resolve()
PROMPT = b"READY> "
LIST_CHOICES = b"\x04"  # Ctrl-D on a line that is not empty


def completion(shell):
    return subprocess.run([PROGRAM, "completion", shell], check=True, capture_output=True, text=True).stdout


class Offers:
    """The tests of a shell, whose offer(line) gives what it offers there."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        (self.folder / "autoscale").symlink_to(PROGRAM)
        (self.folder / "own.yaml").touch()
        self.environment = os.environ | {"PATH": f"{self.folder}:{os.environ['PATH']}", "HOME": str(self.folder),
                                         "TERM": "dumb"}  # fmt: skip

    def test_commands(self):
        offered = self.offer("autoscale ")
        self.assertLessEqual({"run", "explain", "list", "completion", "man"}, offered)
        self.assertNotIn("quickstart", offered)

    def test_options(self):
        offered = self.offer("autoscale run --")
        self.assertLessEqual({"--policy", "--replications", "--out"}, offered)
        self.assertNotIn("--dnn", offered)

    def test_values(self):
        self.assertEqual(self.offer("autoscale explain --accounting "),
                         {"whole_phone", "marginal", "paper_equations"})  # fmt: skip
        self.assertLessEqual({"opt", "autoscale", "cloud"}, self.offer("autoscale run --policy "))
        self.assertIn("mi8pro", self.offer("autoscale explain --device "))

    def test_words(self):
        self.assertLessEqual({"devices", "policies", "targets"}, self.offer("autoscale list "))
        self.assertLessEqual({"export", "import"}, self.offer("autoscale table "))

    def test_files(self):
        for line in ("autoscale run ", "autoscale run --out ", "autoscale import "):
            self.assertIn("own.yaml", self.offer(line), line)


@unittest.skipUnless(shutil.which("fish"), "there is no fish")
class Fish(Offers, unittest.TestCase):
    def offer(self, line):
        (self.folder / "autoscale.fish").write_text(completion("fish"))
        asked = subprocess.run(["fish", "--no-config", "-c", f"source autoscale.fish; complete -C '{line}'"], check=True,
                               capture_output=True, text=True, cwd=self.folder, env=self.environment)  # fmt: skip
        self.assertEqual(asked.stderr, "")
        return {offer.split("\t")[0] for offer in asked.stdout.splitlines()}


class Zsh(Offers):
    """Through a terminal, without which zsh completes nothing."""

    def offer(self, line):
        (self.folder / "_autoscale").write_text(completion("zsh"))
        shell, terminal = pty.fork()
        if shell == 0:
            os.chdir(self.folder)
            os.execvpe("zsh", ["zsh", "-f", "-i"], self.environment)
        try:
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 200, 200, 0, 0))
            # In two parts, so that the line that sets it is not taken for the prompt.
            os.write(terminal, f"LISTMAX=1000; {self.SET_UP}; PS1='REA''DY> '\n".encode())
            self.read_to_prompt(terminal)
            os.write(terminal, line.encode() + LIST_CHOICES)
            listed = self.read_to_prompt(terminal)
        finally:
            os.kill(shell, 9)
            os.waitpid(shell, 0)
            os.close(terminal)
        self.assertNotIn("_arguments:", listed)  # an error of what the completion hands it
        rows = [row.split(" -- ")[0] for row in listed.splitlines()[1:]]
        return set(" ".join(rows).split())

    def read_to_prompt(self, terminal):
        read = b""
        deadline = time.monotonic() + 60
        while PROMPT not in read:
            self.assertTrue(select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0],
                            f"no prompt, but {read}")  # fmt: skip
            read += os.read(terminal, 65536)
        return read[:read.index(PROMPT)].decode()


@unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
class InstalledZsh(Zsh, unittest.TestCase):
    SET_UP = "fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D"


@unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
class SourcedZsh(Zsh, unittest.TestCase):
    SET_UP = "autoload -Uz compinit; compinit -u -D; source <(autoscale completion zsh)"


if __name__ == "__main__":
    unittest.main()
