from __future__ import annotations

import hashlib
import hmac
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries import crypto
from registries.crypto import KeyMissing, Keys, Tampered, blind, blinds, open_sealed, reseal, seal
from registries.messages import Refused

CIPHERS = ("aes-256-gcm", "sm4-gcm")
KEYS = {cipher: Keys.temporary(cipher) for cipher in CIPHERS}
RECORD = UUID("01890000-0000-7000-8000-000000000001")
OTHER = UUID("01890000-0000-7000-8000-000000000002")
NUMBER = "000101199003071115"


@given(st.sampled_from(CIPHERS), st.text(), st.uuids())
def test_a_sealed_text_opens_at_its_place(cipher, text, record_id):
    data = seal(KEYS[cipher], "resident", "id_number", record_id, text)
    assert open_sealed(KEYS[cipher], "resident", "id_number", record_id, data) == text


@pytest.mark.parametrize("cipher", CIPHERS)
def test_a_sealed_text_opens_nowhere_else(cipher):
    keys = KEYS[cipher]
    data = seal(keys, "resident", "phone", RECORD, NUMBER)
    for kind, field, record_id in (
        ("organisation", "phone", RECORD),
        ("resident", "note", RECORD),
        ("resident", "phone", OTHER),
    ):
        with pytest.raises(Tampered):
            open_sealed(keys, kind, field, record_id, data)


@pytest.mark.parametrize("cipher", CIPHERS)
def test_no_bit_of_a_sealed_text_can_be_changed(cipher):
    keys = KEYS[cipher]
    data = seal(keys, "resident", "phone", RECORD, "138")
    for position in range(len(data) * 8):
        changed = bytearray(data)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises((Tampered, KeyMissing)):
            open_sealed(keys, "resident", "phone", RECORD, bytes(changed))


@given(st.binary(max_size=60))
def test_bytes_that_were_never_sealed_do_not_open(data):
    with pytest.raises((Tampered, KeyMissing)):
        open_sealed(KEYS["aes-256-gcm"], "resident", "phone", RECORD, data)


def test_the_same_text_is_sealed_alike_in_one_place_only():
    keys = KEYS["aes-256-gcm"]
    places = [
        ("resident", "phone", RECORD), ("resident", "note", RECORD), ("household", "phone", RECORD),
        ("resident", "phone", uuid4()),
    ]
    assert seal(keys, *places[0], NUMBER) == seal(keys, *places[0], NUMBER)
    assert len({seal(keys, *place, NUMBER) for place in places}) == len(places)
    assert len({seal(keys, *place, NUMBER)[2:14] for place in places}) == len(places), "a nonce was used twice"


def test_different_texts_in_one_place_never_share_a_nonce():
    keys = KEYS["aes-256-gcm"]
    assert len({seal(keys, *("resident", "phone", RECORD), str(n))[2:14] for n in range(1000)}) == 1000


def test_an_identity_number_takes_48_bytes_and_does_not_show():
    data = seal(KEYS["aes-256-gcm"], "resident", "id_number", RECORD, NUMBER)
    assert len(data) == 48
    assert NUMBER.encode() not in data


def test_neither_key_nor_text_depends_on_the_process(tmp_path):
    path = tmp_path / "keys.json"
    one, other = Keys.create(path), Keys.load(path)
    assert open_sealed(other, "resident", "phone", RECORD, seal(one, "resident", "phone", RECORD, "x")) == "x"
    assert blind(one, "resident.phone", "x") == blind(other, "resident.phone", "x")
    assert one.mac("head", b"x") == other.mac("head", b"x")


@given(st.text(), st.text())
def test_equal_texts_and_only_those_have_equal_indexes(one, other):
    keys = KEYS["aes-256-gcm"]
    assert (blind(keys, "resident.phone", one) == blind(keys, "resident.phone", other)) == (one == other)


def test_columns_cannot_be_joined_on_their_indexes():
    keys = KEYS["aes-256-gcm"]
    index = blind(keys, "resident.phone", "13800138000")
    assert len(index) == 16
    assert index != blind(keys, "resident.guardian_phone", "13800138000")


def test_the_mac_is_hmac_sha256():
    mac = crypto._Mac(b"k" * 32)
    for message in (b"", b"x", b"y" * 200):
        assert mac(message) == hmac.new(b"k" * 32, message, hashlib.sha256).digest()


def test_macs_of_different_purposes_differ():
    keys = KEYS["aes-256-gcm"]
    assert keys.mac("change.head", b"x") != keys.mac("change.chain", b"x")


def test_after_a_rotation_old_values_open_and_can_be_sealed_anew():
    keys = Keys.temporary()
    old = seal(keys, "resident", "phone", RECORD, "138")
    assert keys.rotate() == keys.version == 2
    assert open_sealed(keys, "resident", "phone", RECORD, old) == "138"
    assert not keys.is_current(old)
    new = reseal(keys, "resident", "phone", RECORD, old)
    assert new[1] == 2
    assert open_sealed(keys, "resident", "phone", RECORD, new) == "138"
    assert reseal(keys, "resident", "phone", RECORD, new) is None


def test_both_indexes_are_searched_until_the_rotation_is_settled():
    keys = Keys.temporary()
    old = blind(keys, "resident.phone", "138")
    assert blinds(keys, "resident.phone", "138") == [old]
    keys.rotate()
    new = blind(keys, "resident.phone", "138")
    assert new != old
    assert blinds(keys, "resident.phone", "138") == [new, old]
    assert (keys.rotating, keys.index_is_current(old), keys.index_is_current(new)) == (True, False, True)
    keys.settle()
    assert blinds(keys, "resident.phone", "138") == [new]
    assert not keys.rotating


def test_a_rotation_does_not_touch_the_chain():
    keys = Keys.temporary()
    before = keys.mac("change.chain", b"x")
    keys.rotate()
    assert keys.mac("change.chain", b"x") == keys.mac("change.chain", b"x", 1) == before


def test_the_cipher_can_be_changed_by_a_rotation():
    keys = Keys.temporary("aes-256-gcm")
    old = seal(keys, "resident", "phone", RECORD, "138")
    keys.rotate("sm4-gcm")
    new = reseal(keys, "resident", "phone", RECORD, old)
    assert (old[0], new[0]) == (1, 2)
    assert open_sealed(keys, "resident", "phone", RECORD, new) == "138"


def test_a_destroyed_key_opens_nothing():
    keys = Keys.temporary()
    old = seal(keys, "resident", "phone", RECORD, "138")
    keys.rotate()
    keys.forget("data", 1)
    with pytest.raises(KeyMissing, match="version 1"):
        open_sealed(keys, "resident", "phone", RECORD, old)


def test_a_rotation_by_another_process_is_noticed(tmp_path):
    path = tmp_path / "keys.json"
    ours, theirs = Keys.create(path), Keys.load(path)
    theirs.rotate()
    new = seal(theirs, "resident", "phone", RECORD, "138")
    assert open_sealed(ours, "resident", "phone", RECORD, new) == "138"
    assert ours.version == 2
    theirs.settle()
    ours.refresh()
    assert not ours.rotating


def test_an_unknown_cipher_is_refused(tmp_path):
    with pytest.raises(Refused, match="rot13"):
        Keys.create(tmp_path / "keys.json", "rot13")
    assert not (tmp_path / "keys.json").exists()
