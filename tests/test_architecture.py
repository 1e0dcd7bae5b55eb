"""What keeps the code changeable, checked in the code: who imports whom, who writes, how long it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

import pytest

from tests.own_code import ROOT, Module, imported_modules, modules

LAYERS = {"registries": 0, "search": 1, "portal": 2, "app": 3}
REGISTRIES = {"population", "organisations", "facilities"}
# Inside registries: what stands higher may import what stands lower; neighbours never see each other.
STOREYS = {
    **dict.fromkeys(REGISTRIES, 1), "safety": 2, "risk": 3, "programme": 4,
    "demo": 5,  # invents records of every kind
}  # fmt: skip
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "managers"}
MOST_LINES, MOST_FUNCTION_LINES = 350, 50
# A revision lists the columns of the tables it makes, one a line: there is nothing to divide.
AS_LONG_AS_ITS_TABLES = "migrations/versions/"

# Where many rows are written by one statement, past the change log's single record at a time.
MAY_WRITE_IN_BULK = (
    "registries/rows.py",  # writes rows and their log together
    "registries/bulk.py",  # the fast way in, for rows.py and importing alone
    "registries/duplicates.py",  # the review list is no record: what is decided stands in the log of the two records
    "registries/done.py",  # keys of work done, which commit with what is logged of it
    "registries/attachments.py",  # the files of records, logged with the record they belong to
    "registries/proposals.py",  # what is proposed is no record yet; who decided stands in the log of the record
    "registries/importing",  # staging, applying and undoing whole files
    "registries/changes.py",  # the log itself
    "registries/db.py",  # takes the turn of a database by an UPDATE of its change_head
    "search/postgres_",  # the engine: its own throw-away index, not a record
    "registries/area_moves.py",  # one move rewrites the paths of all records below, and logs each of them
    "registries/copies.py",  # fills empty databases with the rows of a copy
    "registries/erasure.py",  # blanks the log rows of a person, which no record's own verb may touch
    "registries/rotation.py",  # seals all values anew when keys rotate
    "migrations/",  # data moves in plain SQL
)
WRITING_SQL = re.compile(r"\s*(INSERT INTO|UPDATE [a-z{]|UPDATE $|DELETE FROM|COPY |TRUNCATE |MERGE INTO)")


def listed(faults: Iterable[str]) -> str:
    """All faults, one a line: pytest itself would shorten them."""
    return "\n" + "\n".join(faults)


def storey(name: str) -> tuple[str, int]:
    """The part of ``registries`` that a module belongs to, and how high it stands; 0 is what all share."""
    part = [*name.split("."), ""][1] if name.startswith("registries") else ""
    return part, STOREYS.get(part, 0)


def test_imports_point_one_way():
    wrong = [
        f"{module.path}:{line} imports {target}"
        for module in modules().values()
        for target, line in imported_modules(module)
        if module.top in LAYERS and LAYERS.get(target.split(".")[0], -1) > LAYERS[module.top]
    ]
    assert not wrong, listed(wrong)


def test_parts_of_the_registries_know_only_what_lies_below():
    wrong = []
    for module in modules().values():
        part, height = storey(module.name)
        for target, line in imported_modules(module):
            other, other_height = storey(target)
            if module.top == "registries" and other != part and other_height and other_height >= height:
                wrong.append(f"{module.path}:{line} imports {target}")
    assert not wrong, listed(wrong)


def test_migrations_do_not_import_what_may_change_later():
    wrong = [
        f"{module.path}:{line} imports {target}"
        for module in modules().values()
        if module.name.startswith("migrations.versions.")
        for target, line in imported_modules(module)
        if target.split(".")[0] in LAYERS
    ]
    assert not wrong, listed(wrong)


def test_no_modules_import_each_other_in_a_circle():
    graph = {name: {target for target, _ in imported_modules(module)} for name, module in modules().items()}
    assert circles(graph) == []


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that reach each other: take away what has no way out until nothing changes."""
    left = {name: set(targets) for name, targets in graph.items()}
    while True:
        outside = {name for name, targets in left.items() if not targets & left.keys()}
        outside |= left.keys() - {target for targets in left.values() for target in targets}
        if not outside:
            return [sorted(left)] if left else []
        left = {name: targets - outside for name, targets in left.items() if name not in outside}


def test_circles_are_recognised():
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [["b", "c"]]


def test_nothing_is_imported_inside_a_function():
    wrong = [
        f"{module.path}:{node.lineno} in {function.name}()"
        for module in modules().values()
        for function in module.functions()
        for node in ast.walk(function)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    ]
    assert not wrong, listed(wrong)


def test_no_flask_below_the_portal():
    wrong = [
        f"{module.path}:{line} imports {target}"
        for module in modules().values()
        if module.top in {"registries", "search"}
        for target, line in module.imports()
        if re.match(r"(flask|werkzeug|wtforms|jinja2)", target) and target != "flask_babel.lazy_gettext"
    ]
    assert not wrong, listed(wrong)


