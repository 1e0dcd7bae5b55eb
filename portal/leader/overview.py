"""The overview: how many records there are, how far they can be trusted, and which list stands behind each number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup

from registries import marks, references
from registries.areas import Area
from registries.figures import KindFigures, Tally, astuple
from registries.messages import N_
from registries.references import AreaEntry
from search import units

from .. import charts, formats
from ..running import language, system
from ..security import actor, allowed, may
from .pages import pages

LEVELS = {"street": ("street", "zone"), "community": ("community",)}
USUAL = "usual_resident"
#: What the map and the table can be about.
FIGURES = {
    "records": N_("Records"), "completeness": N_("Filled in"), "freshness": N_("Up to date"), "overdue": N_("Overdue"),
}
#: Fewer people than this are not told exactly: somebody could be recognised.
SMALL = 5
MONTHS = 12
#: The deadline that a figure of overdue records counts, by kind.
_DEADLINES = {"organisation": "inspection", "facility": "check"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A number as it is shown, and the list behind it."""

    text: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """An area with its figures."""

    name: str
    cells: list[Cell]
    entry: AreaEntry | None = None
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class Card:
    """One kind at a glance."""

    kind: str
    title: str
    records: Cell
    filled: str
    fresh: str
    overdue: Cell | None
    address: str
    current: bool


@pages.get("/", endpoint="overview")
@allowed("lead")
def overview() -> str:
    """All kinds at a glance; one of them by area, on the map and over time."""
    figures = {kind: system().figures.of(kind, actor=actor()) for kind in system().figures.kinds(actor())}
    kind = request.args.get("kind", "organisation")
    kind = kind if kind in figures else next(iter(figures))
    level = request.args.get("level", "street")
    level = level if level in LEVELS else "street"
    show = request.args.get("show", "records")
    show = show if show in shown_figures(kind) else "records"
    view = _View(kind, level, show, figures[kind])
    return render_template(
        "leader/overview.html", cards=[_card(name, told, view) for name, told in figures.items()], kind=kind,
        title=title_of(kind), rows=view.rows, total=view.total, heads=view.heads, map=view.map(), trend=view.trend(),
        tabs_level=[(gettext("By street"), view.address(level="street"), level == "street"),
                    (gettext("By community"), view.address(level="community"), level == "community")],
        tabs_show=[(gettext(FIGURES[one]), view.address(show=one), one == show) for one in shown_figures(kind)],
        legend=view.legend(), show_name=gettext(FIGURES[show]), counted_at=min(f.counted_at for f in figures.values()),
        fields=_wanted(kind), fresh_days=marks.FRESH_DAYS, small=SMALL, is_people=_is_people(kind),
    )  # fmt: skip


def title_of(kind: str) -> str:
    """What a kind is called, many of it."""
    return gettext("Usual residents") if kind == USUAL else gettext(system().catalogue[kind].kind.plural)


def shown_figures(kind: str) -> list[str]:
    """The figures that a kind has."""
    if kind == USUAL:
        return ["records"]
    return [name for name in FIGURES if name != "overdue" or system().catalogue[kind].kind.overdue is not None]


def _is_people(kind: str) -> bool:
    return kind == USUAL or system().catalogue[kind].kind.database == "population"


def _wanted(kind: str) -> list[str]:
    if kind == USUAL:
        return []
    records = system().catalogue[kind]
    return [gettext(records.storage.fields[name].label) for name in marks.wanted(records)]


def _card(kind: str, told: KindFigures, view: _View) -> Card:
    tally = told.total()
    own = _Cells(kind, told)
    return Card(
        kind, title_of(kind), own.number(tally.records, tally.records),
        formats.percent(own.share(tally.completeness, tally)) if tally.fields and kind != USUAL else "",
        formats.percent(own.share(tally.freshness, tally)),
        own.number(tally.overdue, tally.records, mark="overdue") if "overdue" in shown_figures(kind) else None,
        view.address(kind=kind, show="records"), kind == view.kind,
    )


