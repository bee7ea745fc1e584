"""The physics of a request, computed a second time from the data files alone.

Reads device_profiles/ and workloads/ with PyYAML and the csv module and shares nothing with the
engine, so that a slip in the engine's reading, unit conversion or arithmetic shows as a difference.
Everything is in SI units: seconds, joules, watts, bits, hertz; signal strengths in dBm.

Written from the statements in sim/system/cost.h, sim/models/{processor,link,slow_start,roofline}.h and
workloads/roofline.yaml.
"""

import csv
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from statistics import NormalDist

import yaml

PHONES = ("mi8pro", "galaxy_s10e", "moto_x_force")
PROCESSORS = ("cpu", "gpu", "dsp")
PRECISIONS = ("fp32", "fp16", "int8")
BYTES = {"fp32": 4, "fp16": 2, "int8": 1}
STAGES = ("wait", "decision", "compute", "promotion", "upload", "network", "queue", "service", "download")
CAUSES = ("cpu", "gpu", "dsp", "radio_tx", "radio_rx", "radio_tail", "idle", "decision")

_SCALES = {
    "": 1, "1": 1, "s": 1, "ms": 1e-3, "us": 1e-6, "W": 1, "mW": 1e-3, "Hz": 1, "MHz": 1e6, "GHz": 1e9,
    "dBm": 1, "bit/s": 1, "kbit/s": 1e3, "Mbit/s": 1e6, "B": 8, "bit": 1, "MMAC": 1e6, "min": 60,
    "mW/(Mbit/s)": 1e-9,
}


def si(text):
    """The SI value of '12 ms', 0.5 or '0.9 W'."""
    match = re.fullmatch(r"\s*([-+0-9.eE]+)\s*(.*?)\s*", str(text))
    return float(match.group(1)) * _SCALES[match.group(2)]


def value(node):
    """The SI value of {value: ..., <origin>}."""
    return si(node["value"])


def values(node):
    """The SI values of {unit: ..., values: [...], <origin>}."""
    return [float(x) * _SCALES[str(node["unit"])] for x in node["values"]]


def load(path):
    with open(path, encoding="utf-8") as stream:
        return yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def rows(path):
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))


def interpolate(xs, ys, x):
    """Linear between the points, constant outside."""
    if x <= xs[0]:
        return ys[0]
    for i in range(1, len(xs)):
        if x <= xs[i]:
            return ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / (xs[i] - xs[i - 1])
    return ys[-1]


@dataclass
class Setting:
    """What a request is computed under; the defaults are those of the program."""

    co_cpu: float = 0.0
    co_memory: float = 0.0
    cloud_link: str = "wifi"
    tablet_link: str = "wifi_direct"
    signal: dict = field(default_factory=dict)  # link -> dBm; others at their regular signal
    accounting: str = "whole_phone"
    power_level: str = ""  # empty: as each profile says
    accuracy_set: str = "post_training"
    accuracy_target: float = 50.0
    upload: str = "raw"
    detections: str = "boxes"
    qos_s: float = 0.0
    decision_s: float = 0.0
    wait_s: float = 0.0
    promotion_s: dict = field(default_factory=dict)  # link -> seconds before sending
    promotion_w: dict = field(default_factory=dict)  # link -> power in these
    tail_s: dict = field(default_factory=dict)  # link -> seconds of tail charged
    cold: dict = field(default_factory=dict)  # link -> whether its connection has been idle


@dataclass
class Result:
    """One action: seconds by stage, joules by cause, and what is reported beside them."""

    name: str
    frequency_hz: float
    legal: bool
    accuracy: float
    seconds: dict = field(default_factory=dict)
    joules: dict = field(default_factory=dict)
    server_j: float = 0.0
    busy_s: float = 0.0  # local: seconds at full busy power that take the same energy
    pause_s: dict = field(default_factory=dict)  # remote: slow start within upload and download

    @property
    def latency_s(self):
        return math.fsum(self.seconds.values())

    @property
    def energy_j(self):
        return math.fsum(self.joules.values())


