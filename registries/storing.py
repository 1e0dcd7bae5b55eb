"""How the clear values of a record become columns and come back: sealing, blind indexes, parts.

`Record` and `Part` are what every model of a kind has in common; `Storage` knows, for one kind, which field goes where.
A sealed field ``phone`` has the columns ``phone_sealed`` and, if it can be searched, ``phone_index``. A list of parts
(licences, vulnerable groups …) has a table of its own whose rows are known by owner and position, so that putting back
an earlier list gives exactly the rows there were. A table of parts whose rows are looked for by area repeats the
``area_path`` of the owner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column

from .areas import PATH_LENGTH
from .crypto import Keys, blind, open_sealed, seal
from .db import UtcDateTime, plain_text
from .fields import RecordField, overriding
from .messages import N_, Problem
from .references import References
from .schemas import Parts, RecordSchema, fields_of

FindCodes = Callable[[Session, set[tuple[str, str]], sa.ColumnElement[bool]], dict[tuple[str, str], UUID]]


class Record:
    """The columns that every record has, whatever its kind.

    ``source`` and ``source_key`` say which file or office a record came from and what it is called there;
    ``fingerprint`` is what it is recognised by when it has no code; ``row_digest`` is a keyed digest of the sheet row
    last written to it, good while ``row_version`` equals ``version``.
    """

    #: Columns that stay when a person is erased, because the counts need them.
    COUNTED: ClassVar[frozenset[str]] = frozenset()

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    area_id: Mapped[UUID] = mapped_column(sa.Uuid)
    area_path: Mapped[str] = mapped_column(plain_text(PATH_LENGTH))
    version: Mapped[int] = mapped_column(sa.Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merged_into: Mapped[UUID | None] = mapped_column(sa.Uuid)
    source: Mapped[str | None] = mapped_column(sa.String(100))
    source_key: Mapped[str | None] = mapped_column(sa.String(200))
    fingerprint: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))
    row_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))
    row_version: Mapped[int | None] = mapped_column(sa.Integer)


class Part:
    """A row of a list that belongs to one record, known by its owner and its place in the list."""

    OWNER: ClassVar[str]
    #: Columns that stay when the owner is erased; without any, the whole row goes.
    COUNTED: ClassVar[frozenset[str]] = frozenset()

    @declared_attr
    def owner_id(cls) -> Mapped[UUID]:  # noqa: N805  SQLAlchemy hands it the class.
        """The record it belongs to."""
        return mapped_column(sa.ForeignKey(f"{cls.OWNER}.id"), primary_key=True, sort_order=-2)

    # The order of the columns is that of the primary key, which must find the rows of one owner.
    position: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False, sort_order=-1)


@dataclass(frozen=True, slots=True)
class Context:
    """What a kind may need to know while a record is written: the references, the day, and since when it is true."""

    references: References
    today: date
    as_of: date | None = None


def live(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """The condition that a record is in use and stands for itself."""
    return sa.and_(table.c.retired_at.is_(None), table.c.merged_into.is_(None))


def gone(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """The condition that a record was merged into another one, which answers for it."""
    return sa.and_(table.c.merged_into.is_not(None), table.c.retired_at.is_(None))


def nothing_follows(values: dict[str, Any], stored: Mapping[str, Any] | None, context: Context) -> None:
    """The default of `Kind.derive`: no value follows from others."""


def nothing_to_settle(values: dict[str, Any], stored: Mapping[str, Any], known: References) -> None:
    """The default of `Kind.settle`: no list repeats other values."""


def nothing_to_relocate(session: Session, ids: Sequence[UUID]) -> dict[UUID, dict[str, list[Any]]]:
    """The default of `Kind.relocate`: no column but the area itself says where a record lies."""
    return {}


def no_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """The default of `Kind.columns`: no column is worked out."""
    return {}


def no_links(session: Session, rows: list[tuple[UUID, dict[str, Any]]], write: Any) -> None:
    """The default of `Kind.link`: no other record is made or found for these."""


def no_fingerprint(values: Mapping[str, Any]) -> str | None:
    """The default of `Kind.fingerprint`: nothing tells such records apart but their code."""
    return None


def no_codes(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The default of `Kind.codes`: the kind has no official code."""
    return []


def no_branch(values: dict[str, Any]) -> dict[str, Any] | None:
    """The default of `Kind.branch`: a code that stands twice in a file is the same record twice."""
    return None


def nothing_to_ask(session: Session, batch: Any, actor: Any) -> None:
    """The default of `Kind.ask` and `Kind.unask`: what another area holds is left there."""


def nothing_to_forget(session: Session, ids: Sequence[UUID]) -> None:
    """The default of `Kind.forget`: nothing else tells of a record."""


def name_title(values: Mapping[str, Any]) -> str:
    """The default of `Kind.title`: the name."""
    return str(values.get("name") or "")


