"""Rules over several fields of an organisation: contradictions that a clerk should see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..days import today
from ..messages import N_, Problem
from ..references import References
from ..schemas import Checked
from .numbers import USCC

#: From so many staff on a factory is a key unit for fire safety (F16); a small workshop (N8) has fewer than
#: 50.
FACTORY_STAFF, WORKSHOP_STAFF = 100, 50
#: The area under which a shop counts as a small one (N1), and from which on as a key unit (F01).
SMALL_SHOP_M2, KEY_SHOP_M2 = 300, 1000
SINGLE_CODE = ("uscc", "licence_no", "org_code", "tw_ubn", "tw_factory")


def check_record(references: References, record: Mapping[str, Any], checked: Checked) -> None:
    """Note what is wrong or doubtful in the whole record."""
    _check_days(record, checked)
    _check_status(references, record, checked)
    _check_registrations(references, record, checked)
    _check_kinds(record, checked)
    if record.get("parent_id") is not None and record.get("parent_id") == record.get("successor_id"):
        checked.warn(
            "successor_id",
            Problem(N_("The same unit is its parent and its successor."), N_("Choose one of the two.")),
        )


def _check_days(record: Mapping[str, Any], checked: Checked) -> None:
    opened, closed = record.get("opened_on"), record.get("closed_on")
    if opened and closed and closed < opened:
        # Registers hold such dates too, so an imported row is not turned away for them.
        checked.warn(
            "closed_on",
            Problem(
                N_("It closed on %(closed)s, before it opened on %(opened)s."),
                N_("Correct one of the two dates."),
                opened=opened,
                closed=closed,
            ),
        )
    last, following = record.get("last_inspected_on"), record.get("next_inspection_on")
    if last and following and following < last:
        checked.warn(
            "next_inspection_on",
            Problem(
                N_("The next inspection (%(next)s) lies before the last one (%(last)s)."),
                N_("Correct one of the two dates."),
                next=following,
                last=last,
            ),
        )


def _check_status(references: References, record: Mapping[str, Any], checked: Checked) -> None:
    entry = references.codes("operating_status").entries.get(record.get("operating_status") or "")
    closed = record.get("closed_on")
    if entry is None or not entry.extra.get("open") or not closed or closed > today() or entry.code == "99":
        return
    checked.warn(
        "operating_status",
        Problem(
            N_("The status is “%(status)s” although it closed on %(closed)s."),
            N_("Correct the status or the date."),
            status=entry.name_zh,
            closed=closed,
        ),
    )


def _check_registrations(references: References, record: Mapping[str, Any], checked: Checked) -> None:
    rows = record.get("registrations") or []
    seen: dict[str, str] = {}
    for row in rows:
        scheme, number = row["scheme"], row["number"]
        if seen.setdefault(scheme, number) != number and scheme in SINGLE_CODE:
            checked.error(
                "registrations",
                Problem(
                    N_("There are two numbers of one register: %(first)s and %(second)s."),
                    N_("Keep the valid one."),
                    first=seen[scheme],
                    second=number,
                ),
            )
    prefixes = _prefixes(references, record.get("org_type"))
    if USCC in seen and prefixes and not seen[USCC].startswith(prefixes):
        checked.warn(
            "org_type",
            Problem(
                N_("The credit code %(number)s belongs to another kind of unit than “%(kind)s”."),
                N_("Compare both with the licence."),
                number=seen[USCC],
                kind=references.codes("org_type").name(record["org_type"]),
            ),
        )


def _prefixes(references: References, org_type: str | None) -> tuple[str, ...]:
    """How the credit codes of a kind of unit begin; nothing where every beginning is possible."""
    entry = references.codes("org_type").entries.get(org_type or "")
    told = str(entry.extra.get("uscc_prefix") or "") if entry else ""
    if entry is None or not told or entry.code == "99":
        return ()
    # An office may be a state organ or an institution, a street's own company an enterprise or a cooperative:
    # only the
    # department, the first character, decides.
    return (told[0],)


def _check_kinds(record: Mapping[str, Any], checked: Checked) -> None:
    kinds, venue = record.get("key_unit_kinds") or [], record.get("small_venue")
    staff, area = record.get("employees"), record.get("floor_area_m2")
    if venue not in (None, "N0") and any(kind.startswith("F") for kind in kinds):
        checked.warn(
            "small_venue",
            Problem(
                N_("A key unit for fire safety is not one of the nine small venues."),
                N_("Keep one of the two."),
            ),
        )
    doubtful = (
        (
            "F16" in kinds and staff is not None and staff < FACTORY_STAFF,
            "key_unit_kinds",
            N_("A labour-intensive factory has 100 workers or more, this one %(value)s."),
            staff,
        ),
        (
            venue == "N8" and staff is not None and staff >= WORKSHOP_STAFF,
            "small_venue",
            N_("A small workshop has fewer than 50 staff, this one %(value)s."),
            staff,
        ),
        (
            venue == "N1" and area is not None and area >= SMALL_SHOP_M2,
            "small_venue",
            N_("A small shop has less than 300 m², this one %(value)s."),
            area,
        ),
        (
            "F01" in kinds and area is not None and area < KEY_SHOP_M2,
            "key_unit_kinds",
            N_("A shop that is a key unit has 1,000 m² or more, this one %(value)s."),
            area,
        ),
    )
    for applies, name, message, value in doubtful:
        if applies:
            checked.warn(name, Problem(message, N_("Correct the kind or the figure."), value=value))