class Data:
    """The data folders of a source tree."""

    def __init__(self, root):
        root = Path(root)
        profiles = root / "device_profiles"
        self.devices = {p.stem: load(p) for p in profiles.glob("*.yaml")}
        self.links = {p.stem: load(p) for p in (profiles / "links").glob("*.yaml")}
        self.dnns = {p.stem: load(p) for p in (root / "workloads/dnns").glob("*.yaml")}
        self.blocks = {d: rows(root / "workloads/blocks" / c["blocks"]) for d, c in self.dnns.items()}
        self.roofline = load(root / "workloads/roofline.yaml")
        self.use_cases = {p.stem: load(p) for p in (root / "workloads/use_cases").glob("*.yaml")}
        self.latency = {
            (r["device"], r["dnn"], r["processor"], r["precision"]): float(r["latency_ms"]) / 1e3
            for r in rows(root / "workloads/latency.csv")
        }

    def default_use_case(self, dnn):
        """The first use case, by name, that uses the DNN; else non_streaming."""
        for name in sorted(self.use_cases):
            if dnn in self.use_cases[name]["dnns"]:
                return name
        return "non_streaming"

    def idle_links(self, use_case):
        """Which links are cold, as the mean interval between the requests of a use case leaves them."""
        (arrivals,) = self.use_cases[use_case]["arrivals"].items()
        interval = arrivals[1].get("period") or arrivals[1].get("interval") or arrivals[1]["think"]
        while isinstance(interval, dict):
            (interval,) = interval.values()
        return {link: self.cold_after(link, si(interval)) for link in self.links}

    def cold_after(self, link, idle_s):
        """Whether a transfer after `idle_s` without one begins with the initial window."""
        slow_start = self.links[link].get("slow_start")
        return bool(slow_start) and slow_start["idle_reset"] and idle_s > value(slow_start["idle_timeout"])

    def slow_start_s(self, link, bits, rate_bps, rtt_s):
        """Pauses of a cold transfer: round by round, the sender sends a window, then waits for the first
        acknowledgement, a round trip after the first segment, unless it is still sending by then."""
        slow_start = self.links[link]["slow_start"]
        segment = value(slow_start["segment"])
        window, paused, left = int(slow_start["initial_window"]["value"]), 0.0, bits
        while left > window * segment:
            first_acknowledged = segment / rate_bps + rtt_s
            paused += max(0.0, first_acknowledged - window * segment / rate_bps)
            left -= window * segment
            window *= 2
        return paused

    def split(self, dnn, kind, precision, busy_s, ridge_factor=1):
        """(compute, memory) seconds of `busy_s`, shared by the additive roofline over the blocks."""
        ridge = value(self.roofline[kind][precision]["ridge"]) * ridge_factor
        costs = self.roofline["class_memory_cost"][kind]
        scale = value(self.dnns[dnn]["block_scale"])
        compute, memory = [], []
        for block in self.blocks[dnn]:
            compute.append(float(block["macs"]) * scale)
            if block["class"] == "input":
                continue
            elements = (float(block["in_elements"]) + float(block["out_elements"])) * scale
            size = (elements + float(block["params"])) * BYTES[precision]
            memory.append(size * ridge * value(costs[block["class"]]))
        total = math.fsum(compute) + math.fsum(memory)
        return busy_s * math.fsum(compute) / total, busy_s * math.fsum(memory) / total

    def work(self, device, dnn, processor, precision):
        """(overhead, compute, memory) seconds at the top operating point; None if it cannot run."""
        profile, kind = self.devices[device], processor["name"]
        for barred in self.dnns[dnn]["unsupported"]:
            if barred["processor"] == kind and profile["kind"] in barred["on"]:
                return None
        settings = processor["precisions"][precision]
        row = settings.get("from", precision)
        borrowed = profile.get("latency_from")
        key = (borrowed["device"] if borrowed else device, dnn, kind, row)
        if key not in self.latency:
            return None
        latency = self.latency[key] * (value(borrowed["factor"]) if borrowed else 1)
        if "latency_factor" in processor:
            latency *= value(processor["latency_factor"])
        overhead = value(processor["overhead"])
        if latency <= overhead:
            return None
        factor = value(processor["ridge_factor"]) if "ridge_factor" in processor else 1
        compute, memory = self.split(dnn, kind, row, latency - overhead, factor)
        if "compute_factor" in settings:
            compute *= value(settings["compute_factor"])
        return overhead, compute, memory

    def accuracy(self, dnn, kind, precision, accuracy_set):
        """On the scale of the target: absolute for classification, percent of fp32 for the rest."""
        figures = self.dnns[dnn]["accuracy"][accuracy_set]
        own = value(figures["dsp" if kind == "dsp" else precision])
        if self.dnns[dnn]["task"] == "classification":
            return own
        return 100 * own / value(figures["fp32"])


