"""The description of the interface: for programs as OpenAPI, for people as a page made of the same."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from apispec import APISpec
from flask import Blueprint, Response, render_template, request
from flask_babel import get_locale, gettext

from registries import references
from registries.messages import N_
from registries.references import References

from .. import running
from ..security import allowed
from ..system import Catalogue
from . import components, import_operations, operations, problems, properties, reading

pages = Blueprint("api_description", __name__, url_prefix="/api")
VERSION = "1.0.0"


@pages.get("/openapi.json")
@allowed("anyone")
def openapi() -> Response:
    """The interface as OpenAPI 3.1; codes and kinds are those of this site."""
    text, generation = _text()
    response = Response(text, mimetype="application/json")
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Vary"] = "Accept-Language"
    response.headers["ETag"] = f'"{generation}-{get_locale()}"'
    return response.make_conditional(request)


@pages.get("/")
@allowed("anyone")
def page() -> str:
    """The interface for people: how to begin, and every operation with its fields and an example."""
    text, _generation = _text()
    root = request.url_root.rstrip("/")
    return render_template("api/page.html", chapters=reading.chapters(json.loads(text), root), root=root)


def _text() -> tuple[str, int]:
    system = running.system()
    with system.database.reading() as session:
        known = references.load(session).in_language(running.language())
    return _rendered(_Kept(known, system.catalogue), known.generation, known.language), known.generation


class _Kept:
    """What the text is made from; two of them are alike, so that generation and language alone tell texts apart."""

    def __init__(self, known: References, catalogue: Catalogue) -> None:
        self.known, self.catalogue = known, catalogue

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and other.catalogue is self.catalogue

    def __hash__(self) -> int:
        return id(self.catalogue)


@lru_cache(maxsize=4)
def _rendered(kept: _Kept, _generation: int, _language: str) -> str:
    return json.dumps(describe(kept.catalogue, kept.known), ensure_ascii=False)


def describe(catalogue: Catalogue, known: References) -> dict[str, Any]:
    """The interface as an OpenAPI document, in the language of the request."""
    spec = APISpec(
        title=gettext(N_("Interface for programs")), version=VERSION, openapi_version="3.1.0",
        info={"description": gettext(N_(
            "Records of people, organisations and facilities for other programs, with the rights of whoever made the "
            "token. What is sensitive comes masked, and looking at people's records is logged."
        ))},
        tags=[{"name": name, "description": gettext(one.kind.label)} for name, one in catalogue.items()]
        + [{"name": "shared", "description": gettext(N_("All kinds"))},
           {"name": "imports", "description": gettext(N_("Imports"))}],
        security=[{"token": []}],
    )  # fmt: skip
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for status in problems.TITLES:
        spec.components.response(f"Problem{status}", components.problem(status))
    for name, schema in components.shared().items():
        spec.components.schema(name, schema)
    for records in catalogue.values():
        title = records.name.capitalize()
        spec.components.schema(title, components.record(records, properties.returned(records, known)))
        spec.components.schema(f"{title}New", properties.sent(records.kind.schema, known, whole=True))
        spec.components.schema(f"{title}Change", properties.sent(records.kind.schema, known, whole=False))
        for path, verbs in operations.of_kind(records, known).items():
            spec.path(path, operations=verbs)
    for name, schema in import_operations.schemas().items():
        spec.components.schema(name, schema)
    for path, verbs in (operations.shared(list(catalogue)) | import_operations.paths(list(catalogue))).items():
        spec.path(path, operations=verbs)
    return spec.to_dict()
