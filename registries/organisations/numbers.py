"""A column of a file for each register's numbers: they become the list ``registrations`` of the organisation.

One column often holds several kinds at once (the credit code, the licence number before it), so a number whose shape
says for certain what it is goes where it belongs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar

from ..fields import Text
from ..identifiers import Checked, tidy
from ..messages import N_, Problem
from ..references import References
from ..registrations import (
    check_credit_code,
    check_licence_number,
    check_organisation_code,
    check_unified_number,
    repair_unified_number,
)

USCC, LICENCE, ORG_CODE, TW_UBN, TW_FACTORY, INSTITUTION, OTHER = (
    "uscc",
    "licence_no",
    "org_code",
    "tw_ubn",
    "tw_factory",
    "institution_no",
    "other",
)
#: Schemes in which each live record has its own number.
UNIQUE = frozenset({USCC, LICENCE, ORG_CODE, TW_UBN, TW_FACTORY, INSTITUTION})
#: Schemes whose mistaken numbers are kept with a warning: their checks are old, and the paper is the proof.
_LENIENT = frozenset({LICENCE, ORG_CODE})


def scheme_of(number: str) -> str:
    """The scheme that a tidied number looks like."""
    if len(number) == 18:
        return USCC
    if number.isdigit() and len(number) in (13, 15):
        return LICENCE
    if re.fullmatch(r"[0-9A-Z]{8}[0-9X]", number):
        return ORG_CODE
    return TW_UBN if number.isdigit() and len(number) == 8 else OTHER


def check_number(scheme: str, raw: Any) -> Checked:
    """A number of a scheme in its normal form, with what is wrong and what is doubtful about it."""
    check = _CHECKS.get(scheme)
    if check is None:
        return Checked(" ".join(str(raw).split()))
    found = check(raw)
    if found.errors and scheme in _LENIENT and len(found.value) in (9, 13, 15):
        return Checked(found.value, (), (*found.warnings, *found.errors))
    return found


def _check_factory(raw: Any) -> Checked:
    value = tidy(raw)
    if re.fullmatch(r"\d{6,8}|[0-9A-Z]{8}", value):
        return Checked(value.zfill(8))
    return Checked(
        value,
        (
            Problem(
                N_("A factory registration number has 8 characters, “%(value)s” has not."),
                N_("Compare it with the certificate."),
                value=value,
            ),
        ),
    )


_CHECKS: dict[str, Callable[[Any], Checked]] = {
    USCC: check_credit_code,
    LICENCE: check_licence_number,
    ORG_CODE: check_organisation_code,
    TW_UBN: check_unified_number,
    TW_FACTORY: _check_factory,
}


class RegistrationNumber(Text):
    """The numbers of one scheme (or, without one, of the scheme that the number looks like) in a column of
    their own.
    """

    problems: ClassVar[dict[str, tuple[str, str | None]]] = {"number": (N_("%(field)s: %(reason)s"), None)}

    def __init__(self, label: str, scheme: str = "", **kwargs: Any) -> None:
        super().__init__(label, 60, virtual=True, **kwargs)
        self.scheme = scheme

    def tidy(self, raw: Any, references: References) -> Any:
        text = super().tidy(raw, references)
        if not isinstance(text, str):
            return text
        number = tidy(text)
        if not number.strip("0"):
            return None
        return repair_unified_number(number).value if self.scheme == TW_UBN else number

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        number = super()._deserialize(value, attr, data, **kwargs)
        found = check_number(self.scheme_for(number), number)
        for problem in found.errors:
            raise self.problem("number", number, reason=problem)
        return found.value

    def scheme_for(self, number: str) -> str:
        """The scheme of a number in this column."""
        looks = scheme_of(number)
        if not self.scheme:
            return looks
        return looks if self.scheme == USCC and looks in (LICENCE, ORG_CODE) else self.scheme
