"""From a file to its table: what it is, who reads it, and one sentence if it cannot be read."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from registries.messages import Refused
from registries.sheets import packages
from registries.sheets.guard import DEFAULT, Limits, recognise
from registries.sheets.process import ChildSource
from registries.sheets.sources import Source
from registries.sheets.tables import Table
from registries.sheets.text import TextSource


def open_table(
    path: Path,
    *,
    name: str | None = None,
    sheet: str | None = None,
    limits: Limits = DEFAULT,
    expected: Collection[str] = (),
) -> Table:
    """The table in ``path``, to be used in a ``with`` statement; raises ``Refused`` for a clerk to read.

    ``name`` is what the user calls the file, if that is not the name on disk. Of several sheets the
    first with a table is read unless ``sheet`` names one. ``expected`` are headings that the importer
    knows, which help to find the right sheet and row.
    """
    shown = name or path.name or str(path)
    kind = recognise(path, shown, limits)
    known = frozenset(heading.lower() for heading in expected)
    source: Source
    try:
        if kind == "text":
            source = TextSource(path, shown, limits)
        else:
            source = ChildSource(path, kind, shown, limits, sheet=sheet, expected=known)
    except OSError:
        raise Refused(packages.damaged(shown)) from None
    try:
        return Table(source, shown, limits, known)
    except BaseException:
        source.close()
        raise
