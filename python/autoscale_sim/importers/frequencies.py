"""Operating points: a dump of cpufreq and devfreq to the clocks of a profile.

The dump is what grep prints of small files, a line `path:content` each; on the phone's shell

    adb shell 'grep -s . /sys/devices/system/cpu/cpufreq/policy*/* /sys/devices/system/cpu/cpufreq/policy*/stats/* \\
      /sys/class/devfreq/*/* /sys/class/kgsl/kgsl-3d0/*' > sysfs.txt

Read are scaling_available_frequencies and scaling_boost_frequencies, else stats/time_in_state (kHz), related_cpus, and
available_frequencies of devfreq and kgsl's gpu_available_frequencies (Hz). Files that need root are left out by grep.

Source: Linux, Documentation/admin-guide/pm/cpufreq.rst and ABI/testing/sysfs-class-devfreq.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .text import InputError, lines_of, named_with_date, positive, read_text
from .writing import rounded

POLICY = re.compile(r"(?:policy|cpu)(\d+)(?:/cpufreq)?/(scaling_available_frequencies|scaling_boost_frequencies|"
                    r"stats/time_in_state|related_cpus)$")
DEVFREQ = re.compile(r"(?:devfreq/([^/]+)/available_frequencies|(kgsl-3d0)/gpu_available_frequencies)$")
GPU = re.compile(r"kgsl|mali|gpu", re.I)


@dataclass(frozen=True)
class Clocks:
    """What one clock domain can run at: its name in sysfs, MHz ascending, its cores (empty if it is no CPU)."""

    domain: str
    mhz: tuple[float, ...]
    cores: tuple[int, ...]

    @property
    def is_cpu(self) -> bool:
        return self.domain.startswith("policy")

    @property
    def is_gpu(self) -> bool:
        return not self.is_cpu and bool(GPU.search(self.domain))


def read(file: str | Path) -> list[Clocks]:
    """The clock domains of a dump, in its order. Raises InputError for a line that is no `path:content`, or a dump
    without clocks."""
    clocks: dict[str, set[float]] = {}
    cores: dict[str, tuple[int, ...]] = {}
    for line, content in lines_of(read_text(file)):
        if content.startswith("Binary file "):  # grep's word for one of the files
            continue
        path, colon, value = content.rpartition(":") if content.count(":") == 1 else split_path(content)
        if not colon or "/" not in path:
            raise InputError(file, line, "expected 'path:content', as grep prints the files of sysfs")
        if found := POLICY.search(path):
            domain = f"policy{found[1]}"
            if found[2] == "related_cpus":
                cores[domain] = tuple(int(c) for c in re.findall(r"\d+", value))
            else:
                words = value.split()[:1] if found[2].endswith("time_in_state") else value.split()
                if found[2].endswith("time_in_state") and words and words[0] == "From":
                    continue
                clocks.setdefault(domain, set()).update(positive(w, file, line, domain, 1e8) / 1e3 for w in words)
        elif found := DEVFREQ.search(path):
            domain = found[1] or found[2]
            values = [positive(w, file, line, domain, 1e11) / 1e6 for w in value.split()]
            clocks.setdefault(domain, set()).update(values)
    if not clocks:
        raise InputError(file, 0, "has no clocks: neither cpufreq's scaling_available_frequencies or time_in_state nor "
                                  "devfreq's available_frequencies")
    return [Clocks(d, tuple(rounded(f, 7) for f in sorted(mhz)), cores.get(d, ())) for d, mhz in clocks.items()]


def split_path(content: str) -> tuple[str, str, str]:
    """Path and content of a line; names of devfreq devices have colons too (soc:qcom,gpubw)."""
    found = re.match(r"(/.*/[A-Za-z0-9_]+):(.*)$", content)
    return (found[1], ":", found[2]) if found else (content, "", "")


def fastest_cpu(domains: list[Clocks], policy: int | None = None) -> Clocks | None:
    """The CPU's domain of `policy`, else the one with the highest clock; None if there is none."""
    cpus = [d for d in domains if d.is_cpu and (policy is None or d.domain == f"policy{policy}")]
    return max(cpus, key=lambda d: d.mhz[-1], default=None)


def gpu_of(domains: list[Clocks]) -> Clocks | None:
    """The GPU's domain; None if there is none."""
    return next((d for d in domains if d.is_gpu), None)


def model(clocks: Clocks) -> str:
    """What a profile calls a processor of which only the clock domain is known."""
    return f"{clocks.domain} of sysfs" + (f", cores {', '.join(map(str, clocks.cores))}" if clocks.cores else "")


def how(clocks: Clocks, file: str | Path) -> str:
    """Where clocks come from, in words."""
    return f"{model(clocks)}; {named_with_date(file)}"
