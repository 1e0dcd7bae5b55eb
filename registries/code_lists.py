"""The code lists as an administrator sees them: what comes with Sanku, and what the site adds, renames or ends.

What comes with Sanku changes with Sanku alone: the next upgrade would undo what a site did to it. An entry of the
site's own can be renamed and ended; it is never deleted, for records hold its code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import changes, references
from .access import Actor
from .administration import require_administrator
from .areas import within
from .changes import Entry
from .chinese import fold
from .codes import Code
from .items import Invalid
from .messages import N_, Problem, Refused
from .records import Records
from .reference_fields import Code as CodeField
from .reference_fields import Codes as CodesField
from .scheme_names import OPEN
from .storing import live

#: Records that hold a code are counted up to here.
COUNTED = 10_000
#: How a code of the site's own may look, where the list has a rule.
_PATTERNS = {
    "facility_subclass": (re.compile(r"21\d\d"), N_("The site's own subclasses have four digits and begin with 21.")),
    "division": (re.compile(r"\d{6}"), N_("The code of a division has six digits.")),
}
_ANY = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,39}")


@dataclass(frozen=True, slots=True)
class Scheme:
    """A code list in numbers."""

    name: str
    entries: int
    ended: int
    local: int

    @property
    def is_open(self) -> bool:
        """Whether the site may add to it."""
        return self.name in OPEN


@dataclass(frozen=True, slots=True)
class Wish:
    """An entry as it was typed."""

    code: str
    name_zh: str
    name_en: str
    parent: str = ""
    synonyms: str = ""
    valid_from: date | None = None


def schemes(session: Session) -> dict[str, Scheme]:
    """All code lists by name."""
    ended = sa.func.count(Code.valid_to)
    local = sa.func.sum(sa.case((Code.local, 1), else_=0))
    rows = session.execute(sa.select(Code.scheme, sa.func.count(), ended, local).group_by(Code.scheme)).all()
    return {name: Scheme(name, count, gone, int(own)) for name, count, gone, own in rows}


def entries(session: Session, scheme: str, text: str = "", only: str = "") -> list[Code]:
    """The entries of a list in its order, those with ``text`` in their code or names; ``only`` *local* or *ended*."""
    statement = sa.select(Code).where(Code.scheme == scheme).order_by(Code.position, Code.code)
    if only == "local":
        statement = statement.where(Code.local)
    if only == "ended":
        statement = statement.where(Code.valid_to.is_not(None))
    wanted = fold(text)
    return [row for row in session.scalars(statement) if wanted in fold(f"{row.code} {row.name_zh} {row.name_en}"
                                                                        f" {row.synonyms}")]  # fmt: skip


def add(session: Session, scheme: str, wish: Wish, *, actor: Actor) -> Code:
    """Add an entry of the site's own, in a transaction of ``network``.

    :raises Invalid: a name is missing, or the code is taken or looks wrong.
    :raises Refused: nothing is added to this list by a site.
    """
    require_administrator(references.load(session), None, actor=actor)
    if scheme not in OPEN:
        raise Refused(Problem(N_("Nothing can be added to this list: rules of the program depend on it.")))
    _require(session, scheme, wish)
    last = session.scalar(sa.select(sa.func.max(Code.position)).where(Code.scheme == scheme)) or 0
    row = Code(
        scheme=scheme, code=wish.code.strip(), parent=wish.parent or None, name_zh=wish.name_zh.strip(),
        name_en=wish.name_en.strip(), position=last + 1, valid_from=wish.valid_from, valid_to=None,
        synonyms=_synonyms(wish.synonyms), certainty="", extra={}, local=True,
    )
    session.add(row)
    session.flush()
    _log(session, row, "create", actor, {"name_zh": [None, row.name_zh], "name_en": [None, row.name_en]})
    return row


def _require(session: Session, scheme: str, wish: Wish) -> None:
    errors = _names_missing(wish.name_zh, wish.name_en)
    pattern, told = _PATTERNS.get(scheme, (_ANY, N_("A code is made of letters, digits, points and hyphens.")))
    known = references.load(session).codes(scheme)
    if not pattern.fullmatch(wish.code.strip()):
        errors["code"] = [Problem(told, N_("Correct the code."))]
    elif known.has(wish.code.strip()):
        errors["code"] = [Problem(N_("The list has this code already."), N_("Choose another code."))]
    taken = known.find(wish.name_zh) if wish.name_zh.strip() else None
    if taken is not None:
        errors.setdefault("name_zh", []).append(Problem(
            N_("The list has this name already, with the code %(code)s."), N_("Use that entry."), code=taken,
        ))
    if wish.parent and not known.has(wish.parent):
        errors["parent"] = [Problem(N_("The list has no such code above."), N_("Choose one from the list."))]
    if errors:
        raise Invalid(errors)


def _names_missing(name_zh: str, name_en: str) -> dict[str, list[Problem]]:
    return {
        name: [Problem(N_("A name is missing."), N_("Write it in Chinese and in English."))]
        for name, text in (("name_zh", name_zh), ("name_en", name_en)) if not text.strip()
    }


def _synonyms(text: str) -> str:
    return "|".join(word for word in re.split(r"[|、，,;；\n]", text) if word.strip())


def rename(
    session: Session, scheme: str, code: str, *, name_zh: str, name_en: str, synonyms: str, actor: Actor
) -> Code:
    """Give an entry of the site's own other names.

    :raises Invalid: a name is missing.
    """
    row = _own(session, scheme, code, actor)
    errors = _names_missing(name_zh, name_en)
    if errors:
        raise Invalid(errors)
    values = {"name_zh": name_zh.strip(), "name_en": name_en.strip(), "synonyms": _synonyms(synonyms)}
    return _change(session, row, "rename", values, actor)


def end(session: Session, scheme: str, code: str, *, on: date, actor: Actor) -> Code:
    """End an entry of the site's own: it can be chosen no more, and records that hold it keep its name."""
    return _change(session, _own(session, scheme, code, actor), "end", {"valid_to": on}, actor)


