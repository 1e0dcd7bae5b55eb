"""What every public page is framed with: the navigation, the marks of a government site, both languages of a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask, request
from flask_babel import gettext
from markupsafe import Markup

from registries.messages import N_
from registries.publishing import Published

from .. import running
from ..news import cleaning
from ..settings import Settings
from .articles import is_urgent
from .blueprint import address, in_english, outside
from .mistake_views import mistake_page

#: View, and what its entry is called.
ENTRIES = (
    ("home", N_("Home")), ("news", N_("Safety news")), ("notices", N_("Notices")),
    ("projects", N_("Promotion projects")), ("knowledge", N_("Safety knowledge")),
    ("facilities", N_("Map of facilities")), ("search", N_("Search")),
)  # fmt: skip
#: The drawing of a kind of facility, by its subclass; a pin for those that have none of their own.
_ICONS = {
    "2107": "shelter", "2105": "defibrillator", "2106": "first-aid", "2101": "hydrant", "2108": "stores",
    "2110": "charging", "0126": "fitness", "2112": "access", "2111": "play", "0301": "toilet",
}  # fmt: skip
#: Where an edition of a kind is read.
READ_AT = {"news": "piece_of_news", "notice": "notice", "project": "project", "page": "page"}


@dataclass(frozen=True, slots=True)
class Told:
    """A text in the language of the page, or in Chinese where it was written in no other."""

    text: str
    chinese_only: bool = False

    def __bool__(self) -> bool:
        return bool(self.text)

    def __html__(self) -> Markup:
        if self.chinese_only and self.text:
            return Markup('<span lang="zh-Hans">{}</span>').format(self.text)
        return Markup("{}").format(self.text)

    def __str__(self) -> str:
        return self.text

    @property
    def lang(self) -> Markup:
        """The attribute for an element that holds nothing but this text."""
        return Markup(' lang="zh-Hans"') if self.chinese_only else Markup("")


def init_app(app: Flask) -> None:
    """Give the templates what the frame needs."""
    app.jinja_env.globals.update(
        site_url=address, site_name=site_name, site_entries=site_entries, site_marks=site_marks, told=told,
        read_at=read_at, outside=outside, here_outside=here_outside, mistake_page=mistake_page, icon_of=icon_of,
        site_settings=_settings, is_urgent=is_urgent, epoch=lambda: datetime.fromtimestamp(0, UTC),
    )
    app.jinja_env.filters["here"] = here


def _settings() -> Settings:
    found: Settings = running.system().settings
    return found


def site_name() -> str:
    """What the site is called in the language of the page."""
    settings = _settings()
    return (settings.site_name_en if in_english() else settings.site_name) or gettext("Safe Community")


def site_entries() -> list[tuple[str, str, str, bool]]:
    """The main navigation: view, text, address, and whether the page lies below it."""
    found = []
    for view, text in ENTRIES:
        where = address(view)
        own = f"{request.script_root}{request.path}"
        current = own == where or (view != "home" and where.endswith("/") and own.startswith(where))
        found.append((view, gettext(text), where, current))
    return found


def site_marks() -> list[tuple[str, str, str]]:
    """What a government site says of itself at its foot, as (name, text, address); what is not set is left out."""
    settings = _settings()
    police = "".join(sign for sign in settings.police_record if sign.isdigit())
    marks = (
        (gettext("Sponsor"), settings.sponsor, ""), (gettext("Run by"), settings.organiser, ""),
        (gettext("Contact"), settings.contact, ""), (gettext("Site identification code"), settings.site_code, ""),
        (gettext("ICP record"), settings.icp_record, "https://beian.miit.gov.cn/"),
        (
            gettext("Public security record"), settings.police_record,
            f"https://beian.mps.gov.cn/#/query/webSearch?code={police}",
        ),
    )  # fmt: skip
    return [mark for mark in marks if mark[1]]


def told(values: Mapping[str, Any], name: str) -> Told:
    """A field of an edition in the language of the page."""
    if not in_english():
        return Told(str(values.get(name) or ""))
    english = values.get(f"{name}_en")
    return Told(str(english)) if english else Told(str(values.get(name) or ""), True)


def read_at(shown: Published) -> str:
    """Where an edition is read."""
    if shown.kind == "page":
        return address("page", slug=shown.values.get("slug") or str(shown.id))
    return address(READ_AT[shown.kind], record_id=shown.id)


def icon_of(subclass: str) -> str:
    """The name of the drawing of a kind of facility."""
    return _ICONS.get(subclass, "place")


def here(text: str) -> Markup:
    """Cleaned HTML with its pictures and links to this site where the site lies, should that not be the root."""
    # Cleaned when it was taken in, and once more: what is kept may be older than the rules, and pages are made seldom.
    text = cleaning.clean(text)
    root = request.script_root
    if root:
        text = cleaning.readdressed(text, lambda address: _at_root(address, root))
    return Markup(text)  # noqa: S704


def _at_root(address: str, root: str) -> str:
    """An address of this site where the site lies; what was kept with the root already stays as it is."""
    own = address.startswith("/") and not address.startswith(("//", f"{root}/"))
    return f"{root}{address}" if own else address


def here_outside() -> str:
    """The page that is shown as other sites have to name it, with the part of its query that it asks for."""
    query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
    return outside(f"{request.script_root}{request.path}{query}")
