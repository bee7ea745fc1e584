"""TensorFlow's MobileNets, SSDs on them and EfficientNet-Lites as graphs without weights, from their published tables.

Written with onnx.helper in TensorFlow's way: padding SAME, so that sizes are divided by the stride and rounded up. The
importer reads nothing of weights but their shapes, so initializers are empty.
"""

from __future__ import annotations

import re

import onnx
from onnx import TensorProto, helper

CLASSES = 1001
LITE = {0: (224, 1.0, 1.0), 1: (240, 1.0, 1.1), 2: (260, 1.1, 1.2), 3: (280, 1.2, 1.4), 4: (300, 1.4, 1.8)}
LITE_STAGES = ((1, 16, 3, 1, 1), (2, 24, 3, 2, 6), (2, 40, 5, 2, 6), (3, 80, 3, 2, 6), (3, 112, 5, 1, 6),
               (4, 192, 5, 2, 6), (1, 320, 3, 1, 6))  # fmt: skip
V1_STAGES = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1))
V2_STAGES = ((1, 16, 1, 1), (2, 24, 2, 6), (3, 32, 2, 6), (4, 64, 2, 6), (3, 96, 1, 6), (3, 160, 2, 6), (1, 320, 1, 6))
# Kernel, expanded and output channels, squeeze, h-swish, stride.
V3_LARGE = ((3, 16, 16, 0, 0, 1), (3, 64, 24, 0, 0, 2), (3, 72, 24, 0, 0, 1), (5, 72, 40, 1, 0, 2),
            (5, 120, 40, 1, 0, 1), (5, 120, 40, 1, 0, 1), (3, 240, 80, 0, 1, 2), (3, 200, 80, 0, 1, 1),
            (3, 184, 80, 0, 1, 1), (3, 184, 80, 0, 1, 1), (3, 480, 112, 1, 1, 1), (3, 672, 112, 1, 1, 1),
            (5, 672, 160, 1, 1, 2), (5, 960, 160, 1, 1, 1), (5, 960, 160, 1, 1, 1))  # fmt: skip
V3_SMALL = ((3, 16, 16, 1, 0, 2), (3, 72, 24, 0, 0, 2), (3, 88, 24, 0, 0, 1), (5, 96, 40, 1, 1, 2),
            (5, 240, 40, 1, 1, 1), (5, 240, 40, 1, 1, 1), (5, 120, 48, 1, 1, 1), (5, 144, 48, 1, 1, 1),
            (5, 288, 96, 1, 1, 2), (5, 576, 96, 1, 1, 1), (5, 576, 96, 1, 1, 1))  # fmt: skip


