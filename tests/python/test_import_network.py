"""autoscale_sim.importers.networks: an ONNX and a TFLite file of the same small network, counted by hand; published
networks against the shipped data; bad files."""

import csv
import struct
import subprocess
import sys

import pytest
import tflite
import yaml
from conftest import ROOT
from onnx import TensorProto, helper

sys.path.append(str(ROOT / "python"))  # behind the package that is tested
from autoscale_report.validation import definitions  # noqa: E402
from autoscale_sim.importers.network_graph import NetworkError  # noqa: E402
from autoscale_sim.importers.network_onnx import from_model  # noqa: E402
from autoscale_sim.importers.network_blocks import blocks  # noqa: E402
from autoscale_sim.importers.networks import Told, import_network, read_network  # noqa: E402

# 8 x 8 x 3 -> convolution 3 x 3, stride 2, 4 channels -> depthwise 3 x 3 -> pointwise, 6 channels -> mean -> 5 logits.
CONV, DEPTHWISE, POINTWISE, FC = 4 * 4 * 4 * 27, 4 * 4 * 4 * 9, 4 * 4 * 6 * 4, 5 * 6
MACS = CONV + DEPTHWISE + POINTWISE + FC
PARAMETERS = (4 * 27 + 4) + (4 * 9 + 4) + (6 * 4 + 6) + (5 * 6 + 5)
TABLE = [
    # class, conv, fc, MACs, params, in, out, cut
    ["input", 0, 0, 0, 0, 0, 192, 1],
    ["conv", 1, 0, CONV, 112, 192, 64, 1],
    ["depthwise", 2, 0, DEPTHWISE + POINTWISE, 40 + 30, 64, 96, 1],
    ["pool", 0, 0, 0, 0, 96, 6, 1],
    ["fc", 0, 1, FC, 35, 6, 5, 1],
]


def small_onnx(extra=()):
    """The small network; `extra`: (operator, attributes) between the convolutions."""
    def weight(name, *dims):
        return TensorProto(name=name, dims=dims, data_type=TensorProto.FLOAT)

    nodes = [helper.make_node("Conv", ["x", "w0", "b0"], ["a"], strides=[2, 2], pads=[1, 1, 1, 1]),
             helper.make_node("Relu", ["a"], ["a0"])]
    last = "a0"
    for number, (kind, attributes) in enumerate(extra):
        nodes.append(helper.make_node(kind, [last], [f"e{number}"], **attributes))
        last = f"e{number}"
    nodes += [helper.make_node("Conv", [last, "w1", "b1"], ["b"], group=4, pads=[1, 1, 1, 1]),
              helper.make_node("Conv", ["b", "w2", "b2"], ["c"]),
              helper.make_node("GlobalAveragePool", ["c"], ["d"]),
              helper.make_node("Flatten", ["d"], ["e"]),
              helper.make_node("Gemm", ["e", "w3", "b3"], ["y"], transB=1)]
    graph = helper.make_graph(
        nodes, "small", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 5])],
        [weight("w0", 4, 3, 3, 3), weight("b0", 4), weight("w1", 4, 1, 3, 3), weight("b1", 4), weight("w2", 6, 4, 1, 1),
         weight("b2", 6), weight("w3", 5, 6), weight("b3", 5)])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


