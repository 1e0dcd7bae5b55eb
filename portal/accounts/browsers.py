"""What a browser calls itself, in a few words that people know their own by."""

from __future__ import annotations

import re

#: The first that is found is meant: most browsers also name those that they are like.
_BROWSERS = (
    ("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung"), ("UCBrowser", "UC"),
    ("HuaweiBrowser", "Huawei"), ("MQQBrowser", "QQ"), ("QQBrowser", "QQ"), ("Firefox", "Firefox"),
    ("HeadlessChrome", "Chrome"), ("Chrome", "Chrome"), ("Version", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def known_as(agent: str) -> str:
    """``Edge 131 · Windows`` for the long line that a browser sends; the line itself if nothing is known of it."""
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    for mark, name in _BROWSERS:
        found = re.search(rf"{mark}/(\d+)", agent)
        if found:
            return " · ".join(part for part in (f"{name} {found[1]}", system) if part)
    return agent[:60]
