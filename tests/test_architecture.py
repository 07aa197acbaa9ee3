"""The shape of the code: arrows between modules point one way, and side effects have one place."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import netform

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(netform.__file__).parent
MODULES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))

HEAVY = ("numpy", "pandas", "numba", "ortools", "geopandas", "shapely", "networkx", "distributed")

# From the ground up; the rooms of a floor do not know each other. What explains asks the solver questions of its own,
# and the solver asks for reasons while it works: those two stand side by side.
FLOORS = (
    "errors ranges worker_process plan guide",
    "practices",
    "publications",
    "rules",
    "inputs candidates",
    "map result scores roads",
    "prepared solve explain audit",
    "assemble judge preparing",
    "pipeline tradeoff",
    "session report",
    "export",
    "sweep api",
    "page",
    "cli",
    "__main__",
)

# Calls that write, by the name that is called; open depends on its mode. A descriptor is opened by os.open,
# which is known by its flags, or is a stream that was there before.
WRITERS = {
    "mkdir", "makedirs", "mkstemp", "mkdtemp", "NamedTemporaryFile", "TemporaryFile", "TemporaryDirectory",
    "rmdir", "rmtree", "savetxt", "symlink_to", "to_csv", "to_excel", "to_file", "to_parquet", "touch",
    "unlink", "write_bytes", "write_dataframe", "write_text",
}  # fmt: skip
# GDAL makes a GeoPackage only as a file: it is made in a folder that is gone when its bytes have been read. A plan that
# the page is sent is read as the file it was, in such a folder.
SCRATCH = {
    "export/gpkg.py": {"tempfile.TemporaryDirectory", "pyogrio.write_dataframe"},
    "page/comparing.py": {"tempfile.TemporaryDirectory", "path.write_bytes"},
}
# A journal grows line by line, each on the disk before it is answered; no file of a result does.
WRITING = ("export/files.py", "export/replacing.py", "page/journal.py")
WRITING_FLAGS = {"O_WRONLY", "O_RDWR", "O_CREAT", "O_APPEND", "O_TRUNC"}

# What differs from run to run unless it is passed in.
CLOCKS = {
    "time.time", "time.monotonic", "time.perf_counter", "time.process_time", "time.localtime",
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
}  # fmt: skip
CHANCE = {"random", "secrets", "uuid"}


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"), module)


def _name(module: str) -> str:
    """Return the dotted name of a file."""
    parts = ("netform", *module.removesuffix(".py").split("/"))
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _for_types_only(tree: ast.Module) -> set[ast.AST]:
    """Return everything inside ``if TYPE_CHECKING:``."""
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for statement in node.body
        for inner in ast.walk(statement)
    }


def _imported(node: ast.AST, module: str) -> Iterator[str]:
    """Give the dotted names that an import statement may load."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            package = _name(module).split(".")
            if not module.endswith("__init__.py"):
                package.pop()
            base = ".".join([*package[: len(package) - node.level + 1], *filter(None, [base])])
        yield base
        yield from (f"{base}.{alias.name}" for alias in node.names)


@cache
def _imports(module: str, *, types: bool = False) -> frozenset[str]:
    """Return every dotted name a module imports, at its top or later; for types alone only when asked."""
    tree = _tree(module)
    skipped = set() if types else _for_types_only(tree)
    return frozenset(
        name for node in ast.walk(tree) if node not in skipped for name in _imported(node, module)
    )


def _importers(library: str, *, types: bool = False) -> list[str]:
    """Return the modules that import a library or a part of it."""
    return [
        module
        for module in MODULES
        if any(f"{name}.".startswith(f"{library}.") for name in _imports(module, types=types))
    ]


def _is_cli(module: str) -> bool:
    return module.startswith("cli/") or module == "__main__.py"


def test_the_modules_are_found() -> None:
    """The other tests would pass on nothing."""
    assert {"plan/model.py", "audit/__init__.py", "solve/__init__.py", "export/files.py"} <= set(MODULES)
    assert "netform.plan.model" in _imports("audit/proof.py")
    assert "networkx" in _imports("audit/case.py", types=True) - _imports("audit/case.py")


def test_only_solve_imports_the_solver() -> None:
    """OR-Tools can be replaced by rewriting one folder."""
    assert [module for module in _importers("ortools", types=True) if not module.startswith("solve/")] == []


def test_only_the_command_line_imports_click() -> None:
    """Everything else can be called from a program."""
    assert [module for module in _importers("click", types=True) if not _is_cli(module)] == []


