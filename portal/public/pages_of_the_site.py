"""Pages that stay: safety knowledge and what the site says of itself."""

from __future__ import annotations

from flask import render_template

from registries import editions
from registries.editions import Wanted

from ..running import system
from ..security import allowed
from .articles import category_names
from .blueprint import pages
from .keeping import kept

KNOWLEDGE, SITE = "knowledge", "site"


@pages.get("/knowledge/")
@allowed("anyone")
@kept("network")
def knowledge() -> str:
    """What to know and do, subject by subject."""
    with system().database.reading() as session:
        shown = editions.listed(session, system().catalogue["page"], Wanted(KNOWLEDGE), limit=200)
    return render_template("public/knowledge.html", shown=shown)


@pages.get("/pages/<slug>")
@allowed("anyone")
@kept("network")
def page(slug: str) -> str:
    """One page, by the address that its editors gave it, or by its id."""
    records = system().catalogue["page"]
    with system().database.reading() as session:
        shown = editions.by_slug(session, records, slug)
        alike = editions.alike(session, records, shown, 6)
        names = category_names(session, "page")
    category = shown.values.get("category") or ""
    return render_template(
        "public/page.html", shown=shown, alike=alike, category=names.get(category), knows=category == KNOWLEDGE,
    )
