"""All pages of the accounts: importing the modules puts their views into the one blueprint."""

from . import own_views, second_factor_views, watching_views
from .views import pages

__all__ = ["own_views", "pages", "second_factor_views", "watching_views"]
