"""The board in the terminal, as somebody plays with it: a PIN, a door, a key, and a cut cable."""

import re
from collections.abc import Iterator
from datetime import timedelta
from operator import attrgetter

import pytest
from boards import PIN, TAG, automat_of, locker, played, screen, seen, text, typed, until
from brokers import Broker, running_broker
from server_peer import server_at

from automat_link.simulator.board import Board
from automat_link.simulator.fleet import Fleet
from automat_link.simulator.lockers import Impossible, Key
from automat_link.simulator.views import KEY_INSIDE, LockerView, Reported
from automat_link.simulator.words import WELCOME


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with running_broker() as broker:
        yield broker


@pytest.fixture
def fleet(broker: Broker) -> Fleet:
    return Fleet({"00331": automat_of(broker), "[red]1": automat_of(broker, 1)})


async def test_a_pin_opens_its_door_and_the_key_leaves(fleet: Fleet) -> None:
    async with played(fleet) as (board, pilot):
        assert text(pilot, "#display") == WELCOME
        assert str(locker(pilot, 29).render()) == KEY_INSIDE
        assert not locker(pilot, 29).has_class("open")

        await typed(pilot, PIN + "#")

        assert text(pilot, "#display") == "Locker 29 is open"
        assert locker(pilot, 29).has_class("open", "chosen")

        await typed(pilot, "t")

        assert [key.tag for key in board.hand] == [TAG]
        assert f"in your hand: {TAG}" in text(pilot, "#state")
        assert str(locker(pilot, 29).render()) == ""

        await typed(pilot, "c")

        assert not locker(pilot, 29).has_class("open")
        told = re.findall(r"\d\d:\d\d:\d\d (.+)", text(pilot, "Reported"))
        assert told[-4:] == [
            "Locker 29 was opened by a PIN.",
            "Door 29 was opened (code).",
            f"A key left locker 29 ({TAG}).",
            "Door 29 was closed.",
        ]


async def test_the_key_is_put_back(fleet: Fleet) -> None:
    async with played(fleet) as (board, pilot):
        await typed(pilot, PIN + "#t")
        await typed(pilot, "c")
        await typed(pilot, PIN + "#p")

        assert board.hand == []
        assert str(locker(pilot, 29).render()) == KEY_INSIDE
        assert f"A key came into locker 29 ({TAG})." in text(pilot, "Reported")


async def test_the_keypad_is_pressed_with_the_mouse_and_shows_no_digits(fleet: Fleet) -> None:
    async with played(fleet) as (_, pilot):
        for key in PIN:
            await pilot.click(f"#key-{key}")
        await seen(pilot)
        shown = text(pilot, "#display")
        await pilot.click("#key-end")
        await seen(pilot)

        assert shown.split() == ["●"] * 6
        assert text(pilot, "#display") == "Locker 29 is open"
        assert PIN not in screen(pilot)


async def test_after_five_wrong_codes_the_keypad_says_how_long_it_rests(fleet: Fleet) -> None:
    async with played(fleet) as (_, pilot):
        await typed(pilot, "*4711#")
        first = text(pilot, "#display")
        await typed(pilot, "*4711#" * 4)

        assert first == "Nobody knows this code"
        assert text(pilot, "#display").startswith("Too many wrong codes\nwait ")
        assert "4711" not in screen(pilot)


async def test_what_cannot_be_done_is_said(fleet: Fleet) -> None:
    async with played(fleet) as (board, pilot):
        for key, words in {
            "t": "The door of locker 0 is shut.",
            "p": "There is no key in your hand.",
            "c": "The door of locker 0 is shut.",
        }.items():
            await typed(pilot, key)
            assert [notice.message for notice in board._notifications][-1] == words
        assert board.cabinet.log.last_number == 1


async def test_a_door_that_is_broken_open_raises_an_alarm(fleet: Fleet) -> None:
    async with played(fleet) as (_, pilot):
        await pilot.press("right", "down")
        await typed(pilot, "f")

        assert locker(pilot, 6).has_class("open", "chosen")
        assert "Alarm: door forced at locker 6." in text(pilot, "Reported")


