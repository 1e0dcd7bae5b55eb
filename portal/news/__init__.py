"""What the site publishes: news, notices and pages, each with a working text and the edition that people read."""

from .service import NEWS, NOTICE, PAGE

KINDS = (NEWS, NOTICE, PAGE)
"""The kinds of article; what they share is in `models` and `schemas`."""
