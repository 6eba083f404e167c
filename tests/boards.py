"""A board in a terminal for tests: automats in front of it, keys that are pressed, what is seen."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from brokers import Broker
from textual.pilot import Pilot
from textual.widgets import Static

from automat_link.messages.wanted import WantedCode, WantedCodes
from automat_link.simulator.board import Board
from automat_link.simulator.credentials import Identity
from automat_link.simulator.firmware import Firmware
from automat_link.simulator.fleet import Fleet, build
from automat_link.simulator.views import LockerView
from models.automat_reports import CodeKind
from models.codes import CodeUse

SIZE = (110, 34)
PIN, TAG = "830492", "04A1B2C3"


def code(digits: str, index: int) -> WantedCode:
    return WantedCode(
        id=f"code-{index}",
        code=digits,
        kind=CodeKind.PIN,
        use=CodeUse.FETCH_AND_RETURN,
        locker_index=index,
        opens_at=datetime.now(UTC) - timedelta(hours=2),
    )


def automat_of(broker: Broker, lockers: int = 30) -> Firmware:
    """Build an automat that knows a PIN for its last but one locker, or its only one."""
    automat = build(Identity(broker.credentials(), lockers=lockers), contents={lockers - 1: TAG})
    codes = [code(PIN, lockers - 1)]
    automat.cabinet.apply(WantedCodes(revision=3, at=datetime.now(UTC), codes=codes))
    return automat


@asynccontextmanager
async def played(fleet: Fleet) -> AsyncIterator[tuple[Board, Pilot[None]]]:
    board = Board(fleet)
    async with board.run_test(size=SIZE) as pilot:
        yield board, pilot


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    for _ in range(200):
        if holds():
            return
        await pilot.pause(0.05)
    raise AssertionError(screen(pilot))


async def typed(pilot: Pilot[None], keys: str) -> None:
    await pilot.press(*("number_sign" if key == "#" else key for key in keys))
    await seen(pilot)


async def seen(pilot: Pilot[None]) -> None:
    board = pilot.app
    assert isinstance(board, Board)
    await pilot.pause()
    board.look()
    await pilot.pause()


def text(pilot: Pilot[None], what: str) -> str:
    return str(pilot.app.query_one(what, Static).render())


def screen(pilot: Pilot[None]) -> str:
    return "\n".join(str(one.render()) for one in pilot.app.query(Static))


def locker(pilot: Pilot[None], index: int) -> LockerView:
    return pilot.app.query_one(f"#locker-{index}", LockerView)
