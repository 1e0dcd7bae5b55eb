"""Files into the registries: stage, apply, undo.

`stage` reads a file, maps its headings, checks every row with the schema of its kind, compares it with the registry
and writes only the staging area: counts, differences, failed rows. `apply` writes the new and changed rows in one
transaction under one batch id; doing it twice does nothing more. `undo` restores exactly what the batch did.
There is one such pipeline for every kind and every format; the browser and the command line both call it.
"""

from .applying import Undone, apply, json_counts, undo
from .batches import Batch, discard, find, purge, recent
from .mapping import ColumnMapping
from .staging import Options, failed_rows, remember, stage

__all__ = [
    "Batch", "ColumnMapping", "Options", "Undone", "apply", "discard", "failed_rows", "find", "json_counts", "purge",
    "recent", "remember", "stage", "undo",
]
