"""Problems in the language of the reader: values, lists, and how sentences follow each other."""

from __future__ import annotations

import json
import pickle
from datetime import date

import pytest

from registries.messages import Problem, joined

CHINESE = {
    "%(field)s is missing.": "没有填写“%(field)s”。",
    "Fill it in.": "请补填。",
    "Name": "姓名",
    "Phone": "联系电话",
    "The file has no column for: %(fields)s.": "文件中缺少这些列：%(fields)s。",
    ", ": "、",
}


def chinese(text: str) -> str:
    return CHINESE.get(text, text)


def test_a_remedy_follows_its_message_in_english_with_a_blank():
    assert Problem("It is missing.", "Fill it in.") == "It is missing. Fill it in."


def test_a_remedy_follows_its_message_in_chinese_without_a_blank():
    problem = Problem("%(field)s is missing.", "Fill it in.", field=Problem("Name"))
    assert problem.localised(chinese) == "没有填写“姓名”。请补填。"


@pytest.mark.parametrize(
    ("sentences", "text"),
    [
        ((), ""),
        (("One.",), "One."),
        (("One.", "Two.", "Three."), "One. Two. Three."),
        (("一。", "二。"), "一。二。"),
        (("Untranslated.", "二。", "Three."), "Untranslated. 二。Three."),
    ],
)
def test_only_full_width_marks_spare_the_blank(sentences, text):
    assert joined(sentences) == text


def test_each_language_parts_the_things_of_a_list_its_own_way():
    problem = Problem("The file has no column for: %(fields)s.", fields=[Problem("Name"), Problem("Phone"), "户号"])
    assert problem == "The file has no column for: Name, Phone, 户号."
    assert problem.localised(chinese) == "文件中缺少这些列：姓名、联系电话、户号。"


@pytest.mark.parametrize(
    "carry",
    [
        lambda problem: Problem.from_json(json.loads(json.dumps(problem.as_json()))),
        lambda problem: pickle.loads(pickle.dumps(problem)),
    ],
)
def test_a_problem_is_the_same_after_storage_and_between_processes(carry):
    problem = Problem(
        "%(fields)s %(day)s %(days)s",
        "Fill it in.",
        fields=(Problem("Name"), "户号"),
        day=date(2026, 3, 5),
        days=[date(2026, 3, 5)],
    )
    again = carry(problem)
    assert again == problem == "Name, 户号 2026-03-05 2026-03-05 Fill it in."
    assert again.localised(chinese) == problem.localised(chinese)
    assert again.as_json() == problem.as_json()
