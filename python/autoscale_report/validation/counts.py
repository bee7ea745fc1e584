"""results/validation/networks.csv: what a latency law needs of each network, by kind of operation.

    PYTHONPATH=python python -m autoscale_report.validation.counts ANCHORS... > results/validation/networks.csv

for the networks that the given tables name. Definitions of the phones' networks are pytorchcv's (exported without
training, which needs torch), those of the boards' networks are in definitions.py; both go through the importer.
The table is committed, so that predicting needs neither.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

from autoscale_report.validation.families import family
from autoscale_sim.importers.network_graph import Graph, Operation
from autoscale_sim.importers.network_onnx import from_model

KINDS = ("dense", "first", "pointwise", "grouped", "depthwise", "fc", "pool", "elementwise", "move")
COLUMNS = ["set", "network", "family"] + [
    f"{kind}_{what}" for kind in KINDS for what in ("ops", "mmacs", "kparams", "kread", "kwritten")
] + ["grouped_parts", "padded_kread"]  # fmt: skip
FUSED = {"Relu", "Clip", "PRelu", "LeakyRelu"}  # on the way out of the operation before
ARITHMETIC = {"Add", "Sub", "Mul", "Div"}  # with a constant: a part of h-swish, which TFLite has as one operator


def column_kind(operation: Operation, graph: Graph) -> str:
    """The kind under which an operation is counted, or nothing where a kernel does it on the way."""
    if operation.kind == "dense":
        return "first" if all(name in graph.inputs for name in operation.inputs) else "dense"
    if operation.kind == "matmul":
        return "fc"
    if operation.kind == "reduce":
        return "pool"
    if operation.kind == "free" or operation.type in FUSED or operation.type in ARITHMETIC and operation.activation:
        return ""
    return operation.kind


def row(label: str, network: str, graph: Graph) -> dict:
    """Millions of MACs, thousands of parameters and of elements."""
    result = dict.fromkeys(COLUMNS, 0) | {"set": label, "network": network, "family": family(network)}
    for operation in graph.operations:
        kind = column_kind(operation, graph)
        if not kind:
            continue
        twice = 2 if operation.type == "BatchNormalization" else 1  # TFLite has a product and a sum for it
        read = twice * sum(graph.sizes[name] for name in operation.inputs) / 1e3
        written = twice * sum(graph.sizes[name] for name in operation.outputs) / 1e3
        result[f"{kind}_ops"] += 1
        result[f"{kind}_mmacs"] += operation.macs / 1e6
        result[f"{kind}_kparams"] += operation.params / 1e3
        result[f"{kind}_kread"] += read
        result[f"{kind}_kwritten"] += written
        if kind == "grouped":
            result["grouped_parts"] += operation.groups
        if operation.padded:
            result["padded_kread"] += read
    return result


def exported(network: str):
    """A network of pytorchcv as an ONNX model."""
    import onnx
    import torch
    from pytorchcv.model_provider import get_model

    target = io.BytesIO()
    with torch.no_grad():
        torch.onnx.export(get_model(network).eval(), torch.zeros(1, 3, 224, 224), target, dynamo=False)
    return onnx.load_from_string(target.getvalue())


def networks(files: list[Path]) -> list[tuple[str, str]]:
    """(phones or boards, network) in the order of the tables."""
    found = {}
    for file in files:
        with file.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        label = "phones" if "phone" in rows[0] else "boards"
        found |= dict.fromkeys((label, r["network"]) for r in rows)
    return list(found)


def main() -> None:
    from autoscale_report.validation import definitions

    table = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    table.writeheader()
    for label, network in networks([Path(name) for name in sys.argv[1:]]):
        model = exported(network) if label == "phones" else definitions.by_name(network)
        values = row(label, network, from_model(model, network, {}))
        table.writerow({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in values.items()})


if __name__ == "__main__":
    main()
