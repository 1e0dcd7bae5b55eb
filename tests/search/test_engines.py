"""What every engine promises, tried on each of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from search.engine import Document, Engine, Hit, IndexDamaged, Query
from tests.search.notices import key, notice

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def titles(engine: Engine, text: str, **more: object) -> list[str]:
    return [hit.title for hit in engine.search(Query(text, **more)).hits]  # type: ignore[arg-type]


def filled(engine: Engine, *wanted: str | Document) -> Engine:
    documents = [d if isinstance(d, Document) else notice(n, d) for n, d in enumerate(wanted)]
    engine.rebuild(documents, {"network": 1})
    return engine


# Being there and not being there


def test_without_an_index_everything_says_damaged(engine):
    for ask in (engine.positions, engine.count, engine.check, lambda: engine.search(Query("安全"))):
        with pytest.raises(IndexDamaged):
            ask()
    with pytest.raises(IndexDamaged):
        engine.update([notice(1, "通知")], [], {"network": 1})


def test_an_empty_index_answers_nothing(engine):
    engine.rebuild([], {"network": 0})
    assert engine.search(Query("安全", facets=("street",))).total == 0
    assert engine.search(Query("")).hits == ()
    assert engine.count() == 0
    engine.check()


def test_documents_and_positions_come_in_one_commit(engine, another):
    filled(engine, "安全检查通知")
    assert another.positions() == {"network": 1}
    engine.update([notice(7, "消防演练")], [], {"network": 9, "facilities": 4})
    assert another.positions() == {"network": 9, "facilities": 4}
    assert titles(another, "消防演练") == ["消防演练"]


def test_positions_not_named_stay(engine):
    engine.rebuild([], {"network": 3, "facilities": 5})
    engine.update([], [], {"network": 4})
    assert engine.positions() == {"network": 4, "facilities": 5}


def test_a_failed_update_changes_nothing(engine, another):
    filled(engine, "安全检查通知")

    def broken():
        yield notice(1, "消防演练")
        raise RuntimeError("the database went away")

    with pytest.raises((RuntimeError, IndexDamaged)):
        engine.update(broken(), [key(0)], {"network": 2})
    for view in (engine, another):
        assert view.positions() == {"network": 1}
        assert titles(view, "安全检查") == ["安全检查通知"]
        assert titles(view, "消防演练") == []


def test_a_failed_rebuild_leaves_the_old_index(engine):
    filled(engine, "安全检查通知")

    def broken():
        yield notice(1, "消防演练")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(broken(), {"network": 2})
    assert engine.positions() == {"network": 1}
    assert titles(engine, "安全检查") == ["安全检查通知"]
    filled(engine, "消防演练")
    assert titles(engine, "安全检查") == []


def test_a_withdrawn_document_is_not_found_however_often_the_index_changes(engine, another):
    filled(engine, "燃气安全通知", "井盖巡查通知")
    assert titles(another, "燃气") == ["燃气安全通知"]
    engine.update([], [key(0)], {"network": 2})
    for number in range(30):
        engine.update([notice(number + 10, f"第{number}号通报")], [], {"network": number + 3})
        assert titles(engine, "燃气") == titles(another, "燃气") == []
    assert engine.count() == another.count() == 31
    engine.check()


def test_a_replaced_document_is_found_by_its_new_words_only(engine):
    filled(engine, "燃气安全通知")
    for text in ("电梯检修", "井盖巡查"):
        engine.update([notice(0, text)], [], {"network": 2})
    assert titles(engine, "燃气") == titles(engine, "电梯") == []
    assert titles(engine, "井盖") == ["井盖巡查"]
    assert engine.count() == 1


def test_a_document_given_twice_counts_as_its_last_form(engine):
    engine.rebuild([], {})
    engine.update([notice(0, "电梯检修"), notice(0, "井盖巡查")], [], {})
    assert titles(engine, "") == ["井盖巡查"]


def test_removing_what_is_not_there_is_no_error(engine):
    filled(engine, "燃气安全通知")
    engine.update([], [key(77)], {"network": 2})
    assert engine.count() == 1


def test_one_id_may_serve_two_kinds(engine):
    engine.rebuild([Document("news", "a", "消防新闻"), Document("notice", "a", "消防通知")], {})
    assert sorted(titles(engine, "消防")) == ["消防新闻", "消防通知"]
    engine.update([], [("news", "a")], {})
    assert titles(engine, "消防") == ["消防通知"]


def test_a_rebuild_replaces_everything(engine, another):
    filled(engine, "燃气安全通知")
    assert another.count() == 1
    another.rebuild([notice(5, "井盖巡查")], {"network": 8})
    assert titles(engine, "燃气") == []
    assert titles(engine, "井盖") == ["井盖巡查"]
    assert engine.positions() == {"network": 8}


# Words


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("安全检查", "关于开展安全生产大检查的通知"),
        ("安", "关于开展安全生产大检查的通知"),
        ("查", "关于开展安全生产大检查的通知"),
        ("安全生產", "关于开展安全生产大检查的通知"),
        ("一网三库", "一网三库平台上线"),
        ("三库", "一网三库平台上线"),
        ("微型消防站", "社區微型消防站建成"),
        ("社区", "社區微型消防站建成"),
        ("九小场所", "九小场所摸排"),
        ("ＡＥＤ", "aed设备巡检"),
        ("aed", "AED设备巡检"),
        ("12345", "市民热线１２３４５"),
        ("窨井", "窨井盖松动"),
    ],
)
def test_words_are_found_however_they_are_written(engine, query, title):
    filled(engine, title, "毫不相干的内容")
    assert titles(engine, query) == [title]


@pytest.mark.parametrize(
    "query", ["baoan", "jzba", "basc", "bao an shang chang", "保安商場", "BAOANSHANGCHANG"]
)
def test_names_are_found_by_sound_and_initials(engine, query):
    name = "锦州保安商场有限责任公司"
    filled(engine, Document("organisation", "a", name, names=(name,)), "无关的一则通知")
    assert titles(engine, query) == [name]


@pytest.mark.parametrize(
    "query",
    [
        "912107001205231050",
        "9121 0700 1205 2310 50",
        "1050",
        "231050",
        "９１２１０７００１２０５２３１０５０",
    ],
)
def test_codes_are_found_whole_and_by_their_tail(engine, query):
    other = Document("organisation", "b", "另一家", codes=("912107001205231069",))
    filled(engine, Document("organisation", "a", "商场", codes=("912107001205231050",)), other)
    assert titles(engine, query) == ["商场"]


def test_the_middle_of_a_code_and_a_short_tail_find_nothing(engine):
    filled(engine, Document("organisation", "a", "商场", codes=("912107001205231050",)))
    assert titles(engine, "12052310") == titles(engine, "050") == []


def test_everyday_words_find_official_wording(engine):
    filled(engine, "电动自行车停放管理", "老年人探访")
    assert titles(engine, "电瓶车") == ["电动自行车停放管理"]


def test_a_sentence_finds_the_notice_it_is_about(engine):
    filled(engine, "禁止占用堵塞疏散通道", "电动自行车进楼入户充电的处罚", "物业服务费用公示")
    assert titles(engine, "邻居把电动自行车推进楼里充电要罚款吗")[0] == "电动自行车进楼入户充电的处罚"


def test_more_words_find_less_and_a_wrong_word_does_not_lose_the_rest(engine):
    filled(engine, "消防通道整治", "消防演练通知", "燃气通道")
    assert titles(engine, "消防 通道") == ["消防通道整治"]
    assert "消防通道整治" in titles(engine, "消防通道 鑫鑫鑫")


def test_the_title_counts_more_than_the_text(engine):
    filled(engine, notice(0, "通报", "关于井盖的若干情况"), notice(1, "井盖", "关于通报的若干情况"))
    assert titles(engine, "井盖") == ["井盖", "通报"]


def test_weight_lifts_a_document(engine):
    filled(engine, notice(0, "井盖巡查"), notice(1, "井盖巡查", weight=3.0))
    assert [hit.id for hit in engine.search(Query("井盖")).hits] == [key(1)[1], key(0)[1]]


@pytest.fixture
def crowded(engine: Engine) -> Engine:
    """400 companies, a tenth of them wholesalers, one alone with its brand."""
    names = [f"{'批发' if n % 10 == 0 else '制造'}第{n}有限公司" for n in range(400)]
    return filled(engine, *names, "鑫海商行")


def test_a_common_word_does_not_select_beside_a_rare_one(crowded):
    assert crowded.search(Query("有限公司 批发")).total == 40
    assert titles(crowded, "鑫海 有限公司") == ["鑫海商行"]


def test_common_words_alone_still_find(crowded):
    assert crowded.search(Query("有限公司")).total == 400
    assert crowded.search(Query("公司 制造")).total == 360


def test_another_wording_is_suggested_for_a_word_of_the_same_sound(engine):
    filled(engine, "疏散通道检查", "情况通报")
    assert engine.search(Query("疏散通到")).suggestion == "疏散通道"
    assert engine.search(Query("疏散通道")).suggestion is None


@pytest.mark.parametrize(
    "query", ["", "   ", "？！", "\0", "*", "kind:notice", "a" * 5000, "安" * 5000, "#1*", "'; --"]
)
def test_no_query_breaks_the_engine(engine, query):
    filled(engine, "安全检查通知")
    engine.search(Query(query))


# What may be found


def test_scope_finds_what_lies_in_one_of_the_areas(engine):
    paths = ("0001.", "0001.0002.", "0001.0002.0001.", "0001.0003.", "0001.0021.")
    filled(
        engine, *(notice(n, f"巡查{path}", area_path=path) for n, path in enumerate(paths)), notice(9, "巡查")
    )

    def found(*scopes: str) -> list[str]:
        return sorted(title.removeprefix("巡查") for title in titles(engine, "巡查", scopes=scopes))

    assert found("0001.") == sorted(paths)
    assert found("0001.0002.") == ["0001.0002.", "0001.0002.0001."]
    assert found("0001.0003.", "0001.0021.") == ["0001.0003.", "0001.0021."]
    assert found("0009.") == found() == []
    assert len(titles(engine, "巡查")) == 6


def test_the_public_finds_public_documents_and_staff_find_all(engine):
    filled(engine, notice(0, "公开通知"), notice(1, "内部通知", audience="staff"))
    assert titles(engine, "通知") == ["公开通知"]
    assert sorted(titles(engine, "通知", audience="staff")) == ["公开通知", "内部通知"]


def test_a_document_is_visible_from_its_first_to_before_its_last_moment(engine):
    hour = timedelta(hours=1)
    filled(engine, notice(0, "停水通知", visible_from=NOON, visible_to=NOON + hour))
    seen = {
        minutes: bool(titles(engine, "停水", now=NOON + timedelta(minutes=minutes)))
        for minutes in (-1, 0, 59, 60)
    }
    assert seen == {-1: False, 0: True, 59: True, 60: False}


def test_kinds_and_filters_narrow(engine):
    filled(
        engine,
        notice(0, "井盖甲", facets={"street": "东街", "tag": ("急", "雨")}),
        notice(1, "井盖乙", facets={"street": "西街", "tag": "雨"}),
        Document("news", "n", "井盖新闻", facets={"street": "东街"}),
    )
    assert sorted(titles(engine, "井盖", kinds=("notice",))) == ["井盖乙", "井盖甲"]
    assert titles(engine, "井盖", kinds=("project",)) == []
    assert sorted(titles(engine, "井盖", filters={"street": ("东街",)})) == ["井盖新闻", "井盖甲"]
    assert titles(engine, "井盖", filters={"street": ("东街", "西街"), "tag": ("急",)}) == ["井盖甲"]
    assert titles(engine, "井盖", filters={"street": ()}) == []
    assert titles(engine, "井盖", filters={"colour": ("红",)}) == []


def test_facets_count_every_match_and_each_value_of_a_document(engine):
    filled(
        engine,
        *(
            notice(n, "井盖", facets={"street": f"街{n % 3}", "tag": ("雨", "夜") if n % 2 else ()})
            for n in range(30)
        ),
        "别的",
    )
    result = engine.search(Query("井盖", facets=("street", "tag", "kind", "colour"), limit=5))
    assert result.total == 30
    assert result.facets == {
        "street": (("街0", 10), ("街1", 10), ("街2", 10)),
        "tag": (("夜", 15), ("雨", 15)),
        "kind": (("notice", 30),),
        "colour": (),
    }


# Pages


def test_pages_fit_together_also_among_equals_and_after_an_update(engine):
    filled(engine, *("井盖巡查" for _ in range(50)))
    whole = [hit.id for hit in engine.search(Query("井盖", limit=50)).hits]
    assert len(set(whole)) == 50

    def pages() -> list[str]:
        return [
            h.id
            for start in range(0, 50, 7)
            for h in engine.search(Query("井盖", offset=start, limit=7)).hits
        ]

    assert pages() == whole
    engine.update([notice(3, "井盖巡查")], [], {})
    assert pages() == whole
    assert engine.search(Query("井盖", offset=50)).hits == ()


def test_by_date_the_newest_come_first(engine):
    days = (date(2026, 1, 2), date(2026, 3, 1), date(2025, 12, 31), None)
    filled(engine, *(notice(n, f"通知{n}", date=day) for n, day in enumerate(days)))
    assert titles(engine, "通知", sort="date") == ["通知1", "通知0", "通知2", "通知3"]
    assert titles(engine, "") == ["通知1", "通知0", "通知2", "通知3"]


def test_hits_that_are_not_allowed_are_dropped_and_the_page_is_filled(engine):
    filled(engine, *(notice(n, "井盖", facets={"odd": str(n % 2)}) for n in range(40)))
    refused = {key(n) for n in range(0, 40, 2)}

    def allowed(hits: list[Hit]) -> set[tuple[str, str]]:
        return {hit.key for hit in hits} - refused

    first = engine.search(Query("井盖", limit=8, facets=("odd",)), allowed)
    second = engine.search(Query("井盖", limit=8, offset=8), allowed)
    last = engine.search(Query("井盖", limit=8, offset=16), allowed)
    shown = [hit.key for page in (first, second, last) for hit in page.hits]
    assert len(shown) == len(set(shown)) == 20
    assert not refused & set(shown)
    assert (first.total, last.total) == (40 - 7, 20) or first.total + sum(
        dict(first.facets["odd"]).values()
    ) > 0
    assert sum(dict(first.facets["odd"]).values()) == first.total


def test_nothing_allowed_shows_nothing(engine):
    filled(engine, *("井盖" for _ in range(5)))
    result = engine.search(Query("井盖"), lambda hits: set())
    assert (result.total, result.hits) == (0, ())


def test_hits_show_where_they_match(engine):
    filled(engine, notice(0, "<b>井蓋</b>通報", "一二三四五" * 40 + "路面井盖松动" + "六七八九十" * 40))
    (hit,) = engine.search(Query("井盖")).hits
    title, passage = hit.highlights
    assert title == (("<b>", False), ("井蓋", True), ("</b>通報", False))
    assert ("井盖", True) in passage
    assert len("".join(piece for piece, _ in passage)) < 130


# Many at once


def test_many_small_updates_add_up(engine, another):
    engine.rebuild([], {})
    for number in range(120):
        engine.update(
            [notice(number % 40, f"通报{number}号", facets={"round": str(number // 40)})], [], {"n": number}
        )
        if number % 17 == 0:
            assert another.count() == min(number + 1, 40)
    result = another.search(Query("通报", facets=("round",)))
    assert (result.total, result.facets["round"]) == (40, (("2", 40),))
    assert titles(another, "119号") == ["通报119号"]
    another.check()


# What is overdue, what the caller knows, what was meant


def unit(number: int, title: str, **more: object) -> Document:
    return Document("organisation", f"u{number}", title, names=(title,), **more)  # type: ignore[arg-type]


def test_deadlines_pass_with_the_day_that_is_asked_about(engine):
    due = {"inspection": date(2026, 3, 5), "licence": date(2026, 5, 1)}
    filled(engine, unit(1, "东风超市", deadlines=due), unit(2, "新华书店", deadlines={"licence": date(2026, 2, 1)}))
    engine.update([unit(3, "临河药房")], [], {"network": 2})

    def overdue(day: date) -> dict[str, int]:
        return dict(engine.search(Query("", day=day, facets=("overdue",))).facets["overdue"])

    assert overdue(date(2026, 1, 1)) == {}
    assert overdue(date(2026, 3, 5)) == {"licence": 1}
    assert overdue(date(2026, 6, 1)) == {"licence": 2, "inspection": 1}
    asked = {"filters": {"overdue": ("inspection",)}}
    assert titles(engine, "", day=date(2026, 3, 5), **asked) == []
    assert titles(engine, "", day=date(2026, 3, 6), **asked) == ["东风超市"]
    assert titles(engine, "", day=date(2026, 3, 6), filters={"overdue": ("nothing",)}) == []


def test_the_caller_may_know_what_a_word_means_besides(engine):
    filled(engine, unit(1, "东风超市"), unit(2, "新华书店"), unit(3, "王建国五金店"))
    told = {"told": {"王建国": ("u1",)}}
    assert set(titles(engine, "王建国", **told)) == {"东风超市", "王建国五金店"}
    assert titles(engine, "王建国 超市", **told) == ["东风超市"]
    assert titles(engine, "王建国") == ["王建国五金店"]
    assert titles(engine, "王建国", told={"王建国": ("nobody",)}) == ["王建国五金店"]


def test_what_the_caller_knows_opens_no_other_area(engine):
    filled(engine, unit(1, "东风超市", area_path="0001.0002."))
    assert titles(engine, "王建国", told={"王建国": ("u1",)}, scopes=("0001.0003.",)) == []


def test_a_single_kind_may_be_narrowed_further(engine):
    filled(engine, unit(1, "东风超市", area_path="0001.0001."), notice(2, "东风通知", area_path="0001.0001."))
    assert titles(engine, "东风", scopes=("0001.",), scopes_of={"organisation": ("0001.0002.",)}) == ["东风通知"]
    assert titles(engine, "东风", scopes=("0001.",), scopes_of={"organisation": ()}) == ["东风通知"]


def test_house_numbers_are_found_as_they_are_written(engine):
    texts = {"甲店": "辽沈二街39号 电话2", "乙店": "辽沈二街39-2号", "丙店": "辽沈二街2-39号"}
    filled(engine, *(unit(number, name, text=text) for number, (name, text) in enumerate(texts.items())))
    assert titles(engine, "辽沈二街39-2")[0] == "乙店"
    assert titles(engine, "39-2")[0] == "乙店"


def test_a_wrong_character_in_a_long_word_leaves_what_the_rest_finds(engine):
    filled(engine, unit(1, "哪吒互娱科技"), unit(2, "新华书店"))
    result = engine.search(Query("哪咤互娱"))
    assert [hit.title for hit in result.hits] == ["哪吒互娱科技"]
    assert result.partly


def test_a_word_that_stands_nowhere_is_suggested_better_however_much_the_others_find(engine):
    filled(engine, unit(0, "辽宁粮食机械厂"), *(unit(n, f"第{n}机械厂") for n in range(1, 9)))
    result = engine.search(Query("粮实机械厂"))
    assert result.total > 3
    assert (result.partly, result.suggestion) == (True, "粮食机械厂")
    assert not engine.search(Query("粮食机械厂")).partly


def test_of_some_kinds_only_what_is_public_is_found_but_everywhere(engine):
    there = {"area_path": "0001.0002."}
    filled(
        engine, unit(1, "东风超市", audience="staff", **there), notice(2, "东风通知", **there),
        notice(3, "东风草稿", audience="staff", area_path="0001.0001."),
    )  # fmt: skip
    asked = {"audience": "staff", "scopes": ("0001.0001.",), "public_of": ("notice",)}
    assert titles(engine, "东风", **asked) == ["东风通知"]
