"""Searches kept under a name: each account has its own, and sees those of nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registries.db import new_id, now
from registries.records import NotFound
from search.units import UNIT_FACETS

from ..accounts.people import Account
from ..running import system
from ..security import account, allowed
from .models import SavedSearch
from .pages import pages

MOST = 50
LONGEST_NAME = 80
_KEPT = frozenset({"q", "order", *UNIT_FACETS})


@dataclass(frozen=True, slots=True)
class Saved:
    """A kept search: its name and the address that asks it again."""

    id: UUID
    name: str
    address: str


def saved_of(session: Session, person: Account | None) -> list[Saved]:
    """The searches that an account keeps, by name."""
    if person is None:
        return []
    rows = session.scalars(sa.select(SavedSearch).where(SavedSearch.user_id == person.id).order_by(SavedSearch.name))
    return [Saved(row.id, row.name, f"{url_for('leader.units')}?{row.wish}") for row in rows]


def tidied(query: str) -> str:
    """An address query with nothing in it but what a search of units asks."""
    return urlencode([(name, value) for name, value in parse_qsl(query)[:60] if name in _KEPT])[:2000]


def problem(session: Session, person: Account, name: str, but: UUID | None = None) -> str | None:
    """Why a search cannot be kept under a name."""
    if not name:
        return gettext("The search has no name. Write one that says what it finds.")
    if len(name) > LONGEST_NAME:
        return gettext("The name is longer than %(most)s characters. Take a shorter one.", most=LONGEST_NAME)
    rows = session.scalars(sa.select(SavedSearch).where(SavedSearch.user_id == person.id)).all()
    if any(row.name == name and row.id != but for row in rows):
        return gettext("You keep another search under this name. Take another name, or delete that one.")
    if but is None and len(rows) >= MOST:
        return gettext("You keep %(most)s searches already. Delete one that you do not need any more.", most=MOST)
    return None


@pages.get("/searches")
@allowed("lead")
def searches() -> str:
    """The kept searches, each to be asked, renamed or deleted."""
    return _page()


@pages.post("/searches")
@allowed("lead")
def save() -> Any:
    """Keep the search that the form carries."""
    person, name = _person(), request.form.get("name", "").strip()
    query = tidied(request.form.get("query", ""))
    with system().database.writing("system") as session:
        wrong = problem(session, person, name)
        if wrong is None:
            at = now()
            session.add(SavedSearch(
                id=new_id(), user_id=person.id, name=name, wish=query, created_at=at, updated_at=at,
            ))  # fmt: skip
    if wrong is not None:
        return _page({"name": wrong}, {"name": name, "query": query}), 422
    flash(gettext("The search “%(name)s” is kept.", name=name), "good")
    return redirect(f"{url_for('leader.units')}?{query}")


@pages.post("/searches/<uuid:search_id>")
@allowed("lead")
def rename(search_id: UUID) -> Any:
    """Give a kept search another name."""
    person, name = _person(), request.form.get("name", "").strip()
    with system().database.writing("system") as session:
        row = _own(session, person, search_id)
        wrong = problem(session, person, name, but=row.id)
        if wrong is None:
            row.name, row.updated_at = name, now()
    if wrong is not None:
        return _page({str(search_id): wrong}, {str(search_id): name}), 422
    flash(gettext("The search is called “%(name)s” now.", name=name), "good")
    return redirect(url_for("leader.searches"))


@pages.post("/searches/<uuid:search_id>/delete")
@allowed("lead")
def delete(search_id: UUID) -> Response:
    """Forget a kept search."""
    with system().database.writing("system") as session:
        row = _own(session, _person(), search_id)
        name = row.name
        session.delete(row)
    flash(gettext("The search “%(name)s” was deleted.", name=name), "good")
    return redirect(url_for("leader.searches"))


def _own(session: Session, person: Account, search_id: UUID) -> SavedSearch:
    row = session.get(SavedSearch, search_id)
    if row is None or row.user_id != person.id:
        raise NotFound(str(search_id))
    return row


def _person() -> Account:
    person = account()
    if person is None:
        raise NotFound("account")
    return person


def _page(problems: dict[str, str] | None = None, typed: dict[str, str] | None = None) -> str:
    with system().database.reading() as session:
        saved = saved_of(session, account())
    return render_template(
        "leader/searches.html", saved=saved, problems=problems or {}, typed=typed or {}
    )
