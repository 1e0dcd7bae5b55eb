"""One demo district, from its areas down to the last manhole cover, the same for the same seed and sizes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from pathlib import Path

from registries.demo.areas import Tree
from registries.demo.buildings import buildings_of
from registries.demo.facilities import Facilities
from registries.demo.organisations import Organisations
from registries.demo.residents import Register
from registries.demo.rows import Sheet, sheet_of
from registries.demo.tables import Record

MOST_RESIDENTS = 1_000_000


class District:
    """Yields plain records by kind; each may be asked for again and begins anew.

    A record has a ``key`` by which others name it (``building_key``, ``employer_key``, ``parent_key``);
    fields carry the names of the schemas, days are ISO text, areas are named by ``area_code``. Nobody in it
    exists: see ``numbers.py``. People come as a stream, household by household, so that a million need no
    more memory than ten.
    """

    def __init__(
        self,
        seed: object = 1,
        residents: int = 20_000,
        organisations: int = 1_500,
        facilities: int = 4_000,
        *,
        today: date,
    ) -> None:
        if not 0 <= residents <= MOST_RESIDENTS:
            raise ValueError(f"A demo district has between 0 and {MOST_RESIDENTS} residents.")
        self.seed, self.today = seed, today
        self.sizes = {"resident": residents, "organisation": organisations, "facility": facilities}
        self._day = self.today.toordinal()
        self.tree = Tree(seed, residents)

    @cached_property
    def _organisations(self) -> Organisations:
        return Organisations(self.seed, self.tree.grids, self.sizes["organisation"], self._day)

    def areas(self) -> Iterator[Record]:
        """The district, its streets and zone, communities and grids, parents first."""
        return self.tree.areas()

    def places(self) -> Iterator[Record]:
        """All buildings, grid by grid."""
        for grid in self.tree.grids:
            for building in buildings_of(self.seed, grid):
                yield building.place

    def organisations(self) -> Iterator[Record]:
        """The organisations; ``links`` says which building it occupies since when."""
        return iter(self._organisations.records)

    def facilities(self) -> Iterator[Record]:
        """The municipal facilities; ``links`` says by which organisation one is kept."""
        sizes, grids = self.sizes, self.tree.grids
        return Facilities(
            self.seed, grids, sizes["facility"], self._organisations.records, self._day
        ).records()

    def homes(self) -> Iterator[tuple[Record, Record | None, list[Record]]]:
        """Each dwelling with its household and residents: all three streams in one pass."""
        employers = self._organisations.employers()
        return Register(self.seed, self.tree.grids, employers, self._day).homes()

    def dwellings(self) -> Iterator[Record]:
        """All homes, lived in or not."""
        return (dwelling for dwelling, _, _ in self.homes())

    def households(self) -> Iterator[Record]:
        """All households; a dormitory is one."""
        return (household for _, household, _ in self.homes() if household is not None)

    def residents(self) -> Iterator[Record]:
        """All residents, households together and heads first."""
        for _, _, people in self.homes():
            yield from people

    def sheet(self, kind: str) -> Sheet:
        """Headings in Chinese and rows of text cells, as a street office would send them.

        ``kind`` is resident, organisation or facility; the rows are a stream.
        """
        records = {
            "resident": self.residents,
            "organisation": self.organisations,
            "facility": self.facilities,
        }
        return sheet_of(kind, records[kind]())

    def write_csv(self, kind: str, path: Path) -> int:
        """Save a sheet as CSV, in UTF-8 with the mark that office programs look for; the number of rows."""
        headings, rows = self.sheet(kind)
        count = 0
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(headings)
            for row in rows:
                writer.writerow(row)
                count += 1
        return count
