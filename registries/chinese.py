"""Chinese text made comparable: width, script, pinyin, and keys for names and addresses.

A key is never shown and never stored as the value itself: it only says that two spellings probably mean
the same thing. So a key may throw away what a reader needs, as long as it throws it away everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from opencc import OpenCC
from pypinyin import lazy_pinyin

_to_simplified = OpenCC("t2s").convert


def _width_table() -> dict[int, str]:
    table = {full: chr(full - 0xFEE0) for full in range(0xFF01, 0xFF5F)}
    table.update(dict.fromkeys([0x3000, 0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F], " "))
    # Invisible: byte order mark, joiners, direction marks, variation selectors of fonts, soft hyphen.
    table.update(dict.fromkeys([0xFEFF, *range(0x200B, 0x2010), 0x2060, *range(0x202A, 0x202F), 0xAD], ""))
    # The dot inside a minority or foreign name is typed in many ways; U+00B7 is the official one.
    table.update(dict.fromkeys(map(ord, "‧•・･∙⋅·"), "·"))
    table.update(dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-"))
    # Text copied out of a PDF has look-alike radicals in place of the characters.
    table.update({radical: unicodedata.normalize("NFKC", chr(radical)) for radical in range(0x2F00, 0x2FD6)})
    return table


_WIDTH = _width_table()
_LETTER_WIDTH = {
    full: half for full, half in _WIDTH.items()
    if half in {"", " "} or (half.isascii() and half.isalnum())
}  # fmt: skip


def half_width(text: str) -> str:
    """The text with full-width signs made ASCII, spaces and dashes plain, invisible signs removed.

    Unlike NFKC it leaves ①, ㎡ or ½ alone and makes every dot inside a name the official ``·``. Chinese
    punctuation becomes ASCII too, so use it for names, numbers and addresses; for prose there is
    `half_width_letters`.
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text).translate(_WIDTH)


def half_width_letters(text: str) -> str:
    """The text with full-width letters, digits and spaces made plain, Chinese punctuation kept: for prose."""
    return text if text.isascii() else unicodedata.normalize("NFC", text).translate(_LETTER_WIDTH)


def simplify(text: str) -> str:
    """The text in simplified characters."""
    return text if text.isascii() else _to_simplified(text)


def fold(text: str) -> str:
    """The text as it is compared: half width, simplified, case-folded, without any space."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _to_simplified(half_width(text)))
    return "".join(text.casefold().split())


# Readings that a character has as a surname only; the traditional forms are read the same way.
_SURNAMES = {
    "曾": "zeng", "单": "shan", "單": "shan", "解": "xie", "仇": "qiu", "朴": "piao", "查": "zha", "区": "ou",
    "區": "ou", "盖": "ge", "蓋": "ge", "乐": "yue", "樂": "yue", "覃": "qin", "翟": "zhai", "缪": "miao",
    "繆": "miao", "洗": "xian", "繁": "po", "秘": "bi", "员": "yun", "員": "yun", "折": "she", "召": "shao",
    "种": "chong", "種": "chong", "乜": "nie", "黑": "he", "隗": "wei", "能": "nai", "都": "du", "祭": "zhai",
    "佴": "nai", "句": "gou", "阚": "kan", "闞": "kan",
}  # fmt: skip
_DOUBLE_SURNAMES = {
    "尉迟": ("yu", "chi"), "尉遲": ("yu", "chi"), "万俟": ("mo", "qi"), "萬俟": ("mo", "qi"),
    "澹台": ("tan", "tai"), "澹臺": ("tan", "tai"), "单于": ("chan", "yu"), "單于": ("chan", "yu"),
}  # fmt: skip


def pinyin(text: str) -> str:
    """The text in Latin letters without tones: 重庆 → ``chongqing``; Latin letters and digits are kept."""
    return "".join(_syllables(text))


def initials(text: str) -> str:
    """The first letter of each character: 张三 → ``zs``; runs of Latin letters and digits are kept whole."""
    return "".join([part[0] for part in _syllables(text, True)])


def person_pinyin(name: str) -> str:
    """A person's name in Latin letters, the surname read as a surname: 曾国藩 → ``zengguofan``."""
    return "".join(_name_syllables(name))


def person_initials(name: str) -> str:
    """The first letters of a person's name: 曾国藩 → ``zgf``, John Smith → ``js``."""
    return "".join([part[0] for part in _name_syllables(name)])


_CHUNKS = re.compile(r"[a-z0-9]+|[^\x00-\x7f·]+")


@lru_cache(maxsize=20_000)
def _syllables(text: str, letters_apart: bool = False) -> tuple[str, ...]:
    parts: list[str] = []
    for chunk in _CHUNKS.findall(half_width(text).casefold()):
        if chunk.isascii():
            parts.extend(chunk if letters_apart else (chunk,))
        else:
            # Whole phrases are passed on, because 重 is read differently in 重庆 and 重要.
            parts.extend(_phrase(chunk))
    return tuple(parts)


@lru_cache(maxsize=20_000)
def _phrase(chunk: str) -> tuple[str, ...]:
    return tuple(part for part in lazy_pinyin(chunk) if part.isascii() and part.isalnum())


