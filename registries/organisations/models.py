"""What is stored of an organisation (社会单位): the unit at its premises, and the lists that belong to it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, plain_text
from ..links import LinkColumns
from ..storing import Part, Record

OWNER = "organisations.organisation"


class Organisation(Record, Base):
    """A social unit: enterprise, office, school, shop, building site … at one place.

    Premises of a company that are not the company itself are records of their own; ``operator_number`` is
    then the
    number of the legal entity that runs them, and ``parent_id`` its record if there is one.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        sa.Index("ix_organisation_area", "area_path", "name_pinyin"),
        sa.Index("ix_organisation_fingerprint", "fingerprint"),
        sa.Index("ix_organisation_source", "source", "source_key"),
        sa.Index(
            "ix_organisation_merged_into", "merged_into",
            sqlite_where=sa.text("merged_into IS NOT NULL"), postgresql_where=sa.text("merged_into IS NOT NULL"),
        ),
        sa.Index("ix_organisation_name_key", "name_key"),
        sa.Index("ix_organisation_next_inspection", "next_inspection_on"),
        sa.Index("ix_organisation_legal_representative", "legal_representative"),
        sa.Index("ix_organisation_safety_manager", "safety_manager"),
        {"schema": "organisations"},
    )

    name: Mapped[str] = mapped_column(sa.String(200))
    short_name: Mapped[str | None] = mapped_column(sa.String(100))
    org_type: Mapped[str | None] = mapped_column(plain_text(40))
    legal_form: Mapped[str | None] = mapped_column(sa.String(200))
    industry: Mapped[str | None] = mapped_column(plain_text(40))
    industry_text: Mapped[str | None] = mapped_column(sa.String(500))
    business_scope: Mapped[str | None] = mapped_column(sa.Text)
    registered_capital: Mapped[str | None] = mapped_column(sa.String(100))
    operator_number: Mapped[str | None] = mapped_column(plain_text(60))
    legal_representative: Mapped[str | None] = mapped_column(sa.String(100))
    safety_manager: Mapped[str | None] = mapped_column(sa.String(100))
    safety_certificate: Mapped[str | None] = mapped_column(sa.String(100))
    phone_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    phone_index: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16), index=True)
    safety_phone_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    employees: Mapped[int | None] = mapped_column(sa.Integer)
    floor_area_m2: Mapped[float | None] = mapped_column(sa.Float)
    floors: Mapped[int | None] = mapped_column(sa.Integer)
    address: Mapped[str | None] = mapped_column(sa.String(300))
    longitude: Mapped[float | None] = mapped_column(sa.Double)
    latitude: Mapped[float | None] = mapped_column(sa.Double)
    datum: Mapped[str | None] = mapped_column(plain_text(40))
    captured_x: Mapped[float | None] = mapped_column(sa.Double)
    captured_y: Mapped[float | None] = mapped_column(sa.Double)
    opened_on: Mapped[date | None] = mapped_column(sa.Date)
    closed_on: Mapped[date | None] = mapped_column(sa.Date)
    operating_status: Mapped[str | None] = mapped_column(plain_text(40))
    responsible_department: Mapped[str | None] = mapped_column(sa.String(100))
    supervising_unit: Mapped[str | None] = mapped_column(sa.String(100))
    property_company: Mapped[str | None] = mapped_column(sa.String(200))
    parent_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey(f"{OWNER}.id"), index=True)
    successor_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey(f"{OWNER}.id"))
    standardisation_level: Mapped[str | None] = mapped_column(plain_text(40))
    key_unit_kinds: Mapped[str | None] = mapped_column(plain_text(400))
    small_venue: Mapped[str | None] = mapped_column(plain_text(40))
    fire_level: Mapped[str | None] = mapped_column(plain_text(40))
    last_inspected_on: Mapped[date | None] = mapped_column(sa.Date)
    inspection_days: Mapped[int | None] = mapped_column(sa.Integer)
    next_inspection_on: Mapped[date | None] = mapped_column(sa.Date)
    evacuation_capacity: Mapped[int | None] = mapped_column(sa.Integer)
    ebike_charging: Mapped[bool | None] = mapped_column(sa.Boolean)
    dormitory: Mapped[bool | None] = mapped_column(sa.Boolean)
    gas_kind: Mapped[str | None] = mapped_column(plain_text(40))
    work_at_height: Mapped[bool | None] = mapped_column(sa.Boolean)
    confined_space: Mapped[bool | None] = mapped_column(sa.Boolean)
    combustible_dust: Mapped[bool | None] = mapped_column(sa.Boolean)
    ammonia: Mapped[bool | None] = mapped_column(sa.Boolean)
    insured_until: Mapped[date | None] = mapped_column(sa.Date)
    risk_colour: Mapped[str | None] = mapped_column(plain_text(40))
    note: Mapped[str | None] = mapped_column(sa.Text)

    # Worked out from the values; never logged.
    name_pinyin: Mapped[str] = mapped_column(plain_text(200))
    name_initials: Mapped[str] = mapped_column(plain_text(100))
    name_key: Mapped[str] = mapped_column(sa.String(200))
    address_key: Mapped[str | None] = mapped_column(sa.String(300))