def test_only_the_cluster_imports_dask() -> None:
    """It is an extra: everything else runs without it."""
    for library in ("dask", "distributed"):
        assert set(_importers(library, types=True)) <= {"sweep/cluster.py"}
    assert "distributed" not in _loaded_by("netform.sweep.cluster")


def test_roads_are_read_by_an_extra() -> None:
    """The library is loaded when an extract is read, by its name alone."""
    assert _importers("osmium", types=True) == []
    assert '"osmium"' in (ROOT / "roads" / "extract.py").read_text(encoding="utf-8")


def test_nothing_imports_the_command_line() -> None:
    """It is the outermost ring."""
    assert [module for module in _importers("netform.cli") if not _is_cli(module)] == []


@pytest.mark.parametrize(
    "forbidden",
    ["netform.solve", "netform.candidates.enumerate", "netform.candidates.walk", "netform.map.boundaries"],
)
def test_the_audit_shares_nothing_with_what_it_audits(forbidden: str) -> None:
    """Neither it nor anything it imports, at any remove, is the solver, the enumerator or the drawing."""
    files = {_name(module): module for module in MODULES}
    ahead, reached = ["netform.audit"], set()
    while ahead:
        name = ahead.pop()
        if name not in reached and name in files:
            reached.add(name)
            ahead += _imports(files[name])
    assert "netform.scores" in reached
    assert [name for name in reached if f"{name}.".startswith(f"{forbidden}.")] == []


def _room(name: str) -> str:
    """Return the folder of the package, or the module at its root, that a dotted name lives in."""
    return name.split(".")[1] if "." in name else "netform"


def _arrows() -> dict[str, set[str]]:
    """Return what every module imports of the package, imports for types counted."""
    files = {_name(module): module for module in MODULES}
    return {
        name: {each for each in _imports(module, types=True) if each in files and each != name}
        for name, module in files.items()
        # The package names what is behind it, and loads none of it.
        if name != "netform"
    }


def test_imports_go_down() -> None:
    """The house has floors, and whoever stands on one sees those below: the data flows up from practices to pages."""
    floor = {room: number for number, rooms in enumerate(FLOORS) for room in rooms.split()}
    assert set(floor) == {_room(name) for name in _arrows()}
    guilty = [
        f"{name} imports {other}"
        for name, others in _arrows().items()
        for other in others
        if other != "netform" and _room(other) != _room(name)
        if floor[_room(other)] >= floor[_room(name)] and {_room(name), _room(other)} != {"solve", "explain"}
    ]
    assert guilty == []


def test_no_circle_of_modules() -> None:
    """Every module can be understood from those it imports, which do not need it."""
    arrows = {
        name: {other for other in others if not f"{name}.".startswith(f"{other}.")}
        for name, others in _arrows().items()
    }
    while free := {name for name, others in arrows.items() if not others & set(arrows)}:
        arrows = {name: others for name, others in arrows.items() if name not in free}
    assert sorted(arrows) == []


def test_every_folder_says_what_lives_there() -> None:
    """In two sentences or more: what is in it, and what may not be."""
    packages = [module for module in MODULES if module.endswith("__init__.py")]
    said = {module: ast.get_docstring(_tree(module)) or "" for module in packages}
    short = [module for module, words in said.items() if len(re.findall(r"[.:](?:\s|$)", words)) < 2]
    assert short == []


def _writing(node: ast.AST) -> Iterator[str]:
    """Give whatever opens a file for writing or puts something on the disk, as it is called."""
    called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    if isinstance(node, ast.Call) and called == "os.open" and ast.unparse(node.args[0]) == "os.devnull":
        return
    if isinstance(node, ast.Attribute) and node.attr in WRITING_FLAGS:
        yield ast.unparse(node)
    last = called.rsplit(".", 1)[-1]
    if last in WRITERS or called in ("os.rename", "os.replace", "os.remove", "os.link"):
        yield called
    if isinstance(node, ast.Call) and last == "open" and called != "os.open":
        # The mode comes second to a function and first to a method of a path.
        modes = [keyword.value for keyword in node.keywords if keyword.arg == "mode"]
        modes += node.args[1:2] if called in ("open", "io.open") else node.args[:1]
        texts = [mode.value if isinstance(mode, ast.Constant) else "w?" for mode in modes]
        if any(set(str(text)) & set("wax+") for text in texts):
            yield called
    for inner in ast.iter_child_nodes(node):
        yield from _writing(inner)


