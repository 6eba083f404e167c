"""Passwords are long, and none of those that are tried first."""

import pytest

from models.errors import InvalidInput
from models.passwords import checked_password

ABOUT = ("Aino Virtanen", "aino.virtanen@kotikatu.example", "Kotikatu Isännöinti")


@pytest.mark.parametrize(
    "password",
    [
        "seven blue herons at dawn",
        "kolme kirjavaa kissaa",
        "x7K-pq2_Rw9!",
        "83749238472938",
        "            a1b2c3d4e5",
        "äöå ÄÖÅ žñ ç ß",
        "w" * 100 + "abcxyz!qtrmn",
    ],
)
def test_what_nobody_tries_first_is_a_password(password: str) -> None:
    assert checked_password(password, about=ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        "short one!!",
        "x" * 257,
        "password1234",
        "P4ssw0rd2024!!",
        "passwordpassword",
        "QWERTYuiop123456",
        "aaaaaaaaaaaaaaaa",
        "123456789012345",
        "abcdefghijklmnop",
        "Salasana!12345",
        "Aino.Virtanen1987",
        "kotikatu isännöinti 1",
        "LivionKey-2026!",
        "            ",
    ],
)
def test_what_is_tried_first_is_none(password: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        checked_password(password, about=ABOUT)

    assert refusal.value.path == ("password",)
    assert password not in refusal.value.message


def test_a_password_is_the_same_on_every_keyboard() -> None:
    composed, decomposed = "äiti söi kärpäsen", "a\u0308iti so\u0308i ka\u0308rpa\u0308sen"

    assert checked_password(composed) == checked_password(decomposed)
