"""Analysis of texts and queries."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.engine import Document
from search.highlights import highlights, spans
from search.question import same_meaning, stop_words, understood
from search.suggestions import one_off
from search.words import document_terms, fold, is_chinese, pairs, runs, sounds_like, split_syllables

TEXT = st.text(
    alphabet=st.one_of(st.sampled_from("安全生產检查隐患ＡＢ１２ab12 ，。-\n锦州"), st.characters()),
    max_size=80,
)


# The first example loads the dictionaries, so there is no deadline.
@settings(deadline=None)
@given(TEXT)
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@settings(deadline=None)
@given(TEXT)
def test_every_pair_and_character_of_a_text_is_a_term(text):
    terms, _ = document_terms(Document("page", "1", "", text))
    for run in filter(is_chinese, runs(fold(text))):
        assert set(pairs(run)) | set(run) <= terms.keys()


@settings(deadline=None)
@given(TEXT)
def test_frequencies_and_length_can_be_stored(text):
    terms, length = document_terms(Document("page", "1", text * 3, text * 40, names=(text,), codes=(text,)))
    assert all(1 <= times <= 255 for times in terms.values())
    assert length >= 0
    assert all(term and "\0" not in term for term in terms)


@settings(deadline=None)
@given(TEXT, TEXT)
def test_highlights_lose_nothing_of_the_title(title, query):
    shown = highlights(title, "", understood(query))
    assert "".join(piece for piece, _ in shown[0]) == title


@settings(deadline=None)
@given(TEXT)
def test_any_query_is_understood(text):
    plan = understood(text)
    assert all(unit.options for unit in plan.units)
    assert all(weight > 0 for weight in plan.terms.values())


@pytest.mark.parametrize(
    ("query", "units", "sentence"),
    [
        ("安全检查", ["安全", "检查"], False),
        ("公司拖欠工资三个月怎么办", ["公司", "拖欠", "工资", "三个", "月"], True),
        ("一网三库", ["一网三库"], False),
        ("怎么办", ["怎么办"], False),
        ("9121 0700 1205 231050", ["912107001205231050"], False),
        ("2024 100", ["2024", "100"], False),
    ],
)
def test_queries_are_cut_into_units(query, units, sentence):
    plan = understood(query)
    assert ([unit.text for unit in plan.units], plan.sentence) == (units, sentence)


def test_traditional_and_simplified_queries_mean_the_same():
    assert understood("安全生產檢查") == understood("安全生产检查")


@pytest.mark.parametrize(
    ("letters", "syllables"),
    [
        ("baoanshangchang", ("bao", "an", "shang", "chang")),
        ("anquan", ("an", "quan")),
        ("jzba", None),
        ("", ()),
    ],
)
def test_letters_are_cut_into_syllables(letters, syllables):
    assert split_syllables(letters) == syllables


def test_words_mistyped_for_each_other_sound_alike():
    assert sounds_like("通到") == sounds_like("通道")
    assert sounds_like("安全生残") == sounds_like("安全生产")
    assert sounds_like("安全") != sounds_like("隐患")


@pytest.mark.parametrize(
    ("word", "other", "near"),
    [
        ("通道", "通到", True),
        ("消防栓", "消防", True),
        ("防消", "消防", True),
        ("消防", "消防", False),
        ("ab", "cd", False),
    ],
)
def test_one_off_is_one_edit(word, other, near):
    assert one_off(word, other) is near


def test_marks_lie_on_the_original_text():
    text = "安全生產，ＡＢＣ，party"
    assert [text[a:b] for a, b in spans(text, ["生产", "abc", "art"])] == ["生產", "ＡＢＣ"]


def test_the_word_lists_are_in_order():
    assert "怎么办" in stop_words()
    for word, others in same_meaning().items():
        assert word not in others, word
        assert len(word) <= 6
        assert all(others), word