def test_only_the_export_writes_files() -> None:
    """A file is whole or absent because one module sees to it, with one beside it for how names change hands."""
    guilty = {module: set(_writing(_tree(module))) - SCRATCH.get(module, set()) for module in MODULES}
    assert [module for module, calls in guilty.items() if calls] == list(WRITING)


@pytest.mark.parametrize(
    ("source", "writes"),
    [
        ("open(p)", False),
        ("open(p, 'rb')", False),
        ("open(p, 'w')", True),
        ("open(p, mode='ab')", True),
        ("open(p, mode)", True),
        ("p.open('rb')", False),
        ("p.open('r+b')", True),
        ("os.open(p, os.O_RDONLY)", False),
        ("os.open(p, os.O_WRONLY)", True),
        ("os.open(os.devnull, os.O_WRONLY)", False),
        ("p.write_text('')", True),
        ("frame.to_csv(p)", True),
        ("'a'.replace('a', 'b')", False),
    ],
)
def test_writing_is_recognised(source: str, writes: bool) -> None:
    """The check above sees each way to write, and no reading."""
    assert any(_writing(ast.parse(source))) == writes


@pytest.mark.parametrize("module", MODULES)
def test_only_the_command_line_prints_or_exits(module: str) -> None:
    """No module talks past its caller."""
    if _is_cli(module):
        return
    calls = {ast.unparse(node.func) for node in ast.walk(_tree(module)) if isinstance(node, ast.Call)}
    assert calls & {"print", "sys.exit", "exit", "quit", "os._exit", "logging.basicConfig"} == set()


def _run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Walk what runs when a module is imported: not the bodies of functions, but their defaults."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
        inner: list[ast.AST] = [*decorators, *node.args.defaults, *filter(None, node.args.kw_defaults)]
    else:
        inner = list(ast.iter_child_nodes(node))
        yield node
    for each in inner:
        yield from _run_at_import(each)


@pytest.mark.parametrize("module", MODULES)
def test_importing_a_module_reads_no_clock_and_draws_no_lot(module: str) -> None:
    """The same input gives the same bytes whenever a module was imported."""
    called = [ast.unparse(node.func) for node in _run_at_import(_tree(module)) if isinstance(node, ast.Call)]
    guilty = [
        name
        for name in called
        if any(f".{name}".endswith(f".{clock}") for clock in CLOCKS) or CHANCE & set(name.split("."))
    ]
    assert guilty == []


def _unseeded(module: str) -> Iterator[str]:
    """Give the calls that draw from a generator nobody seeded."""
    imports = _imports(module)
    for node in ast.walk(_tree(module)):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        seeded = called in ("random.Random", "np.random.default_rng") and node.args
        library = "random" in imports and called.startswith("random.")
        if (library or called.startswith(("np.random.", "numpy.random."))) and not seeded:
            yield called


@pytest.mark.parametrize("module", MODULES)
def test_chance_is_seeded(module: str) -> None:
    """The same seed gives the same plan; only names of temporary files, and the page's token, are drawn at large."""
    assert list(_unseeded(module)) == []
    if module not in {*WRITING, "cli/serve.py"}:
        assert _imports(module) & {"secrets", "uuid"} == set()


def _public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Give the public functions and classes of a body, and the public methods of those classes."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name.startswith("_"):
                continue
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body, f"{prefix}{node.name}.")


@pytest.mark.parametrize("module", MODULES)
def test_everything_public_has_a_docstring(module: str) -> None:
    """A reader finds what a thing is for where it stands."""
    tree = _tree(module)
    undocumented = [
        name
        for name, node in _public(tree.body)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not ast.get_docstring(node)
    ]
    assert undocumented == []
    assert ast.get_docstring(tree)


def _loaded_by(module: str) -> set[str]:
    """Return the heavy libraries that a fresh interpreter has loaded after importing a module."""
    code = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(HEAVY) & {name.split(".")[0] for name in json.loads(run.stdout)}


@pytest.mark.parametrize(
    "module", ["netform.audit", "netform.plan.model", "netform.rules.toml", "netform.errors"]
)
def test_light_modules_load_nothing_heavy(module: str) -> None:
    """They are imported by the command line before it knows what is asked of it."""
    assert _loaded_by(module) == set()


def test_the_command_line_starts_light() -> None:
    """`netform --help` loads none of the libraries that take a second."""
    assert _loaded_by("netform.cli.main") == set()
