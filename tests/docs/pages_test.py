#!/usr/bin/env python3
"""Does what the pages say, README.md, those of docs/ and the README.md of folders, each from its top to its end,
and compares what comes out with what they show.

A fenced block is read by the words behind its opening fence:
  console       lines that begin with "$ " are run by bash; the lines below them are their whole output,
                a line "..." stands for any lines. No line below: the output may be anything.
  console slow  not run; printed as skipped. A script that it names must exist.
  ... file=X    the block is the file X. With --extract that is all: the files are written and nothing is run.
Links into the repository must lead to a file, and to a heading of it where they name one. Every page has a
scratch copy of the data folders and docs/examples of its own, with the repository's program and scripts/plot.sh.
Numbers may differ by one unit in their last shown digit. Standard library only.
"""

import argparse
from pathlib import Path
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

COPIED = ("device_profiles", "workloads", "scenarios", "docs/examples")
PROGRAM = "build/release/autoscale"
PLOT = "scripts/plot.sh"
NUMBER = re.compile(r"[-+]?\d+(?:\.(\d+))?$")
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#]*)#?([^)]*)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
TIME_LIMIT_S = 300


def blocks(text):
    """Yields (line number, words behind the fence, lines) of every fenced block."""
    opened = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("```"):
            if opened:
                opened[2].append(line)
        elif opened:
            yield opened
            opened = None
        else:
            opened = (number, line[3:].split(), [])


def file_of(words):
    """The file that a block is; None if it is none."""
    names = [word[len("file="):] for word in words if word.startswith("file=")]
    return names[0] if names else None


def commands(first_line, lines):
    """Yields (line number, command, shown output) of a console block."""
    current = None
    for number, line in enumerate(lines, first_line + 1):
        if line.startswith("$ "):
            if current:
                yield current
            current = (number, line[2:], [])
        elif current and current[1].endswith("\\"):
            current = (current[0], current[1][:-1] + line.strip(), [])
        elif current:
            current[2].append(line)
    if current:
        yield current


def same_word(shown, actual):
    number = NUMBER.match(shown)
    if not number or not NUMBER.match(actual):
        return shown == actual
    unit = 10.0 ** -len(number[1] or "")
    return abs(float(shown) - float(actual)) <= (1.001 * unit if number[1] else 0)


def same_line(shown, actual):
    a, b = shown.split(), actual.split()
    return len(a) == len(b) and all(map(same_word, a, b))


def same_output(shown, actual):
    if not shown:
        return not actual
    if shown[0].strip() == "...":
        return any(same_output(shown[1:], actual[i:]) for i in range(len(actual) + 1))
    return bool(actual) and same_line(shown[0], actual[0]) and same_output(shown[1:], actual[1:])


def prose(text):
    """A page without its fenced blocks, line by line as before."""
    return FENCED.sub(lambda block: "\n" * block[0].count("\n"), text)


def anchors(text):
    """What GitHub calls the headings of a page."""
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in HEADING.findall(prose(text))}


class Reader:
    """Follows a page in a scratch folder; failures are collected as text."""

    def __init__(self, options, page, scratch):
        self.options = options
        self.page = page
        self.text = (options.root / page).read_text()
        self.scratch = scratch
        self.failures = []
        self.ran = 0
        for folder in COPIED:
            shutil.copytree(options.root / folder, scratch / folder)

    def read(self):
        self.check_links()
        self.follow()

    def check_links(self):
        for number, line in enumerate(prose(self.text).splitlines(), 1):
            for path, anchor in LINK.findall(line):
                if "://" in path:
                    continue
                file = (self.options.root / self.page).parent / path if path else self.options.root / self.page
                if not file.exists():
                    self.fail(number, f"there is no {path}")
                elif anchor and anchor not in anchors(file.read_text()):
                    self.fail(number, f"{path} has no heading #{anchor}")

    def follow(self):
        for line, words, lines in blocks(self.text):
            name = file_of(words)
            if name:
                self.write(line, name, lines)
            elif "console" in words:
                for where, command, shown in commands(line, lines):
                    if "slow" in words:
                        self.skip(where, command)
                    else:
                        self.run(where, command, shown)

    def fail(self, line, message):
        self.failures.append(f"{self.page}:{line}: {message}")
        print(self.failures[-1], flush=True)

    def skip(self, line, command):
        print(f"{self.page}:{line}: SKIPPED (slow): {command}", flush=True)
        script = command.split()[0]
        if script.startswith("scripts/") and not (self.options.root / script).is_file():
            self.fail(line, f"there is no {script}")

    def write(self, line, name, lines):
        print(f"{self.page}:{line}: writes {name}", flush=True)
        file = self.scratch / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(lines) + "\n")

    def run(self, line, command, shown):
        print(f"{self.page}:{line}: $ {command}", flush=True)
        self.ran += 1
        shell = command.replace(PROGRAM, shlex.quote(str(self.options.program)))
        shell = shell.replace(PLOT, shlex.quote(str(self.options.root / PLOT)))
        try:
            done = subprocess.run(["bash", "-c", shell], cwd=self.scratch, text=True, timeout=TIME_LIMIT_S,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        except subprocess.TimeoutExpired:
            self.fail(line, f"took more than {TIME_LIMIT_S} s")
            return
        output = done.stdout.splitlines()
        while shown and not shown[-1].strip():
            shown.pop()
        if done.returncode:
            self.fail(line, f"exit code {done.returncode}\n{done.stdout}")
        elif shown and not same_output(shown, output):
            self.fail(line, "other output than shown:\n" + "\n".join(output))


def extract(page, folder):
    """Writes the files of a page below `folder`, without their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for _, words, lines in blocks(page.read_text()):
        if file_of(words):
            (folder / Path(file_of(words)).name).write_text("\n".join(lines) + "\n")


def all_pages(root):
    found = {file for pattern in ("*.md", "docs/*.md", "*/README.md", "results/*.md") for file in root.glob(pattern)}
    return sorted(str(file.relative_to(root)) for file in found)


def read(options, page):
    """Reads a page; returns how many commands were run, and the failures."""
    with tempfile.TemporaryDirectory() as scratch:
        reader = Reader(options, page, Path(scratch))
        reader.read()
    return reader.ran, reader.failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, required=True, help="the repository")
    parser.add_argument("--page", help="below the repository; default: all")
    parser.add_argument("--but", default="", help="a page that is left out")
    parser.add_argument("--program", type=Path, help="autoscale")
    parser.add_argument("--extract", type=Path, help="folder to write the page's files to")
    options = parser.parse_args()
    if options.extract:
        return extract(options.root / options.page, options.extract)
    pages = [options.page] if options.page else [page for page in all_pages(options.root) if page != options.but]
    counts, failures = zip(*(read(options, page) for page in pages))
    failed = sum(failures, [])
    print(f"{len(pages)} pages, {sum(counts)} commands run, {len(failed)} failures", *failed, sep="\n")
    if not sum(counts):
        sys.exit("no page shows a command")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