class TFLite:
    """A TFLite file under construction: tensors and operators by the functions of the schema package."""

    def __init__(self):
        import flatbuffers
        self.builder, self.tensors, self.operators, self.codes = flatbuffers.Builder(4096), [], [], []

    def vector(self, start, items, add):
        start(self.builder, len(items))
        for item in reversed(items):
            add(item)
        return self.builder.EndVector()

    def tensor(self, shape, weight=False):
        b = self.builder
        dims = self.vector(tflite.TensorStartShapeVector, shape, b.PrependInt32)
        name = b.CreateString(f"t{len(self.tensors)}")
        tflite.TensorStart(b)
        tflite.TensorAddShape(b, dims)
        tflite.TensorAddName(b, name)
        tflite.TensorAddBuffer(b, 1 if weight else 0)
        self.tensors.append(tflite.TensorEnd(b))
        return len(self.tensors) - 1

    def operator(self, code, inputs, shape):
        output, b = self.tensor(shape), self.builder
        self.codes.append(code)
        ins = self.vector(tflite.OperatorStartInputsVector, inputs, b.PrependInt32)
        outs = self.vector(tflite.OperatorStartOutputsVector, [output], b.PrependInt32)
        tflite.OperatorStart(b)
        tflite.OperatorAddOpcodeIndex(b, len(self.codes) - 1)
        tflite.OperatorAddInputs(b, ins)
        tflite.OperatorAddOutputs(b, outs)
        self.operators.append(tflite.OperatorEnd(b))
        return output

    def finish(self, first, last):
        b, offsets = self.builder, []
        for content in (b"", b"w"):
            data = b.CreateByteVector(content) if content else None
            tflite.BufferStart(b)
            if data:
                tflite.BufferAddData(b, data)
            offsets.append(tflite.BufferEnd(b))
        buffers = self.vector(tflite.ModelStartBuffersVector, offsets, b.PrependUOffsetTRelative)
        codes = []
        for code in self.codes:
            tflite.OperatorCodeStart(b)
            tflite.OperatorCodeAddDeprecatedBuiltinCode(b, min(code, 127))
            tflite.OperatorCodeAddBuiltinCode(b, code)
            codes.append(tflite.OperatorCodeEnd(b))
        codes = self.vector(tflite.ModelStartOperatorCodesVector, codes, b.PrependUOffsetTRelative)
        tensors = self.vector(tflite.SubGraphStartTensorsVector, self.tensors, b.PrependUOffsetTRelative)
        operators = self.vector(tflite.SubGraphStartOperatorsVector, self.operators, b.PrependUOffsetTRelative)
        inputs = self.vector(tflite.SubGraphStartInputsVector, [first], b.PrependInt32)
        outputs = self.vector(tflite.SubGraphStartOutputsVector, [last], b.PrependInt32)
        tflite.SubGraphStart(b)
        tflite.SubGraphAddTensors(b, tensors)
        tflite.SubGraphAddInputs(b, inputs)
        tflite.SubGraphAddOutputs(b, outputs)
        tflite.SubGraphAddOperators(b, operators)
        graphs = self.vector(tflite.ModelStartSubgraphsVector, [tflite.SubGraphEnd(b)], b.PrependUOffsetTRelative)
        tflite.ModelStart(b)
        tflite.ModelAddVersion(b, 3)
        tflite.ModelAddOperatorCodes(b, codes)
        tflite.ModelAddSubgraphs(b, graphs)
        tflite.ModelAddBuffers(b, buffers)
        b.Finish(tflite.ModelEnd(b), file_identifier=b"TFL3")
        return bytes(b.Output())


def small_tflite():
    net, op = TFLite(), tflite.BuiltinOperator
    x = net.tensor([1, 8, 8, 3])
    a = net.operator(op.CONV_2D, [x, net.tensor([4, 3, 3, 3], True), net.tensor([4], True)], [1, 4, 4, 4])
    b = net.operator(op.DEPTHWISE_CONV_2D, [a, net.tensor([1, 3, 3, 4], True), net.tensor([4], True)], [1, 4, 4, 4])
    c = net.operator(op.CONV_2D, [b, net.tensor([6, 1, 1, 4], True), net.tensor([6], True)], [1, 4, 4, 6])
    d = net.operator(op.MEAN, [c, net.tensor([2], True)], [1, 6])
    e = net.operator(op.FULLY_CONNECTED, [d, net.tensor([5, 6], True), net.tensor([5], True)], [1, 5])
    return net.finish(x, e)


@pytest.fixture(params=["onnx", "tflite"])
def small(request, tmp_path):
    path = tmp_path / f"small.{request.param}"
    path.write_bytes(small_onnx().SerializeToString() if request.param == "onnx" else small_tflite())
    return path


def table_of(path):
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return [[row["class"], *(int(row[name]) for name in ("conv_layers", "fc_layers", "macs", "params", "in_elements",
                                                         "out_elements", "single_tensor_cut"))]
            for row in csv.DictReader(lines)]


