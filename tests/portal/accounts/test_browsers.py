"""Browsers are named as people know them."""

from __future__ import annotations

import pytest

from portal.accounts.browsers import known_as

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (CHROME, "Chrome 131 · Windows"),
        (f"{CHROME} Edg/131.0.0.0", "Edge 131 · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox 128 · Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1",
         "Safari 17 · iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/116.0 Mobile MicroMessenger/8.0.49", "WeChat 8 · Android"),
        ("curl/8.5", "curl/8.5"), ("x" * 300, "x" * 60), ("", ""),
    ],
)  # fmt: skip
def test_a_browser_is_named(agent, name):
    assert known_as(agent) == name
