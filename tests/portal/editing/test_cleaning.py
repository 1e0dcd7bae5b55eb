"""What Word, browsers and attackers put into a text is gone before it is kept."""

from __future__ import annotations

import time

import pytest

from portal.editing import showing
from portal.news import checks
from portal.news.cleaning import clean, plain

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<style>p.MsoNormal {font-family:仿宋}</style></head>
<body lang=ZH-CN><!--StartFragment--><h1 style='text-align:center'><span style='font-family:黑体'>通知</span></h1>
<p class=MsoNormal style='text-indent:32.0pt'><b><span lang=EN-US>1.<o:p></o:p></span></b>各社区：</p>
<p class=MsoNormal><span lang=EN-US><o:p>&nbsp;</o:p></span></p>
<table class=MsoTableGrid border=1><tr style='height:20pt'><td width=100 colspan=2>单位</td></tr></table>
<!--[if gte vml 1]><v:shape id="x"/><![endif]--><img src="file:///C:/Users/a/clip_image001.png"></body></html>"""


def test_word_leaves_words_headings_and_tables():
    text = clean(WORD)
    for kept in ("<h2>", "通知", "<td", 'colspan="2"'):
        assert kept in text
    for noise in ("Mso", "style", "o:p", "仿宋", "vml", "file:"):
        assert noise not in text


@pytest.mark.parametrize(
    "text",
    [
        "<p onclick=alert(1)>x</p>", "<script>alert(1)</script>", '<a href="javascript:alert(1)">x</a>',
        '<img src="https://elsewhere.example/a.png" alt="x">', '<iframe src="/x"></iframe>',
        '<svg><script>alert(1)</script></svg>', '<p style="background:url(javascript:alert(1))">x</p>',
    ],
)  # fmt: skip
def test_nothing_runs_or_loads_from_elsewhere(text):
    cleaned = clean(text)
    for bad in ("alert", "elsewhere", "iframe", "style", "onclick"):
        assert bad not in cleaned


@pytest.mark.parametrize("text", [
    "<" * 100_000, "<!--" * 50_000, "<style" * 20_000, "<script " * 20_000, "<?xml " * 20_000, "<o:p" * 20_000,
    "<img " * 20_000, "<a " * 20_000, "<h1 " * 20_000,
])
def test_what_is_never_closed_takes_no_time(text):
    """The time may not grow with the square of the length: a worker has others to serve."""
    started = time.perf_counter()
    assert "<script" not in clean(text)
    plain(text)
    list(checks._broken({"body": text}))
    showing._LINK.findall(text)
    assert time.perf_counter() - started < 2


def test_marked_headings_of_plain_text_become_headings():
    assert clean("## 第一章 总则\n第一条 为了") == "<h2>第一章 总则</h2><p>第一条 为了</p>"
