"""autoscale import latency: every format gives its figures in ms, and what is odd is refused with its place."""

import math
import struct

import pytest

from autoscale_sim.importers import command, latency, profile
from autoscale_sim.importers.text import InputError

CONSOLE = """\
INFO: STARTING!
INFO: Num threads: [4]
INFO: Graph: [/data/local/tmp/mobilenet_v1_1.0_224.tflite]
INFO: Initialized session in 1.2ms.
INFO: Running benchmark for at least 1 iterations and at least 0.5 seconds.
INFO: count=20 first=31020 curr=25877 min=25611 max=31020 avg=26204.5 std=1103
INFO: Running benchmark for at least 50 iterations and at least 1 seconds.
INFO: count=50 first=26011 curr=25877 min=25011 max=27020 avg=25911.5 std=310
INFO: Inference timings in us: Init: 1200, First inference: 31020, Warmup (avg): 26204.5, Inference (avg): 25911.5
"""
OPTIONS = """\
Graph: [mobilenet_v2_1.0_224_quant.tflite]
==============Summary of All Runs w/ Different Performance Options==============
INFO:           cpu w/ 4 threads: count=50 first=9000 curr=8800 min=8700 max=9100 avg=8850 std=60
INFO:           cpu w/ 2 threads: count=50 first=14000 curr=13800 min=13700 max=14100 avg=13850 std=60
INFO:                gpu-default: count=80 first=6100 curr=6000 min=5900 max=6200 avg=6030.5 std=44
"""
PROFILE = """\
Profiling Info for Benchmark Initialization:
============================== Run Order ==============================
node type, first, avg_ms, %, cdf%, mem KB, times called, name
AllocateTensors, 1.0, 1.0, 100%, 100%, 0, 1, AllocateTensors/0
Operator-wise Profiling Info for Regular Benchmark Runs:
============================== Run Order ==============================
node type, first, avg_ms, %, cdf%, mem KB, times called, name
CONV_2D, 4.1, 4.0, 80%, 80%, 0, 1, conv:0
SOFTMAX, 1.1, 1.5, 20%, 100%, 0, 1, softmax:1
============================== Top by Computation Time ==============================
CONV_2D, 4.1, 4.0, 80%, 80%, 0, 1, conv:0
"""
SUMMARY = """\
================================================
MLPerf Results Summary
================================================
SUT name : TFLite_SUT
Scenario : SingleStream
Mode     : PerformanceOnly
90th percentile latency (ns) : 12815516
Result is : VALID
 * Processed at least 64 queries (2048).
Min latency (ns)                : 9000000
Mean latency (ns)               : 10500000
50.00 percentile latency (ns)   : 10252413
90.00 percentile latency (ns)   : 12815516
"""
DETAIL = """\
:::MLLOG {"key": "requested_scenario", "value": "SingleStream", "time_ms": 0.1}
:::MLLOG {"key": "effective_test_mode", "value": "PerformanceOnly", "time_ms": 0.2}
:::MLLOG {"key": "result_mean_latency_ns", "value": 10500000, "time_ms": 9.0}
:::MLLOG {"key": "result_query_count", "value": 2048, "time_ms": 9.1}
"""