def busy_power(profile, processor, point, precision, level):
    """Watts above the baseline at an operating point."""
    power = values(processor["power"])
    watts = power[point]
    if (level or profile["power_level"]) == "paper" and "paper_power" in processor:
        watts *= value(processor["paper_power"]) / power[-1]
    ratio = processor["precisions"][precision].get("power_ratio")
    return watts * (value(ratio) if ratio else 1)


def tail_states(link):
    """The states after a transfer of a link's file, in order."""
    states = link.get("tail", [])
    return states if isinstance(states, list) else [states]


def tail_energy(link, seconds):
    """Joules of the first `seconds` after a transfer."""
    joules, begin = [], 0.0
    for state in tail_states(link):
        end = begin + value(state["time"])
        joules.append(value(state["power"]) * max(0.0, min(seconds, end) - begin))
        begin = end
    return math.fsum(joules)


def promotion_after(link, idle_s):
    """(seconds, watts) of the promotion that a request needs `idle_s` after the last transfer."""
    left = idle_s
    for state in tail_states(link):
        left -= value(state["time"])
        if left < 0:
            found = state.get("promotion")
            break
    else:
        found = link.get("promotion")
    return (value(found["time"]), value(found["power"])) if found else (0.0, 0.0)


def round_trip(link):
    """Mean of the log-normal through its median and 90th percentile."""
    median, p90 = value(link["rtt"]["median"]), value(link["rtt"]["p90"])
    if median == 0:
        return 0.0
    sigma = math.log(p90 / median) / NormalDist().inv_cdf(0.9)
    return median * math.exp(sigma**2 / 2)


@dataclass
class LinkState:
    """A link at one signal strength, with the radio powers of one phone."""

    up_bps: float
    down_bps: float
    tx_w: float
    rx_w: float
    listen_w: float
    rtt_s: float


def link_state(data, device, name, setting):
    link = data.links[name]
    radio = data.devices[device]["radios"][link["name"]]
    dbm = setting.signal.get(name, value(link["regular_signal"]))

    def law(table, kind):
        return interpolate(values(link[table]["signal"]), values(link[table][kind]), dbm)

    def slope(key):
        return value(radio[key]) if key in radio else 0.0

    up, down = law("uplink", "rate"), law("downlink", "rate")
    tx = (value(radio["tx_power"]) + slope("tx_power_per_rate") * up) * law("tx_power_factor", "factor")
    rx_factor = law("rx_power_factor", "factor") if "rx_power_factor" in link else 1.0
    rx = (value(radio["rx_power"]) + slope("rx_power_per_rate") * down) * rx_factor
    return LinkState(up, down, tx, rx, value(radio["listen_power"]), round_trip(link))


def charge_local(result, data, device, busy_w, kind, setting):
    """Joules of a local inference from its seconds."""
    baseline = value(data.devices[device]["baseline_power"])
    s = result.seconds
    busy_floor = baseline if setting.accounting == "whole_phone" else 0.0
    wait_floor = baseline if setting.accounting != "marginal" else 0.0
    result.joules = dict.fromkeys(CAUSES, 0.0)
    result.joules[kind] = busy_w * result.busy_s
    result.joules["idle"] = busy_floor * (s["compute"] + s["decision"]) + wait_floor * s["wait"]
    charge_decision(result, data, device, setting)


def charge_remote(result, data, device, link_name, setting):
    """Joules of a remote inference from its seconds; a transfer has the air to itself."""
    baseline = value(data.devices[device]["baseline_power"])
    link = link_state(data, device, link_name, setting)
    s = result.seconds
    active_floor = baseline if setting.accounting == "whole_phone" else 0.0
    wait_floor = baseline if setting.accounting != "marginal" else 0.0
    listen_w = link.listen_w if setting.accounting != "paper_equations" else 0.0
    away = s["network"] + s["queue"] + s["service"]
    pauses = result.pause_s["upload"] + result.pause_s["download"]
    result.joules = dict.fromkeys(CAUSES, 0.0)
    result.joules["radio_tx"] = link.tx_w * (s["upload"] - result.pause_s["upload"])
    result.joules["radio_rx"] = link.rx_w * (s["download"] - result.pause_s["download"])
    result.joules["idle"] = (
        active_floor * (s["decision"] + s["upload"] + s["download"])
        + wait_floor * (s["wait"] + s["promotion"] + away)
        + listen_w * (away + pauses)
    )
    if setting.tail_s.get(link_name):
        result.joules["radio_tail"] += tail_energy(data.links[link_name], setting.tail_s[link_name])
    if s["promotion"]:
        result.joules["radio_tail"] += setting.promotion_w[link_name] * s["promotion"]
    charge_decision(result, data, device, setting)


