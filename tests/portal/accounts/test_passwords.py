"""Which passwords will do."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, extract_parameters

from portal.accounts import passwords
from portal.accounts.passwords import NewPassword
from registries.messages import Refused
from tests.site import PASSWORD, USUAL_HASHER

LISTED = sorted(passwords._common())


def test_the_list_holds_thousands():
    assert len(LISTED) > 5_000


def test_no_listed_password_is_taken_bare_or_dressed_up():
    for word in LISTED:
        for text in (word, word.upper(), f"{word}2026!", f"!!{word}123", word * 2, f"{word} "):
            assert passwords.fault(text) is not None, text


@pytest.mark.parametrize(
    "text",
    [
        "aaaaaaaaaaaa", "abcabcabcabc", "abcdefghijkl", "zyxwvutsrq", "qwertyuiop[]", "1qaz2wsx3edc", "0123456789",
        "9876543210123", "13800138000", "20260305200101", "P@ssw0rd2026", "ｐａｓｓｗｏｒｄ１２３４", "zhangwei1990!!",
    ],
)  # fmt: skip
def test_patterns_are_refused(text):
    assert "tried first" in passwords.fault(text)


@pytest.mark.parametrize("text", ["four odd words", "雨落在七座山上的时候", "kxqpw-2mn4r", "Tr0ub4dor&3x", PASSWORD])
def test_long_and_odd_ones_are_taken(text):
    assert passwords.fault(text, ["lin", "林一"]) is None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("short", "too short"), ("九个字符不够用的", "too short"), ("x1" * 150, "too long"),
        ("my name is Lindsay", "your name"), ("sanku is our site", "this site"), ("我们的安全社区平台", "too short"),
        ("我们的安全社区平台好用", "this site"),
    ],
)  # fmt: skip
def test_the_answer_says_what_is_wrong(text, word):
    assert word in passwords.fault(text, ["lindsay", "li"])


def test_a_refused_password_makes_no_hash():
    with pytest.raises(Refused):
        NewPassword.of("password1234")


def test_hashes_are_argon2id_with_the_librarys_parameters():
    kept = extract_parameters(USUAL_HASHER.hash("x"))
    assert kept.type.name == "ID"
    assert kept.memory_cost >= 19 * 1024
    assert kept.time_cost >= 2


def test_a_hash_with_older_parameters_is_renewed_at_the_next_sign_in(site, visitor):
    user = site.account("clerk", name="lin")
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    with site.system.database.writing("system") as session:
        session.get_one(type(user), user.id).password_hash = old
    assert visitor().post("/login", {"name": "lin", "password": PASSWORD}).status_code == 302
    with site.system.database.reading() as session:
        kept = session.get_one(type(user), user.id).password_hash
    assert kept != old
    assert passwords.is_right(kept, PASSWORD)


def test_a_damaged_hash_lets_nobody_in():
    assert not passwords.is_right("", PASSWORD)
    assert not passwords.is_right("$argon2id$nonsense", PASSWORD)
    assert not passwords.is_right(None, "the password of nobody")


def test_passwords_grow_old_only_where_the_setting_says_so(make_site):
    site = make_site(password_days=90)
    user = site.account("clerk", name="lin")
    with site.system.database.writing("system") as session:
        row = session.get_one(type(user), user.id)
        row.created_at = row.created_at.replace(year=row.created_at.year - 1)
    browser = site.visitor()
    browser.post("/login", {"name": "lin", "password": PASSWORD})
    browser.user = user
    assert browser.get("/desk/resident/").headers["Location"] == "/account/password"


def test_the_password_page_says_by_field_what_is_wrong(visitor):
    browser = visitor("clerk")

    def told(**form):
        answer = browser.post("/account/password", {"old": PASSWORD, "new": "", "again": "", **form})
        assert answer.status_code == 422
        return answer.text

    assert "密码太短" in told(new="short")
    assert "两次输入的密码不一致" in told(new="rain over seven hills", again="rain over eight hills")
    assert "当前密码不正确" in told(old="something else", new="rain over seven hills", again="rain over seven hills")
    assert "新密码与当前密码相同" in told(new=PASSWORD, again=PASSWORD)
