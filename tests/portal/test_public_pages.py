"""The first pages as a browser gets them: sound HTML in both languages, no cookie, nothing from other hosts."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

import app
from portal import setup
from portal.demo import Sizes, load_demo
from portal.settings import Settings
from portal.system import System
from tests.site import Page, check

PAGES = [
    "/",
    "/search",
    "/search?q=避难",
    "/search?q=绝无此物",
    "/search?subclass=2107",
    "/nowhere",
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("site")
    settings = Settings(data=folder / "data", keys=folder / "keys.json", index=folder / "index", synchronous="OFF")
    system = System(settings, app.catalogue())
    setup.make_ready(system)
    load_demo(system, Sizes(200, 30, 400, 1, date(2026, 11, 23)), lambda rows: None)
    return app.create_app(settings).test_client()


def get(client: FlaskClient, address: str) -> tuple[int, str]:
    answer = client.get(address)
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound(client, prefix, path):
    answer = client.get(prefix + path)
    assert answer.status_code == (404 if path == "/nowhere" else 200)
    check(answer, "en" if prefix else "zh")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("path", "other"), [("/", "/en/"), ("/search?q=x", "/en/search?q=x"), ("/en/search", "/search")]
)
def test_each_page_links_to_itself_in_the_other_language(client, path, other):
    page = Page(get(client, path)[1])
    assert other in [link.get("href") for link in page.all("link")]
    assert other in [link.get("href") for link in page.all("a")]
    assert client.get(other).status_code == 200


def test_a_search_finds_public_facilities_and_narrows_them(client):
    found = get(client, "/search?q=避难")[1]
    assert found.count('class="hit"') > 0
    narrowed = get(client, "/search?q=避难&subclass=2107")[1]
    assert 0 < narrowed.count('class="hit"') <= found.count('class="hit"')
    assert 'aria-current="true"' in narrowed


def test_residents_and_organisations_are_found_by_nobody_outside(client):
    for words in ("居民委员会", "王", "加油站"):
        for kind in ("resident", "organisation", "household"):
            assert f'/{kind}/' not in get(client, f"/search?q={words}&kind={kind}")[1]
        kinds = get(client, f"/search?q={words}&kind=facility")[1]
        assert kinds.count('class="hit"') == 0


def test_an_empty_answer_says_what_to_do(client):
    text = get(client, "/en/search?q=绝无此物")[1]
    assert "Nothing was found" in text


@pytest.mark.parametrize(
    "query", ["q=%00", "q=" + "长" * 5000, "page=-1", "page=9999999999", "page=x", "subclass=<script>", "q=%F0%28"]
)
def test_odd_questions_are_answered_calmly(client, query):
    status, text = get(client, f"/search?{query}")
    assert status == 200
    assert "<script>" not in text


def test_a_page_is_for_residents_and_names_no_command(client):
    for path in PAGES:
        assert "sanku " not in get(client, f"/en{path}")[1]


def test_the_site_says_that_it_lives_and_is_ready(client):
    assert client.get("/healthz").get_json() == {"status": "ok"}
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.get_json()
    assert all(answer.get_json()["checks"].values())


def test_other_methods_are_refused(client):
    assert client.post("/search").status_code == 405
