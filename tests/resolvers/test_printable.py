"""Text that no font can print: written as numbers in few rounds, or refused in clear words."""

from typing import Any

import pytest
from sealed_documents import document
from typst import TypstError

from resolvers.outside import printable
from resolvers.outside.printable import MOST_ROUNDS, TooManyNotPrintable, printed

ETHIOPIC = "".join(chr(code) for code in range(0x1200, 0x1380))


def refusing(*shown: str) -> TypstError:
    lines = [f'the text `"{one}"` could not be displayed with font `"Any"`' for one in shown]
    return TypstError("\n".join(lines))


@pytest.fixture(autouse=True)
def nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what earlier documents have taught."""
    monkeypatch.setattr(printable, "_unprintable", set(printable.TURNS_TEXT_AROUND))


def test_all_characters_of_one_error_are_learned_in_one_round() -> None:
    rounds = []

    def make(data: Any) -> bytes:
        rounds.append(data)
        if len(rounds) == 1:
            raise refusing("☃", "♘\\u{2655}")
        return str(data).encode()

    assert printed(make, "☃♘♕") == b"[U+2603][U+2658][U+2655]"
    assert len(rounds) == 2


def test_rendering_ends_after_twenty_rounds_in_clear_words() -> None:
    rounds = []

    def make(data: str) -> bytes:
        rounds.append(data)
        left = [letter for letter in data if letter in symbols]
        if left:
            raise refusing(left[0])
        return data.encode()

    symbols = "".join(chr(0x2600 + number) for number in range(MOST_ROUNDS + 5))
    with pytest.raises(TooManyNotPrintable):
        printed(make, symbols)
    assert len(rounds) == MOST_ROUNDS == 20

    assert printed(make, symbols).startswith(b"[U+2600]"), "another attempt goes on from there"


def test_a_whole_alphabet_that_our_fonts_do_not_have_takes_few_rounds() -> None:
    assert document(contacts=[ETHIOPIC])


def test_an_alphabet_that_our_fonts_have_is_printed_beside_one_that_they_have_not() -> None:
    document(contacts=["ጤና ይስጥልኝ ဗမာ"])

    assert printable._written("გამარჯობა") == "გამარჯობა"
