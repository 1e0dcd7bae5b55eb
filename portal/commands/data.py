"""Commands on records: import, undo, export, edit, template, search, erase."""

from __future__ import annotations

import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from registries import importing, references, sheets
from registries.access import PUBLIC, Actor
from registries.importing import Batch, Options, mapping
from registries.importing.exporting import Wish, export, template
from registries.messages import N_, Problem, Refused
from registries.records import Records
from search.engine import Query

from ..accounts import service as accounts
from ..system import System
from . import output


def commands(system: System) -> list[click.Command]:
    """The commands of this module for a system."""
    return [
        _import(system), _undo(system), _export(system), _template(system), _edit(system), _search(system),
        _imports(system),
    ]


def _kind(system: System) -> click.Choice[str]:
    return click.Choice(sorted(system.catalogue))


def actor(system: System, name: str | None) -> Actor:
    """Who acts: a named user, or the console with the name of the operating-system user."""
    if name is None:
        return system.console()
    with system.database.reading() as session:
        return accounts.actor_named(session, name)


def _area_id(system: System, area: str | None) -> UUID | None:
    if area is None:
        return None
    with system.database.reading() as session:
        found = references.load(session).areas.find(area)
    if found is None:
        raise Refused(Problem(N_("There is no area “%(value)s”."), N_("Write its code."), value=area))
    return found.id


def _import(system: System) -> click.Command:
    @click.command("import", help="Import a spreadsheet, CSV, GeoJSON or JSON Lines file of KIND.")
    @click.argument("kind", type=_kind(system))
    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--check", is_flag=True, help="Check only; write nothing.")
    @click.option("--strict", is_flag=True, help="Write nothing if any row fails.")
    @click.option("--errors", type=click.Path(path_type=Path), help="Write the failed rows to this workbook.")
    @click.option("--mapping", "mapping_file", type=click.Path(path_type=Path), help="A JSON file: heading → field.")
    @click.option("--source", help="The name of the office or list the file comes from.")
    @click.option("--sheet", help="The sheet to read, if not the first with a table.")
    @click.option("--area", help="Where rows without an area belong.")
    @click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day since which the rows are true.")
    @click.option("--blank", type=click.Choice(["keep", "clear"]), default="keep", help="What a blank cell means.")
    @click.option("--as", "user", help="Act as this user.")
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    def command(kind: str, file: Path, **told: Any) -> None:
        started = time.monotonic()
        records = system.catalogue[kind]
        who = actor(system, told["user"])
        batch = _staged(system, records, file, who, told)
        failed = batch.counts["error"]
        if not told["check"] and not (told["strict"] and failed):
            batch = importing.apply(
                system.database, records, batch.id, actor=who,
                progress=output.progress_bar(system.gettext(N_("Written")), not told["as_json"]),
            )
            system.feed.catch_up()
        answer = importing.json_counts(batch, time.monotonic() - started)
        if told["errors"] and failed:
            _write_errors(system, records, batch, told["errors"])
        if told["as_json"]:
            output.print_json(answer)
        else:
            output.print_counts(system, batch, answer)
            _print_failed(system, records, batch)
        if told["check"] or (told["strict"] and failed):
            importing.discard(system.database, batch)
        sys.exit(1 if failed else 0)

    return command


def _staged(system: System, records: Records, file: Path, who: Actor, told: dict[str, Any]) -> Batch:
    known_mapping = None
    if told["mapping_file"]:
        with system.database.reading() as session:
            schema = records.kind.schema(references.load(session))
        known_mapping = mapping.read_file(told["mapping_file"], schema)
    as_of: datetime | None = told["as_of"]
    options = Options(
        file.name, told["source"], _area_id(system, told["area"]), as_of.date() if as_of else None,
        told["blank"] == "clear", known_mapping,
    )
    limits = sheets.Limits(bytes=system.settings.import_max_bytes, rows=system.settings.import_max_rows)
    with sheets.open_table(file, sheet=told["sheet"], limits=limits) as table:
        return importing.stage(
            system.database, records, table, options, actor=who,
            progress=output.progress_bar(system.gettext(N_("Checked")), not told["as_json"]),
        )


