"""Topics: each automat has its own, and nothing else is one."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spoken import LINK

from automat_link.topics import FROM_AUTOMATS, TO_AUTOMATS, Topic, of_all, parsed, topic


@given(st.uuids(), st.sampled_from(Topic))
def test_a_topic_is_taken_apart_as_it_was_put_together(link_id: UUID, what: Topic) -> None:
    assert parsed(topic(link_id, what)) == (link_id, what)


def test_each_topic_goes_one_way() -> None:
    assert {*FROM_AUTOMATS, *TO_AUTOMATS} == set(Topic)
    assert not {*FROM_AUTOMATS} & {*TO_AUTOMATS}


def test_the_topic_of_all_is_that_of_each_with_a_wildcard() -> None:
    assert of_all(Topic.REPORT) == topic(LINK, Topic.REPORT).replace(str(LINK), "+")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "keys",
        "keys/v1",
        f"keys/v1/{LINK}",
        f"keys/v1/{LINK}/",
        f"keys/v1/{LINK}/reports",
        f"keys/v1/{LINK}/report/",
        f"keys/v1/{LINK}/want",
        f"keys/v2/{LINK}/report",
        f"keys/v1/{str(LINK).upper()}/report",
        f"keys/v1/{LINK.hex}/report",
        f"keys/v1/{{{LINK}}}/report",
        f"/keys/v1/{LINK}/report",
        "keys/v1/00331/report",
        "$SYS/broker/uptime",
    ],
)
def test_other_names_are_none_of_ours(name: str) -> None:
    assert parsed(name) is None


@given(st.text() | st.text("keysv1/+#-0123456789abcdef report"))
def test_whatever_a_topic_is_called_it_is_taken_apart_or_passed_over(name: str) -> None:
    found = parsed(name)

    assert found is None or topic(*found) == name
