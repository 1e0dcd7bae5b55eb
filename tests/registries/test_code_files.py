"""The shipped code lists are complete, consistent and unambiguous."""

from __future__ import annotations

import ast
import importlib
import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

from registries import code_files
from registries.chinese import fold
from tests.own_code import modules

ENTRIES = list(code_files.read_all())
SCHEMES = {entry.scheme for entry in ENTRIES}
# Lists in which a name needs its parent to be understood; nobody types them by name alone.
NAMED_WITH_PARENT = {"division", "uscc_department", "isccc_indicator"}
BY_SCHEME = defaultdict(dict)
for entry in ENTRIES:
    BY_SCHEME[entry.scheme][entry.code] = entry


def words(entry):
    return {fold(word) for word in (entry.code, entry.name_zh, entry.name_en, *entry.synonyms)}


def test_folder_of_lists_does_not_hide_the_module_of_the_same_name():
    assert Path(importlib.import_module("registries.codes").__file__).name == "codes.py"


def test_every_code_is_unique_in_its_scheme():
    assert [key for key, times in Counter((e.scheme, e.code) for e in ENTRIES).items() if times > 1] == []


def test_a_scheme_stands_in_one_file():
    files = defaultdict(set)
    for file in code_files.file_list():
        for entry in code_files.read_file(file):
            files[entry.scheme].add(file.name)
    assert {scheme: names for scheme, names in files.items() if len(names) > 1} == {}


def test_every_parent_exists_and_no_code_is_its_own_ancestor():
    for entry in ENTRIES:
        seen, code = {entry.code}, entry.parent
        while code:
            assert code in BY_SCHEME[entry.scheme], f"{entry.scheme} {entry.code}: no parent {code}"
            assert code not in seen, f"{entry.scheme} {entry.code} is its own ancestor"
            seen.add(code)
            code = BY_SCHEME[entry.scheme][code].parent


def test_every_entry_has_both_names_and_a_certainty():
    for entry in ENTRIES:
        assert entry.name_zh.strip(), entry
        assert re.search(r"[A-Za-z0-9]", entry.name_en), entry
        assert not re.search(r"[\u4e00-\u9fff]", entry.name_en), entry
        assert entry.certainty in set("ABCP"), entry


def test_entries_fit_the_columns_that_hold_them():
    for entry in ENTRIES:
        assert len(entry.scheme) <= 40
        assert len(entry.code) <= 40
        assert max(len(entry.name_zh), len(entry.name_en)) <= 200


def test_order_rises_within_a_scheme():
    for codes in BY_SCHEME.values():
        orders = [entry.order for entry in codes.values()]
        assert orders == sorted(set(orders))


@pytest.mark.parametrize("scheme", sorted(SCHEMES - NAMED_WITH_PARENT))
def test_a_wording_means_one_code(scheme):
    meaning = defaultdict(set)
    for entry in BY_SCHEME[scheme].values():
        for word in words(entry):
            meaning[word].add(entry.code)
    # A section and its only division may share a name: the division, being more exact, is what is meant.
    ambiguous = {
        word: codes
        for word, codes in meaning.items()
        if len(codes) > 1 and not any(BY_SCHEME[scheme][code].parent in codes for code in codes)
    }
    assert ambiguous == {}


@pytest.mark.parametrize(
    ("scheme", "word", "code"),
    [
        ("sex", "男", "1"),
        ("sex", "女性", "2"),
        ("ethnicity", "满", "11"),
        ("ethnicity", "锡伯族", "38"),
        ("education", "本科", "21"),
        ("education", "小学", "81"),
        ("marital_status", "离异", "40"),
        ("family_relationship", "儿媳妇", "38"),
        ("document_type", "身份证", "RIC"),
        ("document_type", "台胞证", "TW_PERMIT"),
        ("population_type", "常住人口", "HJ"),
        ("org_type", "股份有限公司", "03"),
        ("operating_status", "存续", "10"),
        ("operating_status", "生产中", "10"),
        ("operating_status", "公告废止", "70"),
        ("facility_subclass", "AED", "2105"),
        ("facility_subclass", "公厕", "0301"),
        ("facility_subclass", "消防栓", "2101"),
        ("key_unit", "危化品", "K02"),
        ("gas_kind", "液化气", "bottled"),
        ("vulnerable_group", "低保户", "V13"),
        ("division", "辽宁省锦州市太和区", "210711"),
    ],
)
def test_words_of_real_files_are_known(scheme, word, code):
    found = [entry.code for entry in BY_SCHEME[scheme].values() if fold(word) in words(entry)]
    assert found == [code]