class OrganisationRegistration(Part, Base):
    """A number that a register gave to the organisation."""

    OWNER = OWNER
    __tablename__ = "organisation_registration"
    __table_args__ = (
        sa.Index("ix_organisation_registration_number", "number", "scheme"),
        {"schema": "organisations"},
    )

    scheme: Mapped[str] = mapped_column(plain_text(40))
    number: Mapped[str] = mapped_column(plain_text(60))


class Licence(Part, Base):
    """A permit with its term."""

    OWNER = OWNER
    __tablename__ = "organisation_licence"
    __table_args__ = (sa.Index("ix_organisation_licence_valid_to", "valid_to"), {"schema": "organisations"})

    kind: Mapped[str] = mapped_column(plain_text(40))
    number: Mapped[str | None] = mapped_column(sa.String(100))
    issuer: Mapped[str | None] = mapped_column(sa.String(100))
    valid_from: Mapped[date | None] = mapped_column(sa.Date)
    valid_to: Mapped[date | None] = mapped_column(sa.Date)


class HazardousChemical(Part, Base):
    """A hazardous chemical kept on the premises."""

    OWNER = OWNER
    __tablename__ = "hazardous_chemical"
    __table_args__ = {"schema": "organisations"}

    name: Mapped[str] = mapped_column(sa.String(100))
    cas: Mapped[str | None] = mapped_column(plain_text(20))
    catalogue_no: Mapped[str | None] = mapped_column(sa.String(20))
    max_stock: Mapped[float | None] = mapped_column(sa.Float)
    unit: Mapped[str | None] = mapped_column(sa.String(20))
    storage: Mapped[str | None] = mapped_column(sa.String(100))
    major_hazard_grade: Mapped[str | None] = mapped_column(plain_text(40))


class SpecialEquipment(Part, Base):
    """A lift, boiler, crane … that must be registered and inspected."""

    OWNER = OWNER
    __tablename__ = "special_equipment"
    __table_args__ = (
        sa.Index("ix_special_equipment_next_inspection", "next_inspection_on"),
        {"schema": "organisations"},
    )

    kind: Mapped[str] = mapped_column(plain_text(40))
    registration_code: Mapped[str | None] = mapped_column(sa.String(50))
    maker: Mapped[str | None] = mapped_column(sa.String(100))
    maintenance_firm: Mapped[str | None] = mapped_column(sa.String(100))
    next_inspection_on: Mapped[date | None] = mapped_column(sa.Date)


class ResponsibilityLetter(Part, Base):
    """A letter of responsibility (目标责任书) that the organisation signed."""

    OWNER = OWNER
    __tablename__ = "responsibility_letter"
    __table_args__ = {"schema": "organisations"}

    kind: Mapped[str] = mapped_column(plain_text(40))
    year: Mapped[int] = mapped_column(sa.Integer)
    signed_on: Mapped[date | None] = mapped_column(sa.Date)
    signed_by: Mapped[str | None] = mapped_column(sa.String(100))
    signed_with: Mapped[str | None] = mapped_column(sa.String(100))


class OrganisationLink(LinkColumns, Part, Base):
    """What the organisation occupies, owns or manages."""

    OWNER = OWNER
    __tablename__ = "organisation_link"
    __table_args__ = {"schema": "organisations"}
