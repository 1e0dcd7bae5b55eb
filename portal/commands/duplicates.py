"""Commands on records that may be one thing: find, list, merge, tell apart, unmerge."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import click

from registries import duplicates, merging
from registries.messages import N_, Problem
from registries.records import Records

from ..system import Catalogue, System
from . import output
from .arguments import actor, kind_choice


def commands(system: System) -> list[click.Command]:
    """The commands of this module for a system."""
    return [_duplicates(system), _merge(system), _apart(system), _unmerge(system)]


def _duplicates(system: System) -> click.Command:
    _ = system.gettext

    @click.command("duplicates", help=_(N_("List records that may be one thing and wait for a decision.")))
    @click.argument("kind", required=False, type=kind_choice(system))
    @click.option("--find", is_flag=True, help=_(N_("Look for them in all records first.")))
    @click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
    @click.option("--as", "user", help=_(N_("Act as this user.")))
    @click.option("--json", "as_json", is_flag=True, help=_(N_("Print one JSON object.")))
    def command(kind: str | None, find: bool, limit: int, user: str | None, as_json: bool) -> None:
        who = actor(system, user)
        wanted: Catalogue = {kind: system.catalogue[kind]} if kind else system.catalogue
        searches = [duplicates.find_all(system.database, records) for records in wanted.values()] if find else []
        with system.database.reading() as session:
            total = sum(duplicates.count(session, records, actor=who) for records in wanted.values())
            pairs = [
                pair
                for records in wanted.values()
                for pair in duplicates.review_list(session, records, actor=who, limit=limit)
            ][:limit]
        if as_json:
            output.print_json({
                "total": total, "queued": sum(search.queued for search in searches),
                "cut": {search.kind: search.cut for search in searches if search.cut},
                "pairs": [pair.as_json() for pair in pairs],
            })  # fmt: skip
            return
        _print_searches(system, searches)
        _print_pairs(system, pairs, total)

    return command


def _print_searches(system: System, searches: list[duplicates.Search]) -> None:
    _ = system.gettext
    for search in searches:
        label = _(system.catalogue[search.kind].kind.label)
        if search.found:
            told = {"kind": label, "found": f"{search.found:,}", "queued": f"{search.queued:,}"}
            click.echo(_(N_("%(kind)s: found %(found)s, new %(queued)s.")) % told)
        for why in search.cut:
            told = {"kind": label, "most": f"{duplicates.MOST:,}", "why": _(duplicates.WHY.get(why, why))}
            click.echo(
                _(N_("%(kind)s: only %(most)s new pairs with %(why)s are listed; decide about some and search again."))
                % told
            )


def _print_pairs(system: System, pairs: list[duplicates.Pair], total: int) -> None:
    _ = system.gettext
    click.echo(_(N_("Pairs that wait for a decision: %(total)s.")) % {"total": f"{total:,}"})
    for pair in pairs:
        click.echo(f"{_(system.catalogue[pair.kind].kind.label)}  {_(duplicates.WHY.get(pair.why, pair.why))}")
        click.echo(f"    {pair.first_id}  {pair.first_title}")
        click.echo(f"    {pair.second_id}  {pair.second_title}")


def _merge(system: System) -> click.Command:
    _ = system.gettext

    @click.command("merge", help=_(N_("Merge the record OTHER into SURVIVOR; “sanku unmerge” parts them again.")))
    @click.argument("kind", type=kind_choice(system))
    @click.argument("survivor", type=click.UUID)
    @click.argument("other", type=click.UUID)
    @click.option("--take", multiple=True, metavar="FIELD", help=_(N_("Take this field from OTHER; may be repeated.")))
    @click.option(
        "--join", multiple=True, metavar="FIELD", help=_(N_("Keep the rows of both in this list; may be repeated."))
    )
    @click.option("--reason", required=True, help=_(N_("Why; both histories tell it.")))
    @click.option("--as", "user", help=_(N_("Act as this user.")))
    def command(kind: str, survivor: UUID, other: UUID, **told: Any) -> None:
        records, who = system.catalogue[kind], actor(system, told["user"])
        _refuse_unknown(system, records, [*told["take"], *told["join"]])
        with system.database.reading() as session:
            pair = [records.get(session, one, actor=who, follow=False) for one in (survivor, other)]
        first, second = ((item.id, item.version) for item in pair)
        with system.database.writing(records.kind.database) as session:
            item = merging.merge(
                session, records, first, second, told["take"], join=told["join"], actor=who, reason=told["reason"]
            )
        system.feed.catch_up()
        told = {"kind": _(records.kind.label), "other": other, "id": item.id, "version": item.version}
        click.echo(_(N_("%(kind)s %(other)s is now part of %(id)s, version %(version)s.")) % told)

    return command


def _refuse_unknown(system: System, records: Records, names: list[str]) -> None:
    known = records.storage.fields
    for name in names:
        if name not in known:
            raise click.UsageError(
                system.say(
                    Problem(
                        N_("%(kind)s has no field “%(name)s”; it has: %(fields)s."),
                        kind=records.name,
                        name=name,
                        fields=list(known),
                    )
                )
            )


def _apart(system: System) -> click.Command:
    _ = system.gettext

    @click.command("apart", help=_(N_("Say that two records are two things, so that they are not listed again.")))
    @click.argument("kind", type=kind_choice(system))
    @click.argument("first", type=click.UUID)
    @click.argument("second", type=click.UUID)
    @click.option("--reason", help=_(N_("Why; both histories tell it.")))
    @click.option("--as", "user", help=_(N_("Act as this user.")))
    def command(kind: str, first: UUID, second: UUID, reason: str | None, user: str | None) -> None:
        records = system.catalogue[kind]
        who = actor(system, user)
        with system.database.writing(records.kind.database) as session:
            merging.apart(session, records, first, second, actor=who, reason=reason)
        system.feed.catch_up()
        click.echo(_(N_("The two will not be listed again.")))

    return command


def _unmerge(system: System) -> click.Command:
    _ = system.gettext

    @click.command("unmerge", help=_(N_("Part the merged record ID from its survivor again.")))
    @click.argument("kind", type=kind_choice(system))
    @click.argument("record_id", metavar="ID", type=click.UUID)
    @click.option("--reason", required=True, help=_(N_("Why; both histories tell it.")))
    @click.option("--as", "user", help=_(N_("Act as this user.")))
    def command(kind: str, record_id: UUID, reason: str, user: str | None) -> None:
        records, who = system.catalogue[kind], actor(system, user)
        with system.database.writing(records.kind.database) as session:
            parted = merging.unmerge(session, records, record_id, actor=who, reason=reason)
        system.feed.catch_up()
        told = {"kind": _(records.kind.label), "other": parted.other.id, "id": parted.survivor.id}
        click.echo(_(N_("%(kind)s %(other)s and %(id)s are two records again.")) % told)
        if parted.kept:
            kept = [Problem(records.storage.fields[name].label) for name in parted.kept]
            msgid = N_("Left as they are, because they were changed since: %(fields)s.")
            click.echo(system.say(Problem(msgid, fields=kept)))

    return command
