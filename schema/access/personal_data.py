"""What is stored about a contact, for whoever asks for their data."""

from typing import Any

import strawberry
from strawberry.scalars import JSON

from models.accounts import Permission
from models.organizations import Contact as ContactRow
from resolvers import personal_data
from resolvers.work import Work
from schema.contacts import Contact
from schema.errors import UserError
from schema.inputs import Repeatable
from schema.mutations import mutation
from schema.permissions import reached
from schema.repeating import shown_once
from schema.scalars import from_id


@strawberry.input(description="A contact whose data is asked for.")
class ContactDataExportInput(Repeatable):
    contact_id: strawberry.ID = strawberry.field(description="Which contact.")


@reached
@strawberry.type(description="All that is stored about a contact.")
class ContactDataExportPayload:
    contact: Contact | None = strawberry.field(
        default=None, description="The contact; null when it was refused."
    )
    data: JSON | None = shown_once(
        description="The rows about it, by the names of tables, with the names of their columns; "
        "ids are as they are stored. Null when it was refused, and when the answer is given again: "
        "no second copy is kept for that."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class PersonalDataMutations:
    @mutation(
        permission=Permission.ERASE_CONTACTS,
        description="Give all that is stored about a contact (GDPR art. 15 and 20): itself, its "
        "reservations and contracts, where their keys were, its links, signings and signatures, "
        "the events about it. What opens something, such as PINs, is left out. It changes nothing, "
        "but an event says who was given it.",
    )
    async def contact_data_export(
        self, work: Work, input: ContactDataExportInput
    ) -> ContactDataExportPayload:
        id = from_id(ContactRow, input.contact_id)
        contact, data = await personal_data.export(work, id)
        shown: Any = data
        return ContactDataExportPayload(contact=Contact.of(contact), data=shown)
