"""Changing the tree of an organization: moving units, and taking them out of it."""

from typing import Self

import strawberry

from models.accounts import Permission
from models.organizations import OrganizationUnit as UnitRow
from resolvers import unit_contents, unit_tree
from resolvers.unit_tree import UnitStillInUse
from resolvers.work import Work
from schema.errors import UserError
from schema.inputs import Repeatable
from schema.mutations import mutation
from schema.organizations.organizations import OrganizationUnit, OrganizationUnitPayload
from schema.permissions import reached
from schema.scalars import from_id


@strawberry.input(description="Where a unit goes, with all below it.")
class OrganizationUnitMoveInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which unit.")
    parent_id: strawberry.ID = strawberry.field(
        description="The unit that it is below from now on."
    )


@strawberry.input(description="Which unit is taken out of the tree.")
class OrganizationUnitDeleteInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which unit.")
    move_contents_to_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The unit that takes over all that belongs to it; access is not handed on.",
    )


@reached
@strawberry.type(description="What stands against taking a unit out of the tree.")
class UnitBlocker:
    kind: str = strawberry.field(description="What it is, in the plural, such as `automats`.")
    count: int = strawberry.field(description="How many there are.")
    examples: list[str] = strawberry.field(
        description="The names of three of them at most; none where they have no names."
    )

    @classmethod
    def of(cls, blocker: unit_contents.Blocker) -> Self:
        return cls(kind=blocker.kind, count=blocker.count, examples=list(blocker.examples))


@reached
@strawberry.type(description="What became of a unit that was to be deleted.")
class OrganizationUnitDeletePayload:
    organization_unit: OrganizationUnit | None = strawberry.field(
        default=None, description="The unit as it was; null when it was refused."
    )
    blockers: list[UnitBlocker] = strawberry.field(
        default_factory=list,
        description="What still belongs to it, or has access to it, where that is why it was "
        "refused: STILL_IN_USE.",
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class UnitTreeMutations:
    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Put a unit with all below it under another one. What holds there and who "
        "reaches it changes at once.",
    )
    async def organization_unit_move(
        self, work: Work, input: OrganizationUnitMoveInput
    ) -> OrganizationUnitPayload:
        unit = await unit_tree.move(
            work, from_id(UnitRow, input.id), parent_id=from_id(UnitRow, input.parent_id)
        )
        return OrganizationUnitPayload(organization_unit=OrganizationUnit.of(unit))

    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Take a unit out of the tree. While something belongs to it, that is refused "
        "with a list of what it is, unless another unit takes it over.",
    )
    async def organization_unit_delete(
        self, work: Work, input: OrganizationUnitDeleteInput
    ) -> OrganizationUnitDeletePayload:
        moved_to = from_id(UnitRow, input.move_contents_to_id)
        try:
            unit = await unit_tree.delete(
                work, from_id(UnitRow, input.id), move_contents_to=moved_to
            )
        except UnitStillInUse as refusal:
            work.undo()
            return OrganizationUnitDeletePayload(
                blockers=[UnitBlocker.of(one) for one in refusal.blockers],
                user_errors=[UserError.of(refusal)],
            )
        return OrganizationUnitDeletePayload(organization_unit=OrganizationUnit.of(unit))
