"""autoscale import power, power-profile, batterystats and frequencies: figures by hand, odd files with their place."""

import math

import numpy as np
import pytest

from autoscale_sim.importers import batterystats, frequencies, power, power_logs, power_profile, profile
from autoscale_sim.importers.text import InputError

XML = """<?xml version="1.0" encoding="utf-8"?>
<device name="Android">
  <item name="battery.capacity">4000</item>
  <item name="screen.on">100</item>
  <array name="cpu.clusters.cores"><value>4</value><value>2</value></array>
  <array name="cpu.core_speeds.cluster0"><value>300000</value><value>1800000</value></array>
  <array name="cpu.core_power.cluster0"><value>5</value><value>20</value></array>
  <item name="cpu.cluster_power.cluster1">10</item>
  <array name="cpu.core_speeds.cluster1"><value>800000</value><value>2400000</value></array>
  <array name="cpu.core_power.cluster1"><value>50</value><value>450</value></array>
  <item name="wifi.controller.tx">250</item>
  <item name="wifi.controller.rx">120</item>
  <item name="wifi.controller.idle">2</item>
  <array name="modem.controller.tx"><value>180</value><value>300</value></array>
  <item name="radio.active">200</item>
</device>
"""
STATS = """\
Battery History (0% used):
Statistics since last charge:
  Estimated battery capacity: 4000 mAh
  Time on battery: 1h 0m 0s 0ms (100.0%) realtime, 59m 0s 0ms (98%) uptime
  Estimated power use (mAh):
    Capacity: 4000, Computed drain: 250, actual drain: 200-240
    Screen: 90.0 Excluded from smearing
    Uid u0a123: 60.5 ( cpu=60.0 wifi=0.500 )
    Idle: 20
"""
SYSFS = """\
/sys/devices/system/cpu/cpufreq/policy0/related_cpus:0 1 2 3
/sys/devices/system/cpu/cpufreq/policy0/scaling_available_frequencies:300000 1804800 1209600
/sys/devices/system/cpu/cpufreq/policy4/scaling_available_frequencies:825600 2400000
/sys/devices/system/cpu/cpufreq/policy4/scaling_boost_frequencies:2803200
/sys/devices/system/cpu/cpufreq/policy4/stats/time_in_state:825600 12
/sys/class/devfreq/5000000.qcom,kgsl-3d0/available_frequencies:257000000 710000000
/sys/class/devfreq/soc:qcom,gpubw/governor:bw_hwmon
"""


