"""What is stored of residents, households and dwellings.

Lists go by area and name, so the indexes of a list hold what it filters and sorts by and leave out retired
and merged records. The other indexes find one record: by number, phone, household, dwelling, fingerprint or
source.

A household's head has no foreign key: it is a resident who may be written after it and points back at it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, UtcDateTime, plain_text
from ..links import LinkColumns
from ..storing import Part, Record

RESIDENT = "population.resident"
LIVE = "retired_at IS NULL AND merged_into IS NULL"
#: What lists of residents are narrowed by, with the values that most people have. Every index of an order holds these
#: columns, so a list is walked without reading residents; the rare values have an index of their own, which costs a
#: usual resident nothing.
USUAL = {
    "sex": ("1", "2"),
    "ethnicity": ("01",),
    "population_type": ("HJ", "LD"),
    "stay_status": ("1",),
    "doc_type": ("RIC",),
}
FILTERED = tuple(USUAL)


def _rare(column: str, usual: tuple[str, ...]) -> sa.Index:
    """The index of the rare values of a column of residents."""
    where = f"{column} NOT IN ({', '.join(map(repr, usual))})"
    others = [name for name in FILTERED if name != column]
    index = _index(f"ix_resident_{column}", column, "area_path", "id", *others, where=f"{where} AND {LIVE}")
    index.info.update(usual=frozenset(usual), where=where)
    return index


def _incomplete() -> sa.Index:
    """The index of residents of whom a wanted field is not known; it costs a complete one nothing."""
    empty = " OR ".join(f"{name} IS NULL OR {name} = ''" for name in ("sex", "birth_date", "address"))
    where = f"({empty} OR length(area_path) <= 4)"
    index = _index("ix_resident_incomplete", "area_path", "id", where=f"{where} AND {LIVE}")
    index.info.update(incomplete=True, where=where)
    return index


def _index(name: str, *columns: str, where: str | None = None, unique: bool = False) -> sa.Index:
    """An index, with ``where`` a partial one on both engines."""
    options: dict[str, Any] = {}
    if where:
        options = {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}
    return sa.Index(name, *columns, unique=unique, **options)


class Resident(Record, Base):
    """A person who lives here or is registered here."""

    COUNTED = frozenset({"sex", "birth_date", "birth_sort", "population_type", "died_on", "stay_status"})

    __tablename__ = "resident"
    __table_args__ = (
        _index("ix_resident_area", "area_path", "id", "name_pinyin", "birth_sort", *FILTERED, where=LIVE),
        _index("ix_resident_pinyin", "name_pinyin", "id", "area_path", *FILTERED, "name", where=LIVE),
        _index("ix_resident_initials", "name_initials", "area_path", where=LIVE),
        _index("ix_resident_given_name", "given_name", "area_path", where=LIVE),
        _index("ix_resident_birth", "birth_sort", "id", "area_path", *FILTERED, where=LIVE),
        _index("ix_resident_updated", "updated_at", "id", "area_path", *FILTERED, where=LIVE),
        _index("ix_resident_id", "id", "area_path", "name_pinyin", "birth_sort", *FILTERED, where=LIVE),
        # No index finds a piece of a text; a narrow one is read through three times as fast as the rows.
        _index("ix_resident_address", "area_path", "address", "name", "id", where=LIVE),
        _index("ix_resident_retired", "area_path", "id", where="retired_at IS NOT NULL"),
        _incomplete(),
        *(_rare(column, usual) for column, usual in USUAL.items()),
        _index(
            "uq_resident_number",
            "id_number_index",
            "doc_type",
            unique=True,
            where=f"id_number_index IS NOT NULL AND {LIVE}",
        ),
        _index("ix_resident_phone", "phone_index", where="phone_index IS NOT NULL"),
        _index("ix_resident_household", "household_id", where="household_id IS NOT NULL"),
        _index("ix_resident_dwelling", "dwelling_id", where="dwelling_id IS NOT NULL"),
        _index("ix_resident_fingerprint", "fingerprint", where="fingerprint IS NOT NULL"),
        _index("ix_resident_row_digest", "row_digest", where="row_digest IS NOT NULL"),
        _index("ix_resident_merged_into", "merged_into", where="merged_into IS NOT NULL"),
        _index("ix_resident_retired_at", "retired_at", where="retired_at IS NOT NULL"),
        _index("ix_resident_source", "source", "source_key", where="source_key IS NOT NULL"),
        {"schema": "population"},
    )

    doc_type: Mapped[str | None] = mapped_column(plain_text(20))
    id_number_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    id_number_index: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))
    no_id_reason: Mapped[str | None] = mapped_column(plain_text(20))
    name: Mapped[str] = mapped_column(sa.String(100))
    name_pinyin: Mapped[str] = mapped_column(plain_text(200), default="")
    name_initials: Mapped[str] = mapped_column(plain_text(60), default="")
    given_name: Mapped[str] = mapped_column(plain_text(100), default="")
    sex: Mapped[str | None] = mapped_column(plain_text(2))
    birth_date: Mapped[str | None] = mapped_column(plain_text(10))
    birth_sort: Mapped[str] = mapped_column(plain_text(10), default="")
    ethnicity: Mapped[str | None] = mapped_column(plain_text(4))
    education: Mapped[str | None] = mapped_column(plain_text(4))
    marital_status: Mapped[str | None] = mapped_column(plain_text(4))
    occupation: Mapped[str | None] = mapped_column(plain_text(4))
    phone_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    phone_index: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))
    population_type: Mapped[str | None] = mapped_column(plain_text(4))
    registration_match: Mapped[str | None] = mapped_column(plain_text(4))
    separation_type: Mapped[str | None] = mapped_column(plain_text(4))
    stay_status: Mapped[str | None] = mapped_column(plain_text(4))
    moved_in_on: Mapped[str | None] = mapped_column(plain_text(10))
    moved_out_on: Mapped[date | None] = mapped_column(sa.Date)
    expected_leave_on: Mapped[date | None] = mapped_column(sa.Date)
    died_on: Mapped[date | None] = mapped_column(sa.Date)
    registered_division: Mapped[str | None] = mapped_column(plain_text(12))
    registered_address: Mapped[str | None] = mapped_column(sa.String(300))
    address: Mapped[str | None] = mapped_column(sa.String(300))
    household_number: Mapped[str | None] = mapped_column(sa.String(60))
    household_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("population.household.id"))
    relation_to_head: Mapped[str | None] = mapped_column(plain_text(4))
    dwelling_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("population.dwelling.id"))
    employer_name: Mapped[str | None] = mapped_column(sa.String(200))
    guardian_name: Mapped[str | None] = mapped_column(sa.String(100))
    guardian_phone_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    emergency_contact: Mapped[str | None] = mapped_column(sa.String(100))
    emergency_phone_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    data_source: Mapped[str | None] = mapped_column(plain_text(20))
    verified_on: Mapped[date | None] = mapped_column(sa.Date)
    verified_by: Mapped[str | None] = mapped_column(sa.String(100))
    notice_ref: Mapped[str | None] = mapped_column(sa.String(100))
    note: Mapped[str | None] = mapped_column(sa.Text)


class ResidentStay(Part, Base):
    """Where a resident lived from when to when.

    ``to_on`` is the first day on which the stay no longer holds. ``counted_from`` is the day from which it
    counts: the first stay of somebody whose coming is not known counts from birth. ``sex`` and ``born_on``
    (the middle of a partial birth date) are repeated here so that one index answers how many people lived
    where.
    """

    OWNER = RESIDENT
    COUNTED = frozenset({
        "kind", "area_id", "area_path", "from_on", "to_on", "certainty", "sex", "born_on", "counted_from",
    })  # fmt: skip
    __tablename__ = "resident_stay"
    __table_args__ = (
        sa.Index(
            "ix_resident_stay_census",
            "area_path",
            "sex",
            "born_on",
            "counted_from",
            "to_on",
            "kind",
            "certainty",
        ),
        {"schema": "population"},
    )

    kind: Mapped[str] = mapped_column(plain_text(20))
    area_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    area_path: Mapped[str] = mapped_column(plain_text(32))
    dwelling_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    from_on: Mapped[date] = mapped_column(sa.Date)
    to_on: Mapped[date | None] = mapped_column(sa.Date)
    certainty: Mapped[str] = mapped_column(plain_text(10))
    reported_on: Mapped[date | None] = mapped_column(sa.Date)
    sex: Mapped[str | None] = mapped_column(plain_text(2))
    born_on: Mapped[date | None] = mapped_column(sa.Date)
    counted_from: Mapped[date] = mapped_column(sa.Date)


class ResidentEvent(Part, Base):
    """A dated event of a life: birth, move in, move out, move within the district, death, return."""

    OWNER = RESIDENT
    __tablename__ = "resident_event"
    __table_args__ = (sa.Index("ix_resident_event_on", "event_on", "kind"), {"schema": "population"})

    kind: Mapped[str] = mapped_column(plain_text(20))
    event_on: Mapped[date] = mapped_column(sa.Date)
    reported_on: Mapped[date | None] = mapped_column(sa.Date)
    from_area_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    to_area_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    note: Mapped[str | None] = mapped_column(sa.String(300))


class ResidentGroup(Part, Base):
    """A group of people at risk that a resident belongs to.

    Which group it is, and whatever could tell it, is sealed; what a home visit must know, help with
    evacuation, is not. ``area_path`` is the resident's, so that a street's people of a group are one range of an index.
    """

    OWNER = RESIDENT
    __tablename__ = "resident_group"
    __table_args__ = (
        sa.Index("ix_resident_group_group", "group_index", "area_path", "owner_id"),
        sa.Index("ix_resident_group_review", "review_on"),
        {"schema": "population"},
    )

    area_path: Mapped[str] = mapped_column(plain_text(32), server_default="")
    group_sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    group_index: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    disability_type_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    disability_grade_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    needs_evacuation_help: Mapped[bool | None] = mapped_column(sa.Boolean)
    source_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    noted_on: Mapped[date | None] = mapped_column(sa.Date)
    review_on: Mapped[date | None] = mapped_column(sa.Date)
    ends_on: Mapped[date | None] = mapped_column(sa.Date)


class ResidentLink(LinkColumns, Part, Base):
    """What a resident is linked to: works at, studies at, guardian of."""

    OWNER = RESIDENT
    __tablename__ = "resident_link"
    __table_args__ = {"schema": "population"}


class Household(Record, Base):
    """People who live together as one household (户); it may be empty, and a dwelling may hold several.

    ``key`` is the community with the number: the same number in another community is another household.
    """

    __tablename__ = "household"
    __table_args__ = (
        _index("ix_household_key", "key", where="key IS NOT NULL"),
        _index("ix_household_area", "area_path", "number", "id", where=LIVE),
        _index("ix_household_head", "head_id", where="head_id IS NOT NULL"),
        _index("ix_household_dwelling", "dwelling_id", where="dwelling_id IS NOT NULL"),
        _index("ix_household_fingerprint", "fingerprint", where="fingerprint IS NOT NULL"),
        _index("ix_household_row_digest", "row_digest", where="row_digest IS NOT NULL"),
        _index("ix_household_merged_into", "merged_into", where="merged_into IS NOT NULL"),
        _index("ix_household_source", "source", "source_key", where="source_key IS NOT NULL"),
        {"schema": "population"},
    )

    number: Mapped[str] = mapped_column(sa.String(60))
    key: Mapped[str | None] = mapped_column(plain_text(100))
    kind: Mapped[str | None] = mapped_column(plain_text(4))
    hukou_kind: Mapped[str | None] = mapped_column(plain_text(4))
    head_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    dwelling_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("population.dwelling.id"))
    address: Mapped[str | None] = mapped_column(sa.String(300))
    note: Mapped[str | None] = mapped_column(sa.Text)


class Dwelling(Record, Base):
    """A room or flat of a building, or a house of its own."""

    __tablename__ = "dwelling"
    __table_args__ = (
        _index("ix_dwelling_area", "area_path", "building_sort", "id", where=LIVE),
        _index("ix_dwelling_building", "building_id", where="building_id IS NOT NULL"),
        _index("ix_dwelling_fingerprint", "fingerprint", where="fingerprint IS NOT NULL"),
        _index("ix_dwelling_row_digest", "row_digest", where="row_digest IS NOT NULL"),
        _index("ix_dwelling_merged_into", "merged_into", where="merged_into IS NOT NULL"),
        _index("ix_dwelling_source", "source", "source_key", where="source_key IS NOT NULL"),
        {"schema": "population"},
    )

    building_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    building_name: Mapped[str | None] = mapped_column(sa.String(200))
    building_sort: Mapped[str] = mapped_column(plain_text(300), default="")
    unit: Mapped[str | None] = mapped_column(sa.String(40))
    floor: Mapped[int | None] = mapped_column(sa.Integer)
    room: Mapped[str | None] = mapped_column(sa.String(40))
    use: Mapped[str | None] = mapped_column(plain_text(4))
    tenure: Mapped[str | None] = mapped_column(plain_text(20))
    owner_name: Mapped[str | None] = mapped_column(sa.String(100))
    rent_from: Mapped[date | None] = mapped_column(sa.Date)
    rent_to: Mapped[date | None] = mapped_column(sa.Date)
    gas_kind: Mapped[str | None] = mapped_column(plain_text(20))
    smoke_alarm: Mapped[bool | None] = mapped_column(sa.Boolean)
    gas_alarm: Mapped[bool | None] = mapped_column(sa.Boolean)
    ebike_indoors: Mapped[bool | None] = mapped_column(sa.Boolean)
    address: Mapped[str | None] = mapped_column(sa.String(300))
    note: Mapped[str | None] = mapped_column(sa.Text)


class TransferRequest(Base):
    """Somebody asks for a resident, or the whole household, whose record another area holds.

    It says where the person shall go and who asked, and nothing of the record but its id, which is shown to those
    alone who may see the record.
    """

    __tablename__ = "transfer_request"
    __table_args__ = (
        _index("uq_transfer_request_open", "resident_id", "area_id", unique=True, where="state = 'open'"),
        sa.Index("ix_transfer_request_state", "state", "requested_at"),
        sa.Index("ix_transfer_request_requested_by", "requested_by", "requested_at"),
        {"schema": "population"},
    )

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(sa.Uuid)
    with_household: Mapped[bool] = mapped_column(sa.Boolean)
    area_id: Mapped[UUID] = mapped_column(sa.Uuid)
    area_path: Mapped[str] = mapped_column(plain_text(32))
    state: Mapped[str] = mapped_column(plain_text(10))
    reason: Mapped[str] = mapped_column(sa.String(500))
    requested_by: Mapped[str] = mapped_column(sa.String(120))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    batch_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    decided_by: Mapped[str | None] = mapped_column(sa.String(120))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(sa.String(500))


class Denominator(Base):
    """A published population figure, for when the register is incomplete.

    ``age_band`` is a code of ``scheme``; an empty ``sex`` or ``age_band`` means all. A figure holds for
    ``year``.
    """

    __tablename__ = "denominator"
    __table_args__ = (
        sa.Index("uq_denominator", "area_id", "year", "scheme", "sex", "age_band", "source", unique=True),
        {"schema": "population"},
    )

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    area_id: Mapped[UUID] = mapped_column(sa.Uuid)
    year: Mapped[int] = mapped_column(sa.Integer)
    scheme: Mapped[str] = mapped_column(plain_text(40), default="")
    sex: Mapped[str] = mapped_column(plain_text(2), default="")
    age_band: Mapped[str] = mapped_column(plain_text(10), default="")
    count: Mapped[float] = mapped_column(sa.Float)
    source: Mapped[str] = mapped_column(sa.String(200))
