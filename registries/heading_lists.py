"""Lists of column headings, written as text: one field a line, headings parted by commas, more on indented
lines.
"""

from __future__ import annotations


def read_headings(text: str) -> dict[str, tuple[str, ...]]:
    """The headings of each field.

    >>> read_headings("phone: 电话, tel")
    {'phone': ('电话', 'tel')}
    """
    lines: list[str] = []
    for line in text.splitlines():
        if line[:1].isspace():
            lines[-1] += f", {line.strip()}"
        elif line.strip():
            lines.append(line)
    found = {}
    for line in lines:
        name, _, words = line.partition(":")
        found[name.strip()] = tuple(word.strip() for word in words.split(",") if word.strip())
    return found
