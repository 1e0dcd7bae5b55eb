"""Pictures and documents that come with the form of a text: looked at, kept, and put where they belong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from registries.access import Actor
from registries.messages import N_, Problem, Refused
from registries.records import Records

from ..media import looking, store
from ..media.store import PICTURES, Looked
from ..running import system


def media_of(records: Records, actor: Actor) -> dict[str, Any]:
    """The fields of the form that name pictures and documents, with those kept that were sent along.

    :raises Refused: one cannot be taken, or nothing says what it shows; then none of them is kept.
    """
    told: dict[str, Any] = {}
    # Looked at before anything is written: a picture takes its time, and nobody else could write meanwhile.
    pictures = {
        name: looking.picture(file) for name in PICTURES
        if name in records.storage.fields and (file := request.files.get(f"{name}-file")) is not None and file.filename
    }
    documents = [looking.document(one) for one in request.files.getlist("files-file") if one.filename]
    with system().database.writing(records.kind.database) as session:
        for name, looked in pictures.items():
            told[name] = str(_picture(session, looked, name, actor))
        if "files-shown" in request.form:
            told["files"] = [*request.form.getlist("files"), *_documents(session, documents, actor)] or None
    return told


def _picture(session: Session, looked: Looked, name: str, actor: Actor) -> Any:
    """Keep one picture with the description that stands beside it in the form, and give its id."""
    alternative = request.form.get(f"{name}-alternative", "")
    english = request.form.get(f"{name}-alternative_en")
    return store.add(session, looked, alternative, actor=actor, alternative_en=english).id


def upload(file: FileStorage | None, is_document: bool, actor: Actor) -> None:
    """Keep the picture or document that was sent to the library.

    :raises Refused: there is none, or it cannot be taken.
    """
    if file is None or not file.filename:
        raise Refused(Problem(N_("No file was chosen."), N_("Choose one first.")))
    looked = looking.document(file) if is_document else looking.picture(file)
    with system().database.writing("network") as session:
        if is_document:
            store.add(session, looked, request.form.get("upload-alternative", ""), actor=actor)
        else:
            _picture(session, looked, "upload", actor)


def _documents(session: Session, sent: Sequence[Looked], actor: Actor) -> list[str]:
    title = request.form.get("files-title", "").strip()
    kept = []
    for looked in sent:
        # Several files at once are called by their names, one by what stands beside it.
        name = title if title and len(sent) == 1 else looked.name.rsplit(".", 1)[0]
        kept.append(str(store.add(session, looked, name, actor=actor).id))
    return kept
