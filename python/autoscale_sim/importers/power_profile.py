"""Powers from Android's power_profile.xml: currents in mA to W at the nominal voltage.

On a phone the file is res/xml/power_profile.xml of framework-res.apk (`aapt2 dump xmltree`, apktool); of many phones it
is public in the repositories of Android's ports. It is the vendor's table, so good for a start: what the vendor did not
measure stands there too, and AOSP's own defaults are 0.1 mA everywhere, which is refused.

    busy power of a cluster = (cores x core_power + cluster_power) x voltage
    radio powers            = controller's tx, rx and idle current x voltage; without a controller the old entries
                              active (both directions) and on

Source: source.android.com, "Measure power values".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from .text import InputError, named_with_date, number, read_text
from .writing import measured, measured_list, rounded

#: Radio of a profile -> currents by state, the first that is there. `modem.controller.tx` is a list by signal level,
#: of which the first is the weakest power.
RADIOS = {
    "wifi": {"tx": ("wifi.controller.tx", "wifi.active"), "rx": ("wifi.controller.rx", "wifi.active"),
             "idle": ("wifi.controller.idle", "wifi.on")},
    "lte": {"tx": ("modem.controller.tx", "radio.active"), "rx": ("modem.controller.rx", "radio.active"),
            "idle": ("modem.controller.idle", "radio.on")},
    "bluetooth_le": {"tx": ("bluetooth.controller.tx", "bluetooth.active"),
                     "rx": ("bluetooth.controller.rx", "bluetooth.active"),
                     "idle": ("bluetooth.controller.idle", "bluetooth.on")},
}
KEYS = {"tx": "tx_power", "rx": "rx_power", "idle": "listen_power"}
SCREEN = ("screen.on.display0", "screen.on")


@dataclass(frozen=True)
class PowerProfile:
    """The entries of a file: name -> values (an item has one). Currents in mA, clocks in kHz."""

    file: Path
    entries: dict[str, tuple[float, ...]]

    def first(self, *names: str) -> tuple[str, float] | None:
        """The first entry of these names that is there, with its first value."""
        return next(((n, self.entries[n][0]) for n in names if self.entries.get(n)), None)

    def clusters(self) -> list[int]:
        return [c for c in range(8) if f"cpu.core_speeds.cluster{c}" in self.entries
                or f"cpu.speeds.cluster{c}" in self.entries]


def read(file: str | Path) -> PowerProfile:
    """Reads a power_profile.xml. Raises InputError, with the line where the XML is broken."""
    try:
        root = ElementTree.fromstring(read_text(file).encode("utf-8"))
    except ElementTree.ParseError as error:
        raise InputError(file, error.position[0], f"is no XML: {error}") from None
    if root.tag != "device":
        raise InputError(file, 1, f"is no power profile: its root is <{root.tag}>, not <device>")
    entries: dict[str, tuple[float, ...]] = {}
    for element in root:
        name = element.get("name", "")
        values = [element] if element.tag == "item" else element.findall("value") if element.tag == "array" else []
        if name and values:
            entries[name] = tuple(number(v.text or "", file, 0, name, 0) for v in values)
    if not entries:
        raise InputError(file, 1, "has no items")
    return PowerProfile(Path(file), entries)


def cpu(profile: PowerProfile, volts: float, cluster: int | None = None, cores: int | None = None) -> dict[str, Any]:
    """Clocks and powers of a CPU cluster, as a profile's processor has them: the one with the highest clock, with all
    its cores, unless said. Raises InputError if there are none, or if they are AOSP's placeholders."""
    clusters = profile.clusters()
    if cluster is None:
        cluster = max(clusters, key=lambda c: max(speeds(profile, c)), default=None)
    if cluster not in clusters:
        raise InputError(profile.file, 0, f"has no cluster {cluster}; there are {clusters}" if clusters else
                         "has no cpu.core_speeds.cluster0: it is no profile by cluster")
    khz = speeds(profile, cluster)
    core = next((profile.entries[name] for name in (f"cpu.core_power.cluster{cluster}", f"cpu.active.cluster{cluster}")
                 if name in profile.entries), ())
    if not core or len(core) != len(khz):
        raise InputError(profile.file, 0, f"cluster {cluster}: {len(khz)} speeds but {len(core)} currents")
    if set(core) == {0.1}:
        raise InputError(profile.file, 0, f"cluster {cluster}: all currents are 0.1 mA, the placeholder of AOSP")
    per_cluster = profile.entries.get("cpu.clusters.cores", ())
    if cores is None:
        if cluster >= len(per_cluster):
            raise InputError(profile.file, 0, "has no cpu.clusters.cores: --cores says how many the cluster has")
        cores = int(per_cluster[cluster])
    shared = (profile.first(f"cpu.cluster_power.cluster{cluster}") or ("", 0.0))[1]
    watts = [(cores * mA + shared) * volts / 1e3 for mA in core]
    pairs = sorted(zip(khz, watts))
    falling = [f for (f, w), (_, before) in zip(pairs[1:], pairs) if w <= before]
    if falling:
        raise InputError(profile.file, 0, f"cluster {cluster}: the current does not rise at {falling[0] / 1e3:g} MHz, "
                                          "and a profile's power must")
    how = f"table of the vendor: ({cores} x core current + {shared:g} mA) x {volts:g} V, cluster {cluster}; " \
          f"{named_with_date(profile.file)}"
    return {"model": f"{cores} cores of cluster {cluster}",
            "frequency": measured_list("MHz", [rounded(f / 1e3, 7) for f, _ in pairs], how),
            "power": measured_list("W", [rounded(w, 5) for _, w in pairs], how)}


