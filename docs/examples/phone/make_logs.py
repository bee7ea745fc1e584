"""Writes the raw logs of docs/measuring_a_phone.md: a phone that does not exist, the Fabula 5, as tools would log it.

The truth stands below, so that what the importers find can be compared with it; tests/python/test_import_phone.py does.
The requests come from the simulator's own model with the true parameters and noise on top.

    PYTHONPATH=python python3 docs/examples/phone/make_logs.py FOLDER
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from autoscale_sim.importers import command, parameters, profile, simulator

CPU_MHZ = (710.4, 940.8, 1171.2, 1401.6, 1632.0, 1862.4, 2092.8, 2323.2, 2457.6)
GPU_MHZ = (180.0, 267.0, 355.0, 430.0, 565.0, 650.0)
IDLE_W = 0.82
#: ms of one inference at the top clocks.
LATENCY_MS = {("mobilenet_v1", "cpu"): 33.1, ("mobilenet_v2", "cpu"): 24.6,
              ("mobilenet_v1", "gpu"): 11.9, ("mobilenet_v2", "gpu"): 9.4}
GRAPHS = {"mobilenet_v1": "mobilenet_v1_1.0_224", "mobilenet_v2": "mobilenet_v2_1.0_224"}
#: Parameters that no log but the requests tells.
TRUTH = {"contention.cpu": 0.62, "contention.memory": 1.6, "cpu.ridge_factor": 0.6, "link.wifi.rate_factor": 0.55,
         "link.wifi.rtt_factor": 1.8}
NOISE = {"latency_ms": 0.015, "energy_mj": 0.02}
SEED = 20


def cpu_w(mhz):
    """Four busy cores above idle, W."""
    ghz = mhz / 1e3
    return 4 * (0.11 + 0.02 * ghz + 0.046 * ghz**3)


def gpu_w(mhz):
    return 2.35 * (0.1 + 0.9 * (mhz / GPU_MHZ[-1]) ** 2.2)


def sysfs():
    cpufreq, khz = "/sys/devices/system/cpu/cpufreq", [round(1e3 * f) for f in CPU_MHZ]
    gpu_hz = " ".join(str(round(1e6 * f)) for f in reversed(GPU_MHZ))
    return "\n".join([
        f"{cpufreq}/policy0/related_cpus:0 1 2 3",
        f"{cpufreq}/policy0/scaling_available_frequencies:300000 998400 1593600",
        f"{cpufreq}/policy4/related_cpus:4 5 6 7",
        f"{cpufreq}/policy4/scaling_available_frequencies:{' '.join(map(str, khz))}",
        f"{cpufreq}/policy4/scaling_governor:schedutil",
        f"/sys/class/kgsl/kgsl-3d0/gpu_available_frequencies:{gpu_hz}"])


def power_profile():
    def array(name, values):
        return f'  <array name="{name}">' + "".join(f"<value>{v:g}</value>" for v in values) + "</array>"

    items = {"battery.capacity": 4350, "screen.on": 95, "screen.full": 380, "wifi.controller.idle": 3,
             "wifi.controller.rx": 105, "wifi.controller.tx": 240, "radio.active": 190, "radio.on": 12}
    lines = [f'  <item name="{name}">{value}</item>' for name, value in items.items()]
    lines += [array("cpu.clusters.cores", (4, 4))]
    for cluster, mhz in ((0, (300.0, 998.4, 1593.6)), (1, CPU_MHZ)):
        lines += [array(f"cpu.core_speeds.cluster{cluster}", [1e3 * f for f in mhz]),
                  array(f"cpu.core_power.cluster{cluster}", [round(1.25 * 1e3 * cpu_w(f) / 4 / 3.85, 1) for f in mhz])]
    return '<?xml version="1.0" encoding="utf-8"?>\n<device name="Android">\n' + "\n".join(lines) + "\n</device>"


def benchmark(kind, random):
    """Three runs per network of TFLite's benchmark_model; the phone is a little different in each."""
    lines = []
    for (network, processor), ms in LATENCY_MS.items():
        for _ in range(3 if processor == kind else 0):
            us = 1e3 * ms * random.normal(1, 0.01) * random.normal(1, 0.02, 50)
            slow = f"{1.4 * us[0]:.0f}"
            lines += ["INFO: STARTING!", "INFO: Num threads: [4]",
                      f"INFO: Graph: [/data/local/tmp/{GRAPHS[network]}.tflite]"]
            lines += ["INFO: Use gpu: [1]"] if kind == "gpu" else []
            lines += [f"INFO: count=1 first={slow} curr={slow} min={slow} max={slow} avg={slow} std=0",
                      f"INFO: count=50 first={us[0]:.0f} curr={us[-1]:.0f} min={us.min():.0f} max={us.max():.0f} "
                      f"avg={us.mean():.1f} std={us.std():.0f}",
                      f"INFO: Inference timings in us: Init: 9000, First inference: {slow}, Warmup (avg): {slow}, "
                      f"Inference (avg): {us.mean():.1f}"]
    return "\n".join(lines)


