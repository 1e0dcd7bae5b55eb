"""Text in the encodings that offices use comes out as it was written, whatever the file claims."""

from __future__ import annotations

import string
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from registries.sheets.encodings import detect, score
from registries.sheets.frequency import SIMPLIFIED, TRADITIONAL_ONLY
from tests.registries.sheets.conftest import Write, read, refusal

SIMPLIFIED_TABLE = (
    "姓名,性别,联系电话,现住址\n张三,男,13800000000,太和区临河街道一号\n李四,女,,望海街道二号\n"
)
TRADITIONAL_TABLE = (
    "編號,機構名稱,地址,電話\n1,臺北市天文協會,臺北市中正區忠孝東路二段,02-1\n2,國小,內湖區,\n"
)


def detected(content: bytes) -> str:
    with TemporaryDirectory() as folder:
        path = Path(folder, "t.csv")
        path.write_bytes(content)
        found = detect(path, "t.csv")
        return content[found.skip :].decode(found.name, "replace")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_simplified_text_is_read_in_every_encoding(text_file: Write, encoding: str):
    table = read(text_file(SIMPLIFIED_TABLE, encoding))
    assert table.headings == ["姓名", "性别", "联系电话", "现住址"]
    assert table.rows[1] == ("李四", "女", None, "望海街道二号")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "cp950", "big5", "utf-16-le"])
def test_traditional_text_is_read_in_every_encoding(text_file: Write, encoding: str):
    table = read(text_file(TRADITIONAL_TABLE, encoding))
    assert table.headings == ["編號", "機構名稱", "地址", "電話"]
    assert table.rows[0][1] == "臺北市天文協會"


def test_a_false_byte_order_mark_does_not_deceive(text_file: Write):
    table = read(text_file(TRADITIONAL_TABLE, "cp950", mark=b"\xef\xbb\xbf"))
    assert table.encoding == "cp950"
    assert table.headings[0] == "編號"


def test_a_big5_file_is_not_taken_for_the_gb18030_that_it_also_is(text_file: Write):
    assert TRADITIONAL_TABLE.encode("cp950").decode("gb18030")
    assert read(text_file(TRADITIONAL_TABLE, "cp950")).encoding == "cp950"


def test_two_chinese_words_that_are_valid_utf8_by_chance_are_recognised():
    content = "学校,1\n".encode("gb18030")
    assert content.decode("utf-8") == "ѧУ,1\n"
    assert detected(content) == "学校,1\n"


@pytest.mark.parametrize(
    "text", ["name,città\n1,perché Ñandú\n", "имя,город\nИван,Москва\n", "名前,町\n1,ひらがな\n"]
)
def test_other_languages_in_utf8_stay_what_they_are(text: str):
    assert detected(text.encode()) == text


def test_a_western_file_is_read(text_file: Write):
    table = read(text_file("name,city,note\nMüller,Zürich,1\nJosé,Málaga,2\nSmith,London,3\n", "cp1252"))
    assert table.rows[0][:2] == ("Müller", "Zürich")


def test_characters_lost_in_the_encoding_are_told_and_marked(text_file: Write):
    path = text_file(TRADITIONAL_TABLE * 20, "cp950")
    path.write_bytes(path.read_bytes() + b"9,\xfa\x40,x,\n")
    table = read(path)
    assert table.told("cannot be read")
    assert "\ufffd" in table.rows[-1][1]


def test_noise_is_refused(text_file: Write):
    noise = bytes(range(128, 256)) * 50
    path = text_file("name,value\n")
    path.write_bytes(path.read_bytes() + noise)
    assert "cannot be read" in refusal(path)


def test_a_lone_zero_byte_is_dropped(text_file: Write):
    assert read(text_file("姓名,电话\n张\0三,1\n")).rows == [("张三", "1")]


def test_common_text_scores_higher_than_its_mojibake():
    assert score("太和区临河街道办事处") > 2
    assert score("太和区临河街道办事处".encode("gb18030").decode("cp950", "replace")) < 1


LINE = st.text(st.sampled_from(SIMPLIFIED), min_size=8, max_size=30)
ENCODABLE = [character for character in TRADITIONAL_ONLY if character.encode("cp950", "ignore")]
TRADITIONAL_LINE = st.text(st.sampled_from(ENCODABLE), min_size=8, max_size=30)
ANY_LINE = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn"), exclude_characters="\ufeff\ufffd"
    ),
    max_size=40,
)


def table_of(cells: list[str]) -> str:
    return "编号,名称\n" + "".join(f"{number},{cell}\n" for number, cell in enumerate(cells))


@given(
    st.lists(LINE, min_size=1, max_size=8), st.sampled_from(["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
)
def test_any_common_simplified_text_reads_back(cells: list[str], encoding: str):
    text = table_of(cells)
    assert detected(text.encode(encoding)) == text


@given(
    st.lists(TRADITIONAL_LINE, min_size=2, max_size=8),
    st.sampled_from(["utf-8", "cp950", "gb18030", "utf-16-le"]),
)
def test_any_common_traditional_text_reads_back(cells: list[str], encoding: str):
    text = "編號,名稱\n" + "".join(f"{number},{cell}\n" for number, cell in enumerate(cells))
    assert detected(text.encode(encoding)) == text


@given(st.lists(ANY_LINE, max_size=6), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
@example(["ѧУ"], "utf-8-sig")
def test_any_text_with_a_byte_order_mark_or_in_utf8_reads_back(cells: list[str], encoding: str):
    text = table_of(cells)
    assert detected(text.encode(encoding)) == text


@given(st.text(string.printable, min_size=1, max_size=200))
@settings(max_examples=50)
def test_plain_ascii_reads_back(text: str):
    assert detected(text.encode()) == text
