"""`autoscale import network FILE`: an ONNX or TFLite file into a DNN YAML and its block table (workloads/README.md).

Counts and sizes follow from the file's graph; what no graph says (accuracy, names) is taken from the arguments or left
as FILL_IN, which `autoscale validate` refuses. Latencies per device are not in such a file: docs/adding_data.md.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from autoscale_sim.importers import network_onnx, network_tflite
from autoscale_sim.importers.network_blocks import Block, blocks
from autoscale_sim.importers.network_graph import Graph, NetworkError, product

READERS = {".onnx": network_onnx.read, ".tflite": network_tflite.read}
TASKS = ("classification", "detection", "translation")
PRECISIONS = ("fp32", "fp16", "int8", "dsp")
BLANK = "FILL_IN"
JPEG_BITS = 2
COLUMNS = "index,block,class,conv_layers,fc_layers,macs,params,in_elements,out_elements,single_tensor_cut"
MARKS = """# macs: multiply-accumulates of one inference; params: weights and biases; in_elements, out_elements: tensor
# elements the block reads and writes (tensors inside a block are not listed; multiply by the bytes per element);
# single_tensor_cut: 1 when out_elements is all that must travel if the DNN is cut after the block.
"""


@dataclass(frozen=True)
class Told:
    """What the user says of a network. `accuracy`: precision -> percent; `source`: where the accuracies are from."""

    id: str = ""
    name: str = ""
    task: str = "classification"
    metric: str = "ImageNet top-1, percent"
    accuracy: dict[str, float] = field(default_factory=dict)
    source: str = ""
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Imported:
    """The files written, and what a reader should know of them."""

    dnn: Path
    table: Path
    notes: list[str]


def read_network(path: str | Path, shapes: dict[str, tuple[int, ...]] | None = None) -> Graph:
    """The graph of a file, by the ending of its name. NetworkError if the file is no network."""
    reader = READERS.get(Path(path).suffix.lower())
    if reader is None:
        raise NetworkError(f"{path}: neither .onnx nor .tflite")
    return reader(path, shapes)


def import_network(path: str | Path, out: str | Path, told: Told = Told()) -> Imported:
    """Writes `workloads/dnns/ID.yaml` and `workloads/blocks/ID.csv` under the data folder `out`. NetworkError if the
    file cannot be read or a file is there already."""
    graph = read_network(path, told.shapes)
    table = blocks(graph)
    identifier = told.id or re.sub(r"[^a-z0-9]+", "_", Path(path).stem.lower()).strip("_")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", identifier):
        raise NetworkError(f"{path}: '{identifier}' cannot name a network: give --id of a-z, 0-9 and _")
    folder = Path(out) / "workloads"
    files = folder / "dnns" / f"{identifier}.yaml", folder / "blocks" / f"{identifier}.csv"
    if there := next((file for file in files if file.exists()), None):
        raise NetworkError(f"{there}: is there already; give another --id or folder")
    notes = _notes(graph, told)
    texts = _dnn(graph, table, identifier, told, Path(path).name, notes), _table(table, graph, Path(path).name)
    for file, text in zip(files, texts):
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise NetworkError(f"{file}: cannot be written: {error.strerror}") from None
    return Imported(*files, notes)


def _notes(graph: Graph, told: Told) -> list[str]:
    notes = [
        f"operator {name} ({count} x) is not known: it counts no MACs, its tensors count as moved"
        for name, count in sorted(graph.unsupported.items())
    ]
    blanks = [p for p in PRECISIONS if p not in told.accuracy and not _follows(p, told)]
    if blanks:
        notes.append(f"accuracy in {', '.join(blanks)} is {BLANK}: a network file does not say it")
    if any(o.kind in ("recurrent", "matmul") for o in graph.operations):
        notes.append("recurrent layers count as the paper's RC; attention does so under 'paper', not under 'published'")
    return notes


def _follows(precision: str, told: Told) -> bool:
    """Whether an accuracy may be taken from another precision's: half floats lose nothing, a DSP computes as int8."""
    return {"fp16": "fp32", "dsp": "int8"}.get(precision) in told.accuracy


