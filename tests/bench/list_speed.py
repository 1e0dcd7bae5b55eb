"""How fast a page of residents and its count are, for every order, scope and kind of filter.

    python -m tests.bench.list_speed [--engine sqlite|postgres|both] [--residents N] [--keep FOLDER] [--slowest N]

Each case reads the first page, a page from the middle and the page before it, and counts. Beside the time on the clock
stands that of the processor, of this process and of PostgreSQL's together: that of a machine with nothing else to do.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registries import references
from registries.access import Actor, Grant
from registries.listing import Wish, count, facets, find
from registries.population.lookup import find_people
from registries.population.service import residents
from tests.bench import register

ORDERS = (
    ("name", False),
    ("name", True),
    ("birth_date", False),
    ("birth_date", True),
    ("id", False),
    ("updated_at", True),
)
FACETS = ("sex", "population_type", "ethnicity", "stay_status", "doc_type")


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds of one call, on the clock and of the processor, and what was called."""

    what: str
    wall: float
    cpu: float


def scopes(session: Session) -> dict[str, tuple[str, ...]]:
    """Paths of areas by what they are called here."""
    areas = references.load(session).areas
    by_kind: dict[str, list[str]] = {}
    for area in areas:
        by_kind.setdefault(area.kind, []).append(area.path)
    streets, communities, grids = by_kind["street"], by_kind["community"], by_kind["grid"]
    return {
        "district": (areas.root().path,),
        "first street": (streets[0],),
        "last street": (streets[-1],),
        "community": (communities[13],),
        "grid": (grids[700],),
        "two streets": (streets[3], streets[7]),
        "grid and street": (grids[5], streets[8]),
    }


def filters(phone: str) -> dict[str, dict[str, Any]]:
    """Filters by what they are called here."""
    return {
        "none": {},
        "sex": {"sex": "2"},
        "type LD": {"population_type": "LD"},
        "type JW": {"population_type": "JW"},
        "minority": {"ethnicity": "11"},
        "rare minority": {"ethnicity": "05"},
        "dead": {"stay_status": "5"},
        "sex and type": {"sex": "1", "population_type": "LD"},
        "disabled": {"groups": "V10"},
        "rare group": {"groups": "V07"},
        "alone and LD": {"groups": "V01", "population_type": "LD"},
        "phone": {"phone": phone},
        "name": {"name": "建国"},
        "initials": {"name": "ljh"},
    }


def clocked(what: str, call: Any) -> tuple[Any, Taken]:
    """What a call gives, and what it took."""
    wall, cpu = time.perf_counter(), _cpu()
    found = call()
    return found, Taken(what, (time.perf_counter() - wall) * 1000, (_cpu() - cpu) * 1000)


#: Where Linux tells the time that the server's process for this connection has had; empty for SQLite.
_SERVER: list[Path] = []


def _cpu() -> float:
    """Seconds of the processor that this process has had, and with it the server's process that works for it."""
    return time.process_time() + sum(int(told.read_text().split()[0]) / 1e9 for told in _SERVER)


def _watch_server(made: register.Register) -> None:
    """Count the server's process too, if it is on this machine and may be looked at; one connection serves all."""
    _SERVER.clear()
    if made.database.is_sqlite:
        return
    with made.database.reading() as session:
        told = Path(f"/proc/{session.scalar(sa.text('SELECT pg_backend_pid()'))}/schedstat")
    if told.is_file():
        _SERVER.append(told)