def charge_decision(result, data, device, setting):
    """A decision runs on the whole CPU at its top operating point, in fp32."""
    profile = data.devices[device]
    cpu = next(p for p in profile["processors"] if p["name"] == "cpu")
    power = busy_power(profile, cpu, -1, "fp32", setting.power_level)
    result.joules["decision"] = power * result.seconds["decision"]


def local_actions(data, device, dnn, setting):
    profile = data.devices[device]
    contention = profile["contention"]
    for processor in profile["processors"]:
        kind = processor["name"]
        frequencies = values(processor["frequency"])
        for precision in (p for p in PRECISIONS if p in processor["precisions"]):
            work = data.work(device, dnn, processor, precision)
            for point, frequency in enumerate(frequencies):
                name = f"phone_{kind}_{precision}@{point}"
                accuracy = data.accuracy(dnn, kind, precision, setting.accuracy_set)
                result = Result(name, frequency, work is not None, accuracy)
                if work:
                    overhead, compute, memory = work
                    alone = overhead + compute * frequencies[-1] / frequency + memory
                    stalled = memory * value(contention["memory"]) * setting.co_memory
                    own_share = 1 - value(contention["cpu"]) * setting.co_cpu if kind == "cpu" else 1
                    time = (alone + stalled) / own_share
                    result.busy_s = alone + value(contention["stall_power"]) * stalled
                    result.seconds = dict.fromkeys(STAGES, 0.0)
                    result.seconds.update(
                        wait=setting.wait_s, decision=setting.decision_s, compute=time)
                    busy = busy_power(profile, processor, point, precision, setting.power_level)
                    charge_local(result, data, device, busy, kind, setting)
                yield result


def remote_actions(data, device, dnn, setting, site):
    server = "cloud_server" if site == "cloud" else "galaxy_tab_s6"
    link_name = setting.cloud_link if site == "cloud" else setting.tablet_link
    profile = data.devices[server]
    link = link_state(data, device, link_name, setting)
    up_bits = value(data.dnns[dnn]["input"][setting.upload])
    anchors = setting.detections == "anchors" and data.dnns[dnn]["task"] == "detection"
    down_bits = value(data.dnns[dnn]["anchors" if anchors else "output"])
    for processor in (p for p in profile["processors"] if "serves" in p):
        kind, precision = processor["name"], processor["serves"]
        top = len(values(processor["frequency"])) - 1
        work = data.work(server, dnn, processor, precision)
        accuracy = data.accuracy(dnn, kind, precision, setting.accuracy_set)
        frequency = values(processor["frequency"])[-1]
        result = Result(f"{site}_{kind}_{precision}@{top}", frequency, work is not None, accuracy)
        if work:
            result.pause_s = {"upload": 0.0, "download": 0.0}
            if setting.cold.get(link_name):
                result.pause_s = {
                    "upload": data.slow_start_s(link_name, up_bits, link.up_bps, link.rtt_s),
                    "download": data.slow_start_s(link_name, down_bits, link.down_bps, link.rtt_s)}
            result.seconds = dict.fromkeys(STAGES, 0.0)
            result.seconds.update(
                wait=setting.wait_s, decision=setting.decision_s,
                promotion=setting.promotion_s.get(link_name, 0.0),
                upload=result.pause_s["upload"] + up_bits / link.up_bps,
                network=link.rtt_s, service=math.fsum(work),
                download=result.pause_s["download"] + down_bits / link.down_bps)
            charge_remote(result, data, device, link_name, setting)
            power = busy_power(profile, processor, top, precision, setting.power_level)
            result.server_j = power * result.seconds["service"]
        yield result


def all_actions(data, device, dnn, setting):
    """Every action in the order of the action space: phone, cloud, tablet."""
    return [
        *local_actions(data, device, dnn, setting),
        *remote_actions(data, device, dnn, setting, "cloud"),
        *remote_actions(data, device, dnn, setting, "tablet"),
    ]


def opt(actions, setting):
    """Index of the action Opt takes: lowest energy that meets QoS and accuracy, else the fastest
    accurate one, else the same without the accuracy target; the first among equals."""
    legal = [i for i, a in enumerate(actions) if a.legal]
    accurate = [i for i in legal if actions[i].accuracy >= setting.accuracy_target]
    candidates = accurate or legal
    in_time = [i for i in candidates if actions[i].latency_s <= setting.qos_s]
    if in_time:
        return min(in_time, key=lambda i: actions[i].energy_j)
    return min(candidates, key=lambda i: actions[i].latency_s)
