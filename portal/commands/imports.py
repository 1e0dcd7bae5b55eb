"""Commands on files that come in: import, apply, undo, and the list of what came in."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from registries import importing, references, sheets
from registries.access import REGISTRIES, Actor
from registries.importing import Batch, Options, mapping
from registries.importing.batches import STATE_NAMES
from registries.importing.going_public import make_public
from registries.importing.reviewing import positions
from registries.messages import N_
from registries.records import Records

from ..imports.workbooks import write_failed
from ..media import store
from ..news.steps import IMPORTED
from ..system import System
from . import output
from .arguments import actor, area_id, area_named, assigned, kind_choice


def commands(system: System) -> list[click.Command]:
    """The commands of this module for a system."""
    return [_import(system), _apply(system), _undo(system), _imports(system)]


def _import(system: System) -> click.Command:
    _ = system.gettext

    @click.command("import", help=_(N_("Import a spreadsheet, CSV or GeoJSON file of KIND.")))
    @click.argument("kind", type=kind_choice(system))
    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--check", is_flag=True, help=_(N_("Check only; write nothing.")))
    @click.option("--strict", is_flag=True, help=_(N_("Write nothing if any row fails.")))
    @click.option("--errors", type=click.Path(path_type=Path), help=_(N_("Write the failed rows to this workbook.")))
    @click.option(
        "--mapping", "mapping_file", type=click.Path(path_type=Path), help=_(N_("A JSON file: heading → field."))
    )
    @click.option(
        "--set", "constants", multiple=True, metavar="FIELD=VALUE",
        help=_(N_("A value that all rows have; may be given again.")),
    )  # fmt: skip
    @click.option("--source", help=_(N_("The name of the office or list the file comes from.")))
    @click.option("--sheet", help=_(N_("The sheet to read, if not the first with a table.")))
    @click.option("--area", help=_(N_("Where rows without an area belong.")))
    @click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help=_(N_("The day since which the rows are true.")))
    @click.option(
        "--blank", type=click.Choice(["keep", "clear"]), default="keep", help=_(N_("What a blank cell means."))
    )
    @click.option("--draft", is_flag=True, help=_(N_("Leave articles unpublished; with --as they always are.")))
    @click.option("--as", "user", help=_(N_("Act as this user.")))
    @click.option("--json", "as_json", is_flag=True, help=_(N_("Print one JSON object.")))
    def command(kind: str, file: Path, **told: Any) -> None:
        _run(system, system.catalogue[kind], file, told)

    return command


def _run(system: System, records: Records, file: Path, told: dict[str, Any]) -> None:
    """Stage and, unless it is only looked at, apply a file; tell what was found and exit."""
    started = time.monotonic()
    who = actor(system, told["user"])
    batch, letters, options = _staged(system, records, file, who, told)
    failed = batch.counts["error"]
    looking = told["check"] or (told["strict"] and failed > 0)
    if not looking:
        batch = _applied(system, records, batch, who)
        importing.remember(system.database, batch.kind, options)
        _make_public(system, records, batch, who, told)
    answer = importing.json_counts(batch, time.monotonic() - started)
    if told["errors"] and failed:
        _write_errors(system, batch, told["errors"])
    if told["as_json"]:
        output.print_json({**answer, "batch": None} if looking else answer)
    else:
        output.print_notes(system, batch)
        output.print_counts(system, answer)
        _print_failed(system, batch, letters)
        _print_end(system, batch, looking, told, answer)
    if looking:
        _discard(system, batch)
    sys.exit(1 if failed else 0)


def _discard(system: System, batch: Batch) -> None:
    with system.database.writing(batch.database) as session:
        importing.discard(session, batch)


def _staged(
    system: System, records: Records, file: Path, who: Actor, told: dict[str, Any]
) -> tuple[Batch, list[str], Options]:
    """The checked file, with the letters of its columns as a spreadsheet shows them, and how it was taken."""
    with system.database.reading() as session:
        schema = records.kind.schema(references.load(session))
    known = mapping.read_file(told["mapping_file"], schema) if told["mapping_file"] else None
    options = Options(
        file.name,
        told["source"],
        area_id(area_named(system, told["area"])),
        told["as_of"].date() if told["as_of"] else None,
        told["blank"] == "clear",
        known,
        assigned(system, told["constants"]),
    )
    settings = system.settings
    limits = sheets.Limits(
        file_bytes=settings.import_max_bytes,
        package_bytes=min(settings.import_max_bytes, sheets.DEFAULT.package_bytes),
        rows=settings.import_max_rows,
    )
    expected = mapping.known_headings(schema, known)
    with (
        sheets.open_table(file, sheet=told["sheet"], limits=limits, expected=expected) as table,
        output.progress(system.gettext(N_("Checked")), table.total_hint) as bar,
    ):
        batch = importing.stage(system.database, records, table, options, actor=who, progress=bar)
        return batch, table.columns, options


def _applied(system: System, records: Records, batch: Batch, who: Actor) -> Batch:
    todo = batch.counts["new"] + batch.counts["changed"]
    with output.progress(system.gettext(N_("Written")), todo) as bar:
        batch = importing.apply(system.database, records, batch.id, actor=who, progress=bar)
    system.feed.catch_up()
    return batch


def _make_public(system: System, records: Records, batch: Batch, who: Actor, told: dict[str, Any]) -> None:
    """Articles that the console imports come from a site where they were public; they are so here, too."""
    if records.name not in IMPORTED or not who.console or told["draft"]:
        return
    check, todo = IMPORTED[records.name], batch.counts["new"] + batch.counts["changed"]
    with output.progress(system.gettext(N_("Published")), todo) as bar:
        done, left = make_public(
            system.database, records, batch, check, actor=who, progress=bar, after=store.note_uses_of
        )
    system.feed.catch_up()
    if left and not told["as_json"]:
        text = N_("Published: %(done)s. Left as drafts because personal data were found or text is missing: %(left)s.")
        click.echo(system.gettext(text) % {"done": done, "left": left})


def _print_failed(system: System, batch: Batch, letters: list[str]) -> None:
    columns = {name: (letters[position], batch.headings[position]) for name, position in positions(batch).items()}
    with system.database.reading() as session:
        for shown, (number, _cells, problems) in enumerate(importing.failed_rows(session, batch)):
            if shown == output.SHOWN_ROWS:
                click.echo(system.gettext(N_("… and more; use --errors to get them all as a workbook.")))
                return
            for name, found in problems.items():
                for told in found:
                    click.echo(output.row_problem(system, columns, number, name, told))


def _print_end(system: System, batch: Batch, looking: bool, told: dict[str, Any], answer: dict[str, Any]) -> None:
    if told["errors"] and batch.counts["error"]:
        click.echo(
            system.gettext(N_("The failed rows are in %(file)s; mend them there and import that file."))
            % {
                "file": told["errors"],
            }
        )
    if looking:
        click.echo(system.gettext(N_("Nothing was written.")))
    else:
        click.echo(
            system.gettext(N_("Import %(batch)s is done in %(seconds)s s; “sanku undo %(batch)s” takes it back."))
            % {
                "batch": answer["batch"],
                "seconds": answer["seconds"],
            }
        )


def _write_errors(system: System, batch: Batch, path: Path) -> None:
    with system.database.reading() as session:
        write_failed(system, session, batch, path, system.language)


def _apply(system: System) -> click.Command:
    _ = system.gettext

    @click.command("apply", help=_(N_("Write an import that was checked but cut off before it was written.")))
    @click.argument("batch_id", metavar="BATCH", type=click.UUID)
    @click.option("--as", "user", help=_(N_("Act as this user.")))
    @click.option("--json", "as_json", is_flag=True, help=_(N_("Print one JSON object.")))
    def command(batch_id: UUID, user: str | None, as_json: bool) -> None:
        started = time.monotonic()
        with system.database.reading() as session:
            batch = importing.find(session, batch_id)
        batch = _applied(system, system.catalogue[batch.kind], batch, actor(system, user))
        answer = importing.json_counts(batch, time.monotonic() - started)
        if as_json:
            output.print_json(answer)
        else:
            output.print_counts(system, answer)
        sys.exit(1 if answer["errors"] else 0)

    return command


def _undo(system: System) -> click.Command:
    _ = system.gettext

    @click.command("undo", help=_(N_("Take back what an import did.")))
    @click.argument("batch", type=click.UUID)
    @click.option("--as", "user", help=_(N_("Act as this user.")))
    @click.option("--json", "as_json", is_flag=True, help=_(N_("Print one JSON object.")))
    def command(batch: UUID, user: str | None, as_json: bool) -> None:
        catalogue = dict(system.catalogue)
        undone = importing.undo(
            system.database, catalogue, batch, actor=actor(system, user),
            after=lambda session, taken: store.note_uses_after_undo(session, catalogue, taken),
        )
        system.feed.catch_up()
        if as_json:
            output.print_json(
                {
                    "batch": str(batch),
                    "restored": undone.restored,
                    "conflicts": [{"kind": kind, "id": str(record_id)} for kind, record_id in undone.conflicts],
                }
            )
        else:
            click.echo(_(N_("Changes taken back: %(restored)s.")) % {"restored": undone.restored})
            for kind, record_id in undone.conflicts:
                click.echo(
                    _(N_("Left as it is, because it was changed since: %(kind)s %(id)s"))
                    % {
                        "kind": kind,
                        "id": record_id,
                    }
                )
        sys.exit(1 if undone.conflicts else 0)

    return command


def _imports(system: System) -> click.Command:
    _ = system.gettext

    @click.command("imports", help=_(N_("List the latest imports.")))
    @click.option("--limit", default=20, show_default=True)
    def command(limit: int) -> None:
        with system.database.reading() as session:
            found = [batch for name in (*REGISTRIES, "network") for batch in importing.recent(session, name, limit)]
        for batch in sorted(found, key=lambda batch: batch.id, reverse=True)[:limit]:
            state = _(STATE_NAMES[batch.state])
            click.echo(f"{batch.id}  {batch.kind:<12} {state}  {batch.file_name}  {batch.actor}")

    return command
