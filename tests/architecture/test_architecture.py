"""The design as tests: sizes, names, layers and public faces."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import commonroom

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "commonroom"
# The history of changes to the database is written by Django itself.
FILES = sorted(path for path in SOURCE.rglob("*.py") if not re.match(r"\d{4}_", path.name))
EMPTY_WORDS = {"util", "utils", "helper", "helpers", "common", "misc", "base", "core", "manager", "managers"}
EMPTY_WORDS |= {"service", "services", "processor", "handler", "lib", "stuff"}
NESTING = (ast.If, ast.For, ast.While, ast.With, ast.Try)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return 0 if not body else (body[-1].end_lineno or 0) - body[0].lineno + 1


def depth(node: ast.AST, level: int = 0) -> int:
    deepest = level
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        # `elif` is an If inside an orelse: it reads as one level.
        chained = isinstance(node, ast.If) and isinstance(child, ast.If) and child in node.orelse
        step = int(isinstance(child, NESTING) and not chained)
        deepest = max(deepest, depth(child, level + step))
    return deepest


def test_there_is_source_to_judge() -> None:
    assert len(FILES) > 20


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_file_is_at_most_400_lines_and_its_name_says_something(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert not EMPTY_WORDS & {part.removesuffix(".py").lower() for part in path.relative_to(SOURCE).parts}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_functions_are_short_flat_and_take_few_parameters(path: Path) -> None:
    for function in functions(path):
        name = f"{path.name}:{function.lineno} {function.name}"
        assert body_lines(function) <= 50, name
        assert depth(function) <= 3, name
        if path.relative_to(SOURCE).parts[0] == "cli":
            continue  # a command's options are its words, one parameter each
        arguments = [
            a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        ]
        assert len([a for a in arguments if a not in ("self", "cls")]) <= 5, name


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_everything_public_has_a_docstring_of_plain_sentences(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), path
    for node in ast.walk(tree):
        public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if public and node in tree.body and "overload" not in map(ast.unparse, node.decorator_list):
            text = ast.get_docstring(node) or ""
            assert text.rstrip(), f"{path}:{node.lineno} {node.name}"
            assert text.strip().splitlines()[0].endswith((".", ":")), f"{path}:{node.lineno} {node.name}"


def test_every_public_name_imports() -> None:
    for found in pkgutil.walk_packages(commonroom.__path__, "commonroom."):
        if found.name.endswith("__main__"):
            continue
        module = importlib.import_module(found.name)
        for name in getattr(module, "__all__", ()):
            assert hasattr(module, name), f"{found.name}.{name}"


def test_the_layer_contract_has_no_holes() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "exhaustive = true" in text
    assert "ignore_imports" not in text
    layers = re.search(r"^layers = \[(.*?)^\]", text, re.M | re.S)
    assert layers is not None
    named = set(re.findall(r"\w+", layers.group(1)))
    modules = {p.stem for p in SOURCE.glob("*.py")} | {p.parent.name for p in SOURCE.glob("*/__init__.py")}
    assert modules - {"__init__"} <= named


def test_no_file_names_a_registry() -> None:
    hosts = re.compile(r"https?://[^ ]*(pypi|pythonhosted|npmjs|deb\.debian)")
    written = [path for end in ("md", "toml", "lock", "yaml") for path in ROOT.glob(f"*.{end}")]
    for path in [*FILES, *written, *ROOT.glob("docs/**/*.md"), ROOT / "Makefile", ROOT / ".ci/run"]:
        assert not hosts.search(path.read_text(encoding="utf-8")), path


def test_the_lock_is_exact_and_covers_the_dependencies() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").split()
    assert all("==" in line for line in lines)
    locked = {line.split("==")[0].lower() for line in lines}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = re.search(r"^dependencies = \[(.*?)^\]", project, re.M | re.S)
    assert wanted is not None
    assert {name.lower() for name in re.findall(r'"([\w-]+)', wanted.group(1))} <= locked
