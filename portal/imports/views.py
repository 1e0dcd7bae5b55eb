"""All pages of the imports: importing the modules puts their views into the one blueprint."""

from . import checking_views, columns_views, sending_views
from .pages import pages

__all__ = ["checking_views", "columns_views", "pages", "sending_views"]