def lists(made: register.Register) -> Iterator[Taken]:
    """Every order × scope × filter."""
    sample = made.samples[len(made.samples) // 2]
    with made.database.reading() as session:
        places = scopes(session)
    for place, paths in places.items():
        actor = Actor("bench", tuple(Grant("clerk", path) for path in paths))
        for wanted, told in filters(sample["phone"] or "13100000001").items():
            yield clocked(
                f"count   {place} · {wanted}", lambda a=actor, t=told: _call(made, count, Wish(filters=t), a)
            )[1]
            for sort, down in ORDERS:
                yield from pages(
                    made,
                    actor,
                    Wish(filters=told, sort=sort, descending=down),
                    f"{place} · {wanted} · {sort}{' down' if down else ''}",
                )


def pages(made: register.Register, actor: Actor, wish: Wish, what: str) -> Iterator[Taken]:
    """The first page, one from the middle, and the one before that."""
    first, took = clocked(f"first   {what}", lambda: _call(made, find, wish, actor))
    yield took
    if first.after is None:
        return
    value = {"name": "lijianhua", "birth_date": "1975-06-15"}.get(wish.sort)
    middle = replace(wish, after=(value, first.after[1]) if value else first.after)
    page, took = clocked(f"middle  {what}", lambda: _call(made, find, middle, actor))
    yield took
    if page.before is not None:
        yield clocked(f"before  {what}", lambda: _call(made, find, replace(wish, before=page.before), actor))[1]


def _call(made: register.Register, verb: Any, wish: Wish, actor: Actor, *more: Any) -> Any:
    with made.database.reading() as session:
        return verb(session, residents, wish, *more, actor=actor)


def facet_times(made: register.Register) -> Iterator[Taken]:
    """All facets of a list together."""
    with made.database.reading() as session:
        places = scopes(session)
    for place, paths in places.items():
        actor = Actor("bench", tuple(Grant("clerk", path) for path in paths))
        for wanted, told in (("none", {}), ("sex", {"sex": "2"}), ("disabled", {"groups": "V10"})):
            yield clocked(
                f"facets  {place} · {wanted}", lambda a=actor, t=told: _call(made, facets, Wish(filters=t), a, FACETS)
            )[1]


ASKED = {
    "name": "name", "pinyin": "name_pinyin", "initials": "name_initials", "phone": "phone", "ID number": "id_number",
    "household": "household_number",
}  # fmt: skip


def people(made: register.Register) -> Iterator[Taken]:
    """The search for people by what an index holds, in each kind of scope."""
    for place, paths in _places(made).items():
        some = _some(made, 6, paths)
        for kind, field in ASKED.items():
            yield from searches(made, f"{kind} {place}", [sample[field] for sample in some if sample[field]], paths)
        yield from searches(made, f"given name {place}", [sample["name"][1:] for sample in some], paths)
        yield from searches(made, f"surname {place}", [sample["name"][:1] for sample in some], paths)


def people_by_address(made: register.Register) -> Iterator[Taken]:
    """The search for a piece of an address, and for names that nobody has: everybody in the scope is read."""
    for place, paths in _places(made).items():
        yield from searches(made, f"address {place}", [made.samples[0]["address"]], paths)
        yield from searches(made, f"nobody {place}", ["欧阳铁柱"], paths)


def _places(made: register.Register) -> dict[str, tuple[str, ...]]:
    with made.database.reading() as session:
        return scopes(session)


def _some(made: register.Register, number: int, paths: Sequence[str]) -> list[dict[str, Any]]:
    """People who live in the scope, spread over it; for the smallest scopes there may be few."""
    found = [sample for sample in made.samples if sample["area_path"].startswith(tuple(paths))]
    return found[:: max(1, len(found) // number)][:number]


def searches(made: register.Register, what: str, texts: Sequence[str], paths: Sequence[str]) -> Iterator[Taken]:
    """Each text in one scope."""

    def call(text: str) -> Any:
        with made.database.reading() as session:
            return find_people(session, text, paths, 20)

    for text in texts:
        yield clocked(f"people  {what}", partial(call, text))[1]


def percentile(times: Sequence[float], share: float = 0.95) -> float:
    """The time within which this share of the calls stayed."""
    return sorted(times)[max(0, ceil(len(times) * share) - 1)]


def report(engine: str, name: str, taken: Sequence[Taken], slowest: int) -> None:
    """One line for a group of calls, and those that took longest."""
    walls, own = [one.wall for one in taken], [one.cpu for one in taken]
    print(
        f"  {engine}, {name}: {len(taken)} calls, median {percentile(walls, 0.5):.1f} ms, "
        f"p95 {percentile(walls):.1f} ms, longest {max(walls):.0f} ms; "
        f"time of the processor p95 {percentile(own):.1f} ms; "
        f"load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    for one in sorted(taken, key=lambda one: -one.wall)[:slowest]:
        print(f"    {one.wall:8.1f} ms  {one.cpu:8.1f} cpu  {one.what}")


def measure(engine: str, people_count: int, keep: Path | None, slowest: int = 0) -> dict[str, list[Taken]]:
    """Every group of calls on one engine, once to warm up and once for the figures."""
    found: dict[str, list[Taken]] = {}
    with register.made(engine, people_count, keep) as made:
        _watch_server(made)
        print(f"  {engine}: {people_count:,} residents written in {made.seconds:.0f} s", flush=True)
        groups = {
            "lists": lists,
            "facets": facet_times,
            "people search": people,
            "people by address": people_by_address,
        }
        for name, group in groups.items():
            list(group(made))
            found[name] = list(group(made))
            report(engine, name, found[name], slowest)
    return found


def main() -> None:
    """Read the options and run the engines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--residents", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--slowest", type=int, default=0)
    told = parser.parse_args()
    for engine in ("sqlite", "postgres") if told.engine == "both" else (told.engine,):
        measure(engine, told.residents, told.keep, told.slowest)


if __name__ == "__main__":
    main()