def _columns(records: Records, batch: Batch) -> dict[str, tuple[str, str]]:
    """For each field the letter and heading of its (first) column in the file."""
    columns: dict[str, tuple[str, str]] = {}
    for position, heading in enumerate(batch.headings):
        name = batch.mapping["columns"].get(heading)
        if name:
            columns.setdefault(name, (sheets.column_letter(position), heading))
    return columns


def _print_failed(system: System, records: Records, batch: Batch) -> None:
    columns = _columns(records, batch)
    with system.database.reading() as session:
        for shown, (number, _cells, problems) in enumerate(importing.failed_rows(session, batch)):
            if shown == output.SHOWN_ROWS:
                click.echo(system.gettext(N_("… and more; use --errors to get them all as a workbook.")))
                return
            for name, found in problems.items():
                for told in found:
                    click.echo(output.row_problem(system, columns, number, name, told))


def _write_errors(system: System, records: Records, batch: Batch, path: Path) -> None:
    """The failed rows as they came, the reason of each in a last column and as a comment on its cell."""
    columns = _columns(records, batch)
    rows, comments = [], {}
    with system.database.reading() as session:
        for line, (number, cells, problems) in enumerate(importing.failed_rows(session, batch)):
            sentences = []
            for name, found in problems.items():
                said = " ".join(system.say(Problem.from_json(told)) for told in found)
                sentences.append(said)
                heading = columns.get(name, ("", ""))[1]
                if heading:
                    comments[line, batch.headings.index(heading)] = said
            padded = [*cells, *[None] * (len(batch.headings) - len(cells))]
            rows.append([*padded, system.gettext(N_("Row %(number)s")) % {"number": number} + ": " + " ".join(sentences)])
    sheets.write_xlsx(path, [*batch.headings, system.gettext(N_("Reason"))], rows, comments=comments)


def _undo(system: System) -> click.Command:
    @click.command("undo", help="Take back what an import did.")
    @click.argument("batch", type=click.UUID)
    @click.option("--as", "user", help="Act as this user.")
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    def command(batch: UUID, user: str | None, as_json: bool) -> None:
        undone = importing.undo(system.database, system.catalogue, batch, actor=actor(system, user))
        system.feed.catch_up()
        if as_json:
            output.print_json({
                "batch": str(batch), "restored": undone.restored,
                "conflicts": [{"kind": kind, "id": str(record_id)} for kind, record_id in undone.conflicts],
            })
        else:
            click.echo(system.gettext(N_("%(restored)s changes were taken back.")) % {"restored": undone.restored})
            for kind, record_id in undone.conflicts:
                click.echo(system.gettext(N_("Left as it is, because it was changed since: %(kind)s %(id)s")) % {
                    "kind": kind, "id": record_id,
                })
        sys.exit(1 if undone.conflicts else 0)

    return command


def _imports(system: System) -> click.Command:
    @click.command("imports", help="List the latest imports.")
    @click.option("--limit", default=20)
    def command(limit: int) -> None:
        with system.database.reading() as session:
            found = [batch for name in ("population", "organisations", "facilities")
                     for batch in importing.recent(session, name, limit)]
        for batch in sorted(found, key=lambda batch: batch.id, reverse=True)[:limit]:
            click.echo(f"{batch.id}  {batch.kind:<12} {system.gettext(batch.state):<8} {batch.file_name}  {batch.actor}")

    return command


