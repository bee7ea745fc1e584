"""The stubs of the compiled module name what it has."""

import ast

from autoscale_sim import _core
from conftest import ROOT

STUBS = ast.parse((ROOT / "python" / "autoscale_sim" / "_core.pyi").read_text())


def public(thing):
    return {name for name in vars(thing) if not name.startswith("_")}


def test_stubs_name_all_of_the_module():
    functions = {n.name for n in STUBS.body if isinstance(n, ast.FunctionDef)}
    classes = {n.name: n for n in STUBS.body if isinstance(n, ast.ClassDef)}
    values = {n.target.id for n in STUBS.body if isinstance(n, ast.AnnAssign)}
    assert functions | set(classes) | values == public(_core) | {"__version__"}
    for name, stub in classes.items():
        members = {n.name for n in stub.body if isinstance(n, ast.FunctionDef)} - {"__init__"}
        members |= {target.id for n in stub.body if isinstance(n, ast.Assign) for target in n.targets}
        assert members == public(getattr(_core, name)), name


def test_every_public_name_is_documented():
    import autoscale_sim

    for name in autoscale_sim.__all__:
        thing = getattr(autoscale_sim, name)
        assert not callable(thing) or thing.__doc__, name
