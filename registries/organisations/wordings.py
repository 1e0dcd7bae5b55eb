"""Fields whose values offices word in more ways than a code list can hold."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError

from ..chinese import fold, half_width
from ..reference_fields import Code
from ..references import References

#: What a status begins or ends with tells its kind, the more exact first: 歇业-迁厂, 勒令停工-工业主管机关.
_STATUSES = tuple((re.compile(pattern), code) for pattern, code in (
    (r"吊销", "60"),
    (r"撤销|废止|逾期失效", "70"),
    (r"注销|解散", "50"),
    (r"清算|破产", "80"),
    (r"迁出|迁移", "90"),
    (r"停工|停业|停产", "30"),
    (r"歇业|关闭|倒闭", "40"),
    (r"筹建|筹备|试营业", "20"),
    (r"存续|在营|在业|开业|生产中|营业", "10"),
))  # fmt: skip


class StatusCode(Code):
    """The operating status; a wording that is not in the list is read by the word that decides it."""

    def tidy(self, raw: Any, references: References) -> Any:
        try:
            return super().tidy(raw, references)
        except ValidationError:
            text = fold(str(raw))
            for pattern, code in _STATUSES:
                if pattern.search(text) and references.codes(self.scheme).has(code):
                    return code
            raise


class IndustryCode(Code):
    """An industry of GB/T 4754; a finer code than the list holds is read as the division that it belongs
    to.
    """

    def tidy(self, raw: Any, references: References) -> Any:
        try:
            return super().tidy(raw, references)
        except ValidationError:
            match = re.fullmatch(r"([A-T]?)(\d{2})\d{0,2}(?:\D.*)?", half_width(str(raw)).strip().upper())
            if match:
                entries = references.codes(self.scheme).entries
                for code in entries:
                    if code[1:] == match[2] and code.startswith(match[1]):
                        return code
            raise
