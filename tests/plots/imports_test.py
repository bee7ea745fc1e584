"""Which Python package uses which, read from the imports of all files: from the bottom up

    autoscale_sim.plots    figures of results; nothing of the rest, so that a tree draws before it is built
    autoscale_sim.explore  the page that explores results; of the rest only what the plots have without Matplotlib
    autoscale_sim          the simulator; reaches for what needs Matplotlib only inside functions
    autoscale_report       the paper's report; of autoscale_sim it uses the plots and the page's charts alone, and its
                           validation the importers, which need no compiled module either

and within the plots no circle. Standard library only.
"""

import ast
import importlib
import sys
import unittest
from pathlib import Path

PYTHON = Path(__file__).resolve().parents[2] / "python"
FILES = {".".join(path.relative_to(PYTHON).with_suffix("").parts): path
         for package in ("autoscale_sim", "autoscale_report") for path in (PYTHON / package).rglob("*.py")}
PLOTS = "autoscale_sim.plots"
OUTSIDE = {"numpy", "pandas", "matplotlib"}  # what plots may use beside the standard library
EXPLORE = "autoscale_sim.explore"
OUTSIDE_EXPLORE = {"numpy", "pandas", "vl_convert"}


def inside(module, package):
    return module == package or module.startswith(f"{package}.")


def absolute(importer, node):
    """The module that a `from` names, which may be relative."""
    if not node.level:
        return node.module
    parts = importer.split(".")
    parts = parts[:len(parts) - node.level]
    return ".".join([*parts, node.module] if node.module else parts)


def imported(importer, nodes):
    """Modules that the statements import. Of `from package import name` the name's, if it is a module."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = absolute(importer, node)
            for alias in node.names:
                full = f"{origin}.{alias.name}"
                module = full in FILES or f"{full}.__init__" in FILES or alias.name == "_core"
                yield full if module else origin


def everywhere(module):
    return ast.walk(ast.parse(FILES[module].read_text()))


def at_import(module):
    """The statements that run when it is imported: not in functions, not for type checkers."""
    waiting = list(ast.parse(FILES[module].read_text()).body)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.unparse(node.test):
            waiting += [*node.body, *node.orelse]
        elif isinstance(node, (ast.Try, ast.With, ast.ClassDef)):
            waiting += node.body


class Packages(unittest.TestCase):
    def test_plots_use_nothing_else_of_ours(self):
        for module in (m for m in FILES if inside(m, PLOTS)):
            for name in imported(module, everywhere(module)):
                root = name.split(".")[0]
                legal = inside(name, PLOTS) or root in OUTSIDE or root in sys.stdlib_module_names
                self.assertTrue(legal, f"{module} imports {name}")

    def test_the_page_uses_the_plots_without_matplotlib(self):
        own = {m for m in FILES if inside(m, EXPLORE)}
        used = {name for module in own for name in imported(module, everywhere(module))}
        reached, waiting = set(), [n for n in used if inside(n, PLOTS)]
        while waiting:
            name = waiting.pop()
            if name in FILES and name not in reached:
                reached.add(name)
                waiting += imported(name, at_import(name))
        roots = {n.split(".")[0] for n in used if not inside(n, EXPLORE) and not inside(n, PLOTS)}
        roots |= {n.split(".")[0] for m in reached for n in imported(m, at_import(m))} - {"autoscale_sim"}
        self.assertIn(f"{PLOTS}.tables", reached)
        self.assertEqual({r for r in roots if r not in OUTSIDE_EXPLORE | sys.stdlib_module_names}, set())

    def test_the_simulator_does_not_use_the_report(self):
        for module in (m for m in FILES if inside(m, "autoscale_sim")):
            for name in imported(module, everywhere(module)):
                self.assertFalse(inside(name, "autoscale_report"), f"{module} imports {name}")

    def test_the_report_uses_plots_and_charts_alone(self):
        for module in (m for m in FILES if inside(m, "autoscale_report")):
            for name in imported(module, everywhere(module)):
                legal = not inside(name, "autoscale_sim") or inside(name, PLOTS) or inside(name, EXPLORE)
                counts = inside(module, "autoscale_report.validation") and inside(name, "autoscale_sim.importers")
                self.assertTrue(legal or counts, f"{module} imports {name}")

    def test_importing_the_simulator_takes_no_matplotlib(self):
        waiting, seen = ["autoscale_sim.__init__", f"{PLOTS}.__init__"], set()
        while waiting:
            module = waiting.pop()
            if module in seen:
                continue
            seen.add(module)
            for name in imported(module, at_import(module)):
                self.assertNotEqual(name.split(".")[0], "matplotlib", f"through {module}")
                waiting += [m for m in (name, f"{name}.__init__") if m in FILES]
        self.assertIn("autoscale_sim.experiment", seen)
        self.assertIn(f"{PLOTS}.folder", seen)

    def test_plots_have_no_circle(self):
        uses = {m: {n for n in imported(m, everywhere(m)) if n in FILES} for m in FILES if inside(m, PLOTS)}
        while uses:
            lowest = [m for m, used in uses.items() if not used & uses.keys()]
            self.assertTrue(lowest, f"a circle among {sorted(uses)}")
            for module in lowest:
                del uses[module]


class SourceTree(unittest.TestCase):
    def test_plots_are_there_before_anything_is_built(self):
        sys.path.insert(0, str(PYTHON))
        self.assertFalse(list((PYTHON / "autoscale_sim").glob("_core*.so")))
        intervals = importlib.import_module(f"{PLOTS}.intervals")
        self.assertEqual(intervals.interval([1, 1]), (1, 1, 1))
        with self.assertRaisesRegex(AttributeError, "compiled module"):
            sys.modules["autoscale_sim"].run


if __name__ == "__main__":
    unittest.main()
