"""The library: all pictures and documents, taking in new ones, saying what they show; and cleaning what is pasted."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from registries.messages import Refused
from registries.records import NotFound

from ..media import store
from ..media.models import Media
from ..news import cleaning
from ..running import system
from ..security import actor, allowed
from . import sent
from .blueprint import may_write, pages

LAST_PAGE = 1_000
#: More is no article; the form itself refuses it, too.
MOST_PASTED = 2_000_000


@pages.get("/library")
@allowed("edit")
def library() -> str:
    """Pictures or documents, the newest first."""
    return _library()


@pages.get("/library/choose")
@allowed("edit")
def choose() -> str:
    """Pictures to be put into a text: a part of the form, asked for by its script."""
    return _library("editing/choose.html")


@pages.post("/library")
@allowed("edit")
def add() -> BaseResponse | str | tuple[str, int]:
    """Keep a picture or a document."""
    if not may_write():
        raise NotFound("library")
    wants_part = "part" in request.form
    try:
        sent.upload(request.files.get("upload-file"), request.form.get("what") == "document", actor())
    except Refused as refused:
        problems = [("upload-file", refused.problem.localised(gettext))]
        return _library("editing/choose.html" if wants_part else "editing/library.html", problems), 422
    if wants_part:
        return _library("editing/choose.html")
    flash(gettext("Saved."), "good")
    return redirect(url_for("editing.library", what=request.form.get("what")), 303)


@pages.get("/library/<uuid:media_id>")
@allowed("edit")
def one(media_id: UUID) -> str:
    """One picture or document: what it shows, where it is shown, how it is put into a text."""
    return _one(media_id, [])


@pages.post("/library/<uuid:media_id>")
@allowed("edit")
def describe(media_id: UUID) -> BaseResponse | tuple[str, int]:
    """Say better what a picture shows; once a published text shows it, only for a reviewer."""
    told = request.form.get("alternative", ""), request.form.get("alternative_en")
    try:
        with system().database.writing("network") as session:
            store.describe(session, media_id, *told, actor=actor())
    except Refused as refused:
        return _one(media_id, [("alternative", refused.problem.localised(gettext))]), 422
    flash(gettext("Saved."), "good")
    return redirect(url_for("editing.one", media_id=media_id), 303)


def _one(media_id: UUID, problems: list[tuple[str, str]]) -> str:
    with system().database.reading() as session:
        shown = session.get(Media, media_id)
        if shown is None:
            raise NotFound(f"media {media_id}")
        uses = [
            (item.values["title"], url_for("editing.article", kind=kind, record_id=record_id))
            for kind, record_id in store.used_by(session, media_id)
            for item in system().catalogue[kind].load(session, [record_id])
            if actor().may("read", "network", item.area_path)
        ]
        may_describe = store.may_describe(session, media_id, actor())
        session.expunge_all()
    # Without the form there is no input that a problem could lead to.
    problems = [(where if may_describe else "", text) for where, text in problems]
    return render_template(
        "editing/media.html", one=shown, uses=uses, problems=problems, may_describe=may_describe, may_write=may_write(),
        alternative=request.form.get("alternative", shown.alternative),
        alternative_en=request.form.get("alternative_en", shown.alternative_en or ""),
    )


def _library(template: str = "editing/library.html", problems: list[tuple[str, str]] | None = None) -> str:
    words = request.args.get("q", "").strip()[:100]
    documents = request.values.get("what") == "document"
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    with system().database.reading() as session:
        found = list(store.listed(session, words, pictures=not documents, page=page))
        session.expunge_all()
    told = {name: value for name, value in (("q", words), ("what", "document" if documents else "")) if value}
    return render_template(
        template, found=found[:store.PAGE], words=words, documents=documents, problems=problems or [],
        may_write=may_write(), form=request.form,
        before=url_for("editing.library", page=page - 1, **told) if page > 1 else None,
        after=url_for("editing.library", page=page + 1, **told) if len(found) > store.PAGE else None,
    )


@pages.post("/clean")
@allowed("edit")
def clean() -> Response:
    """What somebody pasted, as it would be kept: the form shows it before it is saved."""
    text = request.form.get("html", "")[:MOST_PASTED]
    return Response(cleaning.rootless(cleaning.clean(text), request.script_root), mimetype="text/plain")
