"""Sanku put together: settings, databases, kinds, search; what a command, a page or a job needs to begin."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from registries.access import Actor, console
from registries.crypto import Keys
from registries.db import Database
from registries.figures import Figures, counters
from registries.messages import Problem
from registries.pace import ReadingLimits
from registries.population.usual import USUAL_RESIDENTS
from registries.records import Records
from search.feed import Feed

from .language import translator
from .settings import Settings

Catalogue = Mapping[str, Records]


@dataclass
class System:
    """The running program. ``catalogue`` is every kind by its name, made once in `app`."""

    settings: Settings
    catalogue: Catalogue
    language: str = field(default="")

    def __post_init__(self) -> None:
        self.language = self.language or self.settings.language

    @cached_property
    def keys(self) -> Keys:
        """The keys that seal personal data."""
        return Keys.load(self.settings.keys)

    @cached_property
    def database(self) -> Database:
        """The databases, which must be there.

        :raises Refused: there are none yet.
        """
        # Asked before the keys: without databases there is nothing that they would open.
        asked = Database(self.settings.data, self.settings.database_url)
        try:
            asked.require()
        finally:
            asked.engine.dispose()
        return self.connect()

    def connect(self) -> Database:
        """The databases, whether they exist or not."""
        made = Database(self.settings.data, self.settings.database_url, self.keys, self.settings.synchronous)
        made.reading_limits = ReadingLimits(
            self.settings.lookups_per_minute, self.settings.views_per_hour, self.settings.reveals_per_day
        )
        return made

    @cached_property
    def feed(self) -> Feed:
        """The search index and what keeps it up to date."""
        return Feed(self.database, self.catalogue, self.settings.index)

    @cached_property
    def figures(self) -> Figures:
        """Figures of every kind and of usual residents, for those who never see the records."""
        return Figures(self.database, {**counters(self.catalogue), "usual_resident": USUAL_RESIDENTS})

    @cached_property
    def gettext(self) -> Callable[[str], str]:
        """Translates into the language of whoever is at the console."""
        return translator(self.language)

    def say(self, problem: Problem) -> str:
        """A problem as a sentence in that language."""
        return problem.localised(self.gettext)

    @staticmethod
    def translate(language: str) -> Callable[[str], str]:
        """Translates into a language, also before there is a system."""
        return translator(language)

    @staticmethod
    def console() -> Actor:
        """Who acts when no user is named."""
        return console(getpass.getuser())
