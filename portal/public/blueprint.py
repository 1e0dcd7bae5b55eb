"""The blueprint of the public pages; it stands in the addresses twice, Chinese at ``/`` and English at ``/en/``."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, request, url_for

from ..running import system

pages = Blueprint("public", __name__)

#: The names under which the blueprint stands in the application, by language.
NAMES = {"zh": "public", "en": "english"}


def in_english() -> bool:
    """Whether this request asks for an English page; a preview says itself in which language it shows a text."""
    return bool(g.get("reads_english", request.path == "/en" or request.path.startswith("/en/")))


def page_language() -> str:
    """The language of the page that this request asks for."""
    return "en" if in_english() else "zh"


def address(view: str, **values: Any) -> str:
    """The address of a public page in the language of this request."""
    return url_for(f"{NAMES[page_language()]}.{view}", **values)


def outside(path: str) -> str:
    """An address of this site as other sites have to name it."""
    told = system().settings.site_address or f"{request.scheme}://{request.host}"
    # The path begins with where the site lies below its host; a told address ends with that already.
    return told + (path.removeprefix(request.script_root) if system().settings.site_address else path)


def number_asked(name: str, least: int, most: int) -> int | None:
    """A number in the query; nothing where it is none or lies outside of what may be."""
    text = request.args.get(name, "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    return number if number is not None and least <= number <= most else None