@pytest.fixture
def file(tmp_path):
    def writer(content, name="file.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return writer


def log(watts, step=0.1, volts=4.0, header="Time(s),Main(mA),Main Voltage(V)"):
    return header + "\n" + "".join(f"{i * step:.3f},{1e3 * w / volts:.6f},{volts}\n" for i, w in enumerate(watts))


# ---------------------------------------------------------------- meters

def test_busy_less_idle_by_hand(file):
    energy = power_logs.read(file(log([1.0] * 100 + [3.5] * 100 + [1.0] * 101)))
    table = file("start,end,label\n0,10,idle\n10,20,cpu@1800\n20,30,idle\n", "a.csv")
    idle, busy = power.measure(energy, power.read_activities(table))
    assert idle.label == "idle" and idle.total.value == pytest.approx(1.0) and idle.stretches == 2
    assert busy.total.value == pytest.approx(3.5) and busy.above_idle.value == pytest.approx(2.5)
    assert busy.seconds == pytest.approx(9.0)


@pytest.mark.parametrize("text", [
    "timestamp_ms,bus_voltage_V,current_mA\n0,5,200\n100,5,300\n200,5,300\n",
    "# INA219\nunix_time_s,power_W\n0,1.0\n0.1,1.5\n0.2,1.5\n",
    "time_us;power_mW\n0;1000\n100000;1500\n200000;1500\n",
    "notes of the logger\nTime(ms),Main(mA),Main Voltage(V),\n0,250,4,\n100,375,4,\n200,375,4,\n"])
def test_units_of_columns(file, text):
    energy = power_logs.read(file(text))
    assert energy.seconds == pytest.approx([0, 0.1, 0.2])
    assert energy.joules == pytest.approx([0, 0.1, 0.25])


def test_a_log_of_currents_needs_its_voltage(file):
    path = file("Time(s),Main(mA)\n0,250\n1,250\n")
    with pytest.raises(InputError, match="--volts"):
        power_logs.read(path)
    assert power_logs.read(path, volts=4.0).joules == pytest.approx([0, 1.0])


def varint(n):
    return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + varint(n >> 7)


def message(field, payload):
    return varint(field << 3 | 2) + varint(len(payload)) + payload


def test_rails_of_a_trace_and_of_its_csv_are_the_same(file):
    rails = message(1, b"\x08\x01" + message(2, b"cpu.big")) + message(1, b"\x08\x02" + message(2, b"gpu"))
    for ms, rail, uws in ((0, 1, 0), (0, 2, 7), (1000, 1, 2_000_000), (1000, 2, 500_007), (2000, 1, 5_000_000)):
        rails += message(2, b"\x08" + varint(rail) + b"\x10" + varint(ms) + b"\x18" + varint(uws))
    trace = file(message(1, b"\x40\x05" + message(40, rails)), "trace.pftrace")
    table = file("ts,power_rail_name,value\n0,cpu.big,0\n0,gpu,7\n1000000000,cpu.big,2000000\n1000000000,gpu,500007\n"
                 "2000000000,cpu.big,5000000\n", "rails.csv")
    for path in (trace, table):
        assert power_logs.read(path, rails=["cpu.big"]).joules == pytest.approx([0, 2, 5])
        assert power_logs.read(path, rails=["cpu.big", "gpu"]).joules == pytest.approx([0, 2.5])
        with pytest.raises(InputError, match="cpu.big, gpu"):
            power_logs.read(path)
        with pytest.raises(InputError, match="no power rail 'dsp'"):
            power_logs.read(path, rails=["dsp"])
    with pytest.raises(InputError, match="cut off"):
        power_logs.read(file(trace.read_bytes()[:-3] + b"", "cut.pftrace"))


@pytest.mark.parametrize("content, words", [
    ("", "is empty"), ("a,b\n1,2\n", "column of time"), ("Time(s),Main(mA),Main Voltage(V)\n", "no readings"),
    (log([1, 1, 1]).replace("0.100", "zero"), ":3: error: time(s): expected a number, got 'zero'"),
    (log([1, 1, 1]).replace("0.200", "0.050"), ":4: error: the time goes back"),
    (log([1, 1, 1]) + "0.3,25", ":5: error: main voltage(v)"), (log([1, 1]) + "0.3,nan,4\n", ":4: error: main(ma)"),
    ("time_s,temperature\n0,1\n1,1\n", "power or current"), ("ts,name\n0,a\n", "value or energy_since_boot")])
def test_odd_logs_are_refused_with_their_place(file, content, words):
    with pytest.raises(InputError) as error:
        power_logs.read(file(content))
    assert words in str(error.value)


@pytest.mark.parametrize("table, words", [
    ("start,end\n0,1\n", "no column label"), ("start,end,label\n2,1,idle\n", ":2: error: end 1 is not after"),
    ("start,end,label\n0,5,idle\n4,6,x\n", ":3: error: 'x' begins at 4 s"),
    ("start,end,label\n0,1,\n", ":2: error: label")])
def test_odd_activities_are_refused(file, table, words):
    with pytest.raises(InputError) as error:
        power.read_activities(file(table))
    assert words in str(error.value)


@pytest.mark.parametrize("activities, words", [
    ([(0, 9, "cpu@1")], "no activity 'idle'"), ([(0, 9, "idle"), (50, 60, "cpu@1")], "outside the log"),
    ([(0, 9, "idle"), (10, 10.9, "cpu@1")], "too few readings")])
def test_activities_must_fit_the_log(file, activities, words):
    energy = power_logs.read(file(log([1.0] * 200)))
    with pytest.raises(InputError, match=words):
        power.measure(energy, [power.Activity(*a) for a in activities])


def test_intervals_cover_at_their_rate_although_readings_depend_on_each_other():
    """Log of an AR(1) process, correlated over ten readings: of 400 intervals about 95 % hold the mean; taken as
    independent readings they would hold it in about a third of cases."""
    generator = np.random.default_rng(7)
    hits, naive = 0, 0
    for _ in range(400):
        noise = generator.normal(0, 1, 6200)
        for i in range(1, len(noise)):
            noise[i] += 0.9 * noise[i - 1]
        watts = 5 + 0.3 * noise[200:]
        energy = power_logs.integrated(np.arange(len(watts)) * 0.01, watts, 0, "log", "meter")
        mean, by = power.mean_power(energy, [(1.0, 58.0)])
        assert by == "batches"
        hits += abs(mean.value - 5) <= mean.half_width
        naive += abs(watts.mean() - 5) <= 1.96 * watts.std() / math.sqrt(len(watts))
    assert 365 <= hits <= 394  # binomial(400, 0.95): 380 +- 3.4 standard deviations
    assert naive < 250


# ---------------------------------------------------------------- power_profile.xml

def test_power_profile_by_hand(file):
    read = power_profile.read(file(XML))
    changes = power_profile.changes(read, 4.0)
    cpu = changes["processors"]["cpu"]
    assert cpu["frequency"]["values"] == [800.0, 2400.0]
    assert cpu["power"]["values"] == pytest.approx([(2 * 50 + 10) * 4e-3, (2 * 450 + 10) * 4e-3])
    assert changes["battery"]["capacity"]["value"] == "4000 mAh"
    wifi, lte = changes["radios"]["wifi"], changes["radios"]["lte"]
    assert [wifi[k]["value"] for k in ("tx_power", "rx_power", "listen_power")] == ["1 W", "0.48 W", "0.008 W"]
    assert lte["tx_power"]["value"] == "0.72 W" and lte["rx_power"]["value"] == "0.8 W"
    assert power_profile.screen_w(read, 4.0) == pytest.approx(0.4)
    little = power_profile.cpu(read, 4.0, cluster=0, cores=1)
    assert little["power"]["values"] == pytest.approx([0.02, 0.08])


@pytest.mark.parametrize("change, words", [
    (("</device>", ""), "is no XML"), (("<device", "<thing"), "is no XML"), (("450", "fast"), "expected a number"),
    (("<value>50</value><value>450</value>", "<value>50</value>"), "2 speeds but 1 currents"),
    (("<value>50</value><value>450</value>", "<value>450</value><value>50</value>"), "does not rise"),
    (("<value>50</value><value>450</value>", "<value>0.1</value><value>0.1</value>"), "placeholder"),
    (('"cpu.clusters.cores"', '"x"'), "--cores"), (("250", "-250"), "expected 0 to inf")])
def test_odd_power_profiles_are_refused(file, change, words):
    with pytest.raises(InputError) as error:
        power_profile.changes(power_profile.read(file(XML.replace(*change))), 4.0)
    assert words in str(error.value)


# ---------------------------------------------------------------- dumpsys batterystats

def test_batterystats_by_hand(file):
    session = batterystats.read(file(STATS))
    assert session.seconds == 3600 and session.capacity_mah == 4000 and session.actual_mah == (200, 240)
    assert session.components_mah == {"screen": 90.0, "u0a123": 60.5, "idle": 20.0}
    changes = batterystats.changes(session, 4.0, baseline=True)
    assert changes["baseline_power"]["value"] == "0.88 W"  # 220 mAh x 4 V in an hour
    assert "0.8 to 0.96 W" in changes["baseline_power"]["measured"]


@pytest.mark.parametrize("content, words", [
    ("9,0,i,vers,11\n", "--checkin"), (STATS.split("    Capacity")[0], "cut off"), ("x\n", "cut off"),
    (STATS.replace("1h 0m 0s 0ms", "soon"), ":4: error: time on battery"),
    (STATS.replace("200-240", "0"), "too short")])
def test_odd_batterystats_are_refused(file, content, words):
    with pytest.raises(InputError) as error:
        batterystats.changes(batterystats.read(file(content)), 4.0, baseline=True)
    assert words in str(error.value)


# ---------------------------------------------------------------- frequencies

def test_frequencies_by_hand(file):
    domains = frequencies.read(file(SYSFS))
    assert [(d.domain, d.mhz, d.cores) for d in domains] == [
        ("policy0", (300.0, 1209.6, 1804.8), (0, 1, 2, 3)), ("policy4", (825.6, 2400.0, 2803.2), ()),
        ("5000000.qcom,kgsl-3d0", (257.0, 710.0), ())]
    assert frequencies.fastest_cpu(domains).domain == "policy4"
    assert frequencies.fastest_cpu(domains, 0).domain == "policy0"
    assert frequencies.gpu_of(domains).mhz == (257.0, 710.0)


@pytest.mark.parametrize("content, words", [
    ("", "is empty"), ("300000 400000\n", ":1: error: expected 'path:content'"), ("/sys/a:1\n", "has no clocks"),
    (SYSFS.replace("1209600", "fast"), ":2: error: policy0: expected a number"),
    (SYSFS.replace("1209600", "-5"), ":2: error: policy0: expected more than 0")])
def test_odd_dumps_are_refused(file, content, words):
    with pytest.raises(InputError) as error:
        frequencies.read(file(content))
    assert words in str(error.value)


# ---------------------------------------------------------------- into a profile

def test_a_profile_keeps_its_base_and_takes_over_what_is_measured(file, tmp_path):
    target = profile.open_profile(tmp_path / "mine.yaml", base="mi8pro")
    clocks = profile.refitted(target.processor("gpu"), [300, 600], "sysfs")
    profile.save(profile.with_changes(target, {"processors": {"gpu": clocks}}))
    again = profile.open_profile(tmp_path / "mine.yaml")
    assert again.own["latency_from"]["device"] == "mi8pro"
    assert "latency_from" not in profile.with_own_latencies(again).own
    gpu = again.processor("gpu")
    # 300 MHz of 600 stands where 355 MHz of 710 did: between 342 and 414 MHz
    assert gpu["power"]["values"] == pytest.approx([0.7852 + (355 - 342) / 72 * (1.0492 - 0.7852), 2.8], rel=1e-4)
    assert again.processor("cpu")["power"]["values"][-1] == 4.8464
    powers = profile.with_powers(gpu, {600: 2.0}, "meter")
    assert powers["power"]["values"][-1] == 2.0
    assert powers["power"]["values"][0] == pytest.approx(2.0 / 2.8 * gpu["power"]["values"][0], rel=1e-4)
    with pytest.raises(InputError, match="power must rise"):
        profile.with_powers(gpu, {300: 2.0, 600: 1.9}, "meter")
    with pytest.raises(InputError, match="no such clock"):
        profile.with_powers(gpu, {450: 1.0}, "meter")
    with pytest.raises(InputError, match="is there already"):
        profile.open_profile(tmp_path / "mine.yaml", base="mi8pro")
    with pytest.raises(InputError, match="--base"):
        profile.open_profile(tmp_path / "other.yaml")
    with pytest.raises(InputError, match="no processor npu"):
        profile.with_changes(again, {"processors": {"npu": {}}})
