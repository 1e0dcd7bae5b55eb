"""The code lists that come with Sanku, read from the CSV files in ``registries/codes``.

Only reading: what a site's database holds, local additions included, is ``registries.codes``.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

FOLDER = files("registries") / "codes"
COLUMNS = (
    "scheme", "code", "parent", "name_zh", "name_en", "order",
    "valid_from", "valid_to", "synonyms", "certainty", "extra",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShippedCode:
    """One line of a code file.

    ``synonyms`` are other wordings that stand for the code in the files of offices. ``certainty`` tells how
    sure the entry is: A two sources agree, B one source, C from memory, P our own proposal. ``extra`` is what
    only this scheme has, such as the pattern of a document number or the usual days between two checks.
    """

    scheme: str
    code: str
    name_zh: str
    name_en: str
    order: int
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    synonyms: tuple[str, ...] = ()
    certainty: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


def read_all() -> Iterator[ShippedCode]:
    """All entries of all files, by file name and then in the order of the lines."""
    for file in file_list():
        yield from read_file(file)


def file_list() -> list[Traversable]:
    """The code files, by name."""
    return sorted(
        (file for file in FOLDER.iterdir() if file.name.endswith(".csv")), key=lambda file: file.name
    )


def read_file(file: Traversable) -> Iterator[ShippedCode]:
    """The entries of one file; a file with other columns is refused, for it would load as nonsense."""
    with file.open("r", encoding="utf-8") as lines:
        rows = csv.DictReader(lines)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{file.name}: the columns are {rows.fieldnames}, they must be {list(COLUMNS)}")
        for row in rows:
            yield _entry(row)


def _entry(row: Mapping[str, str]) -> ShippedCode:
    return ShippedCode(
        scheme=row["scheme"],
        code=row["code"],
        parent=row["parent"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        order=int(row["order"]),
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        synonyms=tuple(filter(None, row["synonyms"].split("|"))),
        certainty=row["certainty"],
        extra=json.loads(row["extra"]) if row["extra"] else {},
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