def test_counts_are_those_by_hand(small, tmp_path):
    told = Told(accuracy={"fp32": 71.0, "int8": 70.0}, source="a table")
    done = import_network(small, tmp_path / "data", told)
    assert table_of(done.table) == TABLE
    dnn = yaml.safe_load(done.dnn.read_text())
    assert dnn["macs"]["value"] == f"{MACS / 1e6:.6f} MMAC"
    assert dnn["parameters"]["value"] == PARAMETERS
    assert (dnn["layers"]["published"]["conv"], dnn["layers"]["published"]["fc"]) == (3, 1)
    sizes = {form: dnn["input"][form]["value"] for form in dnn["input"]}
    assert sizes == {"raw": "192 B", "jpeg": "16 B", "tensor_fp16": "384 B", "tensor_fp32": "768 B"}
    assert dnn["output"]["value"] == "20 B"
    assert dnn["accuracy"]["post_training"]["dsp"]["value"] == 70
    assert done.notes == []


def test_the_program_takes_the_files(small, tmp_path, program):
    done = import_network(small, tmp_path / "data", Told(accuracy={"fp32": 71.0, "int8": 70.0}))
    program("validate", done.dnn, "--data", tmp_path / "data")


def test_a_blank_accuracy_is_refused_by_the_program(small, tmp_path, program):
    done = import_network(small, tmp_path / "data")
    assert "FILL_IN" in done.notes[0]
    with pytest.raises(subprocess.CalledProcessError) as failure:
        program("validate", done.dnn, "--data", tmp_path / "data")
    assert "accuracy.post_training.int8.value: expected a number, got 'FILL_IN'" in failure.value.stderr


@pytest.mark.parametrize("dnn, model", [
    ("mobilenet_v1", definitions.mobilenet_v1(1.0, 224)),
    ("mobilenet_v2", definitions.mobilenet_v2(1.0, 224)),
    ("mobilenet_v3_large", definitions.mobilenet_v3(True, 1.0, 224, False)),
])  # fmt: skip
def test_published_networks_are_the_shipped_tables(dnn, model):
    """Row by row: what workloads/README.md says that blocks are is what the importer makes."""
    shipped = table_of(ROOT / f"workloads/blocks/{dnn}.csv")[1:]
    found = [[b.main_class, b.conv_layers, b.fc_layers, b.macs, b.params, b.in_elements, b.out_elements, int(b.cut)]
             for b in blocks(from_model(model, dnn, {}))]
    assert found == shipped


@pytest.mark.parametrize("version", [1, 2])
def test_published_detectors_add_up_to_the_shipped_tables(version):
    """Not row by row: the tables count all predictors as one block."""
    shipped = table_of(ROOT / f"workloads/blocks/ssd_mobilenet_v{version}.csv")
    found = blocks(from_model(definitions.ssd_mobilenet(version), "ssd", {}))
    assert [sum(row[i] for row in shipped) for i in (1, 2, 3, 4)] == [
        sum(getattr(b, name) for b in found) for name in ("conv_layers", "fc_layers", "macs", "params")]
    first_open = next(i for i, row in enumerate(shipped) if row[-1] == 0)  # a map waits for its predictors
    assert [b.cut for b in found][: first_open - 1] == [True] * (first_open - 1)
    assert not found[first_open - 1].cut


def test_unknown_operators_are_named(tmp_path):
    path = tmp_path / "odd.onnx"
    path.write_bytes(small_onnx([("Hardmax", {})]).SerializeToString())
    done = import_network(path, tmp_path / "data", Told(accuracy={"fp32": 71.0, "int8": 70.0}))
    assert done.notes == ["operator Hardmax (1 x) is not known: it counts no MACs, its tensors count as moved"]
    assert "# Note: operator Hardmax" in done.dnn.read_text()
    assert [row[3] for row in table_of(done.table)][1] == CONV