class _Cells:
    """Numbers of one kind as they are shown: people in small numbers are not told, and lists stand behind numbers."""

    def __init__(self, kind: str, figures: KindFigures) -> None:
        self.kind, self.figures = kind, figures
        self.people = _is_people(kind)
        self.also: set[int] = set()
        self.reads = kind != USUAL and may("desk") and may("read", kind)

    def hidden(self, number: int) -> bool:
        """Whether a number of people is too small to be told to somebody who may not see them."""
        return self.people and not self.reads and (0 < number < SMALL or number in self.also)

    def hide_another(self, numbers: list[int]) -> None:
        """Where one number of a table is hidden, hide the next larger too, or the sum would tell it."""
        small = [number for number in numbers if self.hidden(number)]
        larger = [number for number in numbers if number >= SMALL]
        if len(small) == 1 and larger:
            self.also = {min(larger)}

    def share(self, value: float | None, tally: Tally) -> float | None:
        """A share, unless it is of so few that it would tell of single people."""
        return None if self.hidden(tally.records) else value

    def number(self, number: int, of: int, area: AreaEntry | None = None, mark: str | None = None) -> Cell:
        """A number with the list behind it, if this account may see that and the list can be asked for."""
        if self.hidden(number) or self.hidden(of - number):
            return Cell(f"<{SMALL}" if 0 < number < SMALL else gettext("hidden"))
        text = formats.number(number)
        return Cell(text, self.address(area, mark) if number else None)

    def address(self, area: AreaEntry | None, mark: str | None) -> str | None:
        """Where the records of an area, or those of them that have a mark, are listed."""
        if self.kind in units.kinds(system().feed, actor()):
            asked: dict[str, Any] = {"kind": self.kind}
            if area is not None:
                asked["community" if area.kind == "community" else "street"] = str(area.id)
            return url_for("leader.units", **asked, **self._mark(mark))
        if not self.reads or mark == "stale":
            return None
        told = {"area": area.code or str(area.id)} if area is not None else {}
        return url_for("desk.records", kind=self.kind, **told, **({mark: 1} if mark else {}))

    def _mark(self, mark: str | None) -> Mapping[str, Any]:
        if mark == "incomplete":
            return {"lacks": list(marks.wanted(system().catalogue[self.kind]))}
        if mark == "overdue":
            return {"overdue": _DEADLINES[self.kind]}
        return {"overdue": "stale"} if mark == "stale" else {}


