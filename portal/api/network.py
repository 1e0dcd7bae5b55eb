"""What records refer to: the area tree and the code lists. Everybody with a token may read them."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from registries import references
from registries.records import NotFound
from registries.references import AreaEntry, CodeEntry, References

from .. import running
from ..security import allowed
from . import answers, asking
from .blueprint import pages


def _known() -> References:
    system = running.system()
    with system.database.reading() as session:
        return references.load(session)


@pages.get("/areas")
@allowed("signed_in")
def areas() -> Response:
    """The areas in use, from the district down; ``below`` gives one area and all that lies in it."""
    told = asking.parameters("below")
    known = _known()
    above = asking.area(told, known, "below")
    found = [_area(one) for one in known.areas if above is None or one.path.startswith(above.path)]
    return _send({"items": found}, known)


def _area(one: AreaEntry) -> dict[str, Any]:
    return {
        "id": str(one.id), "code": one.code, "kind": one.kind, "name_zh": one.name_zh, "name_en": one.name_en,
        "parent_id": str(one.parent_id) if one.parent_id else None,
    }  # fmt: skip


@pages.get("/codes")
@allowed("signed_in")
def schemes() -> Response:
    """The names of all code lists, each with how many entries it has."""
    asking.parameters()
    known = _known()
    items = [{"scheme": name, "entries": len(known.lists[name].entries)} for name in sorted(known.lists)]
    return _send({"items": items}, known)


@pages.get("/codes/<scheme>")
@allowed("signed_in")
def codes(scheme: str) -> Response:
    """The entries of a code list in their order; ``valid_to`` is the day after which one is not given any more."""
    asking.parameters()
    known = _known()
    if scheme not in known.lists:
        raise NotFound(scheme)
    items = [_code(entry) for entry in known.codes(scheme).entries.values()]
    return _send({"scheme": scheme, "items": items}, known)


def _code(entry: CodeEntry) -> dict[str, Any]:
    return {
        "code": entry.code, "parent": entry.parent, "name_zh": entry.name_zh, "name_en": entry.name_en,
        "valid_to": entry.valid_to.isoformat() if entry.valid_to else None,
    }  # fmt: skip


def _send(told: Any, known: References) -> Response:
    """An answer that holds as long as areas and code lists stay as they are."""
    response = answers.send(told, headers={"Cache-Control": "private, no-cache"})
    response.headers["ETag"] = f'"{known.generation}"'
    return response.make_conditional(request)
