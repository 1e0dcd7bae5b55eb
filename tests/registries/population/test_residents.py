"""Residents as they are written down: what is filled in, refused, doubted, sealed."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from registries.access import console
from registries.demo.numbers import with_id_check
from registries.masks import mask_id, mask_phone
from registries.population.models import Resident, ResidentGroup
from registries.population.schemas import ResidentSchema
from registries.population.service import residents, set_groups
from registries.records import Doubtful, Invalid
from registries.storing import Sealed, opened
from tests import factories

ACTOR = console("test")
#: A number with the address code that was never assigned.
NUMBER = "000101199003071115"


@pytest.fixture
def schema(references):
    return ResidentSchema(references)


def create(database, reason="test", as_of=None, **values):
    with database.writing("population") as session:
        return residents.create(session, {"name": "张三", **values}, actor=ACTOR, reason=reason, as_of=as_of)


def from_file(schema, **cells):
    """A row of a file is checked against nothing: it may be about a record or be a new one."""
    return schema.check({"name": "张三", **cells}, {})


def named(checked, field, part):
    return any(part in str(problem) for problem in checked.get(field, ()))


def test_a_number_fills_in_what_nobody_told(register):
    item = create(register, id_number=NUMBER)
    assert (item.values["doc_type"], item.values["sex"], item.values["birth_date"]) == (
        "RIC",
        "1",
        "1990-03-07",
    )


def test_number_and_phone_are_sealed_and_found_by_their_exact_value(register):
    item = create(register, id_number=NUMBER, phone="１３８ 0013 8000")
    assert isinstance(item.values["id_number"], Sealed)
    assert opened(register.keys, item.values["phone"]) == "13800138000"
    with register.reading() as session:
        assert [found.id for found in factories.holding(session, residents, "phone", "13800138000")] == [
            item.id
        ]
        assert [found.id for found in factories.holding(session, residents, "id_number", NUMBER)] == [
            item.id
        ]


def test_messages_and_masks_never_show_the_number(schema):
    wrong = NUMBER[:-1] + "0"
    checked = schema.check({"name": "张三", "id_number": wrong, "phone": "12"})
    assert checked.doubts["id_number"]
    assert checked.errors["phone"]
    assert wrong not in f"{checked.doubts}{checked.errors}"
    assert ResidentSchema._declared_fields["id_number"].mask is mask_id
    assert ResidentSchema._declared_fields["phone"].mask is mask_phone


@pytest.mark.parametrize("service", ["123", "110", "12345", "95588", "400-123-4567"])
def test_a_service_number_is_nobodys_phone(register, service):
    item = create(register, id_number=NUMBER, phone="13800138000")
    with pytest.raises(Invalid) as refused, register.writing("population") as session:
        residents.update(session, item.id, {"phone": service}, version=item.version, actor=ACTOR, reason="seen")
    assert list(refused.value.errors) == ["phone"]
    with register.reading() as session:
        assert residents.load(session, [item.id])[0].version == item.version


def test_sex_and_birth_date_that_contradict_the_number_are_doubted_and_kept(register, schema):
    checked = schema.check({"name": "张三", "id_number": NUMBER, "sex": "女", "birth_date": "1991-03-07"})
    assert not checked.errors
    assert len(checked.warnings["id_number"]) == 2
    assert (checked.values["sex"], checked.values["birth_date"]) == ("2", "1991-03-07")
    with pytest.raises(Doubtful):
        create(register, reason=None, id_number=NUMBER, sex="女")


@pytest.mark.parametrize("spoiled", ["2.10101E+17", 2.10101199003071e17, 210101199003071000])
def test_a_number_spoiled_by_a_spreadsheet_is_refused_with_a_remedy(schema, spoiled):
    checked = from_file(schema, id_number=spoiled)
    assert named(checked.errors, "id_number", "spreadsheet")
    assert named(checked.errors, "id_number", "Format the column as text")


def test_a_form_without_number_needs_a_reason_and_a_row_of_a_file_gets_one(schema):
    assert "no_id_reason" in schema.check({"name": "张三", "id_number": ""}).errors
    assert not schema.check(
        {"name": "张三", "no_id_reason": "新生儿未落户", "birth_date": "2026-10-01"}
    ).errors
    row = from_file(schema, birth_date="1950")
    assert not row.errors
    assert named(row.warnings, "id_number", "gives no ID number")
    assert (row.values["doc_type"], row.values["no_id_reason"]) == ("NONE", "pending")


def test_a_row_of_a_file_about_a_known_person_says_nothing_of_the_number(schema):
    stored = {"name": "张三", "id_number": NUMBER, "doc_type": "RIC", "sex": "1", "birth_date": "1990-03-07"}
    checked = schema.check({"name": "张三", "phone": "13800138000"}, stored)
    assert checked.values == {"name": "张三", "phone": "13800138000"}


@pytest.mark.parametrize(("doc_type", "number", "told"), [
    (None, with_id_check("81000019900307999"), "HKMOTW_RP"),
    (None, with_id_check("90041019900307997"), "FPR_2023"),
    ("护照", "DEMO00012", "PASSPORT"),
    (None, "DEMO00012", "PASSPORT"),
    ("回乡证", "H1234567801", "HM_PERMIT"),
    ("出生医学证明", "T000000001", "BIRTH_CERT"),
])  # fmt: skip
def test_documents_other_than_the_identity_card_are_read(schema, doc_type, number, told):
    checked = from_file(schema, doc_type=doc_type, id_number=number)
    assert not checked.errors
    assert checked.values["doc_type"] == told


def test_an_old_number_of_fifteen_digits_is_completed(schema):
    checked = from_file(schema, doc_type="身份证", id_number="210702900307111")
    assert checked.values["id_number"].startswith("21070219900307111")
    assert checked.warnings["id_number"]


def test_an_unknown_address_code_is_a_doubt_and_no_error(schema):
    unknown = with_id_check("99" + "0101" + "19900307111")
    assert from_file(schema, doc_type="身份证", id_number=with_id_check("79010119900307111")).warnings[
        "id_number"
    ]
    assert "id_number" not in from_file(schema, id_number=with_id_check("21079919900307111")).warnings
    assert unknown


@pytest.mark.parametrize("name", [
    "李", "迪丽热巴·迪力木拉提", "阿卜杜热西提·阿卜杜拉赫曼·艾力", "𬭚𫚈", "\ue863某",
    "Mary-Jane O'Neil", "黄蓉", "欧阳娜娜",
])  # fmt: skip
def test_names_of_any_length_and_script_are_names(schema, name):
    assert from_file(schema, name=name, id_number=NUMBER).values["name"] == name


def test_names_are_tidied_and_what_is_no_name_is_refused(schema):
    assert from_file(schema, name=" 张　 三 ").values["name"] == "张三"
    assert from_file(schema, name="古丽•买买提").values["name"] == "古丽·买买提"
    assert from_file(schema, name="12345").errors["name"]
    assert named(from_file(schema, name="张?").warnings, "name", "lost")


@pytest.mark.parametrize(
    ("written", "kept"), [("1950", "1950"), ("1950年3月", "1950-03"), ("19500305", "1950-03-05")]
)
def test_partial_birth_dates_are_kept_as_they_are(schema, written, kept):
    checked = schema.check({"name": "张三", "no_id_reason": "lost", "birth_date": written})
    assert checked.values["birth_date"] == kept


def test_nobody_is_born_or_dies_in_the_future(schema):
    assert schema.check({"name": "张三", "no_id_reason": "lost", "birth_date": "2999-01-01"}).errors[
        "birth_date"
    ]
    checked = schema.check(
        {"name": "张三", "no_id_reason": "lost", "birth_date": "1950", "died_on": "1940-01-01"}
    )
    assert named(checked.errors, "died_on", "before the birth")


def test_a_child_without_guardian_is_doubted(schema):
    young = {"name": "张小", "no_id_reason": "newborn", "birth_date": str(date.today().year - 3)}
    assert schema.check(young).warnings["guardian_name"]
    assert "guardian_name" not in schema.check({**young, "guardian_name": "张三"}).warnings


def test_a_relation_without_household_is_doubted(schema):
    assert from_file(schema, id_number=NUMBER, relation_to_head="妻").warnings["household_number"]
    assert (
        "household_number"
        not in from_file(schema, id_number=NUMBER, relation_to_head="妻", household_number="12").warnings
    )


@pytest.mark.parametrize(("words", "told"), [
    ("户籍人口", {"population_type": "HJ"}),
    ("流动人口", {"population_type": "LD"}),
    ("暂住", {"population_type": "LD", "stay_status": "2"}),
    ("常住", {"population_type": "HJ", "stay_status": "1"}),
    ("空挂户", {"separation_type": "3"}),
    ("人户一致", {"registration_match": "01"}),
    ("境外人员", {"population_type": "JW"}),
])  # fmt: skip
def test_one_column_of_residence_is_taken_apart(schema, words, told):
    checked = from_file(schema, id_number=NUMBER, residence=words)
    names = ("population_type", "stay_status", "separation_type", "registration_match")
    assert {name: checked.values[name] for name in names if checked.values.get(name)} == told
    assert "residence" not in checked.values


def test_an_unknown_word_of_residence_is_refused(schema):
    assert from_file(schema, id_number=NUMBER, residence="不可思议").errors["residence"]


def test_occupations_in_free_words_are_read_as_other_and_doubted(schema):
    checked = from_file(schema, id_number=NUMBER, occupation="驯兽师")
    assert checked.values["occupation"] == "12"
    assert named(checked.warnings, "occupation", "驯兽师")
    assert "occupation" not in from_file(schema, id_number=NUMBER, occupation="退休").warnings


def test_several_phones_in_a_cell_keep_the_first_and_say_so(schema):
    checked = from_file(schema, id_number=NUMBER, phone="13800138000；13900139000")
    assert checked.values["phone"] == "13800138000"
    assert checked.warnings["phone"]


def test_groups_are_read_from_one_cell_and_sealed(register):
    item = create(register, id_number=NUMBER, groups="独居老人、低保户；残疾人")
    assert [opened(register.keys, row["group"]) for row in item.values["groups"]] == ["V01", "V13", "V10"]
    with register.reading() as session:
        rows = session.execute(sa.select(ResidentGroup.__table__)).all()
        log = session.execute(sa.text("SELECT changes, sealed FROM population.change")).one()
    assert all(b"V01" not in row.group_sealed for row in rows)
    assert rows[0].review_on > rows[0].noted_on
    assert "groups" not in log.changes
    assert "groups" in log.sealed


def test_groups_that_follow_from_age_are_not_kept_and_lists_of_the_police_neither(schema):
    checked = from_file(schema, id_number=NUMBER, groups="高龄老人、独居老人、刑满释放人员")
    assert [row["group"] for row in checked.values["groups"]] == ["V01"]
    assert len(checked.warnings["groups"]) == 2


def test_a_bare_group_keeps_what_is_known_of_it(register):
    item = create(
        register, id_number=NUMBER, groups=[{"group": "V01", "source": "社区走访", "noted_on": "2026-01-05"}]
    )
    with register.writing("population") as session:
        item = set_groups(session, item.id, [{"group": "V01"}, {"group": "V16"}], version=1, actor=ACTOR)
    first, second = opened(register.keys, item.values["groups"])
    assert (first["source"], first["noted_on"]) == ("社区走访", date(2026, 1, 5))
    assert second["group"] == "V16"


def test_names_are_found_by_pinyin_and_initials_and_sorted_by_birth(register):
    create(register, name="曾国藩", id_number=NUMBER)
    create(register, name="单雄信", no_id_reason="lost")
    with register.reading() as session:
        rows = session.execute(
            sa.select(
                Resident.name_pinyin,
                Resident.name_initials,
                Resident.birth_sort,
            ).order_by(Resident.birth_sort)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("zengguofan", "zgf", "1990-03-07"),
        ("shanxiongxin", "sxx", "9999"),
    ]


def test_a_number_that_somebody_holds_is_refused_without_telling_who(register):
    create(register, id_number=NUMBER)
    with pytest.raises(Invalid) as refusal:
        create(register, name="李四", id_number=NUMBER)
    assert "张三" not in str(refusal.value)
    assert list(refusal.value.errors) == ["id_number"]


def test_a_number_is_free_again_when_its_record_is_retired(register):
    item = create(register, id_number=NUMBER)
    with register.writing("population") as session:
        residents.retire(session, item.id, version=1, actor=ACTOR, reason="test")
    assert create(register, id_number=NUMBER).id != item.id


def test_two_records_without_number_are_recognised_by_name_birth_and_address(register):
    one = {"name": "古丽·买买提", "birth_date": "1950", "address": "锦州市古塔区解放路十二号3单元501室"}
    other = {"name": "古丽 买买提", "birth_date": "1950", "address": "古塔区解放路12号3单元501"}
    fingerprint = residents.kind.fingerprint
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint({**one, "id_number": NUMBER}) is None


def test_a_kind_of_document_on_which_somebody_else_has_the_number_is_refused(register):
    one = create(register, doc_type="PASSPORT", id_number="12345678", birth_date="1980-01-01")
    create(register, name="李四", doc_type="TW_PERMIT", id_number="12345678", birth_date="1981-01-01")
    with pytest.raises(Invalid) as refused, register.writing("population") as session:
        residents.update(session, one.id, {"doc_type": "TW_PERMIT"}, version=one.version, actor=ACTOR, reason="seen")
    assert list(refused.value.errors) == ["id_number"]


def test_a_retired_person_comes_back_beside_one_with_the_number_on_another_document(register):
    one = create(register, doc_type="PASSPORT", id_number="12345678", birth_date="1980-01-01")
    create(register, name="李四", doc_type="TW_PERMIT", id_number="12345678", birth_date="1981-01-01")
    with register.writing("population") as session:
        gone = residents.retire(session, one.id, version=one.version, actor=ACTOR, reason="left")
    with register.writing("population") as session:
        back = residents.restore(session, one.id, version=gone.version, actor=ACTOR, reason="came back")
    assert back.retired_at is None