@pytest.fixture
def read(tmp_path):
    def reader(content, name="log.txt", encoding="utf-8"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return latency.read(file)

    return reader


def refused(read, content, *words, **named):
    with pytest.raises(InputError) as error:
        read(content, **named)
    for word in words:
        assert word in str(error.value)


def test_tflite_console(read):
    (run,) = read(CONSOLE)
    assert (run.dnn, run.processor, run.precision) == ("mobilenet_v1_1.0_224", "cpu", "fp32")
    assert run.ms == pytest.approx(25.9115) and run.sd_ms == pytest.approx(0.310)
    assert run.count == 50 and run.line == 9
    assert len(read(CONSOLE + CONSOLE)) == 2


@pytest.mark.parametrize("line, processor, precision", [
    ("INFO: Use gpu: [1]", "gpu", "fp16"), ("INFO: Created TensorFlow Lite delegate for GPU.", "gpu", "fp16"),
    ("INFO: Use gpu: [1]\nINFO: Allow lower precision in gpu: [0]", "gpu", "fp32"),
    ("INFO: Use gpu: [0]", "cpu", "fp32"), ("INFO: Use Hexagon: [1]", "dsp", "int8")])
def test_tflite_console_tells_the_processor(read, line, processor, precision):
    (run,) = read(CONSOLE.replace("INFO: Num threads: [4]", line))
    assert (run.processor, run.precision) == (processor, precision)


def test_tflite_summary_of_options(read):
    gpu, cpu = read(OPTIONS)  # two threads are no second run of four
    assert (cpu.processor, cpu.precision, cpu.ms) == ("cpu", "int8", pytest.approx(8.85))
    assert (gpu.processor, gpu.ms, gpu.count) == ("gpu", pytest.approx(6.0305), 80)


def test_tflite_operator_profile_is_the_sum_of_regular_operators(read):
    (run,) = read(PROFILE, "profile.csv")
    assert run.ms == pytest.approx(5.5) and math.isnan(run.sd_ms)


def test_tflite_result_as_text_and_as_binary(read):
    (text,) = read('name: "gpu"\nlatency_metrics {\n  avg_ms: 6.25\n  stddev_ms: 0.5\n}\nmisc_metrics {\n'
                   '  num_runs: 70\n}\n')
    assert (text.processor, text.ms, text.sd_ms, text.count) == ("gpu", 6.25, 0.5, 70)
    metrics = b"\x0d" + struct.pack("<f", 6.25) + b"\x25" + struct.pack("<f", 0.5)
    (binary,) = read(b"\x0a\x03gpu\x12" + bytes([len(metrics)]) + metrics + b"\x22\x02\x10\x46", "result.pb")
    assert (binary.processor, binary.ms, binary.sd_ms, binary.count) == ("gpu", 6.25, 0.5, 70)
    refused(read, b"\x12\x7f" + metrics + b"\x00", "cut off", name="result.pb")


def test_loadgen_summary_and_detail(read):
    (run,) = read(SUMMARY)
    assert run.ms == pytest.approx(10.5) and run.count == 2048
    assert run.sd_ms == pytest.approx((12.815516 - 10.252413) / 1.2815515655446004)
    (run,) = read(DETAIL)
    assert run.ms == pytest.approx(10.5) and run.count == 2048
    refused(read, SUMMARY.replace("SingleStream", "Offline"), "Offline", "SingleStream")
    refused(read, SUMMARY.replace("PerformanceOnly", "AccuracyOnly"), "accuracy")
    refused(read, DETAIL + ":::MLLOG {broken", "log.txt:5:", "JSON")


def test_tables_long_and_wide(read):
    runs = read("network;processor;precision;ms\r\nresnet_50_v1;CPU;fp32;72,5\r\n\r\nresnet_50_v1;GPU;fp16;21\r\n",
                "a.csv")
    assert [(r.processor, r.ms, r.line) for r in runs] == [("cpu", 72.5, 2), ("gpu", 21.0, 4)]
    wide = read("\ufeffTest,CPU-FP,CPU-Q,NNAPI INT8,GPU FP16,Score\nMobileNet-V2,41,12.5,-,9,700\n", "ai.csv")
    assert [(r.dnn, r.processor, r.precision, r.ms) for r in wide] == [
        ("MobileNet-V2", "cpu", "fp32", 41.0), ("MobileNet-V2", "cpu", "int8", 12.5),
        ("MobileNet-V2", "gpu", "fp16", 9.0)]


@pytest.mark.parametrize("content, words", [
    ("", ["is empty"]), ("hello\n", ["none of the formats"]), (b"\xff\xfa\x00abc", ["none of the formats"]),
    (CONSOLE.split("INFO: Inference timings")[0], ["cut off"]),
    (CONSOLE.replace("25911.5\n", "nan\n"), [":9:", "finite"]),
    ("network,processor,precision,ms\na,cpu,fp32,-3\n", [":2:", "more than 0"]),
    ("network,processor,precision,ms\na,cpu,fp32\n", [":2:", "4 cells"]),
    ("network,processor,precision,ms\n", ["no rows"]), ("network,processor,precision\na,cpu,fp32\n", ["no column ms"]),
    ("network,ms,ms\na,1,2\n", ["one name"]),
    ("network,processor,precision,ms\na,cpu,fp32,1e400\n", [":2:", "finite"])])
def test_odd_files_are_refused_with_their_place(read, content, words):
    refused(read, content, *words)


def test_utf16_is_read_and_latin1_is_refused(read):
    assert len(read("network,processor,precision,ms\na,cpu,fp32,1\n", encoding="utf-16")) == 1
    refused(read, "network,processor,precision,ms\nn\u00fc,cpu,fp32,1\n".encode("latin-1"), "formats")


def test_runs_are_summed_up_and_written(read, tmp_path):
    runs = read("network,processor,precision,ms,std\nNet,cpu,fp32,10,1\nNet,cpu,fp32,12,1.2\nNet,cpu,fp32,14,1.4\n",
                "a.csv")
    (found,) = latency.summed_up(latency.completed(runs))
    assert found.dnn == "net" and found.mean.value == pytest.approx(12)
    assert found.mean.half_width == pytest.approx(4.302652729749462 * 2 / math.sqrt(3))
    assert found.noise == pytest.approx(0.1)
    table = latency.table([found], "my_phone").splitlines()
    assert table[-1].startswith('my_phone,net,cpu,fp32,12,measured_same_device,41.4,"table, 3 runs of 3 inferences')


def test_names_of_networks():
    known = ["mobilenet_v1", "mobilenet_v2", "mobilenet_v3_large", "inception_v1"]
    assert latency.known_name("mobilenet_v1_1.0_224_quant", known) == "mobilenet_v1"
    assert latency.known_name("MobileNetV3-Large_224", known) == "mobilenet_v3_large"
    assert latency.known_name("My Net.v7", known) == "my_net_v7"


def test_what_a_file_does_not_say_must_be_given(read):
    runs = read(SUMMARY)
    with pytest.raises(InputError, match="--dnn"):
        latency.completed(runs)
    with pytest.raises(InputError, match="unknown processor 'npu'"):
        latency.completed(runs, "net", "npu", "int8")
    (run,) = latency.completed(runs, "net", "cpu", "int8")
    assert (run.dnn, run.processor, run.precision) == ("net", "cpu", "int8")


def test_the_command_writes_rows_that_a_profile_then_uses(tmp_path, capsys):
    log, into, out = tmp_path / "log.txt", tmp_path / "mine.yaml", tmp_path / "mine.latency.csv"
    log.write_text(CONSOLE + CONSOLE.replace("25911.5", "26112.5"))
    profile.save(profile.open_profile(into, base="mi8pro"))
    words = ["latency", str(log), "--device", "mine", "--out", str(out)]
    assert command.main(words) == 0
    said = capsys.readouterr()
    assert "taken: mobilenet_v1_1.0_224 as mobilenet_v1" in said.out and "borrows its latencies" in said.err
    assert out.read_text().splitlines()[-1].startswith("mine,mobilenet_v1,cpu,fp32,26.012,")
    assert command.main([*words, "--into", str(into)]) == 0
    written = profile.open_profile(into)
    assert "latency_from" not in written.whole and capsys.readouterr().err == ""
    assert written.processor("cpu")["noise_cv"]["value"] == pytest.approx(310 / 26000, rel=0.01)
    assert command.main([*words[:2], str(log), *words[2:]]) == 2
    assert "log.txt: error: is given twice" in capsys.readouterr().err