def test_one_file_commits():
    files = {module.path for module in modules().values() for _ in calls(module, r"commit")}
    # Whoosh calls it a commit when its index, which is no database, swaps to new files.
    assert files - {"search/whoosh_engine.py"} == {"registries/db.py"}


def test_rows_are_written_in_bulk_only_where_the_log_is_kept():
    wrong = [
        f"{module.path}:{line} {what}"
        for module in modules().values()
        if not module.path.startswith(MAY_WRITE_IN_BULK)
        for line, what in bulk_writes(module)
    ]
    assert not wrong, listed(wrong)


def calls(module: Module, pattern: str) -> Iterator[ast.Call]:
    """The calls of methods whose name matches."""
    for node in ast.walk(module.tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and re.fullmatch(pattern, node.func.attr)
        ):
            yield node


def bulk_writes(module: Module) -> Iterator[tuple[int, str]]:
    """The lines that write with SQL: constructs of SQLAlchemy, bulk methods, statements in text."""
    constructs = {
        f"{target.rpartition('.')[2]}": target
        for target, _ in module.imports()
        if re.match(r"sqlalchemy.*\.(insert|update|delete)$", target)
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in constructs:
            yield node.lineno, f"{node.func.id}()"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and WRITING_SQL.match(node.value):
            yield node.lineno, repr(node.value[:40])
    for call in calls(module, r"insert|update|delete"):
        owner = ast.unparse(call.func.value)  # type: ignore[attr-defined]
        # list.insert(), dict.update() and hash.update() take arguments; a table's own methods take none.
        if owner in {"sa", "sqlalchemy", "postgresql", "sqlite"} or not (call.args or call.keywords):
            yield call.lineno, f"{ast.unparse(call.func)}()"
    for call in calls(module, r"bulk_\w+|executemany|copy_expert|copy_from"):
        yield call.lineno, f"{ast.unparse(call.func)}()"


@pytest.mark.parametrize(
    ("code", "writes"),
    [
        ("import sqlalchemy as sa\nsa.delete(x)", 1),
        ("from sqlalchemy import update\nupdate(x)", 1),
        ("table.insert()", 1),
        ("session.bulk_save_objects(rows)", 1),
        ("text('DELETE FROM resident')", 1),
        ("text(f'UPDATE {name} SET x = 1')", 1),
        ("names.insert(0, 'x')\nseen.update(new)\nprint('UPDATES come later')", 0),
    ],
)
def test_bulk_writes_are_recognised(code, writes):
    assert len(list(bulk_writes(Module("x.py", "x", ast.parse(code), 1, False)))) == writes


def test_no_module_is_called_after_nothing():
    assert [m.path for m in modules().values() if m.name.rpartition(".")[2] in FORBIDDEN_NAMES] == []


def test_files_are_short_enough_to_read():
    long = {
        m.path: m.lines
        for m in modules().values()
        if m.lines > MOST_LINES and not m.path.startswith(AS_LONG_AS_ITS_TABLES)
    }
    assert not long, listed(f"{name}: {length} lines" for name, length in long.items())


def test_functions_are_short_enough_to_read():
    long = {
        f"{module.path}:{function.lineno} {function.name}()": length
        for module in modules().values()
        for function in module.functions()
        if (length := (function.end_lineno or 0) - function.lineno + 1) > MOST_FUNCTION_LINES
        and not module.path.startswith(AS_LONG_AS_ITS_TABLES)
    }
    assert not long, listed(f"{name}: {length} lines" for name, length in long.items())


def test_everything_public_says_what_it_is():
    silent = [
        f"{module.path}:{getattr(node, 'lineno', 1)} {getattr(node, 'name', 'the module itself')}"
        for module in modules().values()
        if not module.name.startswith("migrations.")
        for node in (module.tree, *module.tree.body)
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and not getattr(node, "name", "").startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not silent, listed(silent)


def test_migrations_are_one_line_numbered_without_gaps():
    files = sorted(path.name for path in (ROOT / "migrations" / "versions").glob("[!_]*.py"))
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name) for name in files), files
    assert [int(name[:4]) for name in files] == list(range(1, len(files) + 1))
    before = None
    for name in files:
        revisions = module_constants(modules()[f"migrations.versions.{name[:-3]}"])
        assert (revisions["revision"], revisions["down_revision"]) == (name[:4], before), name
        before = name[:4]


def module_constants(module: Module) -> dict[str, object]:
    """What a module assigns to plain names, where it is a literal."""
    found = {}
    for node in module.tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and isinstance(node.value, ast.Constant):  # type: ignore[attr-defined]
            found[target.id] = node.value.value  # type: ignore[attr-defined]
    return found
