"""Reads a TFLite file into a `Graph`, with the schema package `tflite` alone: nothing is run.

Only the first subgraph is read: the others are bodies of control flow. Tensors with data in the file are weights, and
so is what follows from them alone.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from autoscale_sim.importers.network_graph import Graph, NetworkError, Operation, convolution_kind, product, settled

IDENTIFIER = b"TFL3"
POOLS = {"MAX_POOL_2D", "AVERAGE_POOL_2D", "L2_POOL_2D"}
REDUCTIONS = {"MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD"}
ACTIVATIONS = {
    "RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "LOGISTIC", "TANH", "HARD_SWISH", "LEAKY_RELU", "PRELU", "ELU",
    "GELU", "QUANTIZE", "DEQUANTIZE", "CAST", "EXP", "SQRT", "RSQRT", "ABS", "NEG", "LOG", "POW", "SQUARE", "ROUND",
    "FLOOR", "CEIL", "LOGICAL_NOT",
}  # fmt: skip
ELEMENTWISE = ACTIVATIONS | {
    "ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE", "SOFTMAX", "LOG_SOFTMAX", "ADD_N",
    "L2_NORMALIZATION", "LOCAL_RESPONSE_NORMALIZATION", "SELECT", "SELECT_V2", "EQUAL", "NOT_EQUAL", "GREATER", "LESS",
    "GREATER_EQUAL", "LESS_EQUAL", "LOGICAL_AND", "LOGICAL_OR",
}  # fmt: skip
MOVES = {
    "CONCATENATION", "PAD", "PADV2", "MIRROR_PAD", "TRANSPOSE", "SPLIT", "SPLIT_V", "SLICE", "STRIDED_SLICE", "PACK",
    "UNPACK", "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR", "GATHER", "GATHER_ND", "EMBEDDING_LOOKUP", "TILE",
    "SPACE_TO_DEPTH", "DEPTH_TO_SPACE", "BROADCAST_TO", "SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND", "ARG_MAX", "TOPK_V2",
    "ONE_HOT", "SCATTER_ND", "REVERSE_V2", "CUMSUM", "FILL", "RANGE",
}  # fmt: skip
FREE = {"RESHAPE", "SQUEEZE", "EXPAND_DIMS", "SHAPE", "BITCAST", "RANK"}
PRODUCTS = {"FULLY_CONNECTED", "BATCH_MATMUL"}
RECURRENT = {"LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM", "BIDIRECTIONAL_SEQUENCE_LSTM", "RNN",
             "UNIDIRECTIONAL_SEQUENCE_RNN", "BIDIRECTIONAL_SEQUENCE_RNN", "SVDF"}  # fmt: skip
INTEGERS = {"INT16", "INT32", "INT64"}


def read(path: str | Path, shapes: dict[str, tuple[int, ...]] | None = None) -> Graph:
    """The graph of a TFLite file. `shapes` is refused: in such a file all sizes are fixed. NetworkError if the file is
    none or is damaged."""
    try:
        import tflite
    except ImportError:
        raise NetworkError(f"{path}: needs the Python package tflite (pip install tflite)") from None
    if shapes:
        raise NetworkError(f"{path}: --shape is for ONNX files; a TFLite file holds all its sizes")
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise NetworkError(f"{path}: cannot be read: {error.strerror}") from None
    if content[4:8] != IDENTIFIER:
        raise NetworkError(f"{path}: not a TFLite file: its mark '{IDENTIFIER.decode()}' is missing")
    try:
        reader = _Reader(tflite.Model.GetRootAsModel(content, 0), str(path), tflite)
        return reader.graph()
    except NetworkError:
        raise
    except Exception as error:  # flatbuffers reads whatever a damaged file points at: struct.error, IndexError, ...
        raise NetworkError(f"{path}: damaged: {error}") from None


class _Reader:
    """Goes through the operators in order; knows which tensors are weights."""

    def __init__(self, model, place: str, tflite):
        if not model.SubgraphsLength() or not model.Subgraphs(0).OperatorsLength():
            raise NetworkError(f"{place}: holds no operators")
        self.model, self.place, self.subgraph = model, place, model.Subgraphs(0)
        self.names = _names(tflite.BuiltinOperator)
        self.types = _names(tflite.TensorType)
        self.unsupported: Counter = Counter()
        self.derived: set[int] = set()  # tensors that follow from weights alone: unpacked or made float again

    def shape(self, index: int) -> tuple[int, ...]:
        tensor = self.subgraph.Tensors(index)
        return tuple(max(int(tensor.Shape(i)), 1) for i in range(tensor.ShapeLength()))

    def name(self, index: int) -> str:
        return f"{index}:{(self.subgraph.Tensors(index).Name() or b'').decode(errors='replace')}"

    def is_weight(self, index: int) -> bool:
        return index in self.derived or self.model.Buffers(self.subgraph.Tensors(index).Buffer()).DataLength() > 0

    def graph(self) -> Graph:
        inputs = [self.subgraph.Inputs(i) for i in range(self.subgraph.InputsLength())]
        outputs = [self.subgraph.Outputs(i) for i in range(self.subgraph.OutputsLength())]
        read = [self._read(self.subgraph.Operators(i), i) for i in range(self.subgraph.OperatorsLength())]
        operations = [operation for operation in read if operation]
        sizes = {self.name(i): product(self.shape(i)) for i in range(self.subgraph.TensorsLength())}
        return Graph(
            inputs={self.name(i): self.shape(i) for i in inputs},
            outputs={self.name(i): self.shape(i) for i in outputs},
            operations=settled(operations),
            sizes=sizes,
            integer_inputs=frozenset(
                self.name(i) for i in inputs if self.types.get(self.subgraph.Tensors(i).Type()) in INTEGERS
            ),
            unsupported=self.unsupported,
        )

    def _type(self, operator) -> str:
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        if code.CustomCode():
            return code.CustomCode().decode(errors="replace")
        return self.names.get(number, f"builtin {number}")

    def _read(self, operator, number: int) -> Operation | None:
        kind = self._type(operator)
        used = [operator.Inputs(i) for i in range(operator.InputsLength()) if operator.Inputs(i) >= 0]
        made = [operator.Outputs(i) for i in range(operator.OutputsLength())]
        weights = [i for i in used if self.is_weight(i)]
        if used and len(weights) == len(used):
            self.derived.update(made)
            return None
        activations = tuple(dict.fromkeys(self.name(i) for i in used if i not in weights))
        facts = self._facts(kind, used, made, weights, f"operator {number} ({kind})")
        return Operation(f"{kind.lower()}_{number}", kind, inputs=activations,
                         outputs=tuple(self.name(i) for i in made), **facts)  # fmt: skip

    def _facts(self, kind: str, used: list[int], made: list[int], weights: list[int], where: str) -> dict:
        """Kind and counts of an operator."""
        if kind in ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "CONV_3D"):
            return self._convolution(kind, used, made, where)
        if kind in PRODUCTS:
            return self._product(used, made, weights, where)
        if kind in RECURRENT:
            return self._recurrent(used, weights)
        if kind in POOLS:
            return {"kind": "reduce" if product(self.shape(made[0])[1:3]) == 1 else "pool"}
        if kind in REDUCTIONS:
            return {"kind": "reduce"}
        if kind in ELEMENTWISE:
            single = len(used) - len(weights) == 1
            params = sum(product(self.shape(i)) for i in weights if self.shape(i)) if kind not in ("POW",) else 0
            return {"kind": "elementwise", "activation": single, "params": params}
        if kind in MOVES:
            tables = kind in ("GATHER", "EMBEDDING_LOOKUP")
            return {"kind": "move", "params": sum(product(self.shape(i)) for i in weights) if tables else 0}
        if kind in FREE:
            return {"kind": "free"}
        self.unsupported[kind] += 1
        return {"kind": "move"}

    def _tensors(self, used: list[int], count: int, where: str) -> None:
        if len(used) < count:
            raise NetworkError(f"{self.place}: {where}: has {len(used)} inputs, needs {count}")

    def _convolution(self, kind: str, used: list[int], made: list[int], where: str) -> dict:
        transposed = kind == "TRANSPOSE_CONV"  # its inputs: the output's shape, weights, activation, bias
        self._tensors(used, 3 if transposed else 2, where)
        given, weights = self.shape(used[2] if transposed else used[0]), self.shape(used[1])
        bias = used[3:4] if transposed else used[2:3]
        if len(given) < 4 or len(weights) < 4:
            raise NetworkError(f"{self.place}: {where}: tensors of {len(given)} and {len(weights)} dimensions, not 4")
        if kind == "CONV_3D":  # weights: depth, height, width, input channels, output channels
            positions, inner, groups = product(weights[:3]), weights[3], 1
        elif kind == "DEPTHWISE_CONV_2D":  # weights: 1, height, width, output channels
            positions, inner, groups = product(weights[1:3]), 1, given[-1]
        else:  # weights: output channels, height, width, input channels of a group
            positions, inner = product(weights[1:3]), weights[3]
            groups = 1 if transposed else given[-1] // inner
        per_element = (given, weights[0]) if transposed else (self.shape(made[0]), inner)
        macs = product(per_element[0]) * per_element[1] * positions
        params = product(weights) + sum(product(self.shape(i)) for i in bias)
        return {"kind": "depthwise" if kind == "DEPTHWISE_CONV_2D" else convolution_kind(groups, given[-1], positions),
                "macs": macs, "params": params, "groups": groups, "kernel": positions}  # fmt: skip

    def _product(self, used: list[int], made: list[int], weights: list[int], where: str) -> dict:
        self._tensors(used, 2, where)
        inner = self.shape(used[1])[-1] if used[1] in weights else self.shape(used[0])[-1]
        macs = product(self.shape(made[0])) * inner
        params = sum(product(self.shape(i)) for i in weights)
        return {"kind": "fc" if weights else "matmul", "macs": macs, "params": params}

    def _recurrent(self, used: list[int], weights: list[int]) -> dict:
        """Every matrix meets its input at every step; the input is batch x steps x features, or batch x features."""
        given = self.shape(used[0])
        steps = product(given[:-1])
        matrices = [self.shape(i) for i in weights if len(self.shape(i)) == 2]
        return {"kind": "recurrent", "macs": steps * sum(map(product, matrices)),
                "params": sum(product(self.shape(i)) for i in weights)}  # fmt: skip


def _names(enumeration) -> dict[int, str]:
    """Number -> name of an enumeration of the schema package, which has them as attributes of a class."""
    return {value: name for name, value in vars(enumeration).items() if isinstance(value, int)}