def speeds(profile: PowerProfile, cluster: int) -> tuple[float, ...]:
    return profile.entries.get(f"cpu.core_speeds.cluster{cluster}") or profile.entries[f"cpu.speeds.cluster{cluster}"]


def radios(profile: PowerProfile, volts: float) -> dict[str, Any]:
    """Powers of the radios that the file knows, by the keys of a device profile."""
    found: dict[str, Any] = {}
    for radio, states in RADIOS.items():
        for state, names in states.items():
            if entry := profile.first(*names):
                watts = rounded(entry[1] * volts / 1e3)
                how = f"table of the vendor: {entry[0]} {entry[1]:g} mA x {volts:g} V; {named_with_date(profile.file)}"
                found.setdefault(radio, {})[KEYS[state]] = measured(f"{watts:g} W", how)
    return found


def battery(profile: PowerProfile, volts: float) -> dict[str, Any]:
    """Capacity and voltage of the battery; {} if the file does not say the capacity."""
    entry = profile.first("battery.capacity")
    if not entry or entry[1] <= 0:
        return {}
    how = f"table of the vendor: battery.capacity; {named_with_date(profile.file)}"
    return {"capacity": measured(f"{entry[1]:g} mAh", how),
            "voltage": {"value": f"{volts:g} V", "assumed": "the voltage that its currents are multiplied by"}}


def screen_w(profile: PowerProfile, volts: float) -> float | None:
    """Power of the screen at its darkest, W, for comparison with a baseline; None if the file does not say."""
    entry = profile.first(*SCREEN)
    return entry[1] * volts / 1e3 if entry else None


def changes(profile: PowerProfile, volts: float, cluster: int | None = None,
            cores: int | None = None) -> dict[str, Any]:
    """All of it, as profile.with_changes takes it."""
    tree: dict[str, Any] = {"power_level": "measured", "battery": battery(profile, volts),
                            "radios": radios(profile, volts)}
    if profile.clusters():
        tree["processors"] = {"cpu": cpu(profile, volts, cluster, cores)}
    return {key: value for key, value in tree.items() if value}
