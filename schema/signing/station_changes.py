"""Making, pairing and retiring signature stations, and the sign of life of their displays."""

from functools import partial

import strawberry

import models.stations as models
from models.accounts import Permission
from models.organizations import OrganizationUnit as UnitRow
from resolvers.outside.secret import Secret
from resolvers.signing import displays, pairing, stations
from resolvers.work import Work
from schema.context import Info
from schema.errors import UserError
from schema.inputs import Repeatable, was_given
from schema.mutations import mutation
from schema.permissions import reached, takes
from schema.repeating import shown_once
from schema.scalars import from_id
from schema.signing.stations import SignatureStation

PAIRING = "pairing"


def hashing(secret: Secret) -> pairing.Hash:
    """Give what hashes pairing codes here."""
    return partial(secret.signature, PAIRING)


@strawberry.input(description="A new signature station.")
class SignatureStationCreateInput(Repeatable):
    name: str = strawberry.field(description="What people call it.")
    organization_unit_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Its unit; the organization when left out."
    )


@strawberry.input(description="Changes of a signature station; what is left out stays.")
class SignatureStationUpdateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which station.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Its name.")
    organization_unit_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Its unit; null makes it the organization's."
    )


@strawberry.input(description="A station that is taken out of use.")
class SignatureStationRetireInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which station.")


@strawberry.input(description="A station whose display is to be sent away.")
class SignatureStationUnpairInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which station.")


@strawberry.input(description="A station that is to have a display.")
class SignatureStationPairingCodeInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which station.")


@strawberry.input(description="That a display is there.")
class SignatureStationHeartbeatInput(Repeatable):
    pass


@reached
@strawberry.type(description="What became of a signature station.")
class SignatureStationPayload:
    signature_station: SignatureStation | None = strawberry.field(
        default=None,
        description="The station; null when it was refused.",
        metadata=takes(),
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@reached
@strawberry.type(description="The code that pairs a display with a signature station.")
class SignatureStationPairingCodePayload(SignatureStationPayload):
    code: str | None = shown_once(
        description="Eight characters to be typed at the display within 10 minutes; it works once "
        "and is shown once. Null when the answer is given again."
    )


@strawberry.type
class StationMutations:
    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Make a signature station for a unit and all below it.",
    )
    async def signature_station_create(
        self, work: Work, input: SignatureStationCreateInput
    ) -> SignatureStationPayload:
        unit_id = from_id(UnitRow, input.organization_unit_id)
        station = await stations.create(work, name=input.name, unit_id=unit_id)
        return SignatureStationPayload(signature_station=SignatureStation.of(station))

    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Change the name or the unit of a signature station.",
    )
    async def signature_station_update(
        self, work: Work, input: SignatureStationUpdateInput
    ) -> SignatureStationPayload:
        changes: stations.StationChanges = {}
        if was_given(input.name):
            changes["name"] = input.name or ""
        if was_given(input.organization_unit_id):
            changes["organization_unit_id"] = from_id(UnitRow, input.organization_unit_id)
        id = from_id(models.SignatureStation, input.id)
        station = await stations.update(work, id, changes)
        return SignatureStationPayload(signature_station=SignatureStation.of(station))

    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Take a signature station out of use; its display shows nothing any more.",
    )
    async def signature_station_retire(
        self, work: Work, input: SignatureStationRetireInput
    ) -> SignatureStationPayload:
        station = await stations.retire(work, from_id(models.SignatureStation, input.id))
        return SignatureStationPayload(signature_station=SignatureStation.of(station))

    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Take the token of a station's display back, such as one that is lost.",
    )
    async def signature_station_unpair(
        self, work: Work, input: SignatureStationUnpairInput
    ) -> SignatureStationPayload:
        station = await stations.unpair(work, from_id(models.SignatureStation, input.id))
        return SignatureStationPayload(signature_station=SignatureStation.of(station))

    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Make the code that pairs a display with a signature station; the display that "
        "it has now is sent away when the code is used.",
    )
    async def signature_station_pairing_code(
        self, info: Info, work: Work, input: SignatureStationPairingCodeInput
    ) -> SignatureStationPairingCodePayload:
        id = from_id(models.SignatureStation, input.id)
        hashed = hashing(info.context.outside.secret)
        station, code = await pairing.new_code(work, id, hashed)
        return SignatureStationPairingCodePayload(
            signature_station=SignatureStation.of(station), code=code
        )

    @mutation(
        permission=Permission.OPERATE_STATION,
        description="Say that the display with this token is there; every 15 seconds.",
    )
    async def signature_station_heartbeat(
        self,
        work: Work,
        input: SignatureStationHeartbeatInput,  # noqa: ARG002  # every mutation has one
    ) -> SignatureStationPayload:
        station = await displays.heartbeat(work)
        return SignatureStationPayload(signature_station=SignatureStation.of(station))
