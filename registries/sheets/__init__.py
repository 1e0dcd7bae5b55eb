"""Tables of other offices: read whatever they send, and write what they can open.

Offices send what they have: exports in four encodings, workbooks with titles, merged headings and
totals, web pages named .xls, maps as GeoJSON. `open_table` finds the table in any of them and gives its
rows one after another, with row numbers and column letters as a spreadsheet shows them, or refuses the
file with a `Refused` whose problem a clerk understands. It decides nothing about meaning: what a
heading stands for and whether 无 is an answer is the importer's business, which finds the questions to
ask of a cell in `cells`.

What was left out or odd is told in `Table.notes`. Hidden sheets, rows and columns are read but told;
formulas are never evaluated, neither on reading nor by what is written.

A file is hostile until read. Its size and kind are looked at first (`guard`); workbooks and JSON are
parsed by a child process with limits on memory and time (`process`, `child`, `packages`, `workbook`,
`features`); text tables are streamed here with limits on lines and cells (`text`, `encodings`). Where
the table stands in the sheet is found by `headings` and `tables` for all of them. `writing` makes
workbooks with text cells, because a spreadsheet that opens a CSV destroys identity numbers and runs
formulas.
"""

from __future__ import annotations

from registries.sheets.guard import DEFAULT, Limits
from registries.sheets.headings import SEPARATOR
from registries.sheets.reading import open_table
from registries.sheets.sources import Value
from registries.sheets.tables import Table
from registries.sheets.writing import Cover, write_csv, write_errors, write_xlsx

__all__ = [
    "DEFAULT",
    "SEPARATOR",
    "Cover",
    "Limits",
    "Table",
    "Value",
    "open_table",
    "write_csv",
    "write_errors",
    "write_xlsx",
]
