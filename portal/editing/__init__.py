"""Pages for those who write for the site: lists, forms, review, versions, pictures."""

from . import library_views, lists, step_views, version_views, writing
from .blueprint import pages

__all__ = ["library_views", "lists", "pages", "step_views", "version_views", "writing"]
