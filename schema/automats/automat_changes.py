"""Installing automats and changing them: queries and mutations."""

from typing import Annotated

import strawberry

import models.automats as models
from models.accounts import Permission
from models.organizations import OrganizationUnit as UnitRow
from resolvers import automats, looking
from resolvers.automat_links import installing
from resolvers.checks import exactly_one
from resolvers.work import Work
from schema.automats.automat_credentials import CREDENTIALS, INSTALLATION_PIN, as_text
from schema.automats.automats import Automat, Locker
from schema.context import Info
from schema.enums import AutomatModel, AutomatState
from schema.errors import UserError
from schema.inputs import Repeatable, changes, given
from schema.mutations import mutation
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query, reached
from schema.places import (
    AddressInput,
    CoordinatesInput,
    Whereabouts,
    warnings,
    whereabouts,
)
from schema.repeating import shown_once
from schema.scalars import from_id


@strawberry.input(description="A new automat.")
class AutomatInstallInput(Repeatable):
    device_id: str = strawberry.field(description="The device's own id; leading zeros count.")
    name: str = strawberry.field(description="What people call it.")
    model: AutomatModel = strawberry.field(description="Which cabinet it is.")
    address: AddressInput = strawberry.field(description="Where it stands.")
    coordinates: CoordinatesInput | None = strawberry.field(
        default=strawberry.UNSET, description="Where exactly; else the address is looked up."
    )
    time_zone: str | None = strawberry.field(
        default=strawberry.UNSET, description="IANA name; its unit's when left out."
    )
    organization_unit_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Its unit; the organization when left out."
    )
    device_group_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Groups that it joins."
    )


@strawberry.input(description="Changes of an automat; what is left out stays.")
class AutomatUpdateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which automat.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Its name.")
    state: AutomatState | None = strawberry.field(
        default=strawberry.UNSET, description="Whether people may be sent there."
    )
    time_zone: str | None = strawberry.field(default=strawberry.UNSET, description="IANA name.")
    address: AddressInput | None = strawberry.field(
        default=strawberry.UNSET, description="Where it stands; it is looked up again."
    )
    coordinates: CoordinatesInput | None = strawberry.field(
        default=strawberry.UNSET, description="Where exactly."
    )


@reached
@strawberry.type(
    description="What became of an automat; `warnings` tell what was stored all the same."
)
class AutomatUpdatePayload:
    automat: Automat | None = strawberry.field(
        default=None, description="The automat; null when it was refused."
    )
    warnings: list[UserError] = strawberry.field(
        default_factory=list, description="Such as an address that was not found."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@reached
@strawberry.type(description="A new automat, and what its cabinet needs, which is shown once.")
class AutomatInstallPayload(AutomatUpdatePayload):
    installation_pin: str | None = shown_once(description=INSTALLATION_PIN)
    credentials: str | None = shown_once(description=CREDENTIALS)


@strawberry.input(description="Whether a locker can be used.")
class LockerUpdateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which locker.")
    out_of_order: bool = strawberry.field(description="True takes it out of use.")


@reached
@strawberry.type(description="What became of a locker.")
class LockerUpdatePayload:
    locker: Locker | None = strawberry.field(
        default=None, description="The locker; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class AutomatQueries:
    @query(
        permission=Permission.VIEW_AUTOMATS,
        description="One automat, by its id or by its device id.",
    )
    async def automat(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="Its id.")] = None,
        device_id: Annotated[
            str | None, strawberry.argument(description="The device's own id.")
        ] = None,
    ) -> Automat | None:
        exactly_one(id=id, deviceId=device_id)
        async with info.context.reading() as reading:
            reading.require(Permission.VIEW_AUTOMATS)
            if device_id is None:
                row = await looking.find(reading, models.Automat, from_id(models.Automat, id))
            else:
                row = await looking.find_by(
                    reading, models.Automat, models.Automat.device_id == device_id
                )
        return None if row is None else Automat.of(row)

    @query(permission=Permission.VIEW_AUTOMATS, description="The automats of your organization.")
    async def automats(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        search: Annotated[
            str | None,
            strawberry.argument(description="Part of a name, an address or a device id."),
        ] = None,
        state: Annotated[
            AutomatState | None, strawberry.argument(description="Only those in this state.")
        ] = None,
    ) -> Connection[Automat]:
        behind = from_cursor(after)
        row = models.Automat
        conditions = looking.matching(search, row.name, row.address_text, row.device_id)
        if state is not None:
            conditions.append(row.state == state)
        async with info.context.reading() as reading:
            reading.require(Permission.VIEW_AUTOMATS)
            part = await looking.page(reading, row, *conditions, first=first, after=behind)
        return connection(part, Automat.of, behind)


@strawberry.type
class AutomatMutations:
    @mutation(
        permission=Permission.EDIT_AUTOMATS,
        before=whereabouts,
        description="Put an automat into service with all its lockers empty.",
    )
    async def automat_install(
        self, info: Info, work: Work, input: AutomatInstallInput, found: Whereabouts
    ) -> AutomatInstallPayload:
        assert found.address is not None  # noqa: S101  # an automat's address is required
        outside = info.context.outside
        made = await installing.install(
            work,
            outside.secret,
            outside.broker,
            device_id=input.device_id,
            name=input.name,
            model=input.model,
            address=found.address,
            found=found.place,
            time_zone=given(input.time_zone),
            unit_id=from_id(UnitRow, input.organization_unit_id),
            device_group_ids=[
                from_id(models.DeviceGroup, id) for id in given(input.device_group_ids) or ()
            ],
        )
        return AutomatInstallPayload(
            automat=Automat.of(made.automat),
            warnings=warnings(found.place),
            installation_pin=made.pin,
            credentials=as_text(made.credentials),
        )

    @mutation(
        permission=Permission.EDIT_AUTOMATS,
        before=whereabouts,
        description="Change an automat, or take it out of service.",
    )
    async def automat_update(
        self, work: Work, input: AutomatUpdateInput, found: Whereabouts
    ) -> AutomatUpdatePayload:
        id = from_id(models.Automat, input.id)
        written = changes(
            input, "name", "state", "time_zone", required=("name", "state", "time_zone")
        )
        automat = await automats.update(work, id, written)
        if found.were_given:
            automat = await automats.move(work, id, address=found.address, found=found.place)
        return AutomatUpdatePayload(automat=Automat.of(automat), warnings=warnings(found.place))

    @mutation(
        permission=Permission.EDIT_AUTOMATS,
        description="Take a locker out of use, or back into it.",
    )
    async def locker_update(self, work: Work, input: LockerUpdateInput) -> LockerUpdatePayload:
        locker = await automats.update_locker(
            work, from_id(models.Locker, input.id), out_of_order=input.out_of_order
        )
        return LockerUpdatePayload(locker=Locker.of(locker))
