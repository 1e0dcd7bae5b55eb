"""What an organisation is recognised by, and what follows from its values.

These functions know no session, so worker processes can use them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ..chinese import address_key, initials, organisation_key, pinyin
from ..storing import Context
from .numbers import TW_UBN, UNIQUE, USCC


def derive(values: dict[str, Any], stored: Mapping[str, Any] | None, context: Context) -> None:
    """The next inspection follows from the last one, unless it is told."""
    before = stored or {}
    record = {**before, **values}
    if not {"last_inspected_on", "inspection_days"} & values.keys():
        return
    last, days = record.get("last_inspected_on"), record.get("inspection_days")
    unchanged = all(
        values.get(name, before.get(name)) == before.get(name)
        for name in ("last_inspected_on", "inspection_days")
    )
    told = values.get("next_inspection_on")
    if last and days and not unchanged and told in (None, before.get("next_inspection_on")):
        values["next_inspection_on"] = last + timedelta(days=days)


def columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that lists are sorted by and duplicates are found by."""
    name, address = values.get("name") or "", values.get("address")
    return {
        "name_pinyin": pinyin(name)[:200],
        "name_initials": initials(name)[:100],
        "name_key": organisation_key(name)[:200],
        "address_key": address_key(address)[:300] if address else None,
    }


def fingerprint(values: Mapping[str, Any]) -> str | None:
    """Name and address as they are compared; premises of one name at one address are told apart by who runs
    them.
    """
    name = values.get("name")
    if not name:
        return None
    address = values.get("address")
    where = address_key(address) if address else ""
    return f"{organisation_key(name)}|{where}|{values.get('operator_number') or ''}"


def codes(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The registrations as (scheme, number)."""
    rows = values.get("registrations") or ()
    return [(row["scheme"], row["number"]) for row in rows if row["scheme"] in UNIQUE]


def branch(values: dict[str, Any]) -> dict[str, Any] | None:
    """Premises of a legal entity that has its record already: they carry its number as that of their
    operator.
    """
    numbers = {row["scheme"]: row["number"] for row in values.get("registrations") or ()}
    operator = numbers.get(USCC) or numbers.get(TW_UBN)
    if operator is None or not values.get("address"):
        return None
    kept = [row for row in values["registrations"] if row["scheme"] not in UNIQUE]
    return {**values, "registrations": kept, "operator_number": operator}
