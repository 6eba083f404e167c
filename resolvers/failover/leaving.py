"""Which stays have to leave an automat: those to come, locked in the order of the planner."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from geo.snapshot import Snapshot
from geo.walking.on_foot import as_people_go
from models.automats import Automat
from models.contracts import (
    LIVE_STATES,
    MOVING,
    KeyContract,
    KeyContractStatus,
    LockerContract,
    LockerContractKind,
    LockerContractState,
)
from models.live_contracts import is_live
from models.places import Coordinates
from models.reservations import Reservation, ReservationStatus
from models.settings import Setting, UnitSettings
from resolvers.failover.failing import fails_at, why_failed
from resolvers.failover.moves import Move
from resolvers.planning.existing import stay_by_staff, stay_of
from resolvers.planning.holdings import HeldLocker
from resolvers.planning.stays import Stay
from resolvers.planning.wishes import origin_of
from resolvers.work import Work

HOLDS = MOVING | {KeyContractStatus.WAITING_FOR_SIGNATURE}
KEPT = {ReservationStatus.CONFIRMED, ReservationStatus.ACTIVE}
BY_STAFF = "Staff move what is to come away from it."


@dataclass(frozen=True, eq=False, slots=True)
class Leaving:
    """A stay that has to leave an automat.

    Args:
        stay: The stay, as it is to be planned again.
        contract: Its key contract.
        automat: The automat.
        lockers: What it holds there and nobody has begun to use.
        why: Why it has to leave.
        metres: From where its people come to the automat, if that is known.
        limit: How far they may be sent at most; None for any distance.
        has_failed: Whether its policy counts the automat as failed.
        fails_at: When it will, if nothing is heard; None for never, or where silence says nothing.
    """

    stay: Stay
    contract: KeyContract
    automat: Automat
    lockers: tuple[HeldLocker, ...]
    why: str
    metres: float | None
    limit: float | None
    has_failed: bool
    fails_at: datetime | None

    @property
    def is_whole(self) -> bool:
        """Whether its keys are to be fetched there, not only to come back."""
        return any(one.kind is not LockerContractKind.RETURN for one in self.lockers)

    def is_too_far(self, metres: float | None) -> bool:
        """Tell whether its people may not be sent so far."""
        return self.limit is not None and metres is not None and metres > self.limit

    def stays(self, reason: str) -> list[Move]:
        """Say of all that it holds there that it stays."""
        return [self.stays_put(one, reason) for one in self.lockers]

    def stays_put(self, held: HeldLocker, reason: str) -> Move:
        """Say of something that it holds there that it stays."""
        return self.move(held, reason=reason, has_stayed=True)

    def move(self, held: HeldLocker, **said: Any) -> Move:
        """Say what becomes of something that it holds there."""
        return Move(
            locker_contract_id=held.id,
            key_contract_id=self.contract.id,
            kind=held.kind,
            starts_at=held.window.starts_at,
            from_automat_id=self.automat.id,
            metres_before=self.metres,
            **said,
        )


async def leaving(work: Work, automat: Automat, snapshot: Snapshot) -> list[Leaving]:
    """List the stays to come that an automat touches, first those that begin first.

    Args:
        work: The transaction.
        automat: The automat.
        snapshot: Measures.
    """
    rows = await work.rows(
        select(KeyContract.id, KeyContract.reservation_id).where(
            KeyContract.organization_id == work.actor.organization_id,
            KeyContract.id.in_(_touched(work, automat.id)),
        )
    )
    reservation_ids = [row.reservation_id for row in rows if row.reservation_id is not None]
    reservations = {one.id: one for one in await work.locked(Reservation, reservation_ids)}
    contracts = await work.locked(KeyContract, [row.id for row in rows])
    found = []
    for contract in sorted(contracts, key=lambda one: (one.starts_at, one.id)):
        reservation = reservations.get(contract.reservation_id or contract.id)
        if contract.status in HOLDS and (reservation is None or reservation.status in KEPT):
            stay = await _stay(work, contract, reservation)
            one = await _leaving(work, stay, contract, automat, snapshot)
            found += [] if one is None else [one]
    return found


def _touched(work: Work, automat_id: UUID) -> Any:
    row = LockerContract
    return select(row.key_contract_id).where(
        row.organization_id == work.actor.organization_id,
        row.automat_id == automat_id,
        _coming(work),
    )


def _coming(work: Work) -> ColumnElement[bool]:
    """Tell of rows whether they are to come; who has the key is seen when they are locked.

    Those without a locker are too, as their people would come here. A return for which there is no
    locker is looked for anyway.
    """
    row = LockerContract
    back = row.kind == LockerContractKind.RETURN
    return or_(
        and_(back, is_live(row), row.starts_at > work.now),
        and_(
            ~back,
            row.state.in_((*LIVE_STATES, LockerContractState.FAILED.value)),
            or_(row.ends_at.is_(None), row.ends_at > work.now),
        ),
    )


async def _stay(work: Work, contract: KeyContract, reservation: Reservation | None) -> Stay:
    if reservation is None:
        return await stay_by_staff(work, contract)
    return await stay_of(work, reservation)


async def _leaving(
    work: Work,
    stay: Stay,
    contract: KeyContract,
    automat: Automat,
    snapshot: Snapshot,
) -> Leaving | None:
    lockers = _held_there(work, stay, automat.id)
    if not lockers:
        return None
    failed = why_failed(automat, stay.settings, work.now)
    origin = automat.position
    if stay.entity is not None:
        origin, _ = origin_of(stay.entity, stay.settings)
    metres = (await measured(snapshot, stay.settings, [automat.id], origin))[automat.id]
    extra = stay.settings.failover_extra_metres
    limit = None if extra is None or metres is None else metres + extra
    why = failed or BY_STAFF
    return Leaving(
        stay=_again(stay, automat, limit, why, origin),
        contract=contract,
        automat=automat,
        lockers=lockers,
        why=why,
        metres=metres,
        limit=limit,
        has_failed=failed is not None,
        fails_at=fails_at(automat, stay.settings),
    )


def _held_there(work: Work, stay: Stay, automat_id: UUID) -> tuple[HeldLocker, ...]:
    """List what a stay holds at an automat and nobody has begun to use."""
    out = {key.key_id for key in stay.held.keys_out}
    here = [one for one in stay.held.lockers if one.automat_id == automat_id]
    return tuple(
        one
        for one in here
        if (
            one.state.is_live and one.window.starts_at > work.now
            if one.kind is LockerContractKind.RETURN
            else one.key_id not in out
            and (one.window.ends_at is None or one.window.ends_at > work.now)
        )
    )


def _again(
    stay: Stay, automat: Automat, limit: float | None, why: str, origin: Coordinates | None
) -> Stay:
    """Make the stay as it is planned again: anywhere but there, and not too far away."""
    settings, wanted = stay.settings, stay.wanted
    if wanted.automat_id == automat.id:
        wanted = replace(wanted, automat_id=None)
    names = settings.sayers.names
    if not settings.excluded_automats:  # so that decisions name what excludes it
        names = {**names, Setting.EXCLUDED_AUTOMATS.value: "the failover"}
    distances = [far for far in (settings.largest_distance_metres, limit) if far is not None]
    return replace(
        stay,
        settings=replace(
            settings,
            excluded_automats=(*settings.excluded_automats, automat.id),
            largest_distance_metres=min(distances, default=None),
            sayers=replace(settings.sayers, names=names),
        ),
        wanted=wanted,
        held=replace(stay.held, leaves=automat.id),
        by_fact=True,
        notes=(f"It leaves {automat.name}: {why}",),
        near=origin,
    )


async def measured(
    snapshot: Snapshot,
    settings: UnitSettings,
    automat_ids: Sequence[UUID],
    origin: Coordinates | None,
) -> dict[UUID, float | None]:
    """Measure how far automats are from where people come, by their policy."""
    far = await as_people_go(snapshot, settings).measured(automat_ids, origin)
    return {id: far.get(id) for id in automat_ids}
