"""Every page in a real browser: no accessibility fault, no error on the console, no sideways scrolling, sound HTML."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.addresses import PUBLIC, STAFF
from tests.browser.conftest import Served, Tab

LANGUAGES, WIDTHS, NARROWEST = ("zh", "en"), (1280, 360), 320
#: Opened to see what is said of an address that leads nowhere.
NOT_THERE = ("/nowhere", "/desk/nothing/")
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
#: Rules of taste, not of HTML: the case of the doctype, several fields of one name, a label that needs no ``for``, how
#: an attribute without a value is written.
TASTE = (
    "long-title", "no-trailing-whitespace", "doctype-style", "form-dup-name", "no-redundant-for",
    "attribute-boolean-style",
)  # fmt: skip
NO_TOOL = "HTML is not validated: html-validate is missing; install it with: npm install --prefix tests/browser"
ALL = list(itertools.product(LANGUAGES, WIDTHS))


def pairwise(addresses):
    """Each page once, the combinations in turn, so that each value of each dimension is seen on many pages."""
    return [(*(one if isinstance(one, tuple) else (None, one)), *ALL[at % 4]) for at, one in enumerate(addresses)]


def rest(addresses):
    """All the other combinations."""
    chosen = set(pairwise(addresses))
    whole = [(*(a if isinstance(a, tuple) else (None, a)), *c) for a, c in itertools.product(addresses, ALL)]
    return [one for one in whole if one not in chosen]


def cases():
    """The pairwise cases, and the rest marked as long."""
    every = [*STAFF, *PUBLIC]
    return [*pairwise(every), *(pytest.param(*one, marks=pytest.mark.full) for one in rest(every))]


def faults(at: Served, tab, role, path, language, width) -> list[str]:
    """What is wrong with a page as the browser shows it."""
    told = path.format_map(at.ids)
    if role is None and language == "en" and not told.startswith("/login"):
        told = f"/en{told}"
    opened = tab(at, role, language, width)
    wanted = 404 if told.removeprefix("/en") in NOT_THERE else 200
    status = opened.open(told)
    opened.page.wait_for_load_state("networkidle")
    wrong = [] if status == wanted else [f"status {status}"]
    return [f"{told} [{language} {width}] {text}" for text in (*wrong, *seen(opened, width))]


def seen(opened: Tab, width: int) -> list[str]:
    """What is wrong with the page that a tab shows; a narrow one is also looked at on the narrowest telephone."""
    # A browser says on its console that a form or a page was refused; that is no fault of the page.
    wrong = [text for text in opened.said if "the server responded with a status of 4" not in text]
    found = Axe().run(opened.page, options=AXE).response["violations"]
    wrong += [f"{one['id']}: {one['nodes'][0]['html'][:300]}" for one in found]
    for wide in (width, NARROWEST) if width < 1000 else (width,):
        opened.page.set_viewport_size({"width": wide, "height": 900})
        needed = opened.page.evaluate("document.documentElement.scrollWidth")
        if needed > wide:
            wrong.append(f"{needed} px wide on a screen of {wide}")
    return wrong


@pytest.mark.parametrize(("role", "path", "language", "width"), cases())
def test_a_page_is_without_fault(served, tab, role, path, language, width):
    assert not faults(served, tab, role, path, language, width)


#: Pages that show nothing but what is on record or under way, and so are empty in an empty site.
EMPTY = [
    one for one in (*STAFF, *((None, path) for path in PUBLIC))
    if "{" not in one[1] and not one[1].endswith(("/new", "/file", "/register"))
]  # fmt: skip


def empty_cases():
    """A third of the pages in every run, each combination among them; the others are marked as long."""
    return [
        one if at % 3 == 0 else pytest.param(*one, marks=pytest.mark.full) for at, one in enumerate(pairwise(EMPTY))
    ]


@pytest.mark.parametrize(("role", "path", "language", "width"), empty_cases())
def test_an_empty_site_is_without_fault(bare, tab, role, path, language, width):
    assert not faults(bare, tab, role, path, language, width)


def test_the_html_is_valid(served, tab, tmp_path):
    """Every page once, checked by html-validate where Node.js is there."""
    tool = Path(__file__).parent / "node_modules/.bin/html-validate"
    command = [str(tool)] if tool.exists() else [shutil.which("html-validate") or ""]
    if not command[0]:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NO_TOOL)
    for number, (role, path) in enumerate([*STAFF, *((None, path) for path in PUBLIC)]):
        opened = tab(served, role, "zh", 1280, script=False)
        answer = opened.page.goto(served.address + path.format_map(served.ids))
        (tmp_path / f"{number:03}.html").write_text(answer.text(), encoding="utf-8")
    rules = {"extends": ["html-validate:recommended"], "rules": dict.fromkeys(TASTE, "off")}
    (tmp_path / ".htmlvalidate.json").write_text(json.dumps(rules))
    done = subprocess.run([*command, "--formatter", "text", "*.html"], cwd=tmp_path, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout[:6000]
