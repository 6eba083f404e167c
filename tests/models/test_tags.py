"""Tags of keys: written one way, however readers and people write them."""

import pytest

from models.errors import InvalidInput
from models.tags import checked_tag, same_tag


@pytest.mark.parametrize("written", ["04a1b2c3", "04A1B2C3", "04:a1:B2:c3", " 04 a1-b2 c3 "])
def test_a_tag_is_written_one_way(written: str) -> None:
    assert same_tag(written) == checked_tag(written, path=()) == "04a1b2c3"


@pytest.mark.parametrize("written", ["", "04a", "04g1", "tag 7", "0" * 65])
def test_what_is_no_tag_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput, match="4 to 64 hexadecimal digits"):
        checked_tag(written, path=("rfid_tag",))
