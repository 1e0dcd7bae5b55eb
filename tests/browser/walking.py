"""How journeys go on from page to page: by the button of a form, and by the keyboard alone."""

from __future__ import annotations

from functools import cache

from babel.support import Translations
from playwright.sync_api import Locator, Page

from tests.browser.conftest import Tab
from tests.own_code import ROOT

MOST_TABS = 250
#: Whether what has the focus can be seen to have it.
SHOWS_FOCUS = """() => {
    const style = getComputedStyle(document.activeElement);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
}"""


@cache
def _catalogue() -> Translations:
    return Translations.load(ROOT / "translations", ["zh"])


def zh(message: str, **told: object) -> str:
    """A text of ours as Chinese pages say it."""
    return _catalogue().gettext(message) % told if told else _catalogue().gettext(message)


def press(page: Page, words: str) -> None:
    """Press the last button of the main part that says this, in Chinese; waits for the page that it leads to."""
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=zh(words), exact=True).last.click()


def follow(page: Page, words: str) -> None:
    """Follow the first link of the main part that says this, in Chinese."""
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("link", name=zh(words)).first.click()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until something has the focus; it must be seen to have it."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            assert page.evaluate(SHOWS_FOCUS), f"the focus cannot be seen on {target}"
            return
    raise AssertionError(f"the keyboard does not reach {target}")


def enter(page: Page, target: Locator) -> None:
    """Go to a link or a button by keyboard and press Enter; waits for the page that it leads to."""
    tab_to(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def until(page: Page, condition: str) -> None:
    """Wait until an expression holds in the page; Playwright's own way is refused by our security policy."""
    for _turn in range(100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it never came true: {condition}")


def text(opened: Tab) -> str:
    """What can be read in the main part."""
    return opened.page.get_by_role("main").inner_text()
