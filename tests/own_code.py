"""The project's own code as syntax trees, for the tests that read it instead of running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOPS = ("app", "portal", "search", "registries", "migrations", "translations")


@dataclass(frozen=True)
class Module:
    """One file of code: where it is, what it is called when imported, and its syntax tree."""

    path: str
    name: str
    tree: ast.Module
    lines: int
    is_package: bool

    @property
    def top(self) -> str:
        return self.name.split(".")[0]

    def imports(self) -> Iterator[tuple[str, int]]:
        """The full name of everything imported, with the line; relative imports are resolved."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                source = self._source(node)
                yield from ((f"{source}.{alias.name}", node.lineno) for alias in node.names)

    def _source(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        up = node.level - 1 if self.is_package else node.level
        return ".".join([*parts[: len(parts) - up], *([node.module] if node.module else [])])

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node


@cache
def modules() -> dict[str, Module]:
    """Every module of the project by its name; a file that cannot be parsed fails the test that asks."""
    found = {}
    for file in sorted(ROOT.glob("app.py")) + [f for top in TOPS for f in sorted((ROOT / top).rglob("*.py"))]:
        relative = file.relative_to(ROOT)
        parts = list(relative.with_suffix("").parts)
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        text = file.read_text(encoding="utf-8")
        found[name] = Module(
            str(relative), name, ast.parse(text, str(relative)), len(text.splitlines()), is_package
        )
    return found


def imported_modules(module: Module) -> Iterator[tuple[str, int]]:
    """The project's own modules that a module imports."""
    known = modules()
    for target, line in module.imports():
        name = target
        while name and name not in known:
            name = name.rpartition(".")[0]
        if name and name != module.name:
            yield name, line