@lru_cache(maxsize=20_000)
def _name_syllables(name: str) -> tuple[str, ...]:
    name = half_width(name).casefold()
    double = _DOUBLE_SURNAMES.get(name[:2], ())
    parts: list[str] = list(double)
    rest = name[len(double) :]
    if not double and rest[:1] in _SURNAMES:
        parts.append(_SURNAMES[rest[0]])
        rest = rest[1:]
    for chunk in _CHUNKS.findall(rest):
        parts.extend((chunk,) if chunk.isascii() else filter(None, map(_reading, chunk)))
    return tuple(parts)


# Where the first reading of a character is not the one that names use.
_IN_NAMES = {"卜": "bu", "晟": "sheng"}


@cache
def _reading(character: str) -> str:
    # There are at most as many entries as Unicode has characters. Names seldom hold phrases, so that
    # character by character is right here and twenty times faster.
    reading = _IN_NAMES.get(character) or lazy_pinyin(character)[0]
    return reading if reading.isascii() and reading.isalnum() else ""


_NAME_SIGNS = str.maketrans("", "", "·.-'’`")


def person_name_key(name: str) -> str:
    """What two spellings of a person's name have in common: no script, case, space or dot."""
    return fold(name).translate(_NAME_SIGNS)


# A note of the registrar set into a name, such as ︹８２、１０、２９公銷︺.
_NOTES = re.compile(
    r"[〔\[{【][^〕\]}】]*[〕\]}】]|\([^)]*(?:公销|注销|吊销|歇业|废止|停业|个体工商户|合伙)[^)]*\)"
)
_SIGNS = re.compile(r"[^\w·]+|[_·]")
_LEGAL_FORMS = re.compile(
    r"(?:集团)?股份有限(?:责任)?公司|(?:集团)?有限责任公司|(?:集团)?有限公司|(?:集团)?股份公司|股公司|个体工商户"
)
_TRADES = re.compile(r"(?:(?:总|集团)?公司|集团|企业社|商行|商店|工厂|总店|经营部|门市部|[店厂])$")


@lru_cache(maxsize=20_000)
def organisation_key(name: str) -> str:
    """What two spellings of an organisation's name have in common.

    The legal form goes wherever it stands, the kind of business only at the end, notes such as “revoked”
    altogether; a branch keeps what tells it from its parent. Something is always left.
    """
    bare = fold(name)
    text = _SIGNS.sub("", _NOTES.sub("", bare)) or _SIGNS.sub("", bare)
    for pattern in (_LEGAL_FORMS, _TRADES):
        shorter = pattern.sub("", text)
        if len(shorter) > 1:
            text = shorter
    return text


_PROVINCE = re.compile(r"^[^省市区县乡镇街路村里巷号\d]{2,11}?(?:省|自治区|特别行政区|自治州|地区|盟)")
# A city may end in 镇 (北镇市), and 市 may begin the next word (新市场).
_CITY = re.compile(
    r"^[^省市区县乡镇街路村里巷号旗\d]{1,7}[^省市区县乡街路村巷号旗\d]市(?![场民政府])(?:市辖区)?"
)
_NUMERAL = re.compile(r"[〇零○◯一二三四五六七八九十][〇零○◯一二三四五六七八九十百千]*")
_DIGITS = dict(zip("〇零○◯一二三四五六七八九", "0000123456789", strict=True))
_UNITS = {"十": 10, "百": 100, "千": 1000}
_ADDRESS_STEPS = tuple((re.compile(pattern), by) for pattern, by in (
    (r"(?<=\d)[(\[](?=\d)", "-"),
    (r"(?<=\d)[^\w#-]+(?=\d)", ","),
    (r"[^\w,、;/#-]|_", ""),
    (r"[、;/]", ","),
    (r"(?<=\d)号之(\d+)", r"-\1号"),
    (r"(?<=[\d楼号])之(?=\d)", "-"),
    (r"(?<=[巷弄路街段道里])-(?=\d)", ""),
    (r"(?<=[\da-z])(?:号楼|#楼|号栋|栋楼|幢|座|栋|#)", "栋"),
    (r"(?<=\d)(?:层|f)(?![a-z])", "楼"),
    (r"(?<=\d)(?:号?房间|室|号房|房)", ""),
    (r"[,-]+$", ""),
))  # fmt: skip


@lru_cache(maxsize=20_000)
def address_key(address: str) -> str:
    """What two spellings of an address have in common: no province or city, one word for buildings.

    All Chinese numerals become digits, in names of roads too: it costs nothing that 五一路 is then 51路.
    """
    text = _PROVINCE.sub("", fold(address))
    for _ in range(2):  # 锦州市凌海市: a city within a city
        text = _CITY.sub("", text)
    text = _NUMERAL.sub(_number, text)
    for pattern, by in _ADDRESS_STEPS:
        text = pattern.sub(by, text)
    return text


def _number(match: re.Match[str]) -> str:
    numeral = match[0]
    if not any(unit in numeral for unit in _UNITS):
        return "".join([_DIGITS[digit] for digit in numeral])
    total = pending = 0
    for sign in numeral:
        if sign in _UNITS:
            total += (pending or 1) * _UNITS[sign]
            pending = 0
        else:
            pending = int(_DIGITS[sign])
    return str(total + pending)
