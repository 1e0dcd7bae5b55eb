"""Pictures and documents as readers load them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, request, url_for

from registries.records import NotFound

from ..downloads import named
from ..news import cleaning
from ..running import system
from ..security import allowed, may
from . import store
from .models import Media

pages = Blueprint("media", __name__, url_prefix="/media")
#: A week, in seconds. The bytes behind an id never change, but what was withdrawn should not live on for a year.
KEPT = 604_800


def init_app(app: Flask) -> None:
    """Give the site the addresses of what texts refer to."""
    app.register_blueprint(pages)
    app.jinja_env.globals.update(
        media_address=media_address, media_path=media_path, media=media, media_by_id=media_by_id
    )


def media_address(one: Media, small: bool = False) -> str:
    """Where a picture or a document is loaded from."""
    return url_for("media.small" if small else "media.file", media_id=one.id, name=one.name)


def media_path(one: Media) -> str:
    """The same address as a text keeps it: without where below its host the site lies."""
    return cleaning.below(media_address(one), request.script_root)


def media(*ids: Any) -> list[Media]:
    """What is kept under the ids that fields of editions name, in their order."""
    wanted = [one for told in ids for one in (told if isinstance(told, list) else [told]) if one]
    found = media_by_id(wanted)
    return [found[str(one)] for one in wanted if str(one) in found]


def media_by_id(ids: Iterable[Any]) -> dict[str, Media]:
    """What is kept under many ids at once, as a list of editions needs it; an id may be missing."""
    wanted = [one for one in ids if one]
    if not wanted:
        return {}
    with system().database.reading() as session:
        found = store.many(session, wanted)
        session.expunge_all()
    return found


@pages.get("/<uuid:media_id>/<name>")
@allowed("anyone")
def file(media_id: UUID, name: str) -> Response:
    """A picture to be shown, or a document to be saved."""
    return _answer(media_id, small=False)


@pages.get("/<uuid:media_id>/small/<name>")
@allowed("anyone")
def small(media_id: UUID, name: str) -> Response:
    """A picture as lists show it."""
    return _answer(media_id, small=True)


def _answer(media_id: UUID, *, small: bool) -> Response:
    with system().database.reading() as session:
        one = session.get(Media, media_id)
        if one is None:
            raise NotFound(f"media {media_id}")
        shown = store.is_shown(session, system().catalogue, media_id)
        # Who is signed in is asked only for what the public may not have, so that the rest can be cached.
        if not shown and not may("edit"):
            raise NotFound(f"media {media_id}")
        answer = Response(mimetype=one.media_type)
        how = "inline" if one.media_type.startswith("image/") else "attachment"
        named(answer, one.name, how)
        answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        answer.headers["Cache-Control"] = f"public, max-age={KEPT}" if shown else "no-store"
        tag = f"{one.digest[:32]}{'-small' if small else ''}"
        answer.set_etag(tag)
        # The bytes are read only for who has not got them already: a document has up to 20 MB.
        if not request.if_none_match.contains_weak(tag):
            answer.data = (one.small or one.content) if small else one.content
    return answer.make_conditional(request)
