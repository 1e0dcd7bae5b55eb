"""What is stored of municipal components (facilities) and of places, which are mostly buildings."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, plain_text
from ..links import LinkColumns
from ..storing import Part, Record


class Facility(Record, Base):
    """A municipal component (部件) or a safety facility: one hydrant, one bench, one shelter."""

    __tablename__ = "facility"
    __table_args__ = (
        sa.Index(
            "uq_facility_code",
            "code",
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL AND merged_into IS NULL"),
        ),
        sa.Index("ix_facility_area", "area_path", "subclass"),
        sa.Index("ix_facility_fingerprint", "fingerprint"),
        sa.Index("ix_facility_source", "source", "source_key"),
        sa.Index(
            "ix_facility_merged_into", "merged_into",
            sqlite_where=sa.text("merged_into IS NOT NULL"), postgresql_where=sa.text("merged_into IS NOT NULL"),
        ),
        sa.Index("ix_facility_position", "subclass", "longitude", "latitude"),
        sa.Index("ix_facility_next_check", "next_check_on"),
        {"schema": "facilities"},
    )

    code: Mapped[str | None] = mapped_column(plain_text(16))
    name: Mapped[str] = mapped_column(sa.String(200))
    subclass: Mapped[str | None] = mapped_column(plain_text(40))
    competent_department: Mapped[str | None] = mapped_column(sa.String(100))
    competent_department_code: Mapped[str | None] = mapped_column(sa.String(40))
    owner: Mapped[str | None] = mapped_column(sa.String(200))
    owner_code: Mapped[str | None] = mapped_column(sa.String(40))
    maintainer: Mapped[str | None] = mapped_column(sa.String(200))
    maintainer_code: Mapped[str | None] = mapped_column(sa.String(40))
    location: Mapped[str | None] = mapped_column(sa.String(500))
    address: Mapped[str | None] = mapped_column(sa.String(300))
    longitude: Mapped[float | None] = mapped_column(sa.Double)
    latitude: Mapped[float | None] = mapped_column(sa.Double)
    datum: Mapped[str | None] = mapped_column(plain_text(40))
    captured_x: Mapped[float | None] = mapped_column(sa.Double)
    captured_y: Mapped[float | None] = mapped_column(sa.Double)
    state: Mapped[str | None] = mapped_column(plain_text(40))
    model: Mapped[str | None] = mapped_column(sa.String(100))
    made_on: Mapped[date | None] = mapped_column(sa.Date)
    installed_on: Mapped[date | None] = mapped_column(sa.Date)
    warranty_until: Mapped[date | None] = mapped_column(sa.Date)
    size: Mapped[str | None] = mapped_column(sa.String(100))
    material: Mapped[str | None] = mapped_column(sa.String(100))
    capacity: Mapped[int | None] = mapped_column(sa.Integer)
    opening_hours: Mapped[str | None] = mapped_column(sa.String(200))
    is_public: Mapped[bool | None] = mapped_column(sa.Boolean)
    check_days: Mapped[int | None] = mapped_column(sa.Integer)
    last_checked_on: Mapped[date | None] = mapped_column(sa.Date)
    next_check_on: Mapped[date | None] = mapped_column(sa.Date)
    risk_colour: Mapped[str | None] = mapped_column(plain_text(40))
    surveyed_on: Mapped[date | None] = mapped_column(sa.Date)
    data_source: Mapped[str | None] = mapped_column(sa.String(100))
    attributes: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    note: Mapped[str | None] = mapped_column(sa.Text)

    # Worked out from the values; never logged.
    name_pinyin: Mapped[str] = mapped_column(plain_text(200))
    name_initials: Mapped[str] = mapped_column(plain_text(100))


class FacilityLink(LinkColumns, Part, Base):
    """Who keeps, owns or supervises the facility, and where it stands."""

    OWNER = "facilities.facility"
    __tablename__ = "facility_link"
    __table_args__ = {"schema": "facilities"}


class Serial(Base):
    """The last serial number given out for a subclass in a county. It only ever rises: no undo takes it
    back.
    """

    __tablename__ = "serial"
    __table_args__ = {"schema": "facilities"}

    county: Mapped[str] = mapped_column(plain_text(6), primary_key=True)
    subclass: Mapped[str] = mapped_column(plain_text(4), primary_key=True)
    last: Mapped[int] = mapped_column(sa.Integer)


class Place(Record, Base):
    """A place that records refer to: a building, an estate, a road, a stretch of water."""

    __tablename__ = "place"
    __table_args__ = (
        sa.Index("ix_place_area", "area_path", "name_pinyin"),
        sa.Index("ix_place_code", "code"),
        sa.Index("ix_place_fingerprint", "fingerprint"),
        sa.Index("ix_place_source", "source", "source_key"),
        sa.Index(
            "ix_place_merged_into", "merged_into",
            sqlite_where=sa.text("merged_into IS NOT NULL"), postgresql_where=sa.text("merged_into IS NOT NULL"),
        ),
        {"schema": "facilities"},
    )

    code: Mapped[str | None] = mapped_column(plain_text(40))
    name: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[str | None] = mapped_column(plain_text(40))
    address: Mapped[str | None] = mapped_column(sa.String(300))
    longitude: Mapped[float | None] = mapped_column(sa.Double)
    latitude: Mapped[float | None] = mapped_column(sa.Double)
    datum: Mapped[str | None] = mapped_column(plain_text(40))
    captured_x: Mapped[float | None] = mapped_column(sa.Double)
    captured_y: Mapped[float | None] = mapped_column(sa.Double)
    floors_up: Mapped[int | None] = mapped_column(sa.Integer)
    floors_down: Mapped[int | None] = mapped_column(sa.Integer)
    height_m: Mapped[float | None] = mapped_column(sa.Float)
    structure: Mapped[str | None] = mapped_column(plain_text(40))
    built_year: Mapped[int | None] = mapped_column(sa.Integer)
    use: Mapped[str | None] = mapped_column(sa.String(100))
    floor_area_m2: Mapped[float | None] = mapped_column(sa.Float)
    households: Mapped[int | None] = mapped_column(sa.Integer)
    lifts: Mapped[int | None] = mapped_column(sa.Integer)
    property_company: Mapped[str | None] = mapped_column(sa.String(200))
    fire_lane: Mapped[bool | None] = mapped_column(sa.Boolean)
    evacuation_stairs: Mapped[int | None] = mapped_column(sa.Integer)
    danger_grade: Mapped[str | None] = mapped_column(plain_text(40))
    exterior_insulation: Mapped[bool | None] = mapped_column(sa.Boolean)
    gas_kind: Mapped[str | None] = mapped_column(plain_text(40))
    safety_manager: Mapped[str | None] = mapped_column(sa.String(100))
    phone_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    note: Mapped[str | None] = mapped_column(sa.Text)

    # Worked out from the values; never logged.
    name_pinyin: Mapped[str] = mapped_column(plain_text(200))
    name_initials: Mapped[str] = mapped_column(plain_text(100))
