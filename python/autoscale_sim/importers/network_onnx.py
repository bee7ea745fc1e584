"""Reads an ONNX file into a `Graph`, with the package `onnx` alone: shapes are inferred, nothing is run.

Weights are not needed: only the shapes of initializers are looked at. Constants that the exporter left as nodes, and
weights behind a DequantizeLinear, count as weights.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from autoscale_sim.importers.network_graph import Graph, NetworkError, Operation, convolution_kind, product, settled

POOLS = {"MaxPool", "AveragePool", "LpPool"}
REDUCTIONS = {"GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceSum", "ReduceMax"}
ACTIVATIONS = {
    "Relu", "Clip", "Sigmoid", "HardSigmoid", "HardSwish", "LeakyRelu", "PRelu", "Elu", "Selu", "Tanh", "Gelu", "Erf",
    "Softplus", "Mish", "Exp", "Sqrt", "Pow", "Abs", "Neg", "Reciprocal", "Log", "Floor", "Ceil", "Round", "Cast",
    "Not", "BatchNormalization", "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear",
}  # fmt: skip
ELEMENTWISE = ACTIVATIONS | {
    "Add", "Sub", "Mul", "Div", "Max", "Min", "Sum", "Mean", "Where", "Equal", "Less", "Greater", "And", "Or",
    "Softmax", "LogSoftmax", "LayerNormalization", "InstanceNormalization", "GroupNormalization", "LpNormalization",
    "LRN", "GreaterOrEqual", "LessOrEqual",
}  # fmt: skip
LEARNT = {"Add", "Sub", "Mul", "Div", "PRelu", "LayerNormalization", "InstanceNormalization", "GroupNormalization"}
MOVES = {
    "Concat", "Split", "Pad", "Transpose", "Slice", "Resize", "Upsample", "Gather", "GatherND", "Expand", "Tile",
    "DepthToSpace", "SpaceToDepth", "ScatterND", "GatherElements", "ScatterElements", "TopK", "NonMaxSuppression",
    "CumSum", "ArgMax", "NonZero", "OneHot",
}  # fmt: skip
FREE = {"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Dropout", "Shape", "Constant", "ConstantOfShape",
        "Range", "Size"}  # fmt: skip
INTEGERS = {5, 6, 7}  # onnx.TensorProto.INT16, INT32, INT64
SMALL = 64  # elements of a constant that is a size rather than a weight
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def read(path: str | Path, shapes: dict[str, tuple[int, ...]] | None = None) -> Graph:
    """The graph of an ONNX file. `shapes` fixes inputs whose size the file leaves open; an open first dimension is a
    batch of 1. NetworkError if the file is none, or a shape stays open."""
    try:
        import onnx
    except ImportError:
        raise NetworkError(f"{path}: needs the Python package onnx (pip install onnx)") from None
    try:
        model = onnx.load(str(path), load_external_data=False)
    except OSError as error:
        raise NetworkError(f"{path}: cannot be read: {error.strerror}") from None
    except Exception:  # protobuf's own exception classes differ between versions
        raise NetworkError(f"{path}: not an ONNX file") from None
    if not model.graph.node:
        raise NetworkError(f"{path}: not an ONNX file, or one without operators")
    return from_model(model, str(path), shapes or {})


def from_model(model, place: str, shapes: dict[str, tuple[int, ...]]) -> Graph:
    """The same from an onnx.ModelProto; messages begin with `place`."""
    import onnx

    if model.functions:
        model = onnx.inliner.inline_local_functions(model)
    _fix_inputs(model.graph, place, shapes)
    folded = True
    while folded:  # what is folded lets further shapes be inferred
        folded = _fold(model)
        try:
            model = onnx.shape_inference.infer_shapes(model, data_prop=True)
        except Exception as error:  # a C++ exception of onnx
            reason = str(error).splitlines()[0]
            raise NetworkError(f"{place}: shapes cannot be inferred: {reason}") from None
    return _Reader(model.graph, place).graph()


def _fix_inputs(graph, place: str, shapes: dict[str, tuple[int, ...]]) -> None:
    weights = {tensor.name for tensor in graph.initializer}
    inputs = {value.name: value for value in graph.input if value.name not in weights}
    if unknown := sorted(set(shapes) - set(inputs)):
        raise NetworkError(f"{place}: no input is called '{unknown[0]}'; there are: {', '.join(inputs)}")
    for name, value in inputs.items():
        dims = value.type.tensor_type.shape.dim
        if name in shapes and len(shapes[name]) != len(dims):
            raise NetworkError(f"{place}: input '{name}' has {len(dims)} dimensions, not {len(shapes[name])}")
        for position, dim in enumerate(dims):
            if name in shapes:
                dim.dim_value = shapes[name][position]
            elif dim.dim_value < 1 and position == 0:
                dim.dim_value = 1
            elif dim.dim_value < 1:
                raise NetworkError(f"{place}: dimension {position} of input '{name}' is left open: "
                                   f"give --shape {name}=...")  # fmt: skip


def _fold(model) -> bool:
    """Replaces nodes that follow from small constants and from known shapes by their values, so that the sizes of
    paddings and reshapes are known; whether there were any."""
    graph = model.graph
    known = {tensor.name: tensor for tensor in graph.initializer if product(tensor.dims) <= SMALL}
    shapes = {value.name: shape for value in (*graph.input, *graph.value_info) if (shape := _full_shape(value))}
    kept = []
    for node in graph.node:
        values = _values(node, known, shapes, model.opset_import)
        if values is None:
            kept.append(node)
            continue
        known |= values
        graph.initializer.extend(values.values())
    found = len(kept) < len(graph.node)
    del graph.node[:]
    graph.node.extend(kept)
    return found


def _full_shape(value) -> tuple[int, ...] | None:
    """The shape of a value_info, if it is all known."""
    kind = value.type.tensor_type
    if not kind.HasField("shape") or not all(dim.HasField("dim_value") for dim in kind.shape.dim):
        return None
    return tuple(dim.dim_value for dim in kind.shape.dim)


def _values(node, known: dict, shapes: dict, opsets) -> dict | None:
    """The outputs of a node as constants, by the reference implementation that comes with the format; None if they do
    not follow from what is known, or are large."""
    import numpy
    import onnx
    from onnx.reference import ReferenceEvaluator

    if node.op_type == "Shape" and node.input[0] in shapes and not node.attribute:
        array = numpy.array(shapes[node.input[0]], numpy.int64)
        return {node.output[0]: onnx.numpy_helper.from_array(array, node.output[0])}
    used = [name for name in node.input if name]
    if not all(name in known for name in used) or any(a.g.node for a in node.attribute):
        return None
    outputs = [onnx.ValueInfoProto(name=name) for name in node.output]
    graph = onnx.helper.make_graph([node], "one", [], outputs, [known[name] for name in used])
    try:
        arrays = ReferenceEvaluator(onnx.helper.make_model(graph, opset_imports=opsets)).run(None, {})
    except Exception:  # initializers without data, or an operator that the reference lacks
        return None
    if any(array.size > SMALL for array in arrays):
        return None
    return {name: onnx.numpy_helper.from_array(array, name) for name, array in zip(node.output, arrays)}


def _padded(node) -> bool:
    return any(size for a in node.attribute if a.name == "pads" for size in a.ints)


class _Reader:
    """Goes through the nodes in order; knows which tensors are constants."""

    def __init__(self, graph, place: str):
        self.source, self.place = graph, place
        self.constants = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
        self.constants |= {tensor.values.name: tuple(tensor.dims) for tensor in graph.sparse_initializer}
        self.shapes, self.types = {}, {}
        for value in (*graph.input, *graph.value_info, *graph.output):
            self._note_shape(value)
        self.operations: list[Operation] = []
        self.unsupported: Counter = Counter()

    def _note_shape(self, value) -> None:
        self.types[value.name] = value.type.tensor_type.elem_type
        if shape := _full_shape(value):
            self.shapes[value.name] = shape

    def graph(self) -> Graph:
        for number, node in enumerate(self.source.node):
            self._read(node, number)
        inputs = [v.name for v in self.source.input if v.name not in self.constants]
        outputs = [v.name for v in self.source.output]
        names = {n for o in self.operations for n in (*o.inputs, *o.outputs)} | set(inputs) | set(outputs)
        return Graph(
            inputs={name: self._shape(name, "input") for name in inputs},
            outputs={name: self._shape(name, "output") for name in outputs},
            operations=settled(self.operations),
            sizes={name: product(self.shapes.get(name, (0,))) for name in names},
            integer_inputs=frozenset(n for n in inputs if self.types.get(n) in INTEGERS),
            unsupported=self.unsupported,
        )

    def _shape(self, name: str, where: str) -> tuple[int, ...]:
        shape = self.constants.get(name, self.shapes.get(name))
        if shape is None:
            raise NetworkError(f"{self.place}: {where}: the shape of tensor '{name}' cannot be inferred; "
                               "give the sizes of the inputs with --shape")  # fmt: skip
        return shape

    def _read(self, node, number: int) -> None:
        used = [name for name in node.input if name]
        where = f"node {node.name or number} ({node.op_type})"
        if node.op_type == "Shape" or all(name in self.constants for name in used):
            if not any(a.g.node for a in node.attribute):
                for name in node.output:
                    self.constants[name] = self._constant_shape(node, name)
                return
        activations = tuple(dict.fromkeys(name for name in used if name not in self.constants))
        facts = self._facts(node, where)
        name, outputs = node.name or f"{node.op_type}_{number}", tuple(n for n in node.output if n)
        self.operations.append(Operation(name, node.op_type, inputs=activations, outputs=outputs, **facts))

    def _constant_shape(self, node, name: str) -> tuple[int, ...]:
        value = next((a.t for a in node.attribute if a.name == "value"), None)
        if node.op_type == "Constant" and value is not None:
            return tuple(value.dims)
        if node.op_type == "DequantizeLinear" and node.input[0] in self.constants:
            return self.constants[node.input[0]]
        return self.shapes.get(name, ())

    def _facts(self, node, where: str) -> dict:
        """Kind and counts of a node."""
        kind = node.op_type
        if kind in ("Conv", "ConvTranspose", "ConvInteger", "QLinearConv"):
            return self._convolution(node, where)
        if kind in ("Gemm", "MatMul", "MatMulInteger", "QLinearMatMul"):
            return self._product(node, where)
        if kind in GATES:
            return self._recurrent(node, where)
        params = self._small_params(node)
        if kind in POOLS:
            whole = product(self._shape(node.output[0], where)[2:]) == 1
            return {"kind": "reduce" if whole else "pool", "padded": _padded(node)}
        if kind in REDUCTIONS:
            return {"kind": "reduce"}
        if kind in ELEMENTWISE:
            single = sum(name not in self.constants for name in node.input if name) == 1
            return {"kind": "elementwise", "params": params, "activation": single}
        if kind in MOVES:
            table = kind == "Gather" and node.input[0] in self.constants
            return {"kind": "move", "params": product(self.constants[node.input[0]]) if table else 0}
        if kind in FREE:
            return {"kind": "free"}
        self.unsupported[kind] += 1
        return {"kind": "move"}

    def _small_params(self, node) -> int:
        """Learnt numbers of an operator that is no product: batch norm as a scale and a shift, biases, slopes."""
        if node.op_type == "BatchNormalization":
            return 2 * product(self.constants.get(node.input[1], (0,)))
        if node.op_type not in LEARNT:
            return 0
        return sum(product(self.constants[n]) for n in node.input if n in self.constants and len(self.constants[n]))

    def _convolution(self, node, where: str) -> dict:
        quantised = node.op_type == "QLinearConv"
        weights = self._shape(node.input[3 if quantised else 1], where)
        biases = node.input[8:9] if quantised else node.input[2:3] if node.op_type != "ConvInteger" else []
        groups = next((a.i for a in node.attribute if a.name == "group"), 1)
        positions = product(weights[2:])
        given, made = self._shape(node.input[0], where), self._shape(node.output[0], where)
        if node.op_type == "ConvTranspose":  # weights are input channels x output channels per group x positions
            macs = product(given) * weights[1] * positions
        else:
            macs = product(made) * weights[1] * positions
        params = product(weights) + sum(product(self._shape(name, where)) for name in biases if name)
        return {"kind": convolution_kind(groups, given[1], positions), "macs": macs, "params": params,
                "groups": groups, "kernel": positions, "padded": _padded(node)}  # fmt: skip

    def _product(self, node, where: str) -> dict:
        quantised = node.op_type == "QLinearMatMul"
        left, right = node.input[0], node.input[3 if quantised else 1]
        transposed = any(a.name == "transA" and a.i for a in node.attribute)
        inner = self._shape(left, where)[0 if transposed else -1]
        macs = product(self._shape(node.output[0], where)) * inner
        constants = [name for name in (left, right) if name in self.constants]
        if not constants:
            return {"kind": "matmul", "macs": macs}
        params = product(self.constants[constants[0]])
        if node.op_type == "Gemm" and len(node.input) > 2 and node.input[2] in self.constants:
            params += product(self.constants[node.input[2]])
        return {"kind": "fc", "macs": macs, "params": params}

    def _recurrent(self, node, where: str) -> dict:
        """Every gate multiplies the input and the state by a matrix each, at every step."""
        steps = product(self._shape(node.input[0], where)[:2])
        weights = [self._shape(name, where) for name in node.input[1:3]]
        biases = [self._shape(name, where) for name in node.input[3:4] if name]
        matrices = sum(product(shape) for shape in weights)
        return {"kind": "recurrent", "macs": steps * matrices, "params": matrices + sum(map(product, biases))}
