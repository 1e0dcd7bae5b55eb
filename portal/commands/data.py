"""Commands on records: export, template, edit, search."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from registries import link_targets, references, sheets
from registries.access import PUBLIC
from registries.importing.exporting import Wish, export, template
from registries.messages import N_, Problem
from registries.population.lookup import find_people
from search.engine import Query
from search.finding import FACETS, Found, facet_name, find

from ..system import System
from . import output
from .arguments import actor, area_named, assigned, kind_choice


def commands(system: System) -> list[click.Command]:
    """The commands of this module for a system."""
    return [_export(system), _template(system), _edit(system), _search(system)]


def _export(system: System) -> click.Command:
    _ = system.gettext

    @click.command("export", help=_(N_("Export the records of KIND to an .xlsx (text cells) or .csv file.")))
    @click.argument("kind", type=kind_choice(system))
    @click.argument("out", type=click.Path(path_type=Path))
    @click.option("--area", help=_(N_("Only what lies in this area.")))
    @click.option("--reveal", is_flag=True, help=_(N_("Write full numbers instead of masks; needs --reason.")))
    @click.option("--reason", help=_(N_("Why, for the access log.")))
    @click.option("--language", type=click.Choice(["zh", "en"]), help=_(N_("The language of headings and code names.")))
    @click.option("--as", "user", help=_(N_("Act as this user.")))
    def command(kind: str, out: Path, **told: Any) -> None:
        if out.suffix.lower() not in (".xlsx", ".csv"):
            raise click.UsageError(_(N_("Name the file to write .xlsx or .csv.")))
        area = area_named(system, told["area"])
        wish = Wish(area.path if area else None, told["reveal"], told["reason"], told["language"] or system.language)
        headings, rows = export(system.database, system.catalogue[kind], wish, actor=actor(system, told["user"]))
        headings = [system.translate(wish.language)(heading) for heading in headings]
        with output.progress(_(N_("Written"))) as bar:
            write = sheets.write_csv if out.suffix.lower() == ".csv" else sheets.write_xlsx
            count = write(out, headings, _counted(rows, bar))
        click.echo(_(N_("Records written to %(file)s: %(count)s.")) % {"count": count, "file": out})

    return command


def _counted(rows: Any, bar: output.Progress) -> Any:
    for row in rows:
        bar(1)
        yield row


def _template(system: System) -> click.Command:
    _ = system.gettext

    @click.command("template", help=_(N_("Write an empty sheet for KIND with notes, choices and an example.")))
    @click.argument("kind", type=kind_choice(system))
    @click.argument("out", type=click.Path(path_type=Path))
    def command(kind: str, out: Path) -> None:
        if out.suffix.lower() != ".xlsx":
            raise click.UsageError(_(N_("Name the file to write .xlsx.")))
        with system.database.reading() as session:
            known = references.load(session).in_language(system.language)
        headings, example, notes, choices = template(system.catalogue[kind], known)
        notes = {heading: _(note) for heading, note in notes.items()}
        sheets.write_xlsx(out, headings, [], notes=notes, choices=choices, example=example)
        click.echo(_(N_("An empty sheet is in %(file)s.")) % {"file": out})

    return command


def _edit(system: System) -> click.Command:
    _ = system.gettext

    @click.command("edit", help=_(N_("Change fields of a record: sanku edit KIND ID field=value …")))
    @click.argument("kind", type=kind_choice(system))
    @click.argument("record_id", metavar="ID", type=click.UUID)
    @click.argument("assignments", metavar="FIELD=VALUE…", nargs=-1, required=True)
    @click.option("--reason", help=_(N_("Why; confirms doubtful values.")))
    @click.option("--as", "user", help=_(N_("Act as this user.")))
    def command(kind: str, record_id: UUID, assignments: tuple[str, ...], reason: str | None, user: str | None) -> None:
        records, who = system.catalogue[kind], actor(system, user)
        raw = assigned(system, assignments)
        _require_fields(system, kind, raw)
        with system.database.reading() as session:
            stored = records.get(session, record_id, actor=who, follow=False)
            link_targets.require(session, system.catalogue, records, raw, actor=who, stored=stored)
        version = stored.version
        with system.database.writing(records.kind.database) as session:
            item = records.update(session, record_id, raw, version=version, actor=who, reason=reason)
        system.feed.catch_up()
        told = {"kind": _(records.kind.label), "id": item.id, "version": item.version}
        if item.version == version:
            click.echo(_(N_("%(kind)s %(id)s says so already; it stays at version %(version)s.")) % told)
        else:
            click.echo(_(N_("%(kind)s %(id)s is now at version %(version)s.")) % told)

    return command


def _require_fields(system: System, kind: str, names: Iterable[str]) -> None:
    fields = system.catalogue[kind].kind.fields()
    for name in names:
        if name not in fields:
            raise click.UsageError(
                system.say(
                    Problem(
                        N_("%(kind)s has no field “%(name)s”; it has: %(fields)s."),
                        kind=kind,
                        name=name,
                        fields=list(fields),
                    )
                )
            )


def _search(system: System) -> click.Command:
    _ = system.gettext

    @click.command(
        "search",
        help=_(N_("Search all kinds by words, codes, pinyin or initials, and people by name or number.")),
    )
    @click.argument("query")
    @click.option(
        "--kind",
        "kinds",
        multiple=True,
        type=kind_choice(system),
        help=_(N_("Only this kind; may be given again.")),
    )
    @click.option("--as", "user", help=_(N_("Search as this user would.")))
    @click.option("--public", is_flag=True, help=_(N_("Search as a resident without an account would.")))
    @click.option("--limit", default=10, show_default=True, type=click.IntRange(0, 1000))
    @click.option("--json", "as_json", is_flag=True, help=_(N_("Print one JSON object.")))
    def command(query: str, kinds: tuple[str, ...], user: str | None, public: bool, limit: int, as_json: bool) -> None:
        if public and user:
            raise click.UsageError(_(N_("Either --public or --as, not both.")))
        who = PUBLIC if public else actor(system, user)
        asked = Query(text=query, kinds=kinds, limit=limit, facets=tuple(FACETS))
        found = find(system.feed, asked, actor=who, public=public, people=find_people)
        if as_json:
            output.print_json(found.as_json())
        else:
            _print_hits(system, found)

    return command


def _print_hits(system: System, found: Found) -> None:
    _ = system.gettext
    click.echo(_(N_("%(total)s found.")) % {"total": f"{found.total:,}"})
    for hit in found.hits:
        kind = _(system.catalogue[hit["kind"]].kind.label)
        click.echo(f"  {kind}  {hit['title']}  [{hit['kind']} {hit['id']}]")
    if found.suggestion:
        click.echo(_(N_("Did you mean: %(words)s?")) % {"words": found.suggestion})
    with system.database.reading() as session:
        known = references.load(session).in_language(system.language)
    for facet, values in found.facets.items():
        if len(values) > 1:
            shown = "  ".join(f"{_(facet_name(known, facet, value))} {count:,}" for value, count in values[:6])
            click.echo(_(N_("%(facet)s: %(values)s")) % {"facet": _(FACETS[facet]), "values": shown})