def divisible(channels: float, by: int = 8) -> int:
    """Rounded to a multiple, but never by more than a tenth downwards: TensorFlow's make_divisible."""
    rounded = max(by, int(channels + by / 2) // by * by)
    return rounded + by if rounded < 0.9 * channels else rounded


class Builder:
    """A graph under construction; methods add an operation to a tensor and give the name of the result."""

    def __init__(self, size: int):
        self.nodes, self.weights, self.size = [], [], {"input": (3, size)}
        self.expanded = ""  # by the last bottleneck

    def _add(self, kind: str, inputs: list[str], channels: int, size: int, **attributes) -> str:
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        self.size[name] = channels, size
        return name

    def _weight(self, *shape: int) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(TensorProto(name=name, dims=shape, data_type=TensorProto.FLOAT))
        return name

    def conv(self, x: str, channels: int, kernel: int = 1, stride: int = 1, depthwise: bool = False) -> str:
        given, size = self.size[x]
        channels, groups = (given, given) if depthwise else (channels, 1)
        weights = self._weight(channels, given // groups, kernel, kernel)
        return self._add("Conv", [x, weights, self._weight(channels)], channels, -(-size // stride), group=groups,
                         kernel_shape=[kernel, kernel], strides=[stride, stride], auto_pad="SAME_UPPER")  # fmt: skip

    def relu(self, x: str) -> str:
        return self._add("Relu", [x], *self.size[x])

    def hswish(self, x: str) -> str:
        return self._add("HardSwish", [x], *self.size[x])

    def add(self, a: str, b: str) -> str:
        return self._add("Add", [a, b], *self.size[a])

    def mean(self, x: str) -> str:
        return self._add("GlobalAveragePool", [x], self.size[x][0], 1)

    def squeeze(self, x: str, channels: int) -> str:
        inner = self.relu(self.conv(self.mean(x), channels))
        gate = self._add("HardSigmoid", [self.conv(inner, self.size[x][0])], self.size[x][0], 1)
        return self._add("Mul", [x, gate], *self.size[x])

    def bottleneck(self, x: str, kernel: int, expanded: int, channels: int, stride: int, act, squeeze=False) -> str:
        given = self.size[x][0]
        y = self.expanded = act(self.conv(x, expanded)) if expanded != given else x
        y = act(self.conv(y, 0, kernel, stride, depthwise=True))
        if squeeze:
            y = self.squeeze(y, divisible(expanded / 4))
        y = self.conv(y, channels)
        return self.add(x, y) if stride == 1 and given == channels else y

    def model(self, x: str) -> onnx.ModelProto:
        """Classifier behind x, and the whole as a model."""
        channels = self.size[x][0]
        flat = self._add("Flatten", [x], channels, 1)
        logits = self._add("Gemm", [flat, self._weight(CLASSES, channels), self._weight(CLASSES)], CLASSES, 1, transB=1)
        return self.outputs([logits], flat=True)

    def outputs(self, names: list[str], flat: bool = False) -> onnx.ModelProto:
        """The whole as a model with these outputs."""
        def shape(name: str) -> list[int]:
            channels, size = self.size[name]
            return [1, channels] if flat else [1, channels, size, size]

        given = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3] + 2 * [self.size["input"][1]])
        made = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape(name)) for name in names]
        graph = helper.make_graph(self.nodes, "network", [given], made, self.weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def mobilenet_v1(width: float, size: int) -> onnx.ModelProto:
    net = Builder(size)
    x = net.relu(net.conv("input", max(8, int(32 * width)), 3, 2))
    for channels, stride in V1_STAGES:
        x = net.relu(net.conv(x, 0, 3, stride, depthwise=True))
        x = net.relu(net.conv(x, max(8, int(channels * width))))
    return net.model(net.mean(x))


def mobilenet_v2(width: float, size: int) -> onnx.ModelProto:
    net = Builder(size)
    x = net.relu(net.conv("input", divisible(32 * width), 3, 2))
    for repeats, channels, stride, expansion in V2_STAGES:
        for i in range(repeats):
            x = net.bottleneck(x, 3, expansion * net.size[x][0], divisible(channels * width), 1 if i else stride,
                               net.relu)  # fmt: skip
    x = net.relu(net.conv(x, divisible(1280 * max(width, 1.0))))
    return net.model(net.mean(x))


def mobilenet_v3(large: bool, width: float, size: int, minimalistic: bool) -> onnx.ModelProto:
    """Minimalistic: without squeeze and h-swish, and 3 x 3 kernels only."""
    net = Builder(size)
    curve = net.relu if minimalistic else net.hswish
    x = curve(net.conv("input", 16, 3, 2))
    base = 16
    for kernel, expanded, channels, squeeze, swish, stride in V3_LARGE if large else V3_SMALL:
        expanded, base = divisible(net.size[x][0] * expanded / base), channels
        x = net.bottleneck(x, 3 if minimalistic else kernel, expanded, divisible(channels * width), stride,
                           curve if swish else net.relu, bool(squeeze) and not minimalistic)  # fmt: skip
    x = curve(net.conv(x, divisible((960 if large else 576) * width)))
    x = curve(net.conv(net.mean(x), 1280 if large else 1024))
    return net.model(x)


def efficientnet_lite(number: int) -> onnx.ModelProto:
    """Stem and head are not scaled, nor the depth of the first and the last stage."""
    size, width, depth = LITE[number]
    net = Builder(size)
    x = net.relu(net.conv("input", 32, 3, 2))
    for stage, (repeats, channels, kernel, stride, expansion) in enumerate(LITE_STAGES):
        count = repeats if stage in (0, len(LITE_STAGES) - 1) else -int(-repeats * depth // 1)
        for i in range(count):
            x = net.bottleneck(x, kernel, expansion * net.size[x][0], divisible(channels * width), 1 if i else stride,
                               net.relu)  # fmt: skip
    x = net.relu(net.conv(x, 1280))
    return net.model(net.mean(x))


def ssd_mobilenet(version: int) -> onnx.ModelProto:
    """SSD on MobileNet v1 (1 x 1 predictors) or v2 (3 x 3 predictors, extra layers depthwise and pointwise), to
    the raw boxes: 300 x 300, six maps, 1917 anchors, 91 classes."""
    net = Builder(300)
    x, maps = (_ssd_v1 if version == 1 else _ssd_v2)(net)
    for inner, channels in ((256, 512), (128, 256), (128, 256), (64, 128)):
        x = net.relu(net.conv(x, inner))
        if version == 1:
            x = net.relu(net.conv(x, channels, 3, 2))
        else:
            x = net.relu(net.conv(net.relu(net.conv(x, 0, 3, 2, depthwise=True)), channels))
        maps.append(x)
    kernel = 1 if version == 1 else 3
    boxes = [net.conv(x, numbers * (6 if i else 3), kernel) for i, x in enumerate(maps) for numbers in (4, 91)]
    return net.outputs(boxes)


def _ssd_v1(net: Builder) -> tuple[str, list[str]]:
    """The last tensor of the backbone, and the maps that boxes are predicted from."""
    x, maps = net.relu(net.conv("input", 32, 3, 2)), []
    for channels, stride in V1_STAGES:
        if channels == 1024 and not maps:
            maps.append(x)
        x = net.relu(net.conv(net.relu(net.conv(x, 0, 3, stride, depthwise=True)), channels))
    return x, [*maps, x]


def _ssd_v2(net: Builder) -> tuple[str, list[str]]:
    """The same; the first map is the expansion of the block that halves the size for the last time."""
    x, maps = net.relu(net.conv("input", 32, 3, 2)), []
    for repeats, channels, stride, expansion in V2_STAGES:
        for i in range(repeats):
            x = net.bottleneck(x, 3, expansion * net.size[x][0], channels, 1 if i else stride, net.relu)
            if (channels, i) == (160, 0):
                maps.append(net.expanded)
    x = net.relu(net.conv(x, 1280))
    return x, [*maps, x]


def by_name(name: str) -> onnx.ModelProto:
    """A network as the submissions call it: mobilenet-v1-0.25-128-quantized, mobilenet-v3-large_224_1.0_float, ..."""
    if match := re.fullmatch(r"efficientnet-lite(\d)-.*", name):
        return efficientnet_lite(int(match[1]))
    if match := re.fullmatch(r"mobilenet-v([12])-([\d.]+)-(\d+)-.*", name):
        return (mobilenet_v1 if match[1] == "1" else mobilenet_v2)(float(match[2]), int(match[3]))
    if match := re.fullmatch(r"mobilenet-v3-(large|small)(-minimalistic)?_(\d+)_([\d.]+)_.*", name):
        return mobilenet_v3(match[1] == "large", float(match[4]), int(match[3]), bool(match[2]))
    raise ValueError(f"no definition of {name}")
