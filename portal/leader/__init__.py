"""What leaders see: units and all that is known of them, and how far the registries can be trusted."""

from __future__ import annotations

from . import overview, saved, searching, sheet, unit
from .pages import pages

__all__ = ["overview", "pages", "saved", "searching", "sheet", "unit"]
