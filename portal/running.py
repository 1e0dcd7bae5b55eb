"""What any page asks of the program that serves it."""

from __future__ import annotations

from flask import current_app
from flask_babel import get_locale

from .system import System


def system() -> System:
    """The running program."""
    found: System = current_app.extensions["sanku"]
    return found


def language() -> str:
    """The language of this request, as records and code lists know it: ``zh`` or ``en``."""
    return str(get_locale())[:2]
