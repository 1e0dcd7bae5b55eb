"""No page is left out when all are tried in the browser."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

import pytest
from werkzeug.exceptions import HTTPException

import app
from portal.settings import Settings
from tests.browser.addresses import NO_PAGES, PUBLIC, STAFF


@pytest.fixture(scope="module")
def site_map(tmp_path_factory):
    folder = tmp_path_factory.mktemp("map")
    return app.create_app(Settings(data=folder / "data", keys=folder / "keys.json")).url_map


def views(site_map) -> set[str]:
    """The views that answer with a page when somebody opens an address; each public one once, not once a language."""
    rules = {rule.endpoint for rule in site_map.iter_rules() if "GET" in (rule.methods or ())}
    return {one for one in rules if not one.startswith(("english.", "api."))}


def opened(site_map) -> set[str]:
    """The views that the addresses lead to."""
    # Any id and any word will do: what matters is which view the address belongs to.
    names = {name: UUID(int=0) for name in site_map_names()}
    adapter, found = site_map.bind("localhost"), set()
    for address in (*(path for _role, path in STAFF), *PUBLIC):
        told = address.format_map({**names, "area_file": f"{UUID(int=0)}.csv", "source": "x"})
        try:
            found.add(adapter.match(urlsplit(told).path, method="GET")[0])
        except HTTPException:
            assert told == "/nowhere", f"{address} leads nowhere"
    return found


def site_map_names() -> set[str]:
    """What stands in braces in the addresses."""
    every = " ".join((*(path for _role, path in STAFF), *PUBLIC))
    return {part.partition("}")[0] for part in every.split("{")[1:]}


def test_every_page_is_opened_in_the_browser(site_map):
    left_out = views(site_map) - opened(site_map) - NO_PAGES
    assert not left_out, f"name an address of each in tests/browser/addresses.py: {sorted(left_out)}"


def test_what_is_said_to_be_no_page_is_there(site_map):
    assert views(site_map) >= NO_PAGES
