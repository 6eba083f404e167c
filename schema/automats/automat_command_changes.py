"""Telling automats what to do: each answers with a command, which can be followed live."""

from datetime import timedelta

import strawberry

import models.automats as models
from models.accounts import Permission
from models.automat_commands import USUAL_DEADLINE
from models.automat_commands import AutomatCommand as CommandRow
from models.keys import Key as KeyRow
from resolvers.automat_commands import asking
from resolvers.work import Work
from schema.automats.automat_commands import AutomatCommand
from schema.errors import UserError
from schema.inputs import Repeatable, given
from schema.mutations import mutation
from schema.permissions import reached
from schema.scalars import from_id

FOLLOW = "It answers at once; follow the command by automatCommandChanged."
OPERATE = Permission.OPERATE_AUTOMATS


@strawberry.input(description="What all commands can be told.")
class CommandInput(Repeatable):
    deadline_seconds: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="For how long it may be done from now on: 5 to 600 seconds, 30 when left out.",
    )

    def deadline(self) -> timedelta:
        seconds = given(self.deadline_seconds)
        return USUAL_DEADLINE if seconds is None else timedelta(seconds=seconds)


@strawberry.input(description="What a whole automat is told.")
class AutomatCommandInput(CommandInput):
    id: strawberry.ID = strawberry.field(description="Which automat.")


@strawberry.input(description="Which door to open, and why.")
class AutomatOpenLockerInput(AutomatCommandInput):
    locker_index: int = strawberry.field(description="Which of its lockers, from 0.")
    reason: str = strawberry.field(
        description="Why, in at most 500 characters; it is kept in the trail, and never empty."
    )


@strawberry.input(description="Which locker to count as empty.")
class AutomatClearLockerInput(AutomatCommandInput):
    locker_index: int = strawberry.field(description="Which of its lockers, from 0.")
    reason: str | None = strawberry.field(
        default=strawberry.UNSET, description="Why, in at most 500 characters."
    )


@strawberry.input(description="Which key to put into an automat.")
class AutomatInsertKeyInput(CommandInput):
    key_id: strawberry.ID = strawberry.field(description="Which key.")
    automat_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Into which automat; the one to which it should go next, else the one where it "
        "lives, when left out.",
    )


@strawberry.input(description="With what to programme an electromechanical key.")
class AutomatProgramKeyInput(CommandInput):
    key_id: strawberry.ID = strawberry.field(description="Which key; it lies in a locker.")
    access_rights: list[str] = strawberry.field(
        description="The names by which its lock system knows them: at most 100 of at most 100 "
        "characters; none takes all of them away."
    )


@reached
@strawberry.type(description="What became of asking for a command.")
class AutomatCommandPayload:
    command: AutomatCommand | None = strawberry.field(
        default=None,
        description="The command, which waits now; null when it was refused: an automat that is "
        "offline or busy says so at once.",
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )

    @classmethod
    def of(cls, row: CommandRow) -> "AutomatCommandPayload":
        return cls(command=AutomatCommand.of(row))


@strawberry.type
class AutomatCommandMutations:
    @mutation(permission=OPERATE, description=f"Open the door of a locker from afar. {FOLLOW}")
    async def automat_open_locker(
        self, work: Work, input: AutomatOpenLockerInput
    ) -> AutomatCommandPayload:
        command = await asking.open_locker(
            work,
            automat_id=from_id(models.Automat, input.id),
            locker_index=input.locker_index,
            reason=input.reason,
            deadline=input.deadline(),
        )
        return AutomatCommandPayload.of(command)

    @mutation(
        permission=OPERATE,
        description="Let an automat count a locker as empty, whatever its sensor says. When it "
        f"has, a key that was known to lie there is missed. {FOLLOW}",
    )
    async def automat_clear_locker(
        self, work: Work, input: AutomatClearLockerInput
    ) -> AutomatCommandPayload:
        command = await asking.clear_locker(
            work,
            automat_id=from_id(models.Automat, input.id),
            locker_index=input.locker_index,
            reason=given(input.reason),
            deadline=input.deadline(),
        )
        return AutomatCommandPayload.of(command)

    @mutation(permission=OPERATE, description=f"Let an automat start anew. {FOLLOW}")
    async def automat_restart(
        self, work: Work, input: AutomatCommandInput
    ) -> AutomatCommandPayload:
        id = from_id(models.Automat, input.id)
        command = await asking.restart(work, automat_id=id, deadline=input.deadline())
        return AutomatCommandPayload.of(command)

    @mutation(
        permission=OPERATE,
        description=f"Let an automat apply its codes again and tell its state. {FOLLOW}",
    )
    async def automat_resync(self, work: Work, input: AutomatCommandInput) -> AutomatCommandPayload:
        id = from_id(models.Automat, input.id)
        command = await asking.resync(work, automat_id=id, deadline=input.deadline())
        return AutomatCommandPayload.of(command)

    @mutation(
        permission=OPERATE,
        description="Open the right empty locker for a key: the one that is held for its next "
        "contract, else its own, else the lowest free one. What comes into it is taken to be that "
        f"key. {FOLLOW}",
    )
    async def automat_insert_key(
        self, work: Work, input: AutomatInsertKeyInput
    ) -> AutomatCommandPayload:
        command = await asking.insert_key(
            work,
            key_id=from_id(KeyRow, input.key_id),
            automat_id=from_id(models.Automat, input.automat_id),
            deadline=input.deadline(),
        )
        return AutomatCommandPayload.of(command)

    @mutation(
        permission=OPERATE,
        description=f"Programme an electromechanical key that lies in a locker. {FOLLOW}",
    )
    async def automat_program_key(
        self, work: Work, input: AutomatProgramKeyInput
    ) -> AutomatCommandPayload:
        command = await asking.program_key(
            work,
            key_id=from_id(KeyRow, input.key_id),
            access_rights=input.access_rights,
            deadline=input.deadline(),
        )
        return AutomatCommandPayload.of(command)
