"""Every kind of form, sent with something wrong in it: the page that says so is as sound as the form was."""

from __future__ import annotations

import itertools

import pytest

from tests.browser.addresses import KINDS
from tests.browser.conftest import Tab
from tests.browser.test_every_page import ALL, seen

LATER = "2999-01-01"
#: What a form with something wrong is answered with: unreadable, sent by nobody that is known, invalid.
REFUSED = (400, 401, 422)
#: (who, page, how the address ends that the form is sent to, what is typed).
FORMS = (
    (None, "/login", "/login", {"name": "nobody", "password": "no password of anybody"}),
    (None, "/mistake?page=/news/", "mistake", {}),
    ("clerk", "/account/password", "password", {"old": "x", "new": "short", "again": "other"}),
    ("clerk", "/account/confirm", "confirm", {"password": "wrong"}),
    ("clerk", "/account/second-factor", "begin", {"password": "wrong"}), ("clerk", "/account/tokens", "tokens", {}),
    ("leader", "/account/openings", "openings", {"reason": ""}), ("leader", "/leader/units", "searches", {"name": ""}),
    ("system_admin", "/admin/users/new", "new", {"name": "x", "area": "nowhere"}),
    ("system_admin", "/admin/users/{user}", "grants", {"area": "nowhere"}),
    ("registry_admin", "/admin/areas/{area}", "{area}", {}),
    ("registry_admin", "/admin/areas/{area}/merge", "merge", {}),
    ("registry_admin", "/admin/areas/{area}/move", "move", {}), ("registry_admin", "/admin/areas/file", "file", {}),
    ("registry_admin", "/admin/codes/{open_scheme}", "{open_scheme}", {}),
    ("clerk", "/admin/requests/new/{resident}", "{resident}", {}),
    *(("clerk", f"/desk/{kind}/new", "", {}) for kind in KINDS),
    ("clerk", "/desk/resident/{resident}/edit", "", {"name": "", "id_number": "123"}),
    ("clerk", "/desk/resident/{resident}/retire", "", {}), ("clerk", "/desk/resident/{resident}/event", "", {}),
    ("clerk", "/desk/resident/{resident}", "{resident}", {}), ("clerk", "/desk/household/register", "", {}),
    ("clerk", "/desk/household/{household}/move", "move", {"event_on": LATER}),
    ("clerk", "/desk/household/{household}/split", "", {}),
    ("grid_worker", "/desk/facility/{facility}/check", "", {"on": LATER}),
    ("grid_worker", "/desk/resident/{resident}/propose", "", {}),
    ("registry_admin", "/desk/organisation/compare/{first}/{second}", "", {}),
    ("registry_admin", "/desk/organisation/{merged}/unmerge", "", {}),
    ("clerk", "/desk/organisation/export", "export", {}), ("clerk", "/desk/imports/new", "new", {}),
    ("clerk", "/desk/imports/{import_columns}/columns", "columns", {"column-0": ""}),
)  # fmt: skip


def send(opened: Tab, action: str, typed: dict[str, str]) -> int:
    """Fill in the form that goes to an address and press its button, past what the browser itself would refuse."""
    form = opened.page.locator(f'main form[method="post"]{f"""[action$="{action}"]""" if action else ""}').first
    form.evaluate("form => { form.noValidate = true; form.closest('details')?.setAttribute('open', ''); }")
    for name, value in typed.items():
        field = form.locator(f'[name="{name}"]:not([type=hidden])').first
        field.evaluate("(field, value) => { field.value = value; }", value)
    opened.said.clear()
    with opened.page.expect_navigation() as sent:
        form.evaluate("form => form.requestSubmit(form.querySelector('button[type=submit]:not([hidden])'))")
    return sent.value.status


def every_form():
    """Each form once, in the combinations in turn; all combinations of it in the long run."""
    for at, (form, (language, width)) in enumerate(itertools.product(FORMS, ALL)):
        one, turn = divmod(at, len(ALL))
        marks = () if turn == one % len(ALL) else (pytest.mark.full,)
        yield pytest.param(*form, language, width, marks=marks)


@pytest.mark.parametrize(("role", "path", "action", "typed", "language", "width"), list(every_form()))
def test_what_is_wrong_is_told_on_a_sound_page(served, tab, role, path, action, typed, language, width):
    opened = tab(served, role, language, width)
    opened.open(("/en" if role is None and language == "en" and path != "/login" else "") + path.format_map(served.ids))
    status = send(opened, action.format_map(served.ids), typed)
    opened.page.wait_for_load_state("networkidle")
    assert status in REFUSED, f"{path}: status {status}"
    assert opened.page.locator("[data-focus]").first.evaluate("box => box === document.activeElement")
    assert opened.page.title().startswith(("错误", "Error"))
    assert not seen(opened, width)
