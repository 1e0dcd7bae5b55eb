"""The clerks' desk: lists, records, forms."""

from . import editing, lists, searching, showing_records, suggesting
from .pages import pages

__all__ = ["editing", "lists", "pages", "searching", "showing_records", "suggesting"]
