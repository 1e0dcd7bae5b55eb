"""How files word the residence of a person: one column for what the register keeps in four fields."""

from __future__ import annotations

from typing import Any, ClassVar

from ..chinese import half_width
from ..fields import RecordField, is_blank
from ..messages import N_
from ..references import References

#: Field and code list that a wording may belong to, in the order in which they are asked.
RESIDENCE_LISTS = {
    "population_type": "population_type",
    "stay_status": "stay_status",
    "separation_type": "separation_type",
    "registration_match": "registration_match",
}


class Residence(RecordField):
    """The virtual field for headings such as 居住类型, whose words may be of any of the residence lists."""

    problems: ClassVar[dict[str, tuple[str, str | None]]] = {
        "invalid": (
            N_("%(field)s: “%(value)s” is not known."),
            N_("Write for example 户籍人口, 流动人口, 境外人员, 常住, 暂住 or 人户分离."),
        ),
    }

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, virtual=True, repeats=True, **kwargs)

    def tidy(self, raw: Any, references: References) -> Any:
        if is_blank(raw) or isinstance(raw, dict):
            return raw or None
        word = half_width(str(raw)).strip()
        found = {
            name: code
            for name, scheme in RESIDENCE_LISTS.items()
            if (code := references.codes(scheme).find(word)) is not None
        }
        # A bare digit is a code of several lists; only the first that knows it can be meant.
        if word.isdigit() and found:
            name = next(iter(found))
            found = {name: found[name]}
        if not found:
            raise self.make_error("invalid", input=raw)
        return found

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            raise self.make_error("invalid", input=value)
        return value
