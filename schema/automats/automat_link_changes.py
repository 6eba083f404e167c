"""The credentials of automats, and the ends of cabinets: rotated, taken back, replaced, removed."""

import strawberry

import models.automats as models
from models.accounts import Permission
from resolvers.automat_links import installing, replacing, revoking, rotating, uninstalling
from resolvers.work import Work
from schema.automats.automat_credentials import CREDENTIALS, INSTALLATION_PIN, as_text
from schema.automats.automats import Automat
from schema.context import Info
from schema.errors import UserError
from schema.inputs import Repeatable, given
from schema.mutations import mutation
from schema.permissions import reached
from schema.repeating import shown_once
from schema.scalars import from_id


@strawberry.input(description="An automat that is to have a new installation PIN.")
class AutomatInstallationPinInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which automat.")


@strawberry.input(description="An automat that is to have new credentials.")
class AutomatCredentialsRotateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which automat.")


@strawberry.input(description="An automat that is not to be believed any more.")
class AutomatCredentialsRevokeInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which automat.")


@strawberry.input(description="An automat whose cabinet is replaced.")
class AutomatReplaceHardwareInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which automat.")
    hardware_id: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The id of the new cabinet, 1 to 100 characters; left out, it is told when the "
        "cabinet enrols itself.",
    )


@strawberry.input(description="An automat that is taken away.")
class AutomatUninstallInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which automat.")


@reached
@strawberry.type(description="What became of an automat.")
class AutomatPayload:
    automat: Automat | None = strawberry.field(
        default=None, description="The automat; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@reached
@strawberry.type(description="The PIN by which a cabinet fetches credentials.")
class AutomatInstallationPinPayload(AutomatPayload):
    installation_pin: str | None = shown_once(description=INSTALLATION_PIN)


@reached
@strawberry.type(description="New credentials of an automat.")
class AutomatCredentialsRotatePayload(AutomatPayload):
    credentials: str | None = shown_once(description=CREDENTIALS)


@reached
@strawberry.type(description="What the new cabinet of an automat needs.")
class AutomatReplaceHardwarePayload(AutomatPayload):
    installation_pin: str | None = shown_once(description=INSTALLATION_PIN)
    credentials: str | None = shown_once(description=CREDENTIALS)


@strawberry.type
class AutomatLinkMutations:
    @mutation(
        permission=Permission.EDIT_AUTOMATS,
        description="Make a new installation PIN; one that was made before is not valid any more. "
        "A cabinet that works goes on until another one is heard of that came with this PIN.",
    )
    async def automat_installation_pin(
        self, info: Info, work: Work, input: AutomatInstallationPinInput
    ) -> AutomatInstallationPinPayload:
        id = from_id(models.Automat, input.id)
        automat, pin = await installing.renew_pin(work, id, info.context.outside.secret)
        return AutomatInstallationPinPayload(automat=Automat.of(automat), installation_pin=pin)

    @mutation(
        permission=Permission.EDIT_AUTOMATS,
        description="Issue new credentials for an automat. It goes on with those that it has until "
        "it is heard of by the new ones; then the former ones are revoked.",
    )
    async def automat_credentials_rotate(
        self, info: Info, work: Work, input: AutomatCredentialsRotateInput
    ) -> AutomatCredentialsRotatePayload:
        outside, id = info.context.outside, from_id(models.Automat, input.id)
        automat, made = await rotating.rotate(work, id, outside.secret, outside.broker)
        return AutomatCredentialsRotatePayload(
            automat=Automat.of(automat), credentials=as_text(made)
        )

    @mutation(
        permission=Permission.EDIT_AUTOMATS,
        description="Take back all credentials of an automat, such as one that was stolen. From "
        "this moment on it is neither told nor believed anything, until it has new ones.",
    )
    async def automat_credentials_revoke(
        self, work: Work, input: AutomatCredentialsRevokeInput
    ) -> AutomatPayload:
        automat = await revoking.revoke(work, from_id(models.Automat, input.id))
        return AutomatPayload(automat=Automat.of(automat))

    @mutation(
        permission=Permission.EDIT_AUTOMATS,
        description="Put another cabinet in the place of an automat's. The credentials of the "
        "former one are revoked at once; lockers, keys and contracts stay. Move the keys to the "
        "same lockers.",
    )
    async def automat_replace_hardware(
        self, info: Info, work: Work, input: AutomatReplaceHardwareInput
    ) -> AutomatReplaceHardwarePayload:
        outside = info.context.outside
        made = await replacing.replace_hardware(
            work,
            from_id(models.Automat, input.id),
            outside.secret,
            outside.broker,
            hardware_id=given(input.hardware_id),
        )
        return AutomatReplaceHardwarePayload(
            automat=Automat.of(made.automat),
            installation_pin=made.pin,
            credentials=as_text(made.credentials),
        )

    @mutation(
        permission=Permission.EDIT_AUTOMATS,
        description="Take an automat out of use for good. It is refused with STILL_IN_USE while "
        "keys lie in it, or contracts hold its lockers; the message names them. `failoverApply` "
        "moves what is to come at it elsewhere before.",
    )
    async def automat_uninstall(self, work: Work, input: AutomatUninstallInput) -> AutomatPayload:
        automat = await uninstalling.uninstall(work, from_id(models.Automat, input.id))
        return AutomatPayload(automat=Automat.of(automat))
