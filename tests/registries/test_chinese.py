from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.chinese import (
    address_key,
    fold,
    half_width,
    half_width_letters,
    initials,
    organisation_key,
    person_initials,
    person_name_key,
    person_pinyin,
    pinyin,
    simplify,
)


def test_full_width_signs_become_plain_and_invisible_ones_go():
    assert half_width("２１０７\u3000Ａ－\ufeff１（\u200b东\u00a0）") == "2107 A-1( 东 )".replace("( ", "(")


def test_every_dot_inside_a_name_becomes_the_official_one():
    assert {half_width(f"阿卜杜拉{dot}买买提") for dot in "·‧•・･∙⋅"} == {"阿卜杜拉·买买提"}


def test_rare_characters_and_signs_with_a_meaning_are_kept():
    assert half_width("𬭎①㎡½℃Ⅱ") == "𬭎①㎡½℃Ⅱ"


def test_radicals_copied_from_a_pdf_become_characters():
    assert half_width("⼈⼝") == "人口"


def test_prose_keeps_its_punctuation():
    assert half_width_letters("共１２户，Ａ座（东）！") == "共12户，A座（东）！"


def test_traditional_script_is_simplified():
    assert simplify("臺北市人民團體名冊") == "台北市人民团体名册"


def test_folded_texts_compare_whatever_width_script_case_and_space():
    assert fold("臺北 ＡＢＣ（一）") == fold("台北abc(一)")


@given(st.text())
def test_folding_twice_changes_nothing_that_matters_to_a_comparison(text):
    assert not any(sign.isspace() for sign in fold(text))


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_text_is_left_alone(text):
    assert half_width(text) == simplify(text) == text


@pytest.mark.parametrize(
    ("text", "letters", "firsts"),
    [
        ("张三", "zhangsan", "zs"),
        ("重庆小面馆", "chongqingxiaomianguan", "cqxmg"),
        ("KFC 中山店", "kfczhongshandian", "kfczsd"),
        ("７天酒店", "7tianjiudian", "7tjd"),
        ("", "", ""),
        ("——", "", ""),
    ],
)
def test_pinyin_and_initials(text, letters, firsts):
    assert (pinyin(text), initials(text)) == (letters, firsts)


@pytest.mark.parametrize(
    ("name", "letters", "firsts"),
    [
        ("张三", "zhangsan", "zs"),
        ("曾国藩", "zengguofan", "zgf"),
        ("单雄信", "shanxiongxin", "sxx"),
        ("單雄信", "shanxiongxin", "sxx"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("吕布", "lvbu", "lb"),
        ("阿卜杜拉·买买提", "abudulamaimaiti", "abdlmmt"),
        ("John Smith", "johnsmith", "js"),
        ("刘𬭎", "liuhong", "lh"),
        ("", "", ""),
    ],
)
def test_a_surname_is_read_as_a_surname(name, letters, firsts):
    assert (person_pinyin(name), person_initials(name)) == (letters, firsts)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("阿卜杜拉·买买提", "阿卜杜拉•买买提"),
        ("阿卜杜拉·买买提", "阿卜杜拉买买提"),
        ("张 三", "张三"),
        ("張偉", "张伟"),
        ("O’Neil John", "oneil  john"),
    ],
)
def test_spellings_of_a_persons_name_fall_together(one, other):
    assert person_name_key(one) == person_name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("锦州保安商场有限责任公司", "锦州保安商场有限公司"),
        ("锦州保安商场有限责任公司", "锦州保安商场"),
        ("榮創能源科技（股）公司", "荣创能源科技股份有限公司"),
        ("祥德科技股份有限公司（新竹廠）", "祥德科技股份有限公司新竹廠"),
        ("正機企業社︹８２、１０、２９公銷︺", "正機企業社"),
        ("正機企業社（已注销）", "正機企業社"),
        ("古塔区老王烧烤店（个体工商户）", "古塔区老王烧烤店"),
        ("花王（台灣）股份有限公司", "花王(台湾)有限公司"),
        ("沈阳新行木制品厂", "沈阳新行木制品"),
    ],
)
def test_spellings_of_an_organisation_fall_together(one, other):
    assert organisation_key(one) == organisation_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("兴业银行股份有限公司沈阳大东支行", "兴业银行股份有限公司沈阳铁西支行"),
        ("祥德科技股份有限公司（新竹廠）", "祥德科技股份有限公司（桃園廠）"),
        ("雷邦工業股份有限公司（二廠）", "雷邦工業股份有限公司（三廠）"),
        ("兴业银行股份有限公司沈阳分公司", "兴业银行股份有限公司"),
    ],
)
def test_branches_stay_apart(one, other):
    assert organisation_key(one) != organisation_key(other)


@pytest.mark.parametrize("name", ["有限公司", "店", "公司", "︹８２公銷︺", "老店", "一厂"])
def test_something_of_an_organisations_name_is_always_left(name):
    assert organisation_key(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("辽宁省锦州市古塔区新安里1-93号", "古塔区新安里１－９３号"),
        ("锦州市凌海市大有乡3号", "凌海市大有乡三号"),
        ("太和区凌西街3号楼2单元101室", "太和区凌西街3栋2单元101"),
        ("太和区凌西街３幢２单元１０１", "太和区凌西街3座2单元101室"),
        ("太和区凌西街3#楼", "太和区凌西街3号楼"),
        ("桃園縣龜山鄉南上村民生北路一段三七○號", "桃园县龟山乡南上村民生北路１段370号"),
        ("民生北路一段五四巷一九之二號二樓", "民生北路1段54巷19-2号2层"),
        ("臺元街22號之1", "台元街22之1号"),
        ("臺北市萬華區廣州街81巷-14號1樓", "万华区广州街81巷14号1F"),
        ("北站路一百一十七号（1001）", "北站路117号1001室"),
        ("古塔区 新安里 十二号", "古塔区新安里12号"),
        ("重庆市市辖区渝中区某路5号", "渝中区某路5号"),
    ],
)
def test_spellings_of_an_address_fall_together(one, other):
    assert address_key(one) == address_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("新安里1-93号", "新安里193号"),
        ("凌西街3号楼2单元101", "凌西街3号楼1单元101"),
        ("凌西街12号", "凌西街102号"),
        ("古塔区市场街5号", "市场街5号"),
    ],
)
def test_different_addresses_stay_apart(one, other):
    assert address_key(one) != address_key(other)


@given(st.integers(1, 99_999))
def test_chinese_numerals_are_read(number):
    digits = "零一二三四五六七八九"
    plain = "".join(digits[int(sign)] for sign in str(number))
    assert address_key(f"某街{plain}号") == f"某街{number}号"


@given(st.text())
def test_no_text_breaks_a_key(text):
    for key in (address_key, organisation_key, person_name_key, person_pinyin, person_initials, pinyin):
        assert isinstance(key(text), str)
