"""For developers: draft a revision from what the models say and the history does not.

    python -m migrations.draft SLUG DATABASE            drafts the next revision
    python -m migrations.draft SLUG DATABASE --again N  drafts revision N anew, if never released

A draft is to be read and mended by hand before it is committed: it knows nothing of data, and a renamed
column looks to it like one dropped and one added.
"""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from mako.template import Template
from sqlalchemy.dialects import postgresql

from migrations import configuration, create_empty, upgrade
from registries.db import DATABASES, Base, Database, UtcDateTime

#: Every module that declares tables. `tests/migrations` fails when one is missing here.
MODELS = (
    "registries.areas",
    "registries.attachments",
    "registries.changes",
    "registries.codes",
    "registries.done",
    "registries.duplicates",
    "registries.facilities.models",
    "registries.figure_store",
    "registries.importing.batches",
    "registries.importing.mapping",
    "registries.organisations.models",
    "registries.pace",
    "registries.population.models",
    "registries.programme.models",
    "registries.proposals",
    "portal.accounts.models",
    "portal.media.models",
    "portal.news.models",
    "portal.preferences",
    "portal.api.models",
    "portal.exports.models",
    "portal.imports.models",
    "portal.jobs.models",
    "portal.leader.models",
    "portal.mistakes.models",
    "portal.rights.models",
)


def load_models() -> sa.MetaData:
    """The metadata with all tables of Sanku in it."""
    for module in MODELS:
        importlib.import_module(module)
    return Base.metadata


def comparison(connection: sa.Connection, name: str) -> MigrationContext:
    """A context that compares the tables of one database with the models."""

    def of_this_database(object_name: str | None, type_: str, _parents: Any) -> bool:
        return type_ != "schema" or object_name == name

    def wanted(item: Any, object_name: str | None, type_: str, _reflected: bool, _other: Any) -> bool:
        return type_ != "table" or (item.schema == name and object_name != "alembic_version")

    return MigrationContext.configure(connection, opts={
        "target_metadata": load_models(), "include_schemas": True, "include_name": of_this_database,
        "include_object": wanted, "compare_type": True, "version_table_schema": name,
    })  # fmt: skip


def draft(slug: str, name: str, again: str | None = None) -> Path:
    """Write the file of a revision and return its path."""
    script = ScriptDirectory.from_config(configuration())
    imports: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder), synchronous="OFF")
        create_empty(database)
        upgrade(database, leaving_out=[again] if again else [])
        with database.engine.connect() as connection:
            context = comparison(connection, name)
            found = produce_migrations(context, load_models()).upgrade_ops
            body = _body(found.ops if found else [], context, imports)
        database.engine.dispose()
    old = script.get_revision(again) if again else None
    number = again or f"{len(list(script.walk_revisions())) + 1:04}"
    before = old.down_revision if old else script.get_current_head()
    if old:
        Path(old.path).unlink()
    path = Path(script.versions) / f"{number}_{slug}.py"
    template = Template(filename=str(Path(script.dir) / "script.py.mako"))  # noqa: S702 - makes Python
    text = template.render(
        message=slug.replace("_", " "), up_revision=number, down_revision=before, database=name, body=body,
        imports=_import_lines(imports),
    )  # fmt: skip
    path.write_text(text, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(path)], check=False)  # noqa: S603
    return path


def _import_lines(imports: set[str]) -> str:
    return f"\nfrom migrations.column_types import {', '.join(sorted(imports))}\n" if imports else ""


def _body(found: list[Any], context: MigrationContext, imports: set[str]) -> str:
    """One function for each new table, so that a long revision can be read; the rest in ``upgrade``."""
    groups: dict[str | None, list[Any]] = {None: []}
    for item in _flat(found):
        if isinstance(item, ops.CreateTableOp):
            groups[item.table_name] = []
        table = item.source_table if isinstance(item, ops.CreateForeignKeyOp) else getattr(item, "table_name", None)
        groups[table if table in groups else None].append(item)
    calls = [f"    _create_{table}()" for table in groups if table]
    rest = _rendered(groups.pop(None), context, imports)
    start = "\n".join(["\ndef upgrade() -> None:", *calls, rest if rest.strip() != "pass" or not calls else ""])
    tables = [
        f"\n\ndef _create_{table}() -> None:\n{_rendered(items, context, imports)}" for table, items in groups.items()
    ]
    return "\n".join([start, *tables])


def _flat(found: list[Any]) -> Iterator[Any]:
    for item in found:
        if isinstance(item, ops.ModifyTableOps):
            yield from item.ops
        else:
            yield item


def _rendered(items: list[Any], context: MigrationContext, imports: set[str]) -> str:
    def render_type(kind: str, item: Any, _context: Any) -> str | bool:
        if kind != "type":
            return False
        text = _type_text(item)
        if text:
            imports.add(text.split("(", maxsplit=1)[0])
        return text or False

    lines = render_python_code(ops.UpgradeOps(ops=items), render_item=render_type, migration_context=context)
    return "\n".join(line for line in lines.splitlines() if not line.lstrip().startswith("#"))


def _type_text(item: Any) -> str | None:
    if isinstance(item, UtcDateTime):
        return "moment()"
    if isinstance(item, sa.String) and str(item.compile(dialect=postgresql.dialect())).endswith('COLLATE "C"'):
        return f"plain_text({item.length})"
    return None


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m migrations.draft")
    parser.add_argument("slug")
    parser.add_argument("database", choices=DATABASES)
    parser.add_argument("--again", metavar="N")
    given = parser.parse_args()
    print(draft(given.slug, given.database, given.again))  # noqa: T201 - a command prints its result


if __name__ == "__main__":
    main()
