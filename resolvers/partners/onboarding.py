"""What a partner still needs until it can go live, found by looking at what is there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func

from models.accounts import Permission, Role, Token, TokenUnit
from models.base import Base
from models.dialects.among import among
from models.entities import ReservableEntity
from models.errors import NotAllowed
from models.events import Event, EventKind
from models.keys import EntityKey
from models.partners import OnboardingStep, ServiceAccount, ServiceAccountKey
from models.reservations import Reservation, ReservationStatus
from models.selections import RejectionCode
from resolvers import selections
from resolvers.checks import exactly_one
from resolvers.reach import units_below
from resolvers.work import Reading

LATELY = timedelta(days=7)
OUT_OF_REACH = {RejectionCode.NOT_IN_SERVICE, RejectionCode.TOO_FAR}
"""What an automat cannot be helped with; one that is full or silent just now is in reach."""


@dataclass(frozen=True, slots=True)
class Check:
    """One step, and whether it is done.

    Args:
        step: Which one.
        done: Whether it is.
        message: What was found, in one sentence.
        way_out: What to do, where it is not done.
    """

    step: OnboardingStep
    done: bool
    message: str
    way_out: str | None = None


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner as it is looked at.

    Args:
        source: Whose numbers it uses.
        tokens: Its tokens, and the access of its service accounts, that are good.
        reading: A look at what it reaches, and no farther than whoever asks.
    """

    source: str
    tokens: Sequence[Token]
    reading: Reading


async def checklist(
    reading: Reading, *, source: str | None, service_account_id: UUID | None, real_now: datetime
) -> list[Check]:
    """List what a partner needs to go live, and what of it is done.

    Args:
        reading: Who asks: the partner itself, or an administrator.
        source: Which partner, by the numbers it uses.
        service_account_id: Which partner, by its account; one of the two.
        real_now: The moment, by our clock.

    Raises:
        InvalidInput: Neither was given, or both.
        NotAllowed: It is another partner's, and the actor may not change the organization.
        NotFound: There is no such account.
    """
    reading.require(Permission.VIEW)
    exactly_one(source=source, service_account_id=service_account_id)
    partner = await _partner(reading, source, service_account_id, real_now)
    return [
        *_credentials(partner, real_now),
        *await _things(partner.reading),
        await _automat(partner.reading),
        *await _pushes(partner),
    ]


async def _partner(
    reading: Reading, source: str | None, account_id: UUID | None, real_now: datetime
) -> Partner:
    access = None
    if account_id is not None:
        account = await reading.get(ServiceAccount, account_id, path=("service_account_id",))
        access = await reading.get(Token, account.token_id)
        source = access.source
    assert source is not None  # noqa: S101  # exactly one of the two was given
    if source != reading.actor.source and not reading.actor.may(Permission.EDIT_ORGANIZATION):
        message = f"That is another partner; your own source is {reading.actor.source}."
        raise NotAllowed(message, path=("source",))
    its = Token.source == source if access is None else Token.id == access.id
    known = await reading.all(reading.own(Token).where(its, Token.role != Role.STATION))
    usable = [one for one in known if _is_good(one, real_now)]
    good = usable if access is None else await _with_keys(reading, account_id, usable, real_now)
    return Partner(source, good, await _as_far_as(reading, good))


def _is_good(token: Token, now: datetime) -> bool:
    return token.revoked_at is None and (token.expires_at is None or now < token.expires_at)


async def _with_keys(
    reading: Reading, account_id: UUID | None, tokens: Sequence[Token], now: datetime
) -> Sequence[Token]:
    """Leave out the access of an account that has no good key."""
    keys = reading.own(ServiceAccountKey).where(ServiceAccountKey.service_account_id == account_id)
    good = [key for key in await reading.all(keys) if _is_good_key(key, now)]
    return tokens if good else []