def _table(table: list[Block], graph: Graph, source: str) -> str:
    lines = [f"# Blocks of {source}, by autoscale import network.", MARKS.rstrip(), COLUMNS,
             f"0,input,input,0,0,0,0,0,{_input_elements(graph)},1"]  # fmt: skip
    for index, block in enumerate(table, 1):
        row = (index, block.name, block.main_class, block.conv_layers, block.fc_layers, block.macs, block.params,
               block.in_elements, block.out_elements, int(block.cut))  # fmt: skip
        lines.append(",".join(map(str, row)))
    return "\n".join(lines) + "\n"


def _input_elements(graph: Graph) -> int:
    return sum(product(shape) for shape in graph.inputs.values())


def _dnn(graph: Graph, table: list[Block], identifier: str, told: Told, source: str, notes: list[str]) -> str:
    counts = {"conv": sum(b.conv_layers for b in table), "fc": sum(b.fc_layers for b in table),
              "recurrent": sum(b.count(("recurrent",)) for b in table)}  # fmt: skip
    attention = sum(b.main_class == "attention" for b in table)
    lines = [f"# {told.name or identifier}, imported from {source} by autoscale import network.",
             f"# Read with ../blocks/{identifier}.csv (its blocks).", *(f"# Note: {note}." for note in notes), "",
             f"name: {_text(told.name or identifier)}", f"task: {told.task}", "layers:"]  # fmt: skip
    how = "counted over the file's graph; squeeze-and-excite layers belong to their block and are not counted"
    lines += _layers("published", counts, how)
    paper = counts | {"recurrent": counts["recurrent"] + attention}
    lines += _layers("paper", paper, "as published, with a block of attention as one recurrent layer")
    lines += [
        f'macs: {{value: {graph.macs() / 1e6:.6f} MMAC, derived: "sum of the block table"}}',
        f'parameters: {{value: {graph.params()}, derived: "sum of the block table"}}',
        "input:",
        *_inputs(graph),
        _output(graph),
        f"blocks: {identifier}.csv",
        'block_scale: {value: 1, derived: "the block table is for the input size of the file"}',
        f"metric: {_text(told.metric)}",
        "accuracy:",
        *_accuracy("quantisation_aware", told),
        *_accuracy("post_training", told),
        "unsupported: []",
    ]
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    """A YAML scalar in double quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def _layers(key: str, counts: dict[str, int], how: str) -> list[str]:
    return [f"  {key}:", *(f"    {kind}: {count}" for kind, count in counts.items()),
            f"    origin: {{derived: {_text(how)}}}"]  # fmt: skip


def _image(graph: Graph) -> tuple[int, int, int] | None:
    """Height, width, channels of a network's only input, if it is a picture."""
    if len(graph.inputs) != 1 or graph.integer_inputs:
        return None
    shape = next(iter(graph.inputs.values()))
    if len(shape) != 4 or shape[0] != 1:
        return None
    if shape[1] in (1, 3):
        return shape[2], shape[3], shape[1]
    return (shape[1], shape[2], shape[3]) if shape[3] in (1, 3) else None