def test_facility_subclass_codes_begin_with_their_class():
    for entry in BY_SCHEME["facility_subclass"].values():
        if entry.extra["level"] == "class":
            assert (len(entry.code), entry.parent) == (2, "")
        else:
            assert (len(entry.code), entry.code[:2]) == (4, entry.parent)


def test_check_intervals_are_days():
    days = [e.extra["default_check_days"] for e in ENTRIES if "default_check_days" in e.extra]
    assert len(days) == 20
    assert all(isinstance(number, int) and 0 < number <= 3650 for number in days)


def test_document_patterns_compile_and_take_their_examples():
    patterns = {
        code: re.compile(entry.extra["pattern"]) for code, entry in BY_SCHEME["document_type"].items()
    }
    assert patterns["RIC"].match("11010519491231002X")
    assert patterns["HKMOTW_RP"].match("810000199408230021")
    assert patterns["NONE"].match("")
    assert not patterns["RIC"].match("")


def test_groups_that_follow_from_a_birth_date_say_their_ages_and_are_computed():
    groups = BY_SCHEME["vulnerable_group"]
    assert {code for code, entry in groups.items() if "ages" in entry.extra} == {"V03", "V08", "V09"}
    assert all(groups[code].extra["computed"] for code in ("V03", "V08", "V09"))
    assert all(isinstance(entry.extra["sensitive"], bool) for entry in groups.values())


def test_county_divisions_begin_with_their_province():
    for entry in BY_SCHEME["division"].values():
        assert re.fullmatch(r"\d{6}", entry.code)
        if entry.parent:
            assert entry.parent[:2] == entry.code[:2]


def test_every_file_is_told_of_in_the_sources():
    sources = (code_files.FOLDER / "SOURCES.md").read_text(encoding="utf-8")
    assert [file.name for file in code_files.file_list() if f"`{file.name}`" not in sources] == []
    assert [scheme for scheme in sorted(SCHEMES) if f"`{scheme}`" not in sources] == []


def schemes_named_in_code():
    """The lists that fields are made with, Code(label, scheme), or that are looked up, codes(scheme)."""
    for module in modules().values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                place = {"Code": 1, "Codes": 1, "codes": 0}.get(name, 99)
                arguments = [*node.args, *(word.value for word in node.keywords if word.arg == "scheme")]
                if len(arguments) > place and isinstance(arguments[place], ast.Constant):
                    yield arguments[place].value, f"{module.path}:{node.lineno}"


def test_every_list_that_the_code_names_is_shipped():
    missing = [f"{place} {scheme}" for scheme, place in schemes_named_in_code() if scheme not in SCHEMES]
    assert not missing, "\n".join(missing)


def test_a_file_with_other_columns_is_refused(tmp_path):
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("code,name\n1,x\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"wrong\.csv"):
        list(code_files.read_file(wrong))


def test_days_synonyms_and_extra_are_read(tmp_path):
    file = tmp_path / "a.csv"
    row = 's,1,,一,One,10,2020-01-01,2024-12-31,甲|乙|,A,"{""days"": 3}"'
    file.write_text(",".join(code_files.COLUMNS) + "\n" + row + "\n", encoding="utf-8")
    (entry,) = code_files.read_file(file)
    assert (entry.valid_from, entry.valid_to) == (date(2020, 1, 1), date(2024, 12, 31))
    assert entry.synonyms == ("甲", "乙")
    assert entry.extra == {"days": 3}
