"""The lists that belong to a resident: stays, life events, groups at risk, links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..fields import Day, RecordField, Text, YesNo, is_blank, split_words
from ..links import LinkSchema
from ..messages import N_, Problem
from ..reference_fields import Area, Code, Link
from ..references import References
from ..schemas import Checked, PartSchema

#: Words of a cell of groups that say there is none.
_NOBODY = frozenset({"否", "没有", "正常", "普通", "一般人员", "普通居民", "0", "no"})
#: Lists of the police and of petition offices: kept out of this register on purpose.
LEFT_OUT = (
    "刑满释放",
    "刑释",
    "社区矫正",
    "矫正人员",
    "吸毒",
    "涉毒",
    "戒毒",
    "艾滋",
    "上访",
    "信访",
    "邪教",
    "涉恐",
    "重点青少年",
    "安置帮教",
)


class StaySchema(PartSchema):
    """One stay; the fields after the day of report follow from the others and from the resident."""

    kind = Code(N_("Kind of stay"), "stay_kind", required=True)
    area_id = Area(N_("Area"), wanted=False)
    from_on = Day(N_("From"), required=True)
    to_on = Day(N_("To"))
    certainty = Code(N_("Certainty of the date"), "stay_certainty")
    dwelling_id = Link(N_("Dwelling"), "dwelling")
    reported_on = Day(N_("Reported on"))
    area_path = Text(N_("Area path"), computed=True)
    sex = Text(N_("Sex"), computed=True)
    born_on = Day(N_("Born on"), computed=True)
    counted_from = Day(N_("Counted from"), computed=True)

    @classmethod
    def items(cls) -> list[tuple[str, RecordField]]:
        """The fields that a sheet shows."""
        return [(name, item) for name, item in super().items() if not item.computed]

    def rules(self, record: Mapping[str, Any], checked: Checked) -> None:
        """A stay does not end before it begins."""
        start, end = record.get("from_on"), record.get("to_on")
        if start and end and end < start:
            checked.error(
                "to_on",
                Problem(
                    N_("The stay ends (%(end)s) before it begins (%(start)s)."),
                    N_("Correct one of the two dates."),
                    start=start.isoformat(),
                    end=end.isoformat(),
                ),
            )


class EventSchema(PartSchema):
    """One event of a life, with the day it happened and the day it was reported."""

    kind = Code(N_("Event"), "life_event", required=True)
    event_on = Day(N_("Event date"), required=True, past=True)
    reported_on = Day(N_("Reported on"), past=True)
    from_area_id = Area(N_("From area"), wanted=False)
    to_area_id = Area(N_("To area"), wanted=False)
    note = Text(N_("Note"), 300)

    def rules(self, record: Mapping[str, Any], checked: Checked) -> None:
        """Nothing is reported before it happens."""
        happened, reported = record.get("event_on"), record.get("reported_on")
        if happened and reported and reported < happened:
            checked.error(
                "reported_on",
                Problem(
                    N_("The event was reported (%(reported)s) before it happened (%(happened)s)."),
                    N_("Correct one of the two dates."),
                    reported=reported.isoformat(),
                    happened=happened.isoformat(),
                ),
            )


class GroupSchema(PartSchema):
    """One group at risk; sealed whatever tells which."""

    group = Code(N_("Group"), "vulnerable_group", required=True, sealed=True, indexed=True)
    disability_type = Code(N_("Kind of disability"), "disability_type", sealed=True)
    disability_grade = Code(N_("Grade of disability"), "disability_grade", sealed=True)
    needs_evacuation_help = YesNo(N_("Needs help with evacuation"))
    source = Text(N_("Source"), 100, sealed=True)
    noted_on = Day(N_("Noted on"), past=True)
    review_on = Day(N_("To be reviewed on"))
    ends_on = Day(N_("Ends on"))

    @classmethod
    def from_text(cls, text: str, references: References) -> list[dict[str, Any]]:
        """The groups a cell names, without words that say there is none and without lists that are not kept
        here.
        """
        known = references.codes("vulnerable_group")
        rows: list[dict[str, Any]] = []
        for row in super().from_text(text, references):
            bare = len(row) == 1 and known.find(row["group"]) is None
            rows += (
                [{"group": word} for word in split_words(row["group"]) if not is_blank(word)]
                if bare
                else [row]
            )
        return [row for row in rows if row["group"].lower() not in _NOBODY and not is_left_out(row["group"])]


def is_left_out(text: str) -> bool:
    """Whether a wording names a list that this register does not keep."""
    return any(word in text for word in LEFT_OUT)


class ResidentLinkSchema(LinkSchema):
    """A link that leads from a resident."""

    FROM = "resident"
