"""The documentation site: the repository's own pages, the Python package and the C++ headers. Built by scripts/docs.sh.

Sources are the pages where GitHub shows them, so a link means the same in both places. A link to a file that is no
page, such as a source file, takes a copy of it into the site.
"""

from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from itertools import takewhile
from pathlib import Path
import shutil
import sys
from xml.etree import ElementTree

from pygments.lexers import TextLexer
from sphinx.util.docutils import SphinxDirective
from sphinx.util.logging import getLogger

ROOT = Path(__file__).resolve().parents[2]
DOXYGEN = ROOT / "build/docs/doxygen/xml"
sys.path.insert(0, str(ROOT / "python"))


def load_compiled_module():
    """Stands in for autoscale_sim._core: its stub file, which has its names, types and docstrings, run as Python."""
    loader = SourceFileLoader("autoscale_sim._core", str(ROOT / "python/autoscale_sim/_core.pyi"))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    sys.modules[loader.name] = module
    loader.exec_module(module)
    for name in module.__annotations__:  # declared only
        setattr(module, name, ())


load_compiled_module()
import autoscale_sim  # noqa: E402

logger = getLogger(__name__)
project = "AutoScale Simulator"
author = "The AutoScale Simulator authors"
copyright = author
root_doc = "README"
include_patterns = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/*.md", "docs/site/*.rst", "results/*.md",
                    "results/validation/README.md", "device_profiles/README.md", "workloads/README.md", "tests/README.md"]
exclude_patterns = ["build", ".venv"]  # not walked: links in there lead back to the root
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "breathe"]

myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True
breathe_projects = {"autoscale": str(DOXYGEN)}
breathe_default_project = "autoscale"
breathe_default_members = ("members",)
cpp_index_common_prefix = ["autoscale::"]

toc_object_entries = False
default_role = "code"
smartquotes = False

html_theme = "furo"
html_title = project
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False

CONTENTS = """
```{toctree}
:hidden:
:caption: Use
docs/command_line
docs/scenarios
docs/sweeps
docs/results
docs/reliability
docs/python
docs/gallery
docs/fleet
```

```{toctree}
:hidden:
:caption: Extend
docs/architecture
docs/adding_data
docs/measuring_a_phone
docs/adding_a_policy
docs/residual
docs/generative
CONTRIBUTING
CHANGELOG
```

```{toctree}
:hidden:
:caption: Evidence
How accurate it is <docs/validation>
What came out <results/README>
results/leaderboard
results/parameters
results/laboratories
results/residual
results/sustained
results/today
Predicted blind <results/validation/README>
results/speed
tests/README
device_profiles/README
workloads/README
```

```{toctree}
:hidden:
:caption: Reference
docs/site/python_api
docs/site/cpp_policies
docs/site/cpp_simulator
```
"""


def add_contents(app, page, source):
    """The front page carries the table of contents, which GitHub would show as text."""
    if page == root_doc:
        source[0] += CONTENTS


class Floor(SphinxDirective):
    """`.. floor:: sim/policy`: every header of a folder, with the comment at its top and what it declares."""

    required_arguments = 1

    def run(self):
        folder = self.arguments[0]
        headers = sorted((ROOT / folder).glob("*.h"))
        if not headers:
            raise self.error(f"no headers in {folder}")
        text = f"{folder}\n{'-' * len(folder)}\n\n" + "".join(self.section(header) for header in headers)
        return self.parse_text_to_nodes(text, allow_section_headings=True)

    def section(self, header):
        name = str(header.relative_to(ROOT))
        title = f"{name}\n{'~' * len(name)}\n\n"
        return f"{title}.. code-block:: text\n\n{top_comment(header)}\n" + "".join(declarations(name))


def top_comment(header):
    """The comment at the top of a header, indented, without its slashes."""
    lines = takewhile(lambda line: line.startswith("//"), header.read_text().splitlines())
    return "".join(f"   {line[2:].removeprefix(' ')}\n" for line in lines)


@cache
def doxygen_files():
    """What Doxygen found, by header."""
    compounds = [ElementTree.parse(file).find("compounddef") for file in DOXYGEN.glob("*_8h.xml")]
    return {compound.find("location").get("file"): compound for compound in compounds}


def declarations(header):
    """Yields Breathe's directive for every class, enumeration and function of a header."""
    compound = doxygen_files()[header]
    classes = {inner.text: inner.get("refid") for inner in compound.iter("innerclass")}
    for name, identifier in classes.items():
        if name.rpartition("::")[0] not in classes:  # else it comes with its owner
            kind = "class" if identifier.startswith("class") else "struct"
            yield f".. doxygen{kind}:: {name}\n   :members:\n   :undoc-members:\n\n"
    for member in compound.iter("memberdef"):
        name = member.findtext("qualifiedname")
        if member.get("kind") == "enum":
            yield f".. doxygenenum:: {name}\n\n"
        elif member.get("kind") == "function":
            yield f".. doxygenfunction:: {name}{member.findtext('argsstring')}\n\n"


def check_python_names(app, env):
    """Every public name of the package must have its place on a page."""
    for name in autoscale_sim.__all__:
        if f"autoscale_sim.{name}" not in env.get_domain("py").objects:
            logger.warning("docs/site/python_api.rst does not have autoscale_sim.%s", name)


def copy_front_page(app, error):
    if not error:
        shutil.copy(Path(app.outdir) / f"{root_doc}.html", Path(app.outdir) / "index.html")


def setup(app):
    app.add_lexer("csv", TextLexer)
    app.connect("source-read", add_contents)
    app.connect("env-check-consistency", check_python_names)
    app.connect("build-finished", copy_front_page)
    app.add_directive("floor", Floor)
