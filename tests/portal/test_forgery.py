"""What another site has a browser send is refused, and nobody loses what he typed."""

from __future__ import annotations

from io import BytesIO

import pytest

from portal.accounts.models import SignIn
from portal.addresses import safe_path
from portal.security import allowed
from portal.server_session import PLAIN_COOKIE
from tests.portal.test_who_may import addresses, blueprints
from tests.site import PASSWORD, Page

UNSAFE = [
    (method, target, rule) for blueprint in blueprints() for method, _address, target, rule in addresses(blueprint)
    if method != "GET"
]  # fmt: skip
#: Addresses that leave the site in some browser, or try to.
HOSTILE = [
    "http://evil.example", "https://evil.example/", "//evil.example", "///evil.example", "////evil.example",
    "/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\\/evil.example", "http:evil.example",
    "http:/evil.example", "http:///evil.example", "http:////evil.example", "https:evil", "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", " //evil.example",
    "\t//evil.example", "/\t/evil.example", "/\n/evil.example", "/\r\n/evil.example", "\x00//evil.example",
    "/\x00/evil.example", "evil.example", "?next=//evil", "#//evil", "", "/account\r\nSet-Cookie: a=b",
    "/account\nX: y", "/ /evil.example", "/\x7f/evil", "／／evil.example", "http://localhost@evil.example/",
    "http://localhost.evil.example/", "//localhost@evil.example", "/\\\\evil.example", "\\evil", "./../evil",
]  # fmt: skip


@pytest.fixture
def called(site):
    """The endpoints that were reached; every view is replaced by one that notes it."""
    reached = []
    for endpoint, view in site.app.view_functions.items():
        if endpoint != "static":
            guarded = allowed(*view.allowed_rights, unready=True, fresh=False)
            site.app.view_functions[endpoint] = guarded(
                lambda _endpoint=endpoint, **_values: (reached.append(_endpoint), ("", 204))[1]
            )
    return reached


def signed_in(site):
    """A visitor of each role, so that every address is open to one of them."""
    roles = ("registry_admin", "grid_worker", "system_admin", "auditor", "leader", "editor", "reviewer")
    return [site.visitor(role) for role in roles]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost:81"},
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, {"Origin": "http://localhost.evil.example"},
        {"Origin": "", "Referer": "https://evil.example/http://localhost/"}, {"Origin": ""}, {"Origin": "http://[bad"},
    ],
    ids=str,
)  # fmt: skip
def test_nothing_that_another_site_sends_is_done_even_with_the_token(site, called, headers):
    browser, stranger = site.visitor("registry_admin"), site.visitor()
    for method, target, _rule in UNSAFE:
        for visitor in (browser, stranger):
            told = {**headers, "X-CSRF-Token": visitor.token()}
            answer = visitor.open(target, method=method, headers=told, check_page=False)
            assert answer.status_code in ({401} if "/api/" in target else {403}), f"{method} {target}"
    assert called == []


@pytest.mark.parametrize("token", ["", "nonsense", "of somebody else"])
def test_nothing_is_done_for_somebody_signed_in_without_his_token(site, called, token):
    told = site.visitor("clerk").token() if token == "of somebody else" else token
    for visitor in signed_in(site):
        for method, target, _rule in UNSAFE:
            answer = visitor.open(target, method=method, headers={"X-CSRF-Token": told}, check_page=False)
            assert answer.status_code in ({401} if "/api/" in target else {400}), f"{method} {target}"
    assert called == []


def test_every_unsafe_address_is_reached_with_the_token(site, called):
    """So that the tests above refuse something."""
    for visitor in signed_in(site):
        for method, target, _rule in UNSAFE:
            visitor.open(target, method=method, headers={"X-CSRF-Token": visitor.token()}, check_page=False)
    wanted = {rule.endpoint for _method, _target, rule in UNSAFE if not rule.rule.startswith("/api/")}
    assert set(called) == wanted


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Referer": "http://localhost/login", "Origin": ""}]
)
def test_a_browser_may_say_in_other_ways_that_it_comes_from_here(site, visitor, headers):
    site.account("clerk", name="lin")
    assert visitor().post("/login", {"name": "lin", "password": PASSWORD}, headers=headers).status_code == 302


@pytest.mark.parametrize("address", HOSTILE)
def test_no_address_from_outside_leaves_the_site(site, visitor, address):
    assert safe_path(address, "") == ""
    site.account("clerk", name="lin")
    answer = visitor().post("/login", {"name": "lin", "password": PASSWORD, "next": address})
    assert answer.headers["Location"].startswith("/")
    assert not answer.headers["Location"].startswith(("//", "/\\"))
    assert "evil" not in answer.headers["Location"]
    browser = visitor("clerk")
    assert "evil" not in browser.get("/login", query_string={"next": address}).headers["Location"]


