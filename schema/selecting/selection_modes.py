"""Switching how automats are chosen, and switching back: one mutation each."""

from uuid import UUID

import strawberry

from models.accounts import Permission
from models.automats import DeviceGroup as GroupRow
from models.organizations import OrganizationUnit as UnitRow
from resolvers import selection_modes
from resolvers.settings_versions import Sayer
from resolvers.work import Work
from schema.automats.automats import DeviceGroup
from schema.errors import UserError
from schema.inputs import Repeatable
from schema.mutations import mutation
from schema.organizations.organizations import OrganizationUnit
from schema.organizations.setting_enums import SelectionMode
from schema.permissions import reached
from schema.scalars import from_id


@strawberry.input(description="Whose selection mode is switched back: a unit's or a group's.")
class SelectionModeUndoInput(Repeatable):
    organization_unit_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The unit; name either it or a device group."
    )
    device_group_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The device group; name either it or a unit."
    )

    def sayer(self) -> dict[str, UUID | None]:
        return {
            "unit_id": from_id(UnitRow, self.organization_unit_id),
            "group_id": from_id(GroupRow, self.device_group_id),
        }


@strawberry.input(description="Whose selection mode is switched, and to what.")
class SelectionModeSetInput(SelectionModeUndoInput):
    mode: SelectionMode | None = strawberry.field(
        description="The mode from now on; null takes it from above."
    )


@reached
@strawberry.type(description="What became of the switch of a selection mode.")
class SelectionModePayload:
    organization_unit: OrganizationUnit | None = strawberry.field(
        default=None, description="The unit; null when it was refused, or for a group."
    )
    device_group: DeviceGroup | None = strawberry.field(
        default=None, description="The group; null when it was refused, or for a unit."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class SelectionModeMutations:
    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Switch how automats are chosen in a unit and all below it, or with a device "
        "group. What is booked keeps its place and its PIN; choices from now on follow the mode.",
    )
    async def selection_mode_set(
        self, work: Work, input: SelectionModeSetInput
    ) -> SelectionModePayload:
        return payload(await selection_modes.set_mode(work, **input.sayer(), mode=input.mode))

    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Switch back to the mode that it said before its present one. Other settings "
        "stay; undone twice, the present mode is back.",
    )
    async def selection_mode_undo(
        self, work: Work, input: SelectionModeUndoInput
    ) -> SelectionModePayload:
        return payload(await selection_modes.undo_mode(work, **input.sayer()))


def payload(sayer: Sayer) -> SelectionModePayload:
    """Show whose mode was switched."""
    if isinstance(sayer, GroupRow):
        return SelectionModePayload(device_group=DeviceGroup.of(sayer))
    return SelectionModePayload(organization_unit=OrganizationUnit.of(sayer))
