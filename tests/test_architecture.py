"""The rules of the house, read from the files themselves: who may import whom, and what is kept."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from functools import cache
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = {"models": 0, "geo": 1, "resolvers": 2, "schema": 3, "automat_link": 3}
PUT_THE_PARTS_TOGETHER = {
    "schema/app.py",
    "schema/cli.py",
    "schema/commands/broker.py",
    "schema/commands/link.py",
    "schema/commands/protocol.py",
    "schema/commands/simulate.py",
}
READS_THE_ENVIRONMENT = {"schema/settings.py"}
VISIBLE = {
    *LAYERS,
    *("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "Makefile"),
    *("dev", "requirements", "scripts", "tests"),
}
REGISTRIES = ["pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com"]
MACHINE_PATHS = [*(f"/{name}/" for name in ("root", "home", "work", "Users")), "../" + "shared"]
THIS = Path(__file__).relative_to(ROOT).as_posix()
SOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for package in LAYERS
    for path in (ROOT / package).rglob("*.py")
    if "migrations/versions" not in path.as_posix() and "node_modules" not in path.parts
)


@cache
def parsed(source: str) -> ast.Module:
    return ast.parse((ROOT / source).read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))


def packages_imported(tree: ast.AST) -> set[str]:
    names = {
        name
        for node in imports(tree)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
        )
    }
    return {name.partition(".")[0] for name in names}


@cache
def committed() -> list[str]:
    """List what is or will be committed; without git, what `.gitignore` does not name."""
    command = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"]
    try:
        listed = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own words
    except (OSError, subprocess.CalledProcessError):
        patterns = (ROOT / ".gitignore").read_text().replace("/\n", "\n").split()
        return list(kept(ROOT, ["/.git", *patterns]))
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def kept(folder: Path, patterns: list[str]) -> Iterator[str]:
    for path in folder.iterdir():
        name = "/" + path.relative_to(ROOT).as_posix()
        if any(fnmatch(name, one if one[0] == "/" else f"*/{one}") for one in patterns):
            continue
        if path.is_dir():
            yield from kept(path, patterns)
        else:
            yield name[1:]


def may_import(source: str) -> set[str]:
    if source in PUT_THE_PARTS_TOGETHER:
        return set(LAYERS)
    own = source.partition("/")[0]
    return {own} | {name for name, layer in LAYERS.items() if layer < LAYERS[own]}


def test_a_module_imports_only_its_own_package_and_those_below() -> None:
    imported = {source: packages_imported(parsed(source)) & set(LAYERS) for source in SOURCES}

    upwards = {source: found - may_import(source) for source, found in imported.items()}

    assert {source: found for source, found in upwards.items() if found} == {}


def for_types_only(node: ast.stmt) -> TypeGuard[ast.If]:
    """Two types of GraphQL may refer to each other; the modules then cannot import each other."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def hidden_imports(tree: ast.Module) -> list[int]:
    top = [*tree.body, *(line for node in tree.body if for_types_only(node) for line in node.body)]
    return [node.lineno for node in imports(tree) if node not in top]


def relative_imports(tree: ast.Module) -> list[int]:
    return [node.lineno for node in imports(tree) if getattr(node, "level", 0)]


@pytest.mark.parametrize("wrong", [hidden_imports, relative_imports])
def test_imports_are_absolute_and_at_the_top_of_the_file(
    wrong: Callable[[ast.Module], list[int]],
) -> None:
    lines = {source: wrong(parsed(source)) for source in SOURCES}

    assert {source: found for source, found in lines.items() if found} == {}


def names_used(tree: ast.Module) -> set[str]:
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return names | {alias.name for node in imports(tree) for alias in node.names}


def test_only_the_settings_read_the_environment() -> None:
    doors = {"environ", "environb", "getenv", "getenvb", "BaseSettings"}

    found = {source for source in SOURCES if names_used(parsed(source)) & doors}

    assert found <= READS_THE_ENVIRONMENT


def test_no_file_is_too_long_to_read() -> None:
    tests_and_scripts = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "scripts").glob("*.py")]
    files = [*(ROOT / source for source in SOURCES), *tests_and_scripts]
    lengths = {str(file): len(file.read_text(encoding="utf-8").splitlines()) for file in files}

    assert {file: length for file, length in lengths.items() if length > 300} == {}


@pytest.mark.parametrize("package", LAYERS)
def test_each_package_says_what_belongs_in_it(package: str) -> None:
    docstring = ast.get_docstring(parsed(f"{package}/__init__.py")) or ""

    assert len(docstring.split()) >= 30, f"{package}/__init__.py opens with a paragraph"


@pytest.mark.parametrize("package", LAYERS)
def test_our_package_names_are_ours(package: str) -> None:
    taken_by = set(packages_distributions().get(package, ())) - {"livionkey"}
    spec = find_spec(package)

    assert not taken_by, f"{package} is also what {taken_by} bring"
    assert spec is not None
    assert spec.origin == str(ROOT / package / "__init__.py")


def test_the_root_holds_nothing_else_that_is_visible() -> None:
    names = {name.partition("/")[0] for name in committed()}

    assert {name for name in names if not name.startswith(".")} <= VISIBLE


def test_tests_are_not_a_package() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_no_committed_file_names_a_registry_or_a_machine() -> None:
    needles = [needle.encode() for needle in REGISTRIES + MACHINE_PATHS]
    found = [
        f"{name}: {needle.decode()}"
        for name in committed()
        if name != THIS
        for needle in needles
        if needle in (ROOT / name).read_bytes()
    ]

    assert not found


def test_no_lock_that_holds_registry_addresses_is_committed() -> None:
    names = {Path(name).name for name in committed()}

    assert not names & {"uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock", "yarn.lock"}


@pytest.mark.parametrize(("lock", "with_development"), [("run", False), ("dev", True)])
def test_every_dependency_is_locked_with_its_hashes(*, lock: str, with_development: bool) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"]
    if with_development:
        wanted = wanted + project["dependency-groups"]["dev"]
    lines = (ROOT / "requirements" / f"{lock}.lock").read_text().splitlines()

    locked = {line.partition("==")[0] for line in lines if "==" in line}

    assert {re.split(r"[^\w-]", name)[0] for name in wanted} <= locked
    assert all("==" in line or line.startswith("    --hash=sha256:") for line in lines)
