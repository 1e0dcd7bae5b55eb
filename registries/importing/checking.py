"""From the cells of a row to checked values: the schema's own rules, run in worker processes for large files.

A worker holds the schema with its references and the mapping; it gets rows and gives back `Outcome`s. It touches no
database. The same code runs in the calling process for small files and for rows that are checked again against the
record they match.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, NamedTuple

import orjson

from ..changes import json_text
from ..chinese import half_width
from ..fields import is_blank
from ..references import References
from ..schemas import Findings, RecordSchema
from ..storing import Kind
from .mapping import RECORD_ID, VERSION, ColumnMapping

Row = tuple[int, Sequence[Any]]

#: A file of fewer rows is checked in the calling process: starting workers would take longer.
ROWS_WORTH_WORKERS = 6_000
IN_FLIGHT = 4


class Outcome(NamedTuple):
    """What a worker found in a row; ``values`` is JSON text, problems are in their JSON form by field."""

    number: int
    values: str
    errors: dict[str, list[dict[str, Any]]] | None
    warnings: dict[str, list[dict[str, Any]]] | None
    missing: list[str]
    masked: dict[str, str]
    codes: list[tuple[str, str]]
    fingerprint: str | None
    source_key: str | None
    record_id: str | None
    area_id: str | None
    incomplete: list[str]


@dataclass
class RowReader:
    """Reads the rows of one file for one kind."""

    kind: Kind
    references: References
    mapping: ColumnMapping
    headings: Sequence[str]
    clear_blanks: bool = False
    schema: RecordSchema = field(init=False)

    def __post_init__(self) -> None:
        self.schema = self.kind.schema(self.references.with_roc(bool(self.mapping.roc)))
        self._columns: dict[str, list[int]] = {}
        for position, heading in enumerate(self.headings):
            name = self.mapping.columns.get(heading)
            if name:
                self._columns.setdefault(name, []).append(position)
        self._key = [self.headings.index(heading) for heading in self.mapping.source_key if heading in self.headings]
        self._many = frozenset(name for name, item in self.schema.plan.items() if getattr(item, "takes_many", False))
        self._named = frozenset(name for name, item in self.schema.plan.items() if getattr(item, "takes_named", False))
        self._sealed = frozenset(name for name, item in self.schema.plan.items() if item.sealed)
        self._required = [n for n, item in self.schema.plan.items() if item.required and not item.computed]

    def recipe(self) -> tuple[Any, ...]:
        """What another process needs to make the same reader: plain data and functions known by name."""
        return self.kind, self.references, self.mapping, list(self.headings), self.clear_blanks

    def raw(self, cells: Sequence[Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """The cells by field, and apart from them the masked ones, which only a stored value can explain."""
        raw: dict[str, Any] = dict(self.mapping.constants)
        masked: dict[str, str] = {}
        for name, positions in self._columns.items():
            told = [cells[p] for p in positions if p < len(cells) and cells[p] is not None and cells[p] != ""]
            if name in self._named:
                told = [self._by_heading(positions, cells)] if told else []
            value = told if name in self._many and len(told) > 1 else told[0] if told else None
            if name in self._sealed and isinstance(value, str) and "*" in value:
                masked[name] = value
            elif value is not None or (self.clear_blanks and name not in (RECORD_ID, VERSION)):
                raw[name] = value
        return raw, masked

    def _by_heading(self, positions: Sequence[int], cells: Sequence[Any]) -> dict[str, Any]:
        """The cells of the columns that tell one field together, each under its heading."""
        return {self.headings[p]: cells[p] for p in positions if p < len(cells) and cells[p] not in (None, "")}

    def read(self, number: int, cells: Sequence[Any]) -> Outcome:
        """Check a row as if it were a new record; what a stored one could excuse is told apart as ``missing``."""
        raw, masked = self.raw(cells)
        record_id = raw.pop(RECORD_ID, None)
        raw.pop(VERSION, None)
        checked = self.schema.check(raw, {})
        values = checked.values
        if not self.clear_blanks:
            values = {name: value for name, value in values.items() if value is not None}
        plan = self.schema.plan
        ready = {name: plan[name].to_json(value) for name, value in values.items() if name in plan}
        return Outcome(
            number, json_text(ready), _told(checked.errors), _told(checked.warnings),
            [name for name in self._required if values.get(name) is None and name not in masked], masked,
            self.kind.codes(values), self.kind.fingerprint(values), self._source_key(cells),
            str(record_id).strip() if record_id else None, ready.get("area_id"), self.schema.incomplete({**masked, **values}),
        )

    def _source_key(self, cells: Sequence[Any]) -> str | None:
        told = ["" if is_blank(cells[p]) else half_width(str(cells[p])).strip() for p in self._key if p < len(cells)]
        return "|".join(told)[:200] if any(told) else None

    def values(self, text: str) -> dict[str, Any]:
        """The values of an `Outcome`."""
        plan = self.schema.plan
        return {name: plan[name].from_json(value) for name, value in orjson.loads(text).items()}


def _told(findings: Findings) -> dict[str, list[dict[str, Any]]] | None:
    return {name: [p.as_json() for p in problems] for name, problems in findings.items()} if findings else None


class Checkers:
    """Checks chunks of rows in order, in ``workers`` processes or, with none, in this one."""

    def __init__(self, reader: RowReader, workers: int) -> None:
        self.reader = reader
        self.pool = ProcessPoolExecutor(
            workers, mp_context=get_context(_start_method()), initializer=_start_worker, initargs=reader.recipe(),
        ) if workers else None
        self.waiting: list[tuple[Any, Future[list[Outcome]] | list[Outcome]]] = []

    def __enter__(self) -> Checkers:
        return self

    def __exit__(self, *_exception: Any) -> None:
        if self.pool:
            self.pool.shutdown(wait=False, cancel_futures=True)

    def put(self, token: Any, rows: Sequence[Row]) -> Iterator[tuple[Any, list[Outcome]]]:
        """Hand in a chunk; gives back the chunks that are due, each with the token it came with."""
        if self.pool is None:
            yield token, [self.reader.read(number, cells) for number, cells in rows]
            return
        self.waiting.append((token, self.pool.submit(_work, rows)))
        while len(self.waiting) > IN_FLIGHT:
            yield self._next()

    def rest(self) -> Iterator[tuple[Any, list[Outcome]]]:
        """The chunks still under way."""
        while self.waiting:
            yield self._next()

    def _next(self) -> tuple[Any, list[Outcome]]:
        token, pending = self.waiting.pop(0)
        return token, pending.result() if isinstance(pending, Future) else pending


def _start_method() -> str:
    """A fork starts at once but may copy a lock that another thread holds; with other threads a new process is spawned."""
    return "fork" if threading.active_count() == 1 else "spawn"


_READER: dict[str, RowReader] = {}


def _start_worker(*recipe: Any) -> None:
    gc.disable()  # See `registries.importing.collector`.
    _READER["reader"] = RowReader(*recipe)


def _work(rows: Sequence[Row]) -> list[Outcome]:
    reader = _READER["reader"]
    return [reader.read(number, cells) for number, cells in rows]

