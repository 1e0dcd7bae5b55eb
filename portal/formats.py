"""Dates, numbers and shares as people read them, in the language and time zone of the request."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from babel.dates import format_timedelta
from flask import Flask
from flask_babel import format_date, format_datetime, format_decimal, get_locale, gettext

#: What stands where there is nothing to say.
NOTHING = "—"
#: Beyond so many days a date says more than “some time ago”.
RECENT = timedelta(days=7)


def init_app(app: Flask) -> None:
    """Make the formats filters of the templates."""
    app.jinja_env.filters.update(day=day, moment=moment, number=number, percent=percent, relative=relative, size=size)


def day(value: date | str | None) -> str:
    """A calendar day: 2026年3月5日, 5 Mar 2026; a partial one (“1950-03”) as it stands."""
    if not value:
        return NOTHING
    if isinstance(value, str):
        if len(value) < 10:
            return value
        value = date.fromisoformat(value[:10])
    return format_date(value, "y年M月d日" if _chinese() else "d MMM y")


def moment(value: datetime | None) -> str:
    """A moment to the minute, in the time zone of the site."""
    if value is None:
        return NOTHING
    return format_datetime(value, "y年M月d日 HH:mm" if _chinese() else "d MMM y, HH:mm")


def relative(value: datetime | None) -> str:
    """How long ago a moment of the last days was; a day for what lies further back."""
    if value is None:
        return NOTHING
    ago = datetime.now(UTC) - value
    if not timedelta() <= ago <= RECENT:
        return moment(value)
    if ago < timedelta(minutes=1):
        return gettext("just now")
    return format_timedelta(-ago, locale=get_locale(), add_direction=True)


def number(value: float | None) -> str:
    """A number with its thousands parted."""
    return NOTHING if value is None else format_decimal(value)


def percent(value: float | None, places: int = 0) -> str:
    """A share between 0 and 1 as a percentage with so many places."""
    return NOTHING if value is None else f"{format_decimal(round(value * 100, places))}%"


def size(count: int) -> str:
    """A number of bytes in the largest unit that leaves a number above one."""
    amount: float = count
    for unit in ("B", "KB", "MB"):
        if amount < 1024:
            return f"{format_decimal(round(amount, 1 if unit != 'B' else 0))} {unit}"
        amount /= 1024
    return f"{format_decimal(round(amount, 1))} GB"


def _chinese() -> bool:
    locale: Any = get_locale()
    return locale is None or locale.language == "zh"
