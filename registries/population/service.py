"""The kinds of the population registry and what may be done with them.

What happens in lives is in `life_events`, what happens to households in `households`, counting in `census`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from ..access import Actor
from ..chinese import address_key, person_initials, person_name_key, person_pinyin
from ..messages import N_
from ..records import Item, Records
from ..references import References
from ..storing import Context, Kind
from .asking import ask_for_rows, forget_reasons, withdraw_for_rows
from .contradictions import of_residents
from .homes import DWELLING, HOUSEHOLD, dwellings, households
from .likeness import alike_residents, like_resident
from .linking import link_residents
from .models import Resident, ResidentEvent, ResidentGroup, ResidentLink, ResidentStay
from .numbers import find_numbers, number_codes
from .schemas import ResidentSchema
from .stays import follow, settle

__all__ = ["DWELLING", "HOUSEHOLD", "RESIDENT", "dwellings", "households", "residents", "set_groups"]

#: What a list sorts by for each sortable field of a resident; never empty.
SORT_KEYS = {"name": "name_pinyin", "birth_date": "birth_sort"}
#: Surnames of two characters.
DOUBLE_SURNAMES = frozenset((
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "东方", "東方", "皇甫", "尉迟", "尉遲",
    "公孙", "公孫", "慕容", "令狐", "司徒", "轩辕", "軒轅", "夏侯", "宇文", "长孙", "長孫", "端木",
    "南宫", "南宮", "澹台", "澹臺", "单于", "單于", "万俟", "萬俟", "闻人", "聞人", "赫连", "赫連",
    "呼延", "东郭", "東郭", "百里", "独孤", "獨孤", "申屠", "鲜于", "鮮于",
))  # fmt: skip
#: Sorts after every birth date.
UNBORN = "9999"
_DAYS_OF_MONTH = 30.44


def derive_resident(values: dict[str, Any], stored: Mapping[str, Any] | None, context: Context) -> None:
    """Stays and life events, and the day of review of groups that came without one."""
    follow(values, stored, context)
    groups = values.get("groups")
    if groups:
        values["groups"] = [row if row.get("noted_on") else _dated(row, context) for row in groups]


def settle_resident(values: dict[str, Any], stored: Mapping[str, Any], known: References) -> None:
    """The stays with sex, birth date and path as they are now."""
    record = {**stored, **values}
    values["stays"] = settle(record.get("stays") or (), record, known.areas)


def _dated(row: Mapping[str, Any], context: Context) -> dict[str, Any]:
    noted: date = context.as_of or context.today
    entry = context.references.codes("vulnerable_group").entries.get(row["group"])
    months = (entry.extra.get("review_months") if entry else None) or 12
    return {
        **row,
        "noted_on": noted,
        "review_on": row.get("review_on") or noted + timedelta(days=round(months * _DAYS_OF_MONTH)),
    }


def resident_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """What lists search and sort by."""
    name = values["name"]
    return {
        "name_pinyin": person_pinyin(name)[:200],
        "name_initials": person_initials(name)[:60],
        "given_name": _given(name)[:100],
        "birth_sort": values.get("birth_date") or UNBORN,
    }


def _given(name: str) -> str:
    """What a person is asked for besides the whole name: no index finds the end of a text."""
    start = name.find("·") + 1 or (2 if name[:2] in DOUBLE_SURNAMES else 1)
    return name[start:]


def resident_print(values: Mapping[str, Any]) -> str | None:
    """Without a number: name, birth date and address."""
    if values.get("id_number"):
        return None
    born, address = values.get("birth_date") or "", values.get("address") or ""
    if not (born or address) or not values.get("name"):
        return None
    return f"{person_name_key(values['name'])}|{born}|{address_key(address) if address else ''}"


RESIDENT = Kind(
    "resident",
    "population",
    Resident,
    ResidentSchema,
    N_("Resident"),
    N_("Residents"),
    parts={
        "groups": ResidentGroup,
        "stays": ResidentStay,
        "life_events": ResidentEvent,
        "links": ResidentLink,
    },
    derive=derive_resident,
    columns=resident_columns,
    link=link_residents,
    codes=number_codes,
    find_codes=find_numbers,
    guessed=frozenset({"doc_type"}),
    fingerprint=resident_print,
    sort_columns=SORT_KEYS,
    settle=settle_resident,
    contradictions=of_residents,
    alike=alike_residents,
    like=like_resident,
    together=(
        frozenset({"doc_type", "id_number", "no_id_reason"}),
        frozenset({"household_number", "household_id", "relation_to_head"}),
        # Where somebody lives and since when is one story: half of each would be counted twice or not at all.
        frozenset({
            "area_id", "stays", "stay_status", "population_type", "moved_in_on", "moved_out_on", "died_on",
            "life_events",
        }),
    ),
    seen="verified_on",
    ask=ask_for_rows,
    unask=withdraw_for_rows,
    forget=forget_reasons,
)

residents = Records(RESIDENT)


def set_groups(
    session: Session,
    resident_id: UUID,
    groups: Sequence[Mapping[str, Any]],
    *,
    version: int,
    actor: Actor,
    reason: str | None = None,
) -> Item:
    """Set the groups at risk that a resident belongs to; entries that tell only the group keep what is known
    of it.
    """
    return residents.update(
        session,
        resident_id,
        {"groups": [dict(row) for row in groups]},
        version=version,
        actor=actor,
        reason=reason,
    )