def _inputs(graph: Graph) -> list[str]:
    image = _image(graph)
    if image is None:
        return _tensor_inputs(graph)
    height, width, channels = image
    pixels, elements = height * width, height * width * channels
    size, of = f"{height} x {width} pixels", f"x {channels} channels x"
    jpeg = -(-pixels * JPEG_BITS // 8)
    return [
        f'  raw: {{value: {elements} B, derived: "{size} {of} 1 byte"}}',
        f'  jpeg: {{value: {jpeg} B, derived: "{size} x {JPEG_BITS} bits / 8 (quality about 85 assumed; '
        '1.5 to 3.5 bits per pixel)"}',
        f'  tensor_fp16: {{value: {2 * elements} B, derived: "{size} {of} 2 bytes: the input layer\'s tensor"}}',
        f'  tensor_fp32: {{value: {4 * elements} B, derived: "{size} {of} 4 bytes: the input layer\'s tensor"}}',
    ]


def _tensor_inputs(graph: Graph) -> list[str]:
    """Sizes of inputs that are no picture: tensors in every form, integers in 4 bytes."""
    integers = sum(product(graph.inputs[name]) for name in graph.integer_inputs)
    others = _input_elements(graph) - integers
    forms = {"raw": 4, "jpeg": 4, "tensor_fp16": 2, "tensor_fp32": 4}
    how = f"no picture: {integers} integers x 4 bytes + {others} numbers x"
    return [f'  {form}: {{value: {4 * integers + size * others} B, derived: "{how} {size} bytes"}}'
            for form, size in forms.items()]  # fmt: skip


def _output(graph: Graph) -> str:
    elements = sum(product(shape) for shape in graph.outputs.values())
    return f'output: {{value: {4 * elements} B, derived: "{elements} numbers x 4 bytes"}}'


def _accuracy(key: str, told: Told) -> list[str]:
    return [f"  {key}:", *(f"    {precision}: {_accuracy_value(precision, told)}" for precision in PRECISIONS)]


def _accuracy_value(precision: str, told: Told) -> str:
    if precision in told.accuracy:
        origin = f"cited: {_text(told.source)}" if told.source else 'assumed: "given to the importer without a source"'
        return f"{{value: {told.accuracy[precision]:g}, {origin}}}"
    if precision == "fp16" and "fp32" in told.accuracy:
        return f'{{value: {told.accuracy["fp32"]:g}, assumed: "taken equal to fp32"}}'
    if precision == "dsp" and "int8" in told.accuracy:
        return f'{{value: {told.accuracy["int8"]:g}, assumed: "as int8 on the CPU (plausible -1 to 0)"}}'
    return f'{{value: {BLANK}, assumed: "not in the file of the network"}}'


def add_parser(subparsers) -> argparse.ArgumentParser:
    """The kind `network` of `autoscale import`; `run` of the parsed arguments does it and gives the exit code."""
    parser = subparsers.add_parser(
        "network", help="a network from an .onnx or .tflite file",
        description="Writes a DNN file and its block table from a network file; nothing is run.",
    )  # fmt: skip
    parser.add_argument("file", help="NAME.onnx or NAME.tflite; weights may be missing")
    parser.add_argument("-o", "--out", required=True, metavar="FOLDER", help="data folder: gets workloads/dnns, blocks")
    parser.add_argument("--id", default="", help="name in scenarios; default: from the file's name")
    parser.add_argument("--name", default="", help="name for readers")
    parser.add_argument("--task", default="classification", choices=TASKS)
    parser.add_argument("--metric", default=Told.metric, help="what the accuracy is")
    parser.add_argument("--accuracy", action="append", default=[], metavar="PRECISION=PERCENT", type=_named_accuracy,
                        help="of fp32, fp16, int8 or dsp; repeatable; without it a blank to fill in")  # fmt: skip
    parser.add_argument("--source", default="", metavar="TEXT", help="where the accuracies are from")
    parser.add_argument("--shape", action="append", default=[], metavar="INPUT=N,N,...", type=_named_shape,
                        help="size of an input that an ONNX file leaves open; repeatable")  # fmt: skip
    parser.set_defaults(run=_run)
    return parser


def _named_accuracy(text: str) -> tuple[str, float]:
    precision, _, value = text.partition("=")
    if precision not in PRECISIONS:
        raise argparse.ArgumentTypeError(f"'{text}': not one of {', '.join(PRECISIONS)}, = and a number")
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError(f"'{text}': '{value}' is not a percentage from 0 to 100")
    return precision, number


def _named_shape(text: str) -> tuple[str, tuple[int, ...]]:
    name, _, sizes = text.rpartition("=")
    if not name or not re.fullmatch(r"[1-9]\d{0,8}(,[1-9]\d{0,8})*", sizes):
        raise argparse.ArgumentTypeError(f"'{text}': not INPUT= and whole sizes, such as input=1,3,224,224")
    return name, tuple(int(size) for size in sizes.split(","))


def _run(arguments: argparse.Namespace) -> int:
    told = Told(arguments.id, arguments.name, arguments.task, arguments.metric, dict(arguments.accuracy),
                arguments.source, dict(arguments.shape))  # fmt: skip
    try:
        imported = import_network(arguments.file, arguments.out, told)
    except NetworkError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{imported.dnn} and {imported.table} written")
    for note in imported.notes:
        print(f"note: {note}")
    return 0
