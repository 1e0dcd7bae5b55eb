"""Which column is which field: proposed by wording or by what was learnt of the source, decided by the clerk."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from registries import references
from registries.fields import RecordField
from registries.importing import mapping, reviewing
from registries.importing.mapping import COMMON, ColumnMapping
from registries.messages import N_, Problem, Refused
from registries.records import Invalid
from registries.references import References
from registries.schemas import Parts, RecordSchema

from ..running import language, system
from ..security import actor, allowed
from ..typed import in_words, summary
from . import service
from .arriving import Looks, constants_of
from .models import Upload
from .pages import pages

#: What a column may be besides a field.
KEY = "source_key"
COMMON_TITLES = {mapping.RECORD_ID: N_("Record id of an export"), mapping.VERSION: N_("Version of an export")}
#: Longer code lists are not offered beside a value for all rows.
MOST_OFFERED = 300


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file as the page shows it."""

    position: int
    letter: str
    heading: str
    examples: list[str]
    chosen: str


@pages.route("/<uuid:import_id>/columns", methods=["GET", "POST"])
@allowed("import")
def columns(import_id: UUID) -> str | Response | tuple[str, int]:
    """Name the columns of a file, and have it checked."""
    with system().database.reading() as session:
        found, upload = service.own(session, import_id, actor=actor())
        looks = service.looks_of(session, upload)
        proposed = service.proposed(system(), session, import_id, actor=actor())
        known = references.load(session).in_language(language())
    if looks is None or found.state not in ("columns", "failed", "staged"):
        return redirect(url_for("imports.show", import_id=import_id), 303)
    if request.method == "GET":
        return _page(upload, looks, proposed, constants_of(system().database.keys, upload), known, {})
    told, constants = _told(looks)
    try:
        service.check(
            system(), import_id, told.columns, constants, list(told.source_key), bool(request.form.get("remember")),
            actor=actor(),
        )
    except Invalid as invalid:
        return _page(upload, looks, told, constants, known, in_words(invalid.errors)), 422
    return redirect(url_for("imports.show", import_id=import_id), 303)


def _told(looks: Looks) -> tuple[ColumnMapping, dict[str, str]]:
    """What the form says: the field of each column, and the values that all rows have."""
    chosen = {heading: request.form.get(f"column-{number}", "") for number, heading in enumerate(looks.headings)}
    constants = {
        name.removeprefix("constant-"): value.strip() for name, value in request.form.items()
        if name.startswith("constant-") and value.strip()
    }
    if request.form.get("more-field") and request.form.get("more-value", "").strip():
        constants[request.form["more-field"]] = request.form["more-value"].strip()
    key = tuple(heading for heading, name in chosen.items() if name == KEY)
    return ColumnMapping({
        heading: None if name in ("", KEY) else name for heading, name in chosen.items()
    }, {}, key), constants


def _page(
    upload: Upload, looks: Looks, told: ColumnMapping, constants: dict[str, str], known: References,
    errors: dict[str, list[str]],
) -> str:
    schema = system().catalogue[upload.kind].kind.schema(known)
    found = [
        Column(
            position, looks.letters[position], heading,
            [_example(schema, told, heading, row[position]) for row in looks.rows if position < len(row)],
            KEY if heading in told.source_key else told.columns.get(heading) or "",
        )
        for position, heading in enumerate(looks.headings)
    ]
    lacking = [group[0] for group in mapping.lacking(schema, told) if len(group) == 1]
    wanted = dict.fromkeys([*lacking, *constants, *(
        name.removeprefix("constant-") for name in errors if name.startswith("constant-")
    )])
    given = {*filter(None, told.columns.values()), *wanted}
    return render_template(
        "imports/columns.html", upload=upload, looks=looks, columns=found, errors=errors, problems=summary(errors),
        records=system().catalogue[upload.kind], fields=_fields(schema),
        notes=[Problem.from_json(note).localised(gettext) for note in looks.notes],
        constants=[(name, schema.plan[name], constants.get(name, ""), _offered(schema.plan[name], known))
                   for name in wanted if name in schema.plan],
        others=[(name, text) for name, text in _fields(schema, plain=True) if name not in given],
    )  # fmt: skip


def _example(schema: RecordSchema, told: ColumnMapping, heading: str, cell: str | None) -> str:
    return reviewing.veiled(schema.plan.get(told.columns.get(heading) or ""), cell)


def _fields(schema: RecordSchema, plain: bool = False) -> list[tuple[str, str]]:
    """The fields that a column may be, by their names; ``plain`` leaves lists and record ids out."""
    named = [
        (name, gettext(item.label)) for name, item in schema.plan.items()
        if not item.computed and not (plain and (isinstance(item, Parts) or item.virtual))
    ]
    named.sort(key=lambda pair: not schema.plan[pair[0]].required)
    if plain:
        return named
    return [*named, (KEY, gettext("What tells rows apart at the source")), *(
        (name, gettext(COMMON_TITLES[name])) for name in COMMON
    )]


def _offered(item: RecordField, known: References) -> list[str]:
    scheme = getattr(item, "scheme", None)
    entries = [entry for entry in known.codes(scheme).entries.values() if entry.valid_to is None] if scheme else []
    names = [entry.name_zh if language() == "zh" else entry.name_en for entry in entries]
    return names if len(names) <= MOST_OFFERED else []


@pages.post("/<uuid:import_id>/sheet")
@allowed("import")
def sheet(import_id: UUID) -> Response:
    """Read another sheet of the workbook."""
    try:
        service.choose_sheet(system(), import_id, request.form.get("sheet", ""), actor=actor())
    except (Invalid, Refused) as refused:
        problems = refused.errors["sheet"] if isinstance(refused, Invalid) else [refused.problem]
        flash(problems[0].localised(gettext), "danger")
    return redirect(url_for("imports.columns", import_id=import_id), 303)

