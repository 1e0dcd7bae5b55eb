"""Translations where there is no request: commands and jobs."""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from babel.support import NullTranslations, Translations


def translations_folder() -> Path:
    """The folder of the catalogues."""
    return Path(str(files("translations")))


@lru_cache
def translator(language: str) -> Callable[[str], str]:
    """The function that translates a message id into ``zh`` or ``en``; English is the message id itself."""
    if language == "en":
        return NullTranslations().gettext
    return Translations.load(str(translations_folder()), [language]).gettext


def speak(language: str) -> None:
    """Let libraries that ask ``gettext`` for their own texts, such as click, find them in our catalogue."""
    gettext.bindtextdomain("messages", str(translations_folder()))
    os.environ["LANGUAGE"] = language
