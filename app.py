"""The composition root: the catalogue of all kinds, the site, and the ``sanku`` command."""

from __future__ import annotations

from flask import Flask

import portal
from portal import commands, news
from portal.settings import Settings
from portal.system import Catalogue, System
from registries import facilities, organisations, population, programme
from registries.records import Records


def catalogue() -> Catalogue:
    """Every kind of record that this version of Sanku knows, by its name."""
    kinds = (*population.KINDS, *organisations.KINDS, *facilities.KINDS, *programme.KINDS, *news.KINDS)
    return {kind.name: Records(kind) for kind in kinds}


def create_app(settings: Settings | None = None) -> Flask:
    """The site as a WSGI application, with settings from the environment unless given."""
    app = Flask("portal", static_folder="static", template_folder="templates")
    portal.init_app(app, System(settings or Settings.from_environment(), catalogue()))
    return app


def main() -> None:
    """The ``sanku`` command."""
    commands.run(catalogue)
