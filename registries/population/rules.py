"""The rules of a resident that look at more than one field, and what follows from them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .. import days, identifiers
from ..messages import N_, Problem
from ..references import References
from ..schemas import Checked

GUARDED_AGE = 14
HEADS = frozenset({"01", "02"})
#: The reason given for rows of files that carry no number: it has still to be asked for.
NOT_IN_SOURCE = "pending"
MOVED_OUT, DEAD = "4", "5"
GONE = frozenset({MOVED_OUT, DEAD})
_NUMBER_FIELDS = frozenset({"doc_type", "id_number", "no_id_reason", "sex", "birth_date"})
_PASSPORT = re.compile(r"[A-Z][A-Z0-9]{5,16}")


class Provinces:
    """The address codes whose province is known: counties are renamed and dissolved, provinces are not."""

    def __init__(self, references: References) -> None:
        self._known = {code[:2] for code in references.codes("division").entries}

    def __contains__(self, division: object) -> bool:
        return str(division)[:2] in self._known


def check_number(provinces: Provinces, checked: Checked, stored: Mapping[str, Any] | None) -> None:
    """Check the number against its kind of document, and fill in what it tells and nobody else did."""
    values = checked.values
    if {"id_number", "doc_type"} & checked.errors.keys() or (stored and not _NUMBER_FIELDS & values.keys()):
        return
    record = {**stored, **values} if stored else values
    number = record.get("id_number")
    if not number:
        _without_number(record, checked, stored)
        return
    doc_type = record.get("doc_type")
    if doc_type is None or (doc_type == identifiers.NO_DOCUMENT and "doc_type" not in values):
        doc_type = values["doc_type"] = usual_document(number)
    found = identifiers.check_person_number(
        doc_type,
        number,
        sex=record.get("sex"),
        birth_date=record.get("birth_date"),
        known_divisions=provinces,
    )
    if found.errors == (identifiers.WRONG_CHECK,):
        if stored is None or stored.get("id_number") != number:
            checked.doubt("id_number", identifiers.WRONG_CHECK)
        return
    for problem in found.errors:
        checked.error("id_number", problem)
    if found.errors:
        return
    for problem in found.warnings:
        checked.warn("id_number", problem)
    if "id_number" in values:
        values["id_number"] = found.value
    if record.get("no_id_reason"):
        values["no_id_reason"] = None
    _fill_in(record, checked, found)


def _fill_in(record: Mapping[str, Any], checked: Checked, found: identifiers.PersonNumber) -> None:
    if found.sex and not record.get("sex") and "sex" not in checked.errors:
        checked.values["sex"] = found.sex
    if found.birth_date and not record.get("birth_date") and "birth_date" not in checked.errors:
        checked.values["birth_date"] = found.birth_date.isoformat()


def usual_document(number: str) -> str:
    """The kind of document that a number without one most likely belongs to."""
    known = identifiers.guess_doc_type(number)
    return known or ("PASSPORT" if _PASSPORT.fullmatch(number) else identifiers.RESIDENT_ID)


def _without_number(record: Mapping[str, Any], checked: Checked, stored: Mapping[str, Any] | None) -> None:
    values = checked.values
    from_file = stored is not None and not stored
    if not record.get("no_id_reason"):
        if from_file:
            # A row of a file that is no record yet: nobody can be asked, so the gap itself is recorded.
            values["no_id_reason"] = NOT_IN_SOURCE
            checked.warn("id_number", Problem(
                N_("The source gives no ID number."),
                N_("Ask for it; until then the person is known by name, birth date and address."),
            ))
        elif "id_number" in values or not stored:
            checked.error("no_id_reason", Problem(
                N_("There is no ID number and no reason why."),
                N_("Enter the number, or choose the reason why there is none."),
            ))
    if not record.get("doc_type") and values.get("no_id_reason"):
        values["doc_type"] = identifiers.NO_DOCUMENT


def complete_residence(checked: Checked, stored: Mapping[str, Any] | None) -> None:
    """Take apart what one cell says of the residence, and let dates of leaving or death tell the status."""
    values = checked.values
    for name, code in (values.get("residence") or {}).items():
        if values.get(name) is None and name not in checked.errors:
            values[name] = code
    if values.get("separated") is not None and values.get("registration_match") is None:
        values["registration_match"] = "02" if values["separated"] else "01"
    if values.get("stay_status") in GONE:
        return
    if values.get("died_on") or values.get("deceased"):
        values["stay_status"] = DEAD
    elif (values.get("moved_out_on") or values.get("moved_away")) and not (stored or {}).get("died_on"):
        values["stay_status"] = MOVED_OUT


def complete_groups(references: References, checked: Checked, stored: Mapping[str, Any] | None) -> None:
    """One entry for each group; groups that follow from age or work are not kept; a bare name keeps what is
    known of it.
    """
    entries = references.codes("vulnerable_group").entries
    known = {row["group"]: row for row in (stored or {}).get("groups") or ()}
    rows: dict[str, dict[str, Any]] = {}
    for row in checked.values["groups"]:
        code = row["group"]
        entry = entries.get(code)
        if entry is not None and entry.extra.get("computed"):
            checked.warn(
                "groups",
                Problem(
                    N_("A group that follows from age or work is not stored."),
                ),
            )
            continue
        bare = all(value is None for name, value in row.items() if name != "group")
        rows.setdefault(code, known[code] if bare and code in known else row)
        if entry is not None and entry.extra.get("needs_end_date") and not rows[code].get("ends_on"):
            checked.warn(
                "groups",
                Problem(
                    N_("A group at risk has no end date."),
                    N_("Enter the day on which it ends."),
                ),
            )
    checked.values["groups"] = list(rows.values())


def check_name(record: Mapping[str, Any], checked: Checked) -> None:
    """A question mark or a square in a name is what is left of a character that a system could not write."""
    name = checked.values.get("name")
    if name and not name.isalpha() and any(sign in name for sign in "?？□■*"):
        checked.warn(
            "name",
            Problem(
                N_("A character of the name seems to be lost: “%(name)s”."),
                N_("Compare it with the document."),
                name=name,
            ),
        )


def check_dates(record: Mapping[str, Any], checked: Checked) -> None:
    """Nobody comes, goes or dies before being born, or goes before coming."""
    born = record.get("birth_date")
    died, left, came = record.get("died_on"), record.get("moved_out_on"), record.get("moved_in_on")
    if not (died or left or came):
        return
    first = days.earliest(born) if born else None
    for name, day in (
        ("died_on", died),
        ("moved_out_on", left),
        ("moved_in_on", days.latest(came) if came else None),
    ):
        if first and day and day < first:
            checked.error(
                name,
                Problem(
                    N_("This day (%(day)s) lies before the birth (%(born)s)."),
                    N_("Correct one of the two."),
                    day=day.isoformat(),
                    born=born,
                ),
            )
    if left and came and days.earliest(came) > left and record.get("stay_status") == MOVED_OUT:
        checked.warn(
            "moved_out_on",
            Problem(
                N_("The person left (%(left)s) before moving in (%(came)s)."),
                N_("Correct one of the two."),
                left=left.isoformat(),
                came=came,
            ),
        )


def check_guardian(record: Mapping[str, Any], checked: Checked) -> None:
    """A child under fourteen should have a guardian on record."""
    born = record.get("birth_date")
    if (
        not born
        or record.get("guardian_name")
        or record.get("stay_status") in GONE
        or "birth_date" in checked.errors
    ):
        return
    today = days.today()
    if int(born[:4]) >= today.year - GUARDED_AGE and days.age(born, today) < GUARDED_AGE:
        checked.warn(
            "guardian_name",
            Problem(
                N_("A child under %(age)s has no guardian on record."),
                N_("Enter the name of the guardian."),
                age=GUARDED_AGE,
            ),
        )


def check_household(record: Mapping[str, Any], checked: Checked) -> None:
    """A relation to a head means nothing without a household."""
    relation = record.get("relation_to_head")
    if (
        relation
        and not record.get("household_number")
        and not record.get("household_id")
        and "relation_to_head" in checked.values
    ):
        checked.warn(
            "household_number",
            Problem(
                N_("There is a relation to the head but no household number."),
                N_("Enter the household number."),
            ),
        )
