"""What a network is to the simulator, whatever file it came from: operations in order, and the tensors between them.

The readers `network_onnx` and `network_tflite` make a `Graph`; `network_blocks` cuts it into blocks. Counts are of one
inference (batch 1): multiply-accumulates, parameters (weights and biases, batch norm as a scale and a shift per channel
where it is not folded), tensor elements.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

# Kinds of operations. `dense`: convolution over all channels; `pointwise`: the same with a 1 x 1 kernel; `grouped`:
# neither dense nor one filter per channel; `fc`: activations times weights, also as a 1 x 1 convolution of what was
# pooled to one position; `matmul`: activations times activations.
CONVOLUTIONS = ("dense", "pointwise", "grouped", "depthwise")
COUNTED = (*CONVOLUTIONS, "fc", "matmul", "recurrent")
# Kinds without multiply-accumulates: `pool`, `reduce` (a pool of all positions), `elementwise` (activations, sums of
# tensors, normalisation), `move` (concatenation, padding, transposition, resizing), `free` (reshapes: no data moves).


class NetworkError(ValueError):
    """A network file that cannot be imported; the message says why and where."""


@dataclass(frozen=True)
class Operation:
    """One operator of the file. `groups` and `kernel` (positions of the filter, height x width) are of convolutions;
    `activation` says that the operator is a point function of one tensor, which kernels do on the way; `padded`, that a
    convolution or pool names paddings in numbers, which TensorFlow needs an operator of its own for."""

    name: str
    type: str  # as the file calls it: Conv, CONV_2D
    kind: str
    inputs: tuple[str, ...]  # activations only
    outputs: tuple[str, ...]
    macs: int = 0
    params: int = 0
    groups: int = 1
    kernel: int = 1
    activation: bool = False
    padded: bool = False


@dataclass
class Graph:
    """A network. `shapes`: of inputs and outputs; `sizes`: elements of every activation, by its name."""

    inputs: dict[str, tuple[int, ...]]
    outputs: dict[str, tuple[int, ...]]
    operations: list[Operation]
    sizes: dict[str, int]
    integer_inputs: frozenset[str] = frozenset()
    unsupported: Counter = field(default_factory=Counter)  # operator type -> how often

    def macs(self) -> int:
        return sum(operation.macs for operation in self.operations)

    def params(self) -> int:
        return sum(operation.params for operation in self.operations)


def convolution_kind(groups: int, channels: int, kernel: int) -> str:
    """The kind of a convolution from its groups, input channels and kernel positions."""
    if groups == 1:
        return "pointwise" if kernel == 1 else "dense"
    return "depthwise" if groups == channels else "grouped"


def settled(operations: list[Operation]) -> list[Operation]:
    """The same with 1 x 1 convolutions of pooled tensors as FC layers: squeeze and excitation, classifiers."""
    pooled: set[str] = set()
    result = []
    for operation in operations:
        if operation.kind == "reduce":
            pooled.update(operation.outputs)
        elif operation.inputs and all(name in pooled for name in operation.inputs):
            pooled.update(operation.outputs)
            operation = replace(operation, kind="fc") if operation.kind == "pointwise" else operation
        result.append(operation)
    return result


def product(shape) -> int:
    result = 1
    for size in shape:
        result *= int(size)
    return result


def summary(graph: Graph) -> dict[str, dict[str, int]]:
    """Kind -> operations, macs, params, elements read and written: a network in ten numbers a row."""
    table: dict[str, dict[str, int]] = {}
    for operation in graph.operations:
        row = table.setdefault(operation.kind, dict.fromkeys(("operations", "macs", "params", "read", "written"), 0))
        row["operations"] += 1
        row["macs"] += operation.macs
        row["params"] += operation.params
        row["read"] += sum(graph.sizes[name] for name in operation.inputs)
        row["written"] += sum(graph.sizes[name] for name in operation.outputs)
    return table