def test_attention_and_recurrence():
    """Two activations multiplied make a block of attention; an LSTM counts its eight matrices at every step."""
    nodes = [helper.make_node("MatMul", ["x", "k"], ["a"]), helper.make_node("Transpose", ["a"], ["t"], perm=[0, 2, 1]),
             helper.make_node("MatMul", ["a", "t"], ["s"]), helper.make_node("Softmax", ["s"], ["p"]),
             helper.make_node("MatMul", ["p", "a"], ["y"]),
             helper.make_node("LSTM", ["y", "w", "r"], ["z"], hidden_size=2)]
    weights = [TensorProto(name=n, dims=d, data_type=TensorProto.FLOAT)
               for n, d in (("k", (8, 4)), ("w", (1, 8, 4)), ("r", (1, 8, 2)))]
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 6, 8])],
                              [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)], weights)
    graph = from_model(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), "g", {})
    found = blocks(graph)
    assert [b.main_class for b in found] == ["fc", "attention", "fc"]
    assert [b.macs for b in found] == [6 * 8 * 4, 2 * 6 * 6 * 4, 6 * (8 * 4 + 8 * 2)]


@pytest.mark.parametrize("name, content, words", [
    ("a.pb", b"x", "neither .onnx nor .tflite"),
    ("a.onnx", b"", "not an ONNX file"),
    ("a.onnx", b"\xff\xfe\x00garbage", "not an ONNX file"),
    ("a.tflite", b"", "not a TFLite file"),
    ("a.tflite", struct.pack("<I", 2**31) + b"TFL3" + b"\0" * 16, "damaged"),
    ("a.tflite", small_tflite()[:200], "damaged"),
    ("1.onnx", small_onnx().SerializeToString(), "cannot name a network"),
])  # fmt: skip
def test_bad_files(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NetworkError, match=words):
        import_network(path, tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_open_sizes_are_asked_for(tmp_path):
    model = small_onnx()
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_param = "height"
    path = tmp_path / "open.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(NetworkError, match="dimension 2 of input 'x' is left open: give --shape x=..."):
        read_network(path)
    assert read_network(path, {"x": (1, 3, 8, 8)}).macs() == MACS
    with pytest.raises(NetworkError, match="no input is called 'z'"):
        read_network(path, {"z": (1, 3, 8, 8)})


def test_no_file_is_overwritten(small, tmp_path):
    import_network(small, tmp_path / "data")
    with pytest.raises(NetworkError, match="is there already"):
        import_network(small, tmp_path / "data")


def test_weights_that_are_unpacked_are_weights(tmp_path):
    """Half-precision files hold weights behind a DEQUANTIZE: no activation, so no attention."""
    net, op = TFLite(), tflite.BuiltinOperator
    x = net.tensor([1, 6])
    weights = net.operator(op.DEQUANTIZE, [net.tensor([5, 6], True)], [5, 6])
    path = tmp_path / "half.tflite"
    path.write_bytes(net.finish(x, net.operator(op.FULLY_CONNECTED, [x, weights], [1, 5])))
    assert [(o.kind, o.macs, o.params) for o in read_network(path).operations] == [("fc", 30, 30)]


def test_a_mask_does_not_keep_blocks_together():
    """What follows from an input without a layer may be made again behind a cut."""
    nodes = [helper.make_node("Cast", ["m"], ["mask"], to=TensorProto.FLOAT)]
    last = "x"
    for layer in range(2):
        nodes += [helper.make_node("MatMul", [last, f"w{layer}"], [f"a{layer}"]),
                  helper.make_node("Mul", [f"a{layer}", "mask"], [f"y{layer}"])]
        last = f"y{layer}"
    given = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 6, 8]),
             helper.make_tensor_value_info("m", TensorProto.INT64, [1, 6, 1])]
    weights = [TensorProto(name=f"w{i}", dims=(8, 8), data_type=TensorProto.FLOAT) for i in range(2)]
    made = [helper.make_tensor_value_info("y1", TensorProto.FLOAT, [1, 6, 8])]
    graph = helper.make_graph(nodes, "g", given, made, weights)
    found = blocks(from_model(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), "g", {}))
    assert [(b.main_class, b.cut) for b in found] == [("fc", True), ("fc", True)]