@dataclass(frozen=True)
class Kind:
    """A kind of record is configuration: where it is stored, what is allowed, and the few things only it does.

    Its functions stand in modules, so that a kind can be handed to a worker process.

    ``derive(values, stored, context)`` adds values that follow from others and are logged with them;
    ``columns(values)`` works out columns that can always be worked out again and are not logged;
    ``link(session, rows, write)`` finds or makes records of the same database that the rows point at;
    ``fingerprint(values)`` is the text a record is recognised by when it has no code;
    ``codes(values)`` are its official codes as (field, text), the first thing a file's row is matched by, and
    ``find_codes(session, codes, condition)`` finds the records that hold them, of those for which the condition is
    true, where a code is no column;
    ``guessed`` are fields that the schema works out where they are not told, so that no code of a file's row may rest
    on them alone;
    ``documents(items, references)`` are what the search index holds of records, or ``None`` for personal records;
    ``sort_columns`` name, for fields that are not sorted by their own column, the NOT NULL column that is;
    ``like(session, values)`` finds live records that one about to be made may be, each with the word for why;
    ``alike(session)`` finds pairs of live records that may be one thing, each with the word for why;
    ``relocate(session, ids)`` tells, after an area was moved or merged, which columns of the records in it follow, as
    [before, after];
    ``settle(values, stored, references)`` brings lists that repeat other values in step with these and does no more;
    ``together`` are groups of fields that mean something only as a whole: a merge takes all of a group or none;
    ``contradictions(session)`` finds live records that contradict others of the same database;
    ``overdue(day)`` is the condition, in SQL, that something should have been done with a record before a day;
    ``seen`` is the field that tells when somebody last looked at the thing itself;
    ``branch(values)`` makes of a row whose code stands in an earlier row of the file a record of its own, if it can;
    ``ask(session, batch, actor)`` asks other areas for the records of theirs that rows of an applied batch are about,
    ``unask`` takes back what a batch asked for;
    ``forget(session, ids)`` blanks what stands of erased records in further tables of the database.
    """

    name: str
    database: str
    model: type[Any]
    schema: type[RecordSchema]
    label: str
    plural: str
    parts: Mapping[str, type[Any]] = field(default_factory=dict)
    derive: Callable[[dict[str, Any], Mapping[str, Any] | None, Context], None] = nothing_follows
    columns: Callable[[Mapping[str, Any]], dict[str, Any]] = no_columns
    link: Callable[[Session, list[tuple[UUID, dict[str, Any]]], Any], None] = no_links
    fingerprint: Callable[[Mapping[str, Any]], str | None] = no_fingerprint
    codes: Callable[[Mapping[str, Any]], list[tuple[str, str]]] = no_codes
    find_codes: FindCodes | None = None
    guessed: frozenset[str] = frozenset()
    branch: Callable[[dict[str, Any]], dict[str, Any] | None] = no_branch
    documents: Callable[..., Iterable[Any]] | None = None
    sort_columns: Mapping[str, str] = field(default_factory=dict)
    relocate: Callable[[Session, Sequence[UUID]], dict[UUID, dict[str, list[Any]]]] = nothing_to_relocate
    settle: Callable[[dict[str, Any], Mapping[str, Any], References], None] = nothing_to_settle
    alike: Callable[[Session], Iterable[tuple[UUID, UUID, str]]] | None = None
    like: Callable[[Session, Mapping[str, Any]], Iterable[tuple[UUID, str]]] | None = None
    together: tuple[frozenset[str], ...] = ()
    contradictions: Callable[[Session], Iterable[tuple[UUID, Problem]]] | None = None
    title: Callable[[Mapping[str, Any]], str] = name_title
    ask: Callable[[Session, Any, Any], object] = nothing_to_ask
    unask: Callable[[Session, Any, Any], object] = nothing_to_ask
    forget: Callable[[Session, Sequence[UUID]], None] = nothing_to_forget
    overdue: Callable[[date], sa.ColumnElement[bool]] | None = None
    seen: str | None = None

    def fields(self) -> list[str]:
        """The fields that somebody may fill in, also those that only tell others."""
        return [name for name, item in fields_of(self.schema).items() if not item.computed]

    @property
    def table(self) -> sa.Table:
        """The table of the kind."""
        return self.model.__table__


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed value as it stands in the database; `open` gives the clear one and must be logged by who shows it."""

    kind: str
    name: str
    record_id: UUID
    data: bytes
    item: RecordField

    def open(self, keys: Keys) -> Any:
        """The clear value."""
        return self.item.unseal_text(open_sealed(keys, self.kind, self.name, self.record_id, self.data))


class Storage:
    """Columns and parts of one kind, worked out once from its schema and model."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.fields: dict[str, RecordField] = {
            name: item for name, item in fields_of(kind.schema).items() if not item.virtual
        }
        for name, item in self.fields.items():
            item.name = name
        self.parts = {name: item for name, item in self.fields.items() if isinstance(item, Parts)}
        self.sealed = {n: f for n, f in self.fields.items() if f.sealed and n not in self.parts}
        self.plain = {n: f for n, f in self.fields.items() if n not in self.sealed and n not in self.parts}
        self.to_json_of = overriding(self.fields, "to_json")
        self._from_json = overriding(self.fields, "from_json")
        self._to_column = overriding(self.plain, "to_column")
        self._part_storage = {name: fields_of(item.nested) for name, item in self.parts.items()}
        self.located = {
            name: model.__table__ for name, model in kind.parts.items()
            if "area_path" in model.__table__.c and "area_path" not in self._part_storage.get(name, ())
        }

    def from_json(self, values: dict[str, Any]) -> dict[str, Any]:
        """Clear values from their JSON form; ``values`` is changed and given back."""
        for name in self._from_json.keys() & values.keys():
            values[name] = self._from_json[name](values[name])
        return values

    def columns(self, keys: Keys, record_id: UUID, values: Mapping[str, Any]) -> dict[str, Any]:
        """The columns for the given fields, parts left out."""
        row: dict[str, Any] = {}
        plain, sealed = self.plain, self.sealed
        for name, value in values.items():
            if name in plain:
                row[name] = self._to_column[name](value) if name in self._to_column else value
            elif name in sealed:
                item = sealed[name]
                text = None if value is None else item.seal_text(value)
                row[f"{name}_sealed"] = None if text is None else seal(keys, self.kind.name, name, record_id, text)
                if item.indexed:
                    row[f"{name}_index"] = None if text is None else blind(keys, f"{self.kind.name}.{name}", text)
        return row

    def seal(self, keys: Keys, record_id: UUID, name: str, value: Any) -> bytes:
        """A value of a sealed field, or of a sealed list of parts, as it is kept."""
        return seal(keys, self.kind.name, name, record_id, self.fields[name].seal_text(value))

    def index(self, keys: Keys, name: str, value: Any) -> bytes:
        """The blind index of a value of a sealed field."""
        return blind(keys, f"{self.kind.name}.{name}", self.fields[name].seal_text(value))

    def part_rows(
        self, keys: Keys, record_id: UUID, area_path: str, name: str, rows: Iterable[Mapping[str, Any]] | None
    ) -> list[dict[str, Any]]:
        """The rows of a list of parts as the table keeps them, of a record that lies at ``area_path``."""
        place = {"area_path": area_path} if name in self.located else {}
        return [
            {
                "owner_id": record_id, "position": position, **place,
                **self._part_row(keys, record_id, name, position, values),
            }
            for position, values in enumerate(rows or ())
        ]

    def _part_row(self, keys: Keys, owner: UUID, part: str, position: int, values: Mapping[str, Any]) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for name, item in self._part_storage[part].items():
            value = values.get(name)
            if not item.sealed:
                row[name] = item.to_column(value)
                continue
            field_name = f"{part}.{position}.{name}"
            text = None if value is None else item.seal_text(value)
            row[f"{name}_sealed"] = None if text is None else seal(keys, self.kind.name, field_name, owner, text)
            if item.indexed:
                row[f"{name}_index"] = None if text is None else blind(keys, f"{self.kind.name}.{part}.{name}", text)
        return row

    def values(self, row: Any, parts: Mapping[str, list[Any]]) -> dict[str, Any]:
        """The values of a stored row; sealed fields as `Sealed`, empty ones as ``None``."""
        values: dict[str, Any] = {name: item.from_column(getattr(row, name)) for name, item in self.plain.items()}
        for name, item in self.sealed.items():
            data = getattr(row, f"{name}_sealed")
            values[name] = None if data is None else Sealed(self.kind.name, name, row.id, data, item)
        for name in self.parts:
            values[name] = [self._part_values(name, part) for part in parts.get(name, ())]
        return values

    def _part_values(self, part: str, row: Any) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, item in self._part_storage[part].items():
            if not item.sealed:
                values[name] = item.from_column(getattr(row, name))
                continue
            data = getattr(row, f"{name}_sealed")
            field_name = f"{part}.{row.position}.{name}"
            values[name] = None if data is None else Sealed(self.kind.name, field_name, row.owner_id, data, item)
        return values


def opened(keys: Keys, value: Any) -> Any:
    """A value with everything sealed in it opened."""
    if isinstance(value, Sealed):
        return value.open(keys)
    if isinstance(value, list):
        return [opened(keys, row) for row in value]
    if isinstance(value, dict):
        return {name: opened(keys, item) for name, item in value.items()}
    return value


#: Words that label the columns every record has, for the history and the export.
COMMON_LABELS = {
    "id": N_("Record id"), "version": N_("Version"), "retired_at": N_("Retired on"), "merged_into": N_("Merged into"),
    "merged_from": N_("Merged with"), "apart_from": N_("Another than"),
    "source": N_("Source"), "source_key": N_("Key at the source"),
}