def bring_back(session: Session, scheme: str, code: str, *, actor: Actor) -> Code:
    """Let an entry that was ended be chosen again."""
    return _change(session, _own(session, scheme, code, actor), "restore", {"valid_to": None}, actor)


def _own(session: Session, scheme: str, code: str, actor: Actor) -> Code:
    require_administrator(references.load(session), None, actor=actor)
    row = session.get(Code, (scheme, code))
    if row is None:
        raise Refused(Problem(N_("There is no such entry.")))
    if not row.local:
        raise Refused(Problem(
            N_("“%(name)s” comes with Sanku and changes with its next version only."),
            N_("Add an entry of your own."), name=row.name_zh,
        ))
    return row


def _change(session: Session, row: Code, action: str, values: Mapping[str, Any], actor: Actor) -> Code:
    told = {name: [getattr(row, name), value] for name, value in values.items() if getattr(row, name) != value}
    for name, (_, value) in told.items():
        setattr(row, name, value)
    session.flush()
    if told:
        _log(session, row, action, actor, told)
    return row


def _log(session: Session, row: Code, action: str, actor: Actor, told: Mapping[str, list[Any]]) -> None:
    named = {"scheme": [None, row.scheme], "code": [None, row.code]}
    changes.append(session, actor.name, [Entry("code", None, action, {**named, **told})])


def holders(
    session: Session, catalogue: Mapping[str, Records], scheme: str, code: str, *, actor: Actor
) -> dict[str, int]:
    """How many records in use that the actor may see hold a code, by kind, each up to `COUNTED`; not those of none."""
    found: dict[str, int] = {}
    for records in catalogue.values():
        scopes = actor.scopes("read", records.kind.database)
        for name in _fields(records, scheme) if scopes != [] else ():
            table = records.kind.table
            inside = [] if scopes is None else [within(table.c.area_path, scopes)]
            some = sa.select(table.c.id).where(table.c[name] == code, live(table), *inside).limit(COUNTED)
            count = session.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0
            if count:
                found[records.name] = found.get(records.name, 0) + count
    return found


def _fields(records: Records, scheme: str) -> Iterator[str]:
    for name, item in records.storage.plain.items():
        if isinstance(item, CodeField) and not isinstance(item, CodesField) and item.scheme == scheme:
            yield name


def users_of(catalogue: Iterable[Records], scheme: str) -> list[tuple[Records, str]]:
    """The kinds and the labels of the fields that take their values from a list."""
    return [
        (records, item.label)
        for records in catalogue
        for item in records.storage.fields.values()
        if isinstance(item, CodeField) and item.scheme == scheme
    ]
