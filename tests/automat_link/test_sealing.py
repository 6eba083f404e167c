"""What is sealed for one automat and topic opens there, and nowhere else."""

import base64
import json
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spoken import DIGITS, LINK

from automat_link.messages.base import Unreadable
from automat_link.sealing import NONCE_BYTES, seal, unseal
from automat_link.topics import Topic, topic

KEY, OTHER_KEY = secrets.token_bytes(32), secrets.token_bytes(32)
CODES, COMMAND = topic(LINK, Topic.WANT_CODES), topic(LINK, Topic.COMMAND)


@given(st.binary(), st.text(), st.binary(min_size=32, max_size=32))
def test_what_was_sealed_opens_with_its_key_under_its_topic(
    message: bytes, name: str, key: bytes
) -> None:
    assert unseal(key, name, seal(key, name, message)) == message


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (OTHER_KEY, CODES),
        (KEY, COMMAND),
        (KEY, CODES.replace("v1", "v2")),
        (KEY, topic(LINK, Topic.WANT_HEARD)),
        (b"", CODES),
    ],
)
def test_it_opens_with_no_other_key_and_under_no_other_topic(key: bytes, name: str) -> None:
    sealed = seal(KEY, CODES, DIGITS.encode())

    with pytest.raises(Unreadable) as refusal:
        unseal(key, name, sealed)
    assert DIGITS not in str(refusal.value)


@given(st.data())
def test_it_does_not_open_when_one_bit_of_it_was_changed(data: st.DataObject) -> None:
    envelope = json.loads(seal(KEY, CODES, b"open locker 3"))
    part = data.draw(st.sampled_from(["nonce", "sealed"]))
    raw = bytearray(base64.b64decode(envelope[part]))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    envelope[part] = base64.b64encode(raw).decode()

    with pytest.raises(Unreadable, match="not sealed for this"):
        unseal(KEY, CODES, json.dumps(envelope).encode())


@given(st.integers(0, 400))
def test_it_does_not_open_when_it_was_cut_off(length: int) -> None:
    sealed = seal(KEY, CODES, b"open locker 3" * 20)

    with pytest.raises(Unreadable):
        unseal(KEY, CODES, sealed[:length])


@given(
    st.binary()
    | st.dictionaries(st.sampled_from(["version", "nonce", "sealed"]), st.text() | st.just(1)).map(
        lambda one: json.dumps(one).encode()
    )
)
def test_whatever_else_comes_is_refused(payload: bytes) -> None:
    with pytest.raises(Unreadable):
        unseal(KEY, CODES, payload)


@pytest.mark.parametrize(
    "envelope",
    [
        {"nonce": "", "sealed": ""},
        {"nonce": "AAAA", "sealed": "AAAA"},
        {"nonce": "ÄÖÜ", "sealed": "AAAA"},
        {"nonce": "AAAAAAAAAAAAAAAA", "sealed": "A" * 22 + "="},
        {"nonce": "AAAAAAAAAAAAAAAA", "sealed": "\n"},
        {"version": 2, "nonce": "AAAAAAAAAAAAAAAA", "sealed": "AAAA"},
    ],
)
def test_an_envelope_that_holds_no_seal_is_refused(envelope: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        unseal(KEY, CODES, json.dumps(envelope).encode())


def test_the_same_message_is_sealed_differently_each_time() -> None:
    sealed = {seal(KEY, CODES, b"open locker 3") for _ in range(100)}
    nonces = {json.loads(one)["nonce"] for one in sealed}

    assert len(nonces) == 100
    assert all(len(base64.b64decode(nonce)) == NONCE_BYTES for nonce in nonces)


def test_what_is_sealed_shows_no_word_of_it() -> None:
    sealed = seal(KEY, CODES, DIGITS.encode() * 50)

    assert DIGITS.encode() not in sealed
    assert base64.b64encode(DIGITS.encode() * 2) not in sealed