@pytest.mark.parametrize("address", ["/", "/desk/resident/?q=王&page=2", "/account/#sessions", "/a//b", "/a?next=http://x"])
def test_paths_of_the_site_are_gone_to(address):
    assert safe_path(address) == address


# Nothing typed is lost


FORM = {"name": "王小明", "note": "two\nlines <b>&\"'", "empty": ""}


def kept_form(answer, action):
    """The hidden fields with which the page would send the form again."""
    return Page(answer.get_data(as_text=True)).form_values(action)


def end(site, visitor):
    """Let the session of a visitor run out."""
    with site.system.database.writing("system") as session:
        for row in session.query(SignIn):
            row.seen_at = row.seen_at.replace(year=2020)


def test_a_form_sent_after_the_session_ended_goes_through_signing_in(site, visitor):
    lin = site.account("clerk", name="lin")
    browser = visitor(user=lin)
    end(site, browser)
    answer = browser.post("/desk/resident/new?copy=1", FORM, token=False)
    assert answer.status_code == 401
    assert "王小明" not in answer.text
    form = kept_form(answer, "/login")
    assert browser.post("/login", {**form, "name": "lin", "password": "wrong"}).status_code == 401
    answer = browser.post("/login", {**form, "name": "lin", "password": PASSWORD})
    again = kept_form(answer, "/desk/resident/new?copy=1")
    assert {name: again[name] for name in FORM} == {**FORM, "note": FORM["note"]}
    assert again["csrf_token"]
    answer = browser.open("/desk/resident/new?copy=1", method="POST", data=again, check_page=False)
    assert answer.status_code == 422
    assert "王小明" in answer.text


def test_what_one_typed_is_given_to_nobody_else(site, visitor):
    lin = site.account("clerk", name="lin")
    site.account("clerk", name="wu")
    browser = visitor(user=lin)
    end(site, browser)
    form = kept_form(browser.post("/desk/resident/new", FORM, token=False), "/login")
    answer = browser.post("/login", {**form, "name": "wu", "password": PASSWORD})
    assert answer.status_code == 302
    assert "王小明" not in answer.text


def test_what_was_kept_cannot_be_changed_on_the_way(site, visitor):
    lin = site.account("clerk", name="lin")
    browser = visitor(user=lin)
    end(site, browser)
    form = kept_form(browser.post("/desk/resident/new", FORM, token=False), "/login")
    middle = len(form["kept"]) // 2
    form["kept"] = form["kept"][:middle] + ("A" if form["kept"][middle] != "A" else "B") + form["kept"][middle + 1 :]
    assert browser.post("/login", {**form, "name": "lin", "password": PASSWORD}).status_code == 302


def test_a_form_with_an_old_token_is_asked_for_once_more(visitor):
    browser = visitor("clerk")
    answer = browser.post("/account/language", {"language": "en"}, headers={"X-CSRF-Token": "old"})
    assert answer.status_code == 400
    again = kept_form(answer, "/account/language")
    assert browser.open("/account/language", method="POST", data=again).status_code == 302


def test_files_are_not_kept_and_the_page_says_which(site, visitor):
    lin = site.account("clerk", name="lin")
    browser = visitor(user=lin)
    data = {"kind": "resident", "file": (BytesIO(b"x"), "people.xlsx")}
    answer = browser.post("/desk/imports/new", data, headers={"X-CSRF-Token": "old"})
    assert "people.xlsx" in answer.text
    assert "文件未保留" in answer.text


def test_a_script_of_a_page_is_told_that_the_session_ended(site, visitor):
    browser = visitor(user=site.account("clerk"))
    end(site, browser)
    answer = browser.post("/desk/resident/alike", {"name": "x"}, token=False, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Reswap"]) == (401, "none")


def test_a_site_below_a_path_leads_to_itself(make_site):
    site = make_site(proxies=1)
    site.account("clerk", name="lin")
    browser = site.visitor()
    proxy = {"X-Forwarded-Prefix": "/sanku", "X-Forwarded-For": "10.7.7.7", "X-Forwarded-Proto": "https"}
    answer = browser.get("/account/", headers=proxy)
    assert answer.headers["Location"] == "/sanku/login?next=/account/"
    answer = browser.post("/login", {"name": "lin", "password": PASSWORD, "next": "/account/"}, headers=proxy)
    assert answer.headers["Location"] == "/sanku/account/"
    assert browser.client.get_cookie(PLAIN_COOKIE).path == "/"
    page = Page(browser.get("/account/", headers=proxy).text)
    assert page.all("form")
    assert all((form.get("action") or "").startswith("/sanku/") for form in page.all("form"))
    assert "10.7.7.7" in page.text