def _export(system: System) -> click.Command:
    @click.command("export", help="Export the records of KIND to an .xlsx (text cells) or .csv file.")
    @click.argument("kind", type=_kind(system))
    @click.argument("out", type=click.Path(path_type=Path))
    @click.option("--area", help="Only what lies in this area.")
    @click.option("--reveal", is_flag=True, help="Write full numbers instead of masks; needs --reason.")
    @click.option("--reason", help="Why, for the access log.")
    @click.option("--language", type=click.Choice(["zh", "en"]), help="The language of headings and code names.")
    @click.option("--as", "user", help="Act as this user.")
    def command(kind: str, out: Path, area: str | None, reveal: bool, reason: str | None, language: str | None,
                user: str | None) -> None:
        records = system.catalogue[kind]
        area_id = _area_id(system, area)
        path = None
        if area_id:
            with system.database.reading() as session:
                entry = references.load(session).areas.get(area_id)
                path = entry.path if entry else None
        wish = Wish(path, reveal, reason, language or system.language)
        headings, rows = export(system.database, records, wish, actor=actor(system, user))
        write = sheets.write_csv if out.suffix.lower() == ".csv" else sheets.write_xlsx
        count = write(out, headings, rows)
        click.echo(system.gettext(N_("%(count)s records written to %(file)s.")) % {"count": count, "file": out})

    return command


def _template(system: System) -> click.Command:
    @click.command("template", help="Write an empty sheet for KIND with notes, choices and an example.")
    @click.argument("kind", type=_kind(system))
    @click.argument("out", type=click.Path(path_type=Path))
    def command(kind: str, out: Path) -> None:
        with system.database.reading() as session:
            known = references.load(session).in_language(system.language)
        headings, example, notes, choices = template(system.catalogue[kind], known)
        notes = {heading: system.gettext(note) for heading, note in notes.items()}
        sheets.write_xlsx(out, headings, [example], notes=notes, choices=choices)
        click.echo(str(out))

    return command


def _edit(system: System) -> click.Command:
    @click.command("edit", help="Change fields of a record: sanku edit KIND ID field=value …")
    @click.argument("kind", type=_kind(system))
    @click.argument("record_id", type=click.UUID)
    @click.argument("assignments", nargs=-1, required=True)
    @click.option("--reason", help="Why; confirms doubtful values.")
    @click.option("--as", "user", help="Act as this user.")
    def command(kind: str, record_id: UUID, assignments: tuple[str, ...], reason: str | None, user: str | None) -> None:
        records, who = system.catalogue[kind], actor(system, user)
        raw = dict(assignment.partition("=")[::2] for assignment in assignments)
        unknown = [name for name in raw if name not in records.storage.fields]
        if unknown:
            raise click.UsageError(f"{kind} has no field {', '.join(unknown)}; it has {', '.join(records.storage.fields)}.")
        with system.database.reading() as session:
            version = records.get(session, record_id, actor=who).version
        with system.database.writing(records.kind.database) as session:
            item = records.update(session, record_id, raw, version=version, actor=who, reason=reason)
        system.feed.catch_up()
        click.echo(system.gettext(N_("%(kind)s %(id)s is now at version %(version)s.")) % {
            "kind": kind, "id": item.id, "version": item.version,
        })

    return command


def _search(system: System) -> click.Command:
    @click.command("search", help="Search organisations, facilities, places and people by words, codes or initials.")
    @click.argument("query")
    @click.option("--kind", "kinds", multiple=True, type=_kind(system), help="Only this kind; may be given again.")
    @click.option("--as", "user", help="Search as this user would.")
    @click.option("--public", is_flag=True, help="Search as a resident without an account would.")
    @click.option("--limit", default=10)
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    def command(query: str, kinds: tuple[str, ...], user: str | None, public: bool, limit: int, as_json: bool) -> None:
        who = PUBLIC if public else actor(system, user)
        found = system.feed.search(Query(text=query, kinds=kinds or None, limit=limit, today=date.today()), actor=who)
        if as_json:
            output.print_json(found.as_json())
        else:
            _print_hits(system, found)

    return command


def _print_hits(system: System, found: Any) -> None:
    click.echo(system.gettext(N_("%(total)s found.")) % {"total": found.total})
    for hit in found.hits:
        click.echo(f"  {hit.kind:<12} {hit.title}  [{hit.id}]")
    if found.suggestion:
        click.echo(system.gettext(N_("Did you mean: %(words)s?")) % {"words": found.suggestion})
