"""All pages of the administration: importing the modules puts their views into the one blueprint."""

from . import (
    area_files,
    area_pages,
    auditing,
    code_pages,
    request_results,
    requests,
    start,
    system_pages,
    users,
)
from .blueprint import pages

__all__ = [
    "area_files", "area_pages", "auditing", "code_pages", "pages", "request_results", "requests", "start",
    "system_pages", "users",
]
