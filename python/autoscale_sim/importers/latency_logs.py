"""The formats of latency.py, one reader each: text of a file to runs."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path

from .protobuf import fields, floats
from .text import InputError, Table, lines_of, number, positive, read_table


@dataclass(frozen=True)
class Run:
    """One benchmark run: mean and standard deviation of its inferences in ms (nan if not told), how many there were,
    and where it says so. Names are as the tool has them; '' where it does not say."""

    dnn: str
    processor: str
    precision: str
    ms: float
    sd_ms: float
    count: int
    tool: str
    file: str
    line: int


# ---------------------------------------------------------------- TFLite benchmark_model

STATISTICS = re.compile(r"count=(\d+)(?: first=\S+)?(?: curr=\S+)? min=\S+ max=\S+ avg=(\S+) std=(\S+)")
SUMMARY = re.compile(r"Inference timings in us: .*(?:Inference \(avg\)|no stats): (\S+)")
OPTION = re.compile(r"\s*([^:]+):\s*count=")
GRAPH = re.compile(r"(?:Graph|Loaded model):? *\[?([^\]\s]+)")
SWITCHES = (("gpu", re.compile(r"Use gpu *: *\[(1|true)\]|delegate for GPU", re.I)),
            ("dsp", re.compile(r"Use (?:Hexagon|nnapi) *: *\[(1|true)\]|delegate for (?:Hexagon|NNAPI)", re.I)))
FULL_PRECISION = re.compile(r"Allow lower precision in gpu *: *\[(?:0|false)\]|gpu_precision_loss_allowed=(?:0|false)",
                            re.I)


def precision_of(graph: str, processor: str, full: bool = False) -> str:
    """int8 by the name of a quantised graph; else fp16 on a GPU, whose delegate allows that by default, and fp32."""
    if re.search(r"quant|int8|uint8|[_-]q8", graph, re.I) or processor == "dsp":
        return "int8"
    return "fp16" if processor == "gpu" and not full else "fp32"


def is_tflite_text(text: str | None, file: str | Path) -> bool:
    return bool(text) and ("Inference timings in us" in text or bool(STATISTICS.search(text)))


def read_tflite_text(text: str, file: str | Path) -> list[Run]:
    """A run per "Inference timings" line, with the spread of the last statistics before it; of several options a run
    per line of the summary. Raises InputError if a log ends before its timings."""
    runs: list[Run] = []
    graph, processor, full, last = "", "cpu", False, None
    for line, content in lines_of(text):
        if "STARTING!" in content:
            graph, processor, full, last = "", "cpu", False, None
        if found := GRAPH.search(content):
            graph = Path(found[1]).stem
        processor = next((p for p, switch in SWITCHES if switch.search(content)), processor)
        full = full or bool(FULL_PRECISION.search(content))
        statistics = STATISTICS.search(content)
        option = OPTION.match(content.strip().removeprefix("INFO:"))
        if statistics and option and option[1].strip():
            runs.append(tflite_option(option[1].strip(), graph, statistics, file, line))
        elif statistics:
            last = statistics
        elif found := SUMMARY.search(content):
            ms = positive(found[1], file, line, "Inference (avg)") / 1e3
            sd = number(last[3], file, line, "std", 0) / 1e3 if last else math.nan
            count = int(last[1]) if last else 1
            runs.append(Run(graph, processor, precision_of(graph, processor, full), ms, sd, count,
                            "TFLite benchmark_model", str(file), line))
    if not runs:
        raise InputError(file, text.count("\n"), "ends before its inference timings: the run was cut off")
    return with_summary(runs)


def tflite_option(option: str, graph: str, statistics: re.Match, file: str | Path, line: int) -> Run:
    """A line of "Summary of All Runs w/ Different Performance Options"."""
    processor = "gpu" if "gpu" in option else "dsp" if re.search("nnapi|hexagon", option) else "cpu"
    full = "fp32" in option or "no_loss" in option
    return Run(graph, processor, precision_of(graph, processor, full),
               positive(statistics[2], file, line, "avg") / 1e3, number(statistics[3], file, line, "std", 0) / 1e3,
               int(statistics[1]), f"TFLite benchmark_model ({option})", str(file), line)


def with_summary(runs: list[Run]) -> list[Run]:
    """The lines of a summary of several options repeat the runs above it: then only they count. Options are no repeated
    runs: of those on one processor at one precision the fastest counts."""
    fastest: dict[tuple[str, str, str], Run] = {}
    for run in sorted((r for r in runs if "(" in r.tool), key=lambda r: r.ms):
        fastest.setdefault((run.dnn, run.processor, run.precision), run)
    return list(fastest.values()) or runs


PROTO_FIELD = re.compile(r"^\s*(\w+)\s*:\s*(\S+)\s*$")


def is_tflite_proto(text: str | None, file: str | Path) -> bool:
    if text is None:
        return Path(file).suffix in (".pb", ".bin", ".binarypb")
    return "latency_metrics" in text


def read_tflite_proto(text: str | None, file: str | Path) -> list[Run]:
    """A BenchmarkResult, as text or binary. Raises InputError."""
    values = proto_text(text, file) if text is not None else proto_binary(file)
    if "avg_ms" not in values:
        raise InputError(file, 0, "has no latency_metrics with avg_ms")
    name = str(values.get("name", "")).strip('"')
    processor = "gpu" if "gpu" in name.lower() else "dsp" if re.search("nnapi|hexagon", name.lower()) else ""
    return [Run(name, processor, precision_of(name, processor) if processor else "", float(values["avg_ms"]),
                float(values.get("stddev_ms", math.nan)), int(values.get("num_runs", 1)), "TFLite benchmark_model",
                str(file), 1)]


def proto_text(text: str, file: str | Path) -> dict[str, float | str]:
    values: dict[str, float | str] = {}
    for line, content in lines_of(text):
        if found := PROTO_FIELD.match(content):
            is_number = found[1].endswith("_ms") or found[1] == "num_runs"
            low = 0 if found[1] != "avg_ms" else 1e-9
            values[found[1]] = number(found[2], file, line, found[1], low) if is_number else found[2]
    return values


def proto_binary(file: str | Path) -> dict[str, float | str]:
    """By benchmark_result.proto: name 1, latency_metrics 2 (avg_ms 1, stddev_ms 4), misc_metrics 4 (num_runs 2)."""
    values: dict[str, float | str] = {}
    for field, value in fields(Path(file).read_bytes(), file):
        if field == 1 and isinstance(value, bytes):
            values["name"] = value.decode("utf-8", "replace")
        elif field == 2 and isinstance(value, bytes):
            metrics = floats(value, file)
            values |= {name: metrics[i] for i, name in ((1, "avg_ms"), (4, "stddev_ms")) if i in metrics}
        elif field == 4 and isinstance(value, bytes):
            values |= {"num_runs": v for f, v in fields(value, file) if f == 2}
    return values


def is_tflite_profile(text: str | None, file: str | Path) -> bool:
    return bool(text) and "node type" in text.lower() and "Run Order" in text


def read_tflite_profile(text: str, file: str | Path) -> list[Run]:
    """The operator profile (--enable_op_profiling --profiling_output_csv_file): the sum over operators, which is less
    than the inference by what lies between them. No spread."""
    total, in_order, seen, last = 0.0, False, 0, 1
    column: int | None = None
    regular = "Regular Benchmark Runs" not in text
    for line, content in lines_of(text):
        last = line
        if "Regular Benchmark Runs" in content:
            regular = True
        elif "Run Order" in content:
            in_order = regular
        elif "====" in content or "Number of nodes" in content:
            in_order = False
        elif in_order:
            cells = [c.strip().strip("[]").lower() for c in re.split(r"[,\t]", content.strip())]
            cells = [c for c in cells if c]
            if "node type" in cells[0]:
                column = next((i for i, c in enumerate(cells) if c in ("avg ms", "avg_ms")), None)
            elif column is not None and len(cells) > column:
                total += number(cells[column], file, line, "avg ms", 0)
                seen += 1
    if not seen:
        raise InputError(file, last, "has no operators under 'Run Order' of the regular runs")
    return [Run("", "", "", total, math.nan, 1, "TFLite operator profile (sum of operators)", str(file), 1)]


# ---------------------------------------------------------------- MLPerf LoadGen

def is_loadgen_summary(text: str | None, file: str | Path) -> bool:
    return bool(text) and "MLPerf Results Summary" in text


def read_loadgen_summary(text: str, file: str | Path) -> list[Run]:
    """mlperf_log_summary.txt. The spread is that of a normal distribution between its 50th and 90th percentile."""
    values, where = {}, {}
    for line, content in lines_of(text):
        name, found, value = content.partition(":")
        if found:
            values.setdefault(re.sub(r"\s+", " ", name.strip().lower()), value.strip())
            where.setdefault(re.sub(r"\s+", " ", name.strip().lower()), line)
    check_loadgen(values.get("scenario", "").replace(" ", ""), values.get("mode", ""), file)
    get = {"mean": "mean latency (ns)", "p50": "50.00 percentile latency (ns)", "p90": "90.00 percentile latency (ns)"}
    ns = {k: positive(values[v], file, where[v], v) for k, v in get.items() if v in values}
    queries = re.search(r"Processed at least \d+ queries \((\d+)\)", text)
    return [loadgen_run(ns, int(queries[1]) if queries else 0, file)]


def is_loadgen_detail(text: str | None, file: str | Path) -> bool:
    return bool(text) and ":::MLLOG" in text


def read_loadgen_detail(text: str, file: str | Path) -> list[Run]:
    """mlperf_log_detail.txt: a JSON object behind ":::MLLOG" in every line."""
    values: dict[str, object] = {}
    where: dict[str, int] = {}
    for line, content in lines_of(text):
        _, mark, found = content.partition(":::MLLOG")
        if not mark:
            continue
        try:
            entry = json.loads(found)
            values[entry["key"]] = entry.get("value")
            where[entry["key"]] = line
        except (ValueError, KeyError, TypeError):
            raise InputError(file, line, "expected a JSON object with a key behind :::MLLOG") from None
    scenario = values.get("effective_scenario", values.get("requested_scenario", ""))
    check_loadgen(str(scenario), str(values.get("effective_test_mode", values.get("requested_test_mode", ""))), file)
    get = {"mean": "result_mean_latency_ns", "p50": "result_50.00_percentile_latency_ns",
           "p90": "result_90.00_percentile_latency_ns"}
    ns = {k: positive(str(values[v]), file, where[v], v) for k, v in get.items() if v in values}
    count = values.get("result_query_count", values.get("generated_query_count", 0))
    return [loadgen_run(ns, int(count) if isinstance(count, (int, float)) else 0, file)]


def check_loadgen(scenario: str, mode: str, file: str | Path) -> None:
    if scenario != "SingleStream":
        raise InputError(file, 0, f"is of the scenario '{scenario}': only SingleStream runs one inference at a time")
    if mode.startswith("Accuracy"):
        raise InputError(file, 0, "is of an accuracy run, which measures no latency")


def loadgen_run(ns: dict[str, float], count: int, file: str | Path) -> Run:
    if "mean" not in ns:
        raise InputError(file, 0, "has no mean latency: the run was cut off")
    sd = (ns["p90"] - ns["p50"]) / 1.2815515655446004 if {"p50", "p90"} <= ns.keys() else math.nan
    return Run("", "", "", ns["mean"] / 1e6, sd / 1e6, max(1, count), "MLPerf LoadGen SingleStream", str(file), 1)


# ---------------------------------------------------------------- tables

NETWORK = ("network", "dnn", "model", "test")
MILLISECONDS = ("ms", "latency_ms", "latency", "inference_ms", "inference, ms", "time_ms", "avg_ms")
DEVIATION = ("sd_ms", "std_ms", "std", "std, ms", "stddev_ms")


def is_table(text: str | None, file: str | Path) -> bool:
    if not text:
        return False
    first = next((content for _, content in lines_of(text)), "").lower()
    return bool(re.match(rf'"?({"|".join(NETWORK)})\b', re.sub(r"^device[,;\t]", "", first)))


def read_latency_table(text: str, file: str | Path) -> list[Run]:
    """A row per run, or a row per network and a column per processor and precision."""
    table = read_table(file, text)
    long_form = "processor" in table.columns or "accelerator" in table.columns
    runs = read_long(table) if long_form else read_wide(table)
    if not runs:
        raise InputError(file, 1, "has no latency")
    return runs


def first_of(table: Table, columns: tuple[str, ...]) -> str:
    found = next((c for c in columns if c in table.columns), "")
    if not found:
        raise InputError(table.file, 1, f"no column {columns[0]}; there are {', '.join(table.columns)}")
    return found


def read_long(table: Table) -> list[Run]:
    network, ms = first_of(table, NETWORK), first_of(table, MILLISECONDS)
    runs = []
    for row in table.rows:
        sd = next((row.number(c, 0) for c in DEVIATION if row.cells.get(c)), math.nan)
        count = int(row.number("count", 1)) if row.cells.get("count") else 1
        processor, precision = row.get("processor", "accelerator").lower(), row.get("precision").lower()
        known = target_of(f"{processor} {precision}")
        if not row.get(network):
            raise row.error(f"{network}: is empty")
        runs.append(Run(row.get(network), known[0] or processor, known[1] or precision,
                        positive(row.get(ms), row.file, row.line, ms), sd, count, "table", row.file, row.line))
    return runs


PROCESSOR_WORDS = {"cpu": {"cpu", "xnnpack"}, "gpu": {"gpu"},
                   "dsp": {"dsp", "npu", "apu", "tpu", "nnapi", "hexagon"}}
PRECISION_WORDS = {"int8": {"int8", "uint8", "q", "quant", "i8"}, "fp16": {"fp16", "half"},
                   "fp32": {"fp32", "fp", "float", "float32"}}


def target_of(name: str) -> tuple[str, str]:
    """Processor and precision in the name of a column or cell, '' for what it does not say. Neural accelerators stand
    as dsp: the simulator has no other kind."""
    words = set(re.split(r"[^a-z0-9]+", name.lower()))
    processor, precision = (next((kind for kind, names in kinds.items() if words & names), "")
                            for kinds in (PROCESSOR_WORDS, PRECISION_WORDS))
    return processor, precision


def read_wide(table: Table) -> list[Run]:
    network = first_of(table, NETWORK)
    targets = {c: target_of(c) for c in table.columns if all(target_of(c))}
    if not targets:
        raise InputError(table.file, 1, "no column processor, and none whose name says processor and precision; there "
                                        f"are {', '.join(table.columns)}")
    return [Run(row.get(network), *target, positive(row.cells[column], row.file, row.line, column), math.nan, 1,
                "table", row.file, row.line)
            for row in table.rows for column, target in targets.items() if row.cells[column] not in ("", "-", "n/a")]


READERS = ((is_tflite_proto, read_tflite_proto), (is_loadgen_summary, read_loadgen_summary),
           (is_loadgen_detail, read_loadgen_detail), (is_tflite_text, read_tflite_text),
           (is_tflite_profile, read_tflite_profile), (is_table, read_latency_table))