def meter(random, step=0.05):
    """A Monsoon's log at 20 Hz and the activities in it: idle, then each clock, four times over."""
    labels = [("idle", 0.0)] + [(f"cpu@{f:g}", cpu_w(f)) for f in (940.8, 1632.0, 2457.6)]
    labels += [(f"gpu@{f:g}", gpu_w(f)) for f in (355.0, 650.0)]
    log, activities, noise, t = ["Time(s),Main(mA),Main Voltage(V)"], ["start,end,label"], 0.0, 0.0
    for _ in range(4):
        for label, watts in labels:
            activities.append(f"{t:.2f},{t + 4:.2f},{label}")
            for _ in range(round(5 / step)):
                noise = 0.9 * noise + random.normal(0, 0.02)
                busy = watts if t < float(activities[-1].split(",")[1]) else 0.0
                volts = 4.0 - 0.01 * busy
                log.append(f"{t:.2f},{1e3 * (IDLE_W + busy + noise) / volts:.1f},{volts:.3f}")
                t += step
    return "\n".join(log), "\n".join(activities)


def requests(base, random):
    """Requests under known conditions, as they would be measured of the phone with the true parameters."""
    found = {p.name: p for p in parameters.parameters_of(base, ["cpu", "gpu"], {"cloud": "wifi"})}
    true = parameters.variant([found[name] for name in TRUTH], list(TRUTH.values()))
    wanted = [(dnn, "phone_cpu_fp32", mhz, cpu, mem, None) for dnn in GRAPHS for mhz, cpu, mem in (
        (2457.6, 0, 0), (2457.6, 0.4, 0), (2457.6, 0.8, 0), (2457.6, 0, 0.5), (2457.6, 0, 0.9), (2457.6, 0.6, 0.6),
        (1632.0, 0, 0), (940.8, 0, 0), (710.4, 0, 0.7))]
    wanted += [(dnn, "phone_gpu_fp16", mhz, 0, mem, None) for dnn in GRAPHS for mhz, mem in (
        (650.0, 0), (650.0, 0.5), (650.0, 0.9), (355.0, 0), (180.0, 0))]
    wanted += [(dnn, "cloud_gpu_fp32", None, 0, 0, dbm) for dnn in GRAPHS for dbm in (-52, -60, -66, -72, -78, -86)]
    conditions = [simulator.Conditions(dnn, cpu, mem, dbm, warm=True) for dnn, _, _, cpu, mem, dbm in wanted]
    says = simulator.Simulator(base).predict([true], conditions)
    lines = ["dnn,site,processor,precision,frequency_mhz,co_cpu,co_mem,signal_dbm,warm,latency_ms,energy_mj"]
    for row, (dnn, target, mhz, cpu, mem, dbm) in enumerate(wanted):
        action = says.action(target, mhz)
        ms, mj = (float(figure[0, row, action] * random.lognormal(0, NOISE[name]))
                  for name, figure in (("latency_ms", says.latency_ms), ("energy_mj", says.energy_mj)))
        where = f"{target.replace('_', ',')},{mhz or ''},{cpu},{mem},{'' if dbm is None else dbm}"
        lines.append(f"{dnn},{where},1,{ms:.3f},{mj:.3f}")
    return "\n".join(lines)


def imported(folder, scratch):
    """The profile that the other logs give."""
    file = scratch / "fabula_5.yaml"
    for words in (["frequencies", folder / "sysfs.txt", "--base", "mi8pro"],
                  ["power-profile", folder / "power_profile.xml"],
                  ["power", folder / "monsoon.csv", "--activities", folder / "activities.csv"]):
        assert command.main([*map(str, words), "--into", str(file)]) == 0
    latencies = [folder / "benchmark_cpu.txt", folder / "benchmark_gpu.txt"]
    assert command.main(["latency", *map(str, latencies), "--device", "fabula_5", "--out",
                         str(scratch / "fabula_5.latency.csv"), "--into", str(file)]) == 0
    return profile.open_profile(file)


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(SEED)
    log, activities = meter(random)
    files = {"sysfs.txt": sysfs(), "power_profile.xml": power_profile(), "benchmark_cpu.txt": benchmark("cpu", random),
             "benchmark_gpu.txt": benchmark("gpu", random), "monsoon.csv": log, "activities.csv": activities}
    for name, text in files.items():
        (folder / name).write_text(text + "\n")
    with tempfile.TemporaryDirectory() as scratch:
        (folder / "requests.csv").write_text(requests(imported(folder, Path(scratch)), random) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
