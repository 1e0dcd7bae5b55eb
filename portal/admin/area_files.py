"""Areas from a file: sent, compared with the tree, and taken in only after a look at what would change."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from registries import administration, area_administration, area_files, area_tree, references
from registries.area_tree import AreaRow
from registries.db import new_id
from registries.messages import N_, Problem, Refused
from registries.records import NotFound

from ..running import system
from ..sealed_files import SealedFiles
from ..security import account, actor, allowed
from .area_pages import KIND_NAMES
from .blueprint import Answer, pages

MOST_BYTES = 50_000_000
FORM_BYTES = 100_000
#: So many differences are shown; the counts are of all.
MOST_SHOWN = 200
ENDINGS = (".csv", ".xlsx", ".xls", ".ods", ".geojson", ".json")


@pages.app_url_value_preprocessor
def make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let files of boundaries in, from those who are signed in; before anything of the form is read."""
    if request.method == "POST" and endpoint == "admin.area_file" and account() is not None:
        request.max_content_length = MOST_BYTES + FORM_BYTES


def _files() -> SealedFiles:
    return SealedFiles(system().settings.data, system().keys, "areas")


@pages.route("/areas/file", methods=["GET", "POST"])
@allowed("administer_registries")
def area_file() -> Answer:
    """Choose a file with areas; the next page tells what it would change."""
    with system().database.reading() as session:
        administration.require_administrator(references.load(session), None, actor=actor())
    if request.method == "GET":
        _files().strays(set())
        return render_template("admin/area_file.html", problems=[])
    file = request.files.get("file")
    ending = PurePosixPath(file.filename or "").suffix.lower() if file else ""
    if file is None or not file.filename:
        return _refused(Problem(N_("No file was chosen."), N_("Choose a table or a GeoJSON file.")))
    if ending not in ENDINGS:
        return _refused(Problem(
            N_("Areas do not come in such files."), N_("Choose one that ends in: %(known)s."), known=list(ENDINGS),
        ))
    token = new_id()
    try:
        _files().save(token, file.stream, MOST_BYTES)
        _compare(token, ending)
    except Refused as error:
        _files().delete(token)
        return _refused(error.problem)
    return redirect(url_for("admin.area_file_check", token=token, ending=ending[1:]))


def _refused(problem: Problem) -> Answer:
    problems = [("file", problem.localised(gettext))]
    return render_template("admin/area_file.html", problems=problems), 422


@pages.route("/areas/file/<uuid:token>.<ending>", methods=["GET", "POST"])
@allowed("administer_registries")
def area_file_check(token: UUID, ending: str) -> Answer:
    """What the file would change; sent again, it is taken in."""
    try:
        rows = _rows(token, f".{ending}")
        if request.method == "POST":
            with system().database.writing("network") as session:
                count = area_administration.load(session, rows, actor=actor())
            _files().delete(token)
            flash(ngettext("%(num)s area is new or changed.", "%(num)s areas are new or changed.", count))
            return redirect(url_for("admin.areas"))
        with system().database.reading() as session:
            administration.require_administrator(references.load(session), None, actor=actor())
            found = area_tree.compare(session, rows)
    except Refused as error:
        return _refused(error.problem)
    changes = [(row, entry) for row, entry in found if entry is not None]
    return render_template(
        "admin/area_file_check.html", changes=changes[:MOST_SHOWN], total=len(found), changed=len(changes),
        new=sum(entry.action == "create" for _row, entry in changes), kinds=KIND_NAMES, token=token, ending=ending,
        most=MOST_SHOWN, labels=LABELS,
    )  # fmt: skip


LABELS = {
    "code": N_("National code"), "kind": N_("Kind"), "name_zh": N_("Chinese name"), "name_en": N_("English name"),
    "valid_from": N_("Valid since"),
}


def _rows(token: UUID, ending: str) -> list[AreaRow]:
    """The rows of a file that was sent.

    :raises NotFound: it is not there any more.
    :raises Refused: it cannot be read as a file of areas.
    """
    if ending not in ENDINGS:
        raise NotFound(ending)
    with system().database.reading() as session:
        known = [area.code for area in references.load(session).areas if area.code]
    try:
        with _files().clear(token) as path:
            return area_files.read(path, known, gettext("The file") + ending)
    except FileNotFoundError as error:
        raise NotFound(str(token)) from error


def _compare(token: UUID, ending: str) -> None:
    """Read a file as the next page will, so that what is wrong with it is told on this one."""
    rows = _rows(token, ending)
    with system().database.reading() as session:
        area_tree.compare(session, rows)
