"""The fields that only what is published has: moments of the clock, and the edition itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from .fields import RecordField, is_blank
from .messages import N_
from .references import References

#: Moments that name no zone are meant as people here read a clock.
LOCAL = ZoneInfo("Asia/Shanghai")


def moment_in(told: str | datetime) -> datetime:
    """A moment in UTC; one that names no zone is of the local clock.

    :raises ValueError: it names none, or one that lies beyond the calendar in UTC.
    """
    moment = told if isinstance(told, datetime) else datetime.fromisoformat(told)
    moment = moment.replace(tzinfo=LOCAL) if moment.tzinfo is None else moment
    try:
        return moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError as error:
        raise ValueError(str(moment)) from error


class Moment(RecordField):
    """A moment, kept in UTC; without a zone it is one of the local clock."""

    problems: ClassVar[dict[str, tuple[str, str | None]]] = {
        "invalid": (N_("%(field)s: “%(value)s” is not a date with a time."), N_("Write it as 2026-03-05 08:30.")),
    }

    def tidy(self, raw: Any, references: References) -> Any:
        if is_blank(raw) or isinstance(raw, datetime):
            return None if is_blank(raw) else raw.isoformat()
        return str(raw).strip().replace("/", "-").replace("Z", "+00:00")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            return moment_in(value)
        except (ValueError, TypeError) as error:
            raise self.make_error("invalid", input=value) from error

    def to_json(self, value: Any) -> Any:
        return value and value.isoformat()

    def from_json(self, value: Any) -> Any:
        return value and datetime.fromisoformat(value)

    def to_cell(self, value: Any, references: References) -> Any:
        return value and value.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M:%S")


class Edition(RecordField):
    """What people read, fixed when it was published; nobody types it."""

    def __init__(self, label: str) -> None:
        super().__init__(label, computed=True)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return value