class _View:
    """One kind by area: the table, the map and the months."""

    def __init__(self, kind: str, level: str, show: str, figures: KindFigures) -> None:
        self.kind, self.level, self.show, self.figures = kind, level, show, figures
        self.cells = _Cells(kind, figures)
        with system().database.reading() as session:
            self.areas = references.load(session).areas
            self.shapes: dict[str, Any] = dict(session.execute(
                sa.select(Area.path, Area.boundary).where(Area.kind.in_(LEVELS[level]), Area.valid_to.is_(None))
            ).all())
        self.rows = list(self._rows())
        self.total = self._row(gettext("Together"), None, figures.total())

    @property
    def heads(self) -> list[str]:
        """The headings of the columns behind the area."""
        if self.kind == USUAL:
            return [gettext("Number of people"), gettext("Known since when")]
        heads = [
            gettext("Records"), gettext("Filled in"), gettext("Incomplete"), gettext("Up to date"),
            gettext("Out of date"),
        ]
        return [*heads, gettext("Overdue")] if "overdue" in shown_figures(self.kind) else heads

    def address(self, **changed: str) -> str:
        """The address of the page with something else chosen."""
        return url_for("leader.overview", **{"kind": self.kind, "level": self.level, "show": self.show, **changed})

    def _rows(self) -> Iterator[Row]:
        scopes = actor().scopes("count", "population" if self.cells.people else self._registry())
        rest = self.figures.total()
        found: list[tuple[AreaEntry, Tally]] = []
        for area in sorted(self.areas, key=lambda one: one.path):
            inside = scopes is None or any(area.path.startswith(scope) for scope in scopes)
            if area.kind in LEVELS[self.level] and inside:
                tally = self.figures.total(area.path)
                rest = Tally(*(a - b for a, b in zip(astuple(rest), astuple(tally), strict=True)))
                found.append((area, tally))
        self.cells.hide_another([tally.records for _area, tally in found] + [rest.records])
        for area, tally in found:
            yield self._row(self._name(area), area, tally)
        if rest.records:
            name = gettext("No street told") if self.level == "street" else gettext("No community told")
            yield self._row(name, None, rest, listed=False)

    def _registry(self) -> str:
        return system().catalogue[self.kind].kind.database

    def _name(self, area: AreaEntry) -> str:
        if self.level == "community":
            return self.areas.full_name(area, language())
        return area.name_zh if language() == "zh" else area.name_en or area.name_zh

    def _row(self, name: str, area: AreaEntry | None, tally: Tally, listed: bool = True) -> Row:
        def number(count: int, mark: str | None = None) -> Cell:
            cell = self.cells.number(count, tally.records, area, mark)
            return cell if listed else Cell(cell.text)

        known = formats.percent(self.cells.share(tally.freshness, tally))
        if self.kind == USUAL:
            return Row(name, [number(tally.records), Cell(known)], area, tally)
        filled = formats.percent(self.cells.share(tally.completeness, tally))
        cells = [
            number(tally.records), Cell(filled), number(tally.records - tally.complete, "incomplete"), Cell(known),
            number(tally.records - tally.fresh, "stale"),
        ]
        if "overdue" in shown_figures(self.kind):
            cells.append(number(tally.overdue, "overdue"))
        return Row(name, cells, area, tally)

    def map(self) -> Markup:
        """The areas of the table on a map, shaded by the chosen figure; nothing where no boundary is known."""
        regions = []
        most = max((self._value(row.tally) for row in self.rows if row.entry), default=0)
        for row in self.rows:
            rings = charts.rings_of(self.shapes.get(row.entry.path)) if row.entry else []
            if row.entry and rings:
                cell, step = self._shown(row, int(most))
                name = row.entry.name_zh if language() == "zh" else row.entry.name_en
                regions.append(charts.Region(name, rings, cell.text, step, cell.address))
        return charts.area_map(regions, f"{title_of(self.kind)}: {gettext(FIGURES[self.show])}")

    def _value(self, tally: Tally) -> float:
        return tally.overdue if self.show == "overdue" else tally.records

    def _shown(self, row: Row, most: int) -> tuple[Cell, int | None]:
        if self.show in ("completeness", "freshness"):
            value = row.tally.completeness if self.show == "completeness" else row.tally.freshness
            share = self.cells.share(value, row.tally)
            return Cell(formats.percent(share)), charts.step_of_share(share)
        number = int(self._value(row.tally))
        cell = row.cells[-1] if self.show == "overdue" else row.cells[0]
        return cell, None if self.cells.hidden(number) else charts.step_of_number(number, most)

    def legend(self) -> list[tuple[int, str]]:
        """What the shades mean."""
        if self.show in ("completeness", "freshness"):
            texts = [f"< {formats.percent(0.5)}", *(f"≥ {formats.percent(bound)}" for bound in (0.5, 0.7, 0.85, 0.95))]
            return list(enumerate(texts))
        most = int(max((self._value(row.tally) for row in self.rows if row.entry), default=0))
        bounds = [-(-step * (most + 1) // charts.STEPS) for step in range(charts.STEPS)]
        return [(step, f"≥ {formats.number(bound)}") for step, bound in enumerate(bounds)]

    def trend(self) -> tuple[Markup, list[tuple[str, int, str]]]:
        """How the records came: by month, or for residents how many there were at the ends of quarters."""
        points = [
            (month, number, self.cells.number(number, number).text)
            for month, number in list(self._months().items())[-MONTHS:]
        ]
        labels = [(month if place in (0, len(points) - 1) or month.endswith("-01") else month[5:], number, text)
                  for place, (month, number, text) in enumerate(points)]  # fmt: skip
        usual = self.kind == USUAL
        name = gettext("Usual residents at the ends of quarters") if usual else gettext("Records by month of entry")
        return charts.bars(labels, f"{title_of(self.kind)}: {name}"), points

    def _months(self) -> dict[str, int]:
        told = self.figures.arrivals()
        if self.kind == USUAL or not told:
            return told
        day = datetime.now(self.figures.counted_at.tzinfo)
        last = day.year * 12 + day.month - 1
        months = [f"{month // 12}-{month % 12 + 1:02d}" for month in range(last - MONTHS + 1, last + 1)]
        return {month: told.get(month, 0) for month in months}
