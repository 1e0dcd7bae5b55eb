"""What is looked at before an article is published: what readers need, what may not be told, what is broken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries.db import now
from registries.identifiers import RESIDENT_ID, check_person_number
from registries.messages import N_, Problem
from registries.publishing import Finding
from registries.records import Item
from registries.storing import live

from . import cleaning
from .models import Page

#: 18 signs that may be the number of an identity card, and a mobile number, neither part of a longer number.
_ID = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
#: A name next to what says that a child is meant.
_MINOR = re.compile(r"([\u4e00-\u9fff]{2,4})(?:[,，（(]|，)?\s*(?:男|女)?[,，]?\s*(\d{1,2})岁")
_IMAGE = re.compile(r"<img\b[^<>]*>")
_LINK = re.compile(r'<a\b[^<>]*href="([^"]*)"')
ADULT = 18
#: The texts of an article that readers see.
ARTICLE_TEXTS = (
    "title", "summary", "body", "title_en", "summary_en", "body_en", "correction", "origin", "unit", "issuer",
    "document_number",
)
#: The texts of a promotion project that residents see; the measures are a list, each with texts of its own.
PROJECT_TEXTS = (
    "title", "summary", "problem", "goal", "evaluation", "target_group", "place", "lead_unit", "partner_units",
    "indicator", "measures", "title_en", "summary_en", "target_group_en",
)


def findings(session: Session, item: Item) -> list[Finding]:
    """All that is to be said about the working text of an article."""
    return [
        *_missing(item.values), *personal(item.values, ARTICLE_TEXTS), *_broken(item.values), *_taken(session, item),
    ]


def private(session: Session, item: Item) -> list[Finding]:
    """What may not be told; asked alone of articles that come from an existing site and need not be complete."""
    found = [one for one in personal(item.values, ARTICLE_TEXTS) if one.serious]
    if not item.values.get("body"):
        found.append(Finding("body", Problem(N_("There is no text."), N_("Readers need it: fill it in."))))
    return found


def _taken(session: Session, item: Item) -> Iterator[Finding]:
    """Two pages cannot be read at one address; one that is to be published soon holds its own already."""
    slug, table = item.values.get("slug"), sa.inspect(Page).local_table
    if not slug:
        return
    others = sa.select(table.c.id).where(
        table.c.edition["slug"].as_string() == slug, table.c.id != item.id, table.c.edition.is_not(None),
        live(table),
        sa.or_(table.c.public_to.is_(None), table.c.public_to > now()),
    )
    if session.scalar(others.limit(1)) is not None:
        problem = Problem(
            N_("Another page is read at the address “%(slug)s”."),
            N_("Choose another, or take that page off the site."), slug=slug,
        )
        yield Finding("slug", problem)


def _missing(values: dict[str, Any]) -> Iterator[Finding]:
    wanted = {
        "title": N_("The title is missing."), "body": N_("There is no text."),
        "category": N_("No category is chosen."), "origin": N_("The source is missing."),
        "unit": N_("The responsible unit is missing."), "dated_on": N_("The date is missing."),
    }  # fmt: skip
    for name, text in wanted.items():
        if not values.get(name):
            yield Finding(name, Problem(text, N_("Readers need it: fill it in.")))
    if values.get("body_en") and not values.get("title_en"):
        yield Finding("title_en", Problem(N_("There is an English text without an English title."), N_("Fill it in.")))


def personal(values: Mapping[str, Any], names: Sequence[str]) -> Iterator[Finding]:
    """What the texts under these names tell of single people."""
    for name in names:
        text = _plain(values.get(name))
        for problem, sure in numbers(text):
            yield Finding(name, problem, sure)
        for found in _MINOR.finditer(text):
            if int(found[2]) < ADULT:
                problem = Problem(
                    N_("A child may be named here: “%(words)s”."), N_("Write “某”, or nothing that tells who it is."),
                    words=found[0],
                )  # fmt: skip
                yield Finding(name, problem, serious=False)


def _plain(value: Any) -> str:
    """A text, or all texts of a list of parts, each in a line of its own."""
    if isinstance(value, list):
        return "\n".join(text for part in value for text in part.values() if isinstance(text, str))
    return cleaning.plain(value)


def numbers(text: str) -> Iterator[tuple[Problem, bool]]:
    """The numbers of identity cards and mobile phones in a text, each with whether it is one beyond doubt."""
    for number in _ID.findall(text):
        yield (
            Problem(N_("An ID number stands in the text."), N_("Take it out.")),
            not check_person_number(RESIDENT_ID, number.upper()).errors,
        )
    if _PHONE.search(text):
        yield Problem(
            N_("A mobile number stands in the text."), N_("Take it out, or name the phone of the office.")
        ), True


def _broken(values: dict[str, Any]) -> Iterator[Finding]:
    for name in ("body", "body_en"):
        text = values.get(name) or ""
        for image in _IMAGE.findall(text):
            if not re.search(r'alt="[^"]+"', image):
                problem = Problem(N_("A picture says nothing to who cannot see it."), N_("Write what it shows."))
                yield Finding(name, problem)
            if "src=" not in image:
                yield Finding(name, Problem(N_("A picture is missing."), N_("Put it in again from this site.")))
        for address in _LINK.findall(text):
            if not address.startswith(("http://", "https://", "mailto:", "tel:", "/", "#")):
                problem = Problem(N_("The link “%(address)s” leads nowhere."), N_("Correct it."), address=address[:80])
                yield Finding(name, problem)
