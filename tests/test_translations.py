"""Every text for people can be read in Chinese. English needs no catalogue: the message ids are English."""

from __future__ import annotations

import re
from functools import cache

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from tests.own_code import ROOT

CHINESE = ROOT / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "lazy_gettext": None, "_l": None}
#: Where values go: ours are ``%(name)s``, those of click ``{name!r}``.
PLACES = re.compile(r"%\((\w+)\)|\{(\w+)")


@cache
def texts() -> dict[str, str]:
    """The message ids in code and templates, each with one place where it stands."""
    with (ROOT / "translations" / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = {}
    extracted = extract_from_dir(str(ROOT), methods, options, keywords=KEYWORDS)
    for path, line, message, _comments, _context in extracted:
        for text in (message,) if isinstance(message, str) else message:
            found.setdefault(text, f"{path}:{line}")
    return found


@cache
def chinese() -> Catalog:
    """The Chinese catalogue; an empty one while there is no file."""
    if not CHINESE.exists():
        return Catalog()
    with CHINESE.open("rb") as file:
        return read_po(file, locale="zh")


def translations():
    """The message ids with their Chinese forms: one, or several where English has a plural."""
    for message in chinese():
        if message.id:
            ids = (message.id,) if isinstance(message.id, str) else message.id
            forms = (message.string,) if isinstance(message.string, str) else message.string
            yield ids, [form for form in forms if form], message


def test_every_text_has_a_chinese_translation():
    known = {text for ids, forms, message in translations() if forms and not message.fuzzy for text in ids}
    missing = [f"{place}: {text!r}" for text, place in texts().items() if text and text not in known]
    assert not missing, f"\n{len(missing)} texts without Chinese:\n" + "\n".join(missing)


def test_chinese_says_the_same_values():
    wrong = [
        f"{ids[0]!r}: {forms}"
        for ids, forms, _ in translations()
        if any(set(PLACES.findall(form)) != set(PLACES.findall(ids[-1])) for form in forms)
    ]
    assert not wrong, "\n".join(wrong)


def test_chinese_is_chinese():
    wrong = [
        ids[0]
        for ids, forms, _ in translations()
        if re.search(r"[a-z]{3}", PLACES.sub("", ids[0])) and not any(re.search(r"[\u4e00-\u9fff]", f) for f in forms)
    ]
    allowed = {"Sanku"}
    assert set(wrong) <= allowed


def test_chinese_is_punctuated_as_chinese():
    wrong = [
        f"{ids[0]!r}: {form}"
        for ids, forms, _ in translations()
        for form in forms
        if (ids[0].endswith(".") and not form.endswith("。"))
        or re.search(r"[\u4e00-\u9fff][,;:?!.]|[,;:?!][\u4e00-\u9fff]|[\u4e00-\u9fff] [\u4e00-\u9fff]|[\"']", form)
    ]
    # Click itself puts the half-width mark after the other titles.
    assert [line for line in wrong if not line.startswith("'Usage:'")] == []


def test_no_translation_is_left_over():
    left = [ids[0] for ids, _, _ in translations() if ids[0] not in texts()]
    assert not left, "\n".join(left)
