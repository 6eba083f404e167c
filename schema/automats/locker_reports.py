"""What somebody saw happen at an automat; the automats themselves will say it over their link."""

from datetime import datetime

import strawberry

import models.automats as models
from models.accounts import Permission
from models.contracts import KeyContract as KeyContractRow
from models.custody import CustodySource
from models.custody import LockerFact as Fact
from resolvers.handover.lockers import key_fetched, key_returned
from resolvers.handover.recognising import locker_at
from resolvers.work import Work
from schema.automats.automats import Locker
from schema.contracts.contracts import KeyContract
from schema.enums import LockerFact
from schema.errors import UserError
from schema.inputs import Repeatable, given
from schema.keys.key_names import warnings_of
from schema.keys.keys import Key
from schema.mutations import mutation
from schema.permissions import reached, shown_to
from schema.scalars import from_id


@strawberry.input(description="What somebody saw happen at a locker of an automat.")
class LockerReportInput(Repeatable):
    automat_id: strawberry.ID = strawberry.field(description="Which automat.")
    locker_index: int = strawberry.field(description="Which of its lockers.")
    fact: LockerFact = strawberry.field(description="What happened.")
    at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When; now when left out."
    )
    rfid_tag: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The tag of the key, in hex; without one it is the key that is expected there.",
    )


@reached
@strawberry.type(
    description="What was made of a report. What contradicts that which was known is believed, and "
    "told in `warnings`."
)
class LockerReportPayload:
    locker: Locker | None = strawberry.field(
        default=None, description="The locker as it is now; null when it was refused."
    )
    key: Key | None = strawberry.field(
        default=None,
        description="Which key it was; null when nobody knows, or may be told.",
        metadata=shown_to(Permission.VIEW),
    )
    key_contract: KeyContract | None = strawberry.field(
        default=None,
        description="The contract under which somebody has it now, or had it.",
        metadata=shown_to(Permission.VIEW),
    )
    is_news: bool | None = strawberry.field(
        default=None, description="Whether it was not known before; what is heard twice was."
    )
    warnings: list[UserError] = strawberry.field(
        default_factory=list, description="What it contradicts that was known before."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class LockerReportMutations:
    @mutation(
        permission=Permission.EDIT_AUTOMATS,
        description="Report what happened at a locker: late, in another order and twice does no "
        "harm.",
    )
    async def locker_report(self, work: Work, input: LockerReportInput) -> LockerReportPayload:
        automat_id = from_id(models.Automat, input.automat_id)
        hear = key_fetched if input.fact is Fact.KEY_FETCHED else key_returned
        heard = await hear(
            work,
            automat_id=automat_id,
            locker_index=input.locker_index,
            at=given(input.at) or work.now,
            rfid_tag=given(input.rfid_tag),
            source=CustodySource.STAFF,
        )
        locker = await locker_at(work, automat_id, input.locker_index)
        sees_keys = work.actor.may(Permission.VIEW)
        contract = await work.find(KeyContractRow, heard.key_contract_id)
        return LockerReportPayload(
            locker=Locker.of(locker),
            key=Key.of(heard.key) if heard.key and sees_keys else None,
            key_contract=KeyContract.of(contract) if contract and sees_keys else None,
            is_news=heard.is_news,
            warnings=warnings_of([heard.contradiction]),
        )
