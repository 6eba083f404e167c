"""Texts that nobody can store or read are refused at once."""

import pytest

from models.errors import InvalidInput
from resolvers.checks import exactly_one, required_text


@pytest.mark.parametrize("text", [None, "", " \t\n", "x" * 501, "A\0B", "A\ud800B"])
def test_a_text_is_there_and_can_be_stored(text: str | None) -> None:
    with pytest.raises(InvalidInput, match="name"):
        required_text(text, path=("name",))


def test_a_text_loses_the_blanks_around_it() -> None:
    assert required_text("  Ääni 🗝 ", path=("name",)) == "Ääni 🗝"
    assert len(required_text("x" * 500, path=("name",))) == 500


def test_exactly_one_of_several_is_given() -> None:
    exactly_one(id=1, externalId=None)
    for given in ({"id": None, "externalId": None}, {"id": 1, "externalId": "A"}):
        with pytest.raises(InvalidInput, match="id and externalId"):
            exactly_one(**given)
