"""Cabinets and codes for tests of simulated automats: no network, and a time that stands still."""

from datetime import UTC, datetime, timedelta
from typing import Any

from factories import NOON

from automat_link.messages.reports import AnyReport
from automat_link.messages.wanted import WantedCode, WantedCodes
from automat_link.simulator.cabinet import Cabinet
from automat_link.simulator.clock import Clock
from models.automat_reports import CodeKind
from models.codes import CodeUse

HOUR = timedelta(hours=1)
PIN, OTHER_PIN, RETURN_CODE, BACKUP_CODE = "482915", "739264", "5817", "9182736450"


class Time:
    """A time that stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now.astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, by: timedelta) -> None:
        self.now += by


def cabinet_at(time: Time, *, lockers: int = 30, room: int = 10_000) -> Cabinet:
    return Cabinet(lockers, Clock(real=time), room=room)


def code(digits: str = PIN, index: int = 3, **facts: Any) -> WantedCode:
    usual: dict[str, Any] = {
        "kind": CodeKind.PIN,
        "use": CodeUse.FETCH_AND_RETURN,
        "opens_at": NOON - HOUR,
        "closes_at": NOON + 2 * HOUR,
    }
    return WantedCode(id=f"id-{digits}", code=digits, locker_index=index, **(usual | facts))


def return_code(digits: str = RETURN_CODE, index: int = 3) -> WantedCode:
    return code(digits, index, kind=CodeKind.RETURN_CODE, use=CodeUse.RETURN, closes_at=None)


def backup_code(digits: str = BACKUP_CODE, index: int = 3) -> WantedCode:
    return code(digits, index, kind=CodeKind.BACKUP_CODE, closes_at=None)


def table(revision: int, *codes: WantedCode, at: datetime = NOON) -> WantedCodes:
    return WantedCodes(revision=revision, at=at, codes=list(codes))


def reports(cabinet: Cabinet) -> list[AnyReport]:
    return list(cabinet.log.read())


def told_of(cabinet: Cabinet) -> list[dict[str, Any]]:
    return [report.model_dump(by_alias=False) for report in reports(cabinet)]


def kinds(cabinet: Cabinet) -> list[str]:
    return [one["kind"] for one in told_of(cabinet)]


def last(cabinet: Cabinet) -> dict[str, Any]:
    return told_of(cabinet)[-1]
