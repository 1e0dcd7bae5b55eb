"""The code lists in the browser: what comes with Sanku, and what the site adds, renames or ends."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from registries import administration, code_lists, references
from registries.code_lists import Wish
from registries.codes import Code
from registries.days import today
from registries.messages import Refused
from registries.records import Invalid, NotFound
from registries.scheme_names import CERTAINTIES, GROUPS, NAMES

from ..running import language, system
from ..security import actor, allowed
from ..typed import Problems, day, said, summary, text
from .blueprint import Answer, pages

PAGE = 100


@pages.get("/codes")
@allowed("administer_registries")
def codes() -> str:
    """All code lists, by what they are about."""
    with system().database.reading() as session:
        found = code_lists.schemes(session)
    groups = [
        (title, [(found[name], label) for name, label in names.items() if name in found]) for title, names in GROUPS
    ]
    others = [(one, name) for name, one in found.items() if name not in NAMES]
    return render_template("admin/codes.html", groups=[*groups, *([("", others)] if others else [])])


@pages.get("/codes/<scheme>")
@allowed("administer_registries")
def code_list(scheme: str) -> str:
    """The entries of one list."""
    return _list_page(scheme, {})


def _list_page(scheme: str, problems: Problems) -> str:
    wanted, only = request.args.get("q", "").strip(), request.args.get("only", "")
    start = max(0, request.args.get("from", 0, type=int))
    with system().database.reading() as session:
        told = code_lists.schemes(session).get(scheme)
        if told is None:
            raise NotFound(scheme)
        rows = code_lists.entries(session, scheme, wanted, only)
        known = references.load(session)
        may_change = administration.administers(known, None, actor=actor())
    parents = [(row.code, f"{row.code} {_name(row)}") for row in rows if row.parent is None and row.valid_to is None]

    def at(place: int) -> str | None:
        """The address of another page."""
        if not 0 <= place < len(rows) or place == start:
            return None
        return url_for("admin.code_list", scheme=scheme, q=wanted, only=only, **{"from": place})

    return render_template(
        "admin/code_list.html", told=told, name=NAMES.get(scheme, scheme), rows=rows[start:start + PAGE],
        total=len(rows), wanted=wanted, only=only, before=at(max(0, start - PAGE)), after=at(start + PAGE),
        known=known.codes(scheme), certainties=CERTAINTIES, may_add=may_change and told.is_open, problems=problems,
        summary=summary(problems), typed=request.form, parents=parents[:500],
        users=code_lists.users_of(system().catalogue.values(), scheme),
    )  # fmt: skip


def _name(row: Code) -> str:
    return row.name_zh if language() == "zh" else row.name_en


@pages.post("/codes/<scheme>")
@allowed("administer_registries")
def add_code(scheme: str) -> Answer:
    """Add an entry of the site's own."""
    try:
        wish = Wish(
            text("code"), text("name_zh"), text("name_en"), text("parent"), text("synonyms"), day("valid_from")
        )
        with system().database.writing("network") as session:
            code_lists.add(session, scheme, wish, actor=actor())
    except (Invalid, Refused) as error:
        return _list_page(scheme, said(error)), 422
    flash(gettext("“%(name)s” was added and can be chosen now.", name=wish.name_zh))
    return redirect(url_for("admin.code", scheme=scheme, code=wish.code))


@pages.get("/codes/<scheme>/<code>")
@allowed("administer_registries")
def code(scheme: str, code: str) -> str:
    """One entry: what it says, who holds it, and what may be done with it."""
    return _code_page(scheme, code, {})


def _code_page(scheme: str, code: str, problems: Problems) -> str:
    with system().database.reading() as session:
        row = session.get(Code, (scheme, code))
        if row is None:
            raise NotFound(f"{scheme} {code}")
        held = code_lists.holders(session, system().catalogue, scheme, code, actor=actor())
        may_change = row.local and administration.administers(references.load(session), None, actor=actor())
    labels = {name: records.kind.label for name, records in system().catalogue.items()}
    return render_template(
        "admin/code.html", row=row, name=NAMES.get(scheme, scheme), held=held, labels=labels, today=today(),
        most=code_lists.COUNTED, may_change=may_change, certainties=CERTAINTIES, problems=problems,
        summary=summary(problems), typed=request.form,
    )  # fmt: skip


@pages.post("/codes/<scheme>/<code>")
@allowed("administer_registries")
def change_code(scheme: str, code: str) -> Answer:
    """Rename an entry of the site's own, end it, or bring it back."""
    verb = text("verb")
    try:
        with system().database.writing("network") as session:
            if verb == "end":
                code_lists.end(session, scheme, code, on=day("on") or today(), actor=actor())
            elif verb == "bring_back":
                code_lists.bring_back(session, scheme, code, actor=actor())
            else:
                code_lists.rename(
                    session, scheme, code, name_zh=text("name_zh"), name_en=text("name_en"),
                    synonyms=text("synonyms"), actor=actor(),
                )
    except (Invalid, Refused) as error:
        return _code_page(scheme, code, said(error)), 422
    flash({
        "end": gettext("The entry is ended: it can be chosen no more."),
        "bring_back": gettext("The entry can be chosen again."),
    }.get(verb, gettext("The names were changed.")))  # fmt: skip
    return redirect(url_for("admin.code", scheme=scheme, code=code))
