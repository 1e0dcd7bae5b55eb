"""The clerks' desk: lists, records, forms."""

from . import alike, editing, lists, merging_views, searching, showing_records, suggesting, transfer_views, work
from .pages import pages

__all__ = [
    "alike", "editing", "lists", "merging_views", "pages", "searching", "showing_records", "suggesting",
    "transfer_views", "work",
]
