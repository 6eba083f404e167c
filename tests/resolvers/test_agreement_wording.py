"""Languages and times in the words of agreements."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from models.signing import SigningPurpose
from resolvers.agreements.wording import SPOKEN, TITLES, chain, first_of, local_time, spoken, until

HELSINKI = ZoneInfo("Europe/Helsinki")
AFTERNOON = datetime(2027, 6, 1, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("fi", "1.6.2027 klo 15.05"),
        ("sv", "1.6.2027 kl. 15.05"),
        ("en", "1 June 2027 at 15:05"),
        ("de", "2027-06-01 15:05"),
    ],
)
def test_a_time_is_written_by_the_clock_on_the_wall(language: str, written: str) -> None:
    assert local_time(AFTERNOON, HELSINKI, language) == written


def test_a_time_that_comes_twice_says_which_one_it_is() -> None:
    first, second = (datetime(2027, 10, 31, hour, 30, tzinfo=UTC) for hour in (0, 1))

    assert local_time(first, HELSINKI, "fi") == "31.10.2027 klo 03.30 (UTC+0300)"
    assert local_time(second, HELSINKI, "fi") == "31.10.2027 klo 03.30 (UTC+0200)"


@pytest.mark.parametrize(
    ("language", "written"),
    [("fi", "toistaiseksi"), ("sv", "tills vidare"), ("de", "until further notice")],
)
def test_a_contract_without_an_end_says_so(language: str, written: str) -> None:
    assert until(None, HELSINKI, language) == written


def test_an_end_is_written_like_any_time() -> None:
    assert until(AFTERNOON, HELSINKI, "en") == "1 June 2027 at 15:05"


def test_languages_are_tried_in_their_order_and_english_last() -> None:
    wanted = chain("fi-FI", None, "SV_fi", "fi", "")

    assert wanted == ["fi", "sv", "en"]
    assert first_of(wanted, ["en", "sv"]) == "sv"
    assert first_of(wanted, ["de"]) is None
    assert (spoken(["de", "sv", "en"]), spoken(["de"])) == ("sv", "en")


@pytest.mark.parametrize("purpose", SigningPurpose)
def test_every_purpose_has_a_title_in_each_language_that_we_speak(purpose: SigningPurpose) -> None:
    assert set(TITLES[purpose]) == set(SPOKEN)
    assert len(set(TITLES[purpose].values())) == len(SPOKEN)
