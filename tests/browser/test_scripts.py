"""What scripts add to pages: the nearest of all places, and an editor that is reached like the input it stands for."""

from __future__ import annotations

from typing import Any

import pytest

from registries.facilities.public import distance, find
from tests.browser.conftest import Served, Tab


@pytest.fixture
def near(served, tab):
    """A tab that tells where it is, at the place of the facility that comes last in the list."""
    opened = tab(served, language="en")
    points = located(served)
    here = points[-1][1]
    opened.page.context.grant_permissions(["geolocation"], origin=served.address)
    opened.page.context.set_geolocation({"longitude": here[0], "latitude": here[1]})
    return opened, [name for name, at in sorted(points, key=lambda pair: distance(here, pair[1]))]


def located(served: Served) -> list[tuple[str, tuple[float, float]]]:
    with served.site.system.database.reading() as session:
        return [
            (one.name, (one.longitude, one.latitude)) for one in find(session)
            if one.longitude is not None and one.latitude is not None
        ]


def names(opened: Tab) -> list[str]:
    return opened.page.locator(".places-list h2 a").all_inner_texts()


def press(opened: Tab, said: str) -> None:
    opened.page.locator("[data-sort-by-distance]").click()
    opened.page.locator(f"[data-found]:has-text('{said}')").wait_for()


def test_the_nearest_of_all_places_come_first_on_whatever_page_they_stand(near):
    opened, nearest = near
    opened.open("/en/map")
    press(opened, "The nearest come first.")
    shown = names(opened)
    assert shown[0] == nearest[0]
    assert len(shown) == min(50, len(nearest))
    press(opened, "The nearest come first.")
    assert names(opened) == shown
    assert opened.page.locator("[data-found]").inner_text().count("The nearest come first.") == 1
    assert opened.said == []


def test_a_list_that_cannot_be_loaded_is_no_refusal_to_tell_the_place(near):
    opened, _nearest = near
    opened.open("/en/map")
    before = names(opened)
    opened.page.route("**/facilities.geojson*", lambda route: route.abort())
    press(opened, "could not be loaded")
    assert names(opened) == before
    opened.open("/en/")
    opened.page.locator("[data-locate]").click()
    opened.page.locator("[data-nearest]:has-text('could not be loaded')").wait_for()


def test_what_leads_to_the_body_leads_to_its_editor(served, tab):
    opened = tab(served, "editor", "en")
    opened.open("/editing/news/new")
    told: dict[str, Any] = opened.page.evaluate("""() => {
        const page = document.getElementById("body");
        location.hash = "#body";
        return {
            writes: page.isContentEditable, described: page.getAttribute("aria-describedby"),
            named: document.getElementById(page.getAttribute("aria-labelledby")).textContent,
        };
    }""")
    assert told == {"writes": True, "described": "body-hint", "named": "Body"}
    opened.page.wait_for_function("document.activeElement.id === 'body'")
    assert opened.said == []
