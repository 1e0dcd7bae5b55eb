"""HTML that somebody typed, pasted from Word or sent in: only what an article needs is let through.

Cleaning is done when a text is taken in and not when it is shown. Nothing that runs, nothing that loads from another
host, no looks of its own: headings begin below the title of the page, pictures are those of this site.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import nh3

TAGS = frozenset({
    "a", "b", "blockquote", "br", "caption", "div", "em", "figcaption", "figure", "h2", "h3", "h4", "hr", "i", "img",
    "li", "ol", "p", "pre", "s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
})  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"}, "img": {"src", "alt", "width", "height"}, "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"}, "ol": {"start"},
}  # fmt: skip
#: What stands for a picture or a document in the address of one.
MEDIA_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
#: Where the pictures of articles lie on this site; their names are those that the files were sent with.
MEDIA = re.compile(rf"^(/[\w./-]*)?/media/{MEDIA_ID}(/small)?(/[\w.()%-]+)?$")
_EMPTY = re.compile(r"<(p|div|li|h[2-4])>(?:\s|&nbsp;|<br>)*</\1>")
_ADDRESSED = re.compile(r"<(?:a|img)\b[^<>]*>")
_ADDRESS = re.compile(r'\b(src|href)="([^"]*)"')
_TAG = re.compile(r"<[a-zA-Z!/]")
_MARKED_HEADING = re.compile(r"(#{1,4})\s+(?=\S)")
_FIRST_HEADING = re.compile(r"<(/?)h1\b[^<>]*>", re.IGNORECASE)


def clean(text: str) -> str:
    """The text as it may be shown; plain text becomes paragraphs."""
    if not _TAG.search(text):
        return paragraphs(text)
    text = _FIRST_HEADING.sub(r"<\1h2>", text)
    cleaned = nh3.clean(
        text, tags=set(TAGS), attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto", "tel"}, attribute_filter=_attribute, link_rel="noopener noreferrer",
    )  # fmt: skip
    return _EMPTY.sub("", cleaned).strip()


def readdressed(text: str, change: Callable[[str], str]) -> str:
    """Cleaned HTML with the addresses of its links and pictures changed."""

    def changed(tag: re.Match[str]) -> str:
        return _ADDRESS.sub(lambda found: f'{found[1]}="{change(found[2])}"', tag[0])

    return _ADDRESSED.sub(changed, text)


def rootless(text: str, root: str) -> str:
    """A text as it is kept, with addresses that do not say where below its host the site lies: that may change."""
    if not root or f"{root}/" not in text or not _TAG.search(text):
        return text
    return readdressed(clean(text), lambda address: below(address, root))


def below(address: str, root: str) -> str:
    """An address of this site without the path that the site lies at."""
    return address.removeprefix(root) if root and address.startswith(f"{root}/") else address


def paragraphs(text: str) -> str:
    """Plain text as HTML: a paragraph for each line that says something, a heading for those marked with #."""
    lines = (line.strip("\u3000 \t") for line in text.splitlines())
    return "".join(_paragraph(line) for line in lines if line)


def _paragraph(line: str) -> str:
    """A line as a paragraph, or as the heading that plain texts from elsewhere mark with number signs."""
    marked = _MARKED_HEADING.match(line)
    if marked is None:
        return f"<p>{html.escape(line, quote=False)}</p>"
    tag = f"h{min(max(len(marked[1]), 2), 4)}"
    return f"<{tag}>{html.escape(line[marked.end():], quote=False)}</{tag}>"


def plain(text: str | None) -> str:
    """HTML as plain text, for the index, summaries and checks; blocks end with a line."""
    if not text:
        return ""
    parted = re.sub(r"</(p|div|li|h[2-4]|tr|caption|figcaption|blockquote)>|<br>", "\n", text)
    parted = re.sub(r"</t[dh]>", " ", parted)
    return html.unescape(re.sub(r"<[^<>]+>", "", parted)).strip()


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        return value if MEDIA.match(value) else None
    if tag in ("img", "td", "th") and name in ("width", "height", "colspan", "rowspan"):
        return value if value.isdigit() and int(value) < 10_000 else None
    return value
