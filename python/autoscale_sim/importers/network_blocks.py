"""Cuts a graph into the blocks that a roofline and a planner need: workloads/README.md says what a block is.

Between two places where a single tensor is alive there is a section. A point function joins the section that it
follows; sections of a depthwise convolution join to one block as expand, depthwise, project (any but the middle may be
missing), with what stands between them. A section of more than MANY layers is cut on where one tensor is alive beside
those that wait for an operation far away: `single_tensor_cut` is 0 there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from autoscale_sim.importers.network_graph import CONVOLUTIONS, COUNTED, Graph, NetworkError, Operation

MANY = 20  # layers of a section that is cut on; a transformer layer of MobileBERT has 17
FAR = 8  # operations ahead that make a tensor a waiting one; a residual block without squeeze is shorter
BLOCKS = ("dense", "pointwise", "grouped", "depthwise", "fc", "matmul", "recurrent")


@dataclass
class Block:
    """One row of a block table. `cut`: whether `out_elements` is all that must travel if the DNN is cut behind it."""

    operations: list[Operation] = field(default_factory=list)
    in_elements: int = 0
    out_elements: int = 0
    cut: bool = True

    def count(self, kinds) -> int:
        return sum(operation.kind in kinds for operation in self.operations)

    @property
    def layers(self) -> int:
        return self.count(COUNTED)

    @property
    def macs(self) -> int:
        return sum(operation.macs for operation in self.operations)

    @property
    def params(self) -> int:
        return sum(operation.params for operation in self.operations)

    @property
    def main_class(self) -> str:
        """input, conv, depthwise, fc, attention or pool; recurrent layers stream weights as FC layers do."""
        if self.count(("matmul",)):
            return "attention"
        if self.count(("depthwise",)):
            return "depthwise"
        if self.count(CONVOLUTIONS):
            return "conv"
        return "fc" if self.layers else "pool"

    @property
    def fc_layers(self) -> int:
        """FC layers, less those of squeeze and excitation in a block of convolutions, which belong to it."""
        return 0 if self.conv_layers else self.count(("fc",))

    @property
    def conv_layers(self) -> int:
        return self.count(CONVOLUTIONS)

    @property
    def name(self) -> str:
        counted = [o for o in self.operations if o.kind in COUNTED] or self.operations
        return _plain(counted[0].name)


def _plain(name: str) -> str:
    return "".join(c if c.isalnum() or c in "_+-" else "_" for c in name).strip("_") or "block"


class _Life:
    """When each tensor is made and last read, and by which operations. Tensors that follow from the inputs without a
    layer (masks of attention) do not count where another is alive."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.readers: dict[str, list[int]] = {}
        for position, operation in enumerate(graph.operations):
            for name in operation.inputs:
                self.readers.setdefault(name, []).append(position)
        for name in graph.outputs:
            self.readers.setdefault(name, []).append(len(graph.operations))
        self.side = self._side()

    def _side(self) -> set[str]:
        side = set(self.graph.inputs)
        for operation in self.graph.operations:
            if operation.kind not in COUNTED and not operation.params and all(n in side for n in operation.inputs):
                side.update(operation.outputs)
        return side

    def after(self) -> list[list[str]]:
        """The tensors alive after every operation."""
        alive: dict[str, None] = dict.fromkeys(self.graph.inputs)
        states = []
        for position, operation in enumerate(self.graph.operations):
            alive.update(dict.fromkeys(operation.outputs))
            for name in [n for n in alive if not self._next(n, position)]:
                del alive[name]
            main = [name for name in alive if name not in self.side]
            states.append(main or list(alive))
        return states

    def _next(self, name: str, position: int) -> int | None:
        """The next reader of a tensor after a position."""
        return next((p for p in self.readers.get(name, ()) if p > position), None)

    def near(self, names: list[str], position: int) -> list[str]:
        return [name for name in names if (self._next(name, position) or 0) - position <= FAR]


def blocks(graph: Graph) -> list[Block]:
    """The blocks of a graph, without the row of the input."""
    life = _Life(graph)
    alive = life.after()
    result: list[Block] = []
    for section in _sections(graph, alive):
        pieces = _split(graph, section, life, alive) if _layers(graph, section) > MANY else [section]
        for piece in pieces:
            _add(result, graph, piece, alive)
    if not result:
        raise NetworkError("the network holds no operations")
    for block in result:
        block.in_elements = _read(block, graph)
    return result


def _sections(graph: Graph, alive: list[list[str]]) -> list[list[int]]:
    """Positions of operations between the places where one tensor is alive."""
    sections, current = [], []
    for position in range(len(graph.operations)):
        current.append(position)
        if len(alive[position]) == 1:
            sections.append(current)
            current = []
    return [*sections, current] if current else sections


def _layers(graph: Graph, section: list[int]) -> int:
    return sum(graph.operations[position].kind in COUNTED for position in section)


def _split(graph: Graph, section: list[int], life: _Life, alive: list[list[str]]) -> list[list[int]]:
    pieces, current = [], []
    for position in section:
        current.append(position)
        if len(life.near(alive[position], position)) == 1:
            pieces.append(current)
            current = []
    return [*pieces, current] if current else pieces


def _add(result: list[Block], graph: Graph, piece: list[int], alive: list[list[str]]) -> None:
    """Joins a piece to the last block where it belongs to it, or begins a block."""
    last = piece[-1]
    operations = [graph.operations[position] for position in piece]
    if result and _joins(result[-1], operations):
        block = result[-1]
    else:
        block = Block()
        result.append(block)
    block.operations += operations
    block.cut = len(alive[last]) <= 1 or last == len(graph.operations) - 1
    kept = alive[last] if block.cut else list(graph.operations[last].outputs)
    block.out_elements = sum(graph.sizes[name] for name in kept or graph.operations[last].outputs)


def _joins(block: Block, operations: list[Operation]) -> bool:
    kinds = [operation.kind for operation in operations if operation.kind in BLOCKS]
    if not kinds:  # pools stand alone; a mean before the classifier is one
        return not any(operation.kind in ("pool", "reduce") for operation in operations)
    open_block = [o.kind for o in block.operations if o.kind in CONVOLUTIONS]
    if not open_block:
        return False
    if kinds == ["depthwise"]:  # after the expansion
        return open_block == ["pointwise"]
    waits = open_block in (["depthwise"], ["pointwise", "depthwise"])
    squeezes = any(operation.kind == "reduce" for operation in operations) and len(operations) > 1
    return waits and (kinds == ["pointwise"] or squeezes)


def _read(block: Block, graph: Graph) -> int:
    """Elements that a block reads from outside."""
    made = {name for operation in block.operations for name in operation.outputs}
    used = dict.fromkeys(name for operation in block.operations for name in operation.inputs)
    return sum(graph.sizes[name] for name in used if name not in made)