async def test_somebody_walks_from_one_automat_to_another_with_a_key(fleet: Fleet) -> None:
    async with played(fleet) as (board, pilot):
        await typed(pilot, PIN + "#t")
        await pilot.press("tab")
        await typed(pilot, PIN + "#t")

        assert board.automat is fleet["[red]1"]
        assert [one.index for one in board.query(LockerView) if one.display] == [0]
        assert [key.tag for key in board.hand] == [TAG, TAG]

        await pilot.click("#automats", offset=(5, 0))
        await typed(pilot, "k")

        assert board.automat is fleet["00331"]
        assert all(one.display for one in board.query(LockerView))
        assert "without a tag" in text(pilot, "#state")


async def test_a_locker_is_chosen_with_the_mouse(fleet: Fleet) -> None:
    async with played(fleet) as (board, pilot):
        await pilot.click("#locker-17")
        await seen(pilot)

        assert board.chosen == 17
        assert [one.index for one in board.query(LockerView) if one.has_class("chosen")] == [17]


async def test_a_clock_that_is_wrong_is_shown(fleet: Fleet) -> None:
    async with played(fleet) as (board, pilot):
        await pilot.press("right_square_bracket", "right_square_bracket", "left_square_bracket")
        await seen(pilot)

        assert "(1:00:00 ahead)" in text(pilot, "#state")
        assert board.cabinet.clock.ahead == timedelta(hours=1)

        board.cabinet.clock.move(timedelta(days=-2, hours=-1))
        await seen(pilot)

        assert "(2 days, 0:00:00 behind)" in text(pilot, "#state")


async def test_what_happens_without_a_network_is_heard_when_it_is_back(broker: Broker) -> None:
    automat = automat_of(broker)
    identity = attrgetter("_credentials")(automat)
    fleet = Fleet({"00331": automat})
    async with server_at(broker, identity) as server, fleet, played(fleet) as (_, pilot):
        await until(pilot, lambda: "all reports heard" in text(pilot, "#state"))
        assert text(pilot, "#state").startswith("● connected")

        await typed(pilot, "n")
        await typed(pilot, PIN + "#t")

        assert text(pilot, "#state").startswith("● network cut")
        assert "3 reports not heard" in text(pilot, "#state")
        assert text(pilot, "Reported").splitlines()[-1].startswith("…")

        await typed(pilot, "n")
        await until(pilot, lambda: "all reports heard" in text(pilot, "#state"))

        assert text(pilot, "Reported").splitlines()[-1].startswith("✓")
        assert server.heard_up_to(automat.link_id) == automat.cabinet.log.last_number


async def test_a_server_puts_the_clock_right(broker: Broker) -> None:
    automat = automat_of(broker)
    identity = attrgetter("_credentials")(automat)
    fleet = Fleet({"00331": automat})
    async with server_at(broker, identity), fleet, played(fleet) as (_, pilot):
        await until(pilot, lambda: "all reports heard" in text(pilot, "#state"))

        await pilot.press("right_square_bracket")
        await typed(pilot, PIN + "#")

        await until(pilot, lambda: abs(automat.cabinet.clock.ahead) < timedelta(seconds=3))


async def test_the_plug_is_pulled_and_put_in_again(broker: Broker) -> None:
    automat = automat_of(broker)
    identity = attrgetter("_credentials")(automat)
    fleet = Fleet({"00331": automat})
    async with server_at(broker, identity), fleet, played(fleet) as (_, pilot):
        await until(pilot, automat.connected.is_set)

        await typed(pilot, "o")
        assert text(pilot, "#state").startswith("● without power")

        await typed(pilot, "o")
        await until(pilot, lambda: text(pilot, "#state").startswith("● connected"))
        assert text(pilot, "Reported").count("It began to run (power).") == 2


async def test_it_fits_into_a_small_terminal(fleet: Fleet) -> None:
    async with Board(fleet).run_test(size=(80, 24)) as pilot:
        await typed(pilot, PIN + "#")

        for what in ("#locker-29", "#key-end", "#state", Reported):
            region = pilot.app.query_one(what).region
            assert region.bottom <= 24
            assert region.right <= 80
            assert region.height > 0


def test_the_hand_is_not_emptied_by_what_cannot_be_done(fleet: Fleet) -> None:
    board = Board(fleet)
    board.hand.append(Key())

    with pytest.raises(Impossible):
        board._put()

    assert len(board.hand) == 1