def _is_good_key(key: ServiceAccountKey, now: datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


async def _as_far_as(reading: Reading, tokens: Sequence[Token]) -> Reading:
    """Give a look at what tokens reach, no farther than the actor does."""
    ids = [token.id for token in tokens]
    units = reading.own(TokenUnit).where(among(TokenUnit.token_id, ids))
    named = await reading.all(units)
    if {one.token_id for one in named} != set(ids):  # one of them reaches everything
        return reading
    connection = await reading.connection()
    organization_id = reading.actor.organization_id
    reached = await units_below(connection, organization_id, [one.unit_id for one in named])
    own = reading.actor.units
    both = reached if own is None else reached & own
    return Reading(connection, replace(reading.actor, units=both), reading.now)


def _credentials(partner: Partner, now: datetime) -> list[Check]:
    count, units = len(partner.tokens), partner.reading.actor.units
    used = max((one.last_used_at for one in partner.tokens if one.last_used_at), default=None)
    where = "the whole organization" if units is None else f"{len(units)} units"
    return [
        Check(
            OnboardingStep.CREDENTIALS_MADE,
            count > 0,
            f"{partner.source} has {count} credentials that are good.",
            "Make a service account (serviceAccountCreate) or a token (tokenCreate) with the "
            "partner's source.",
        ),
        Check(
            OnboardingStep.CREDENTIALS_USED,
            used is not None and now - used < LATELY,
            f"They were used last at {used:%Y-%m-%dT%H:%MZ}." if used else "They were never used.",
            "Let the partner ask for `{ __typename }`; where it is refused, signatureCheck and the "
            "message of the refusal say why.",
        ),
        Check(
            OnboardingStep.UNITS_REACHED,
            count > 0 and units != frozenset(),
            f"They reach {where}." if count else "There is nothing that would reach anything.",
            "Make credentials that reach the units whose keys the partner hands on.",
        ),
    ]


async def _things(reading: Reading) -> list[Check]:
    has_key = exists().where(EntityKey.entity_id == ReservableEntity.id)
    every = await _count(reading, ReservableEntity)
    unplaced = await _count(reading, ReservableEntity, ReservableEntity.position.is_(None))
    keyless = await _count(reading, ReservableEntity, ~has_key)
    return [
        Check(
            OnboardingStep.ENTITIES_REGISTERED,
            every > 0,
            f"There are {every} entities in reach.",
            "Register apartments, offices or cars with entityCreate.",
        ),
        Check(
            OnboardingStep.ENTITIES_PLACED,
            every > 0 and unplaced == 0,
            f"{unplaced} of {every} entities have no place.",
            "See placementReviews; give a better address, or set the place with placementSet.",
        ),
        Check(
            OnboardingStep.KEYS_REGISTERED,
            every > 0 and keyless == 0,
            f"{keyless} of {every} entities have no key.",
            "Register a key for each of them with keyRegister.",
        ),
    ]


async def _automat(reading: Reading) -> Check:
    """See whether an automat serves the entity that was placed last."""
    placed = reading.seen(ReservableEntity).where(ReservableEntity.position.is_not(None))
    placed = placed.order_by(ReservableEntity.id.desc())
    entity = await reading.first(placed)
    nearest = await _nearest(reading, entity) if entity else None
    way_out = "Install an automat, put one into service, or see missingAutomats for the best place."
    if entity is None:
        message = "No entity has a place from which one could measure."
        return Check(OnboardingStep.AUTOMAT_IN_REACH, done=False, message=message, way_out=way_out)
    if nearest is None:
        message = f"No automat in service is in reach of {entity.name}."
        return Check(OnboardingStep.AUTOMAT_IN_REACH, done=False, message=message, way_out=way_out)
    message = f"The nearest automat to {entity.name} is {nearest}."
    return Check(OnboardingStep.AUTOMAT_IN_REACH, done=True, message=message, way_out=way_out)


async def _nearest(reading: Reading, entity: ReservableEntity) -> str | None:
    if entity.position is None:
        return None
    for one in await selections.nearest(reading, entity.position):
        if not OUT_OF_REACH.intersection(why.code for why in one.rejections):
            return f"{one.automat.name}, {one.metres or 0:.0f} m away"
    return None


async def _pushes(partner: Partner) -> list[Check]:
    reading, own = partner.reading, Reservation.source == partner.source
    pushed = await _count(reading, Reservation, own)
    statuses = ReservationStatus.CANCELLED, ReservationStatus.UNFULFILLED
    cancelled, waiting = [
        await _count(reading, Reservation, own, Reservation.status == one) for one in statuses
    ]
    refused = await _refused(partner)
    return [
        Check(
            OnboardingStep.RESERVATION_PUSHED,
            pushed > 0,
            f"{partner.source} has pushed {pushed} reservations.",
            "Let the partner push one with reservationUpsert; `dryRun` only tells what would come "
            "of it.",
        ),
        Check(
            OnboardingStep.RESERVATION_CANCELLED,
            cancelled > 0,
            f"{cancelled} of them were cancelled.",
            "Let the partner cancel one with reservationCancel, as it will have to.",
        ),
        Check(
            OnboardingStep.NOTHING_WAITS,
            waiting == 0,
            f"{waiting} of them wait for something.",
            "See `unfulfilledReason` of reservations(status: UNFULFILLED), and what it asks for.",
        ),
        Check(
            OnboardingStep.NO_REFUSED_PUSHES,
            refused == 0,
            f"{refused} pushes of the last {LATELY.days} days named a device group that is not "
            "there, and were refused.",
            "See notices(kind: DEVICE_GROUP_NOT_FOUND); register the group, or leave it out.",
        ),
    ]


async def _refused(partner: Partner) -> int:
    """Count refusals that were kept, of the whole organization: they are of no unit."""
    whole = await partner.reading.whole()
    return await _count(
        whole,
        Event,
        Event.notice.is_not(None),
        Event.kind == EventKind.DEVICE_GROUP_NOT_FOUND,
        Event.at > whole.now - LATELY,
        Event.facts["source"].as_string() == partner.source,
    )


async def _count(reading: Reading, model: type[Base], *conditions: ColumnElement[bool]) -> int:
    rows = reading.seen(model).where(*conditions).with_only_columns(func.count())
    return int((await reading.scalars(rows))[0])
