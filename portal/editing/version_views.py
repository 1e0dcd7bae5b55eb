"""The versions of a text: who wrote what when, what readers saw, and what differs."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request
from flask_babel import gettext

from registries.messages import N_
from registries.records import NotFound

from ..running import system
from ..security import actor, allowed
from .blueprint import pages, records_of
from .versions import Version, differences, versions

ACTIONS = {
    "create": N_("Text written"), "update": N_("Changed"), "submit": N_("Handed in"), "return": N_("Sent back"),
    "publish": N_("Published"), "withdraw": N_("Taken off the site"), "retire": N_("Taken out of use"),
    "restore": N_("Brought back"), "import": N_("Imported"), "undo": N_("Import taken back"), "merge": N_("Merged"),
    "attach": N_("File added"), "detach": N_("File taken away"),
}  # fmt: skip


@pages.get("/<kind>/<uuid:record_id>/versions")
@allowed("edit")
def history(kind: str, record_id: UUID) -> str:
    """All versions, and what differs between two of them: the last two unless the address names others."""
    records = records_of(kind)
    with system().database.reading() as session:
        every = versions(session, records, record_id, actor=actor())
    if not every:
        raise NotFound(str(record_id))
    names = [name for name in records.kind.fields() if name != "note"]
    older, newer = _asked("from", every, _before_last(every, names)), _asked("to", every, len(every))
    before, after = every[older - 1], every[newer - 1]
    fields = records.storage.fields
    told = [
        (gettext(fields[one.name].label), one.text) for one in differences(before.values, after.values, names)
    ]
    return render_template(
        "editing/versions.html", kind=kind, records=records, record_id=record_id, versions=every, before=before,
        after=after, differences=told, title=every[-1].values.get("title", ""), action=_action,
    )


def _action(name: str) -> str:
    return gettext(ACTIONS[name]) if name in ACTIONS else name


def _asked(name: str, every: list[Version], usual: int) -> int:
    number = request.args.get(name, usual, type=int)
    return number if 1 <= number <= len(every) else usual


def _before_last(every: list[Version], names: list[str]) -> int:
    """The last version whose words differ from those of now."""
    for version in reversed(every):
        if differences(version.values, every[-1].values, names):
            return version.number
    return 1
