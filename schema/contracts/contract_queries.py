"""Key contracts, one or a list of them, and the list of locker contracts."""

from typing import Annotated

import strawberry

import models.contracts as models
from models.accounts import Permission
from models.automats import Automat as AutomatRow
from models.keys import Key as KeyRow
from models.organizations import OrganizationUnit as UnitRow
from resolvers import contract_lists, looking
from resolvers.checks import exactly_one
from resolvers.contract_lists import Filter
from schema.context import Info
from schema.contracts.contract_enums import ContractTime
from schema.contracts.contracts import KeyContract, LockerContract
from schema.enums import KeyContractStatus
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query
from schema.scalars import from_id


@strawberry.type
class ContractQueries:
    @query(
        permission=Permission.VIEW,
        description="One key contract, by its id or by what people call it.",
    )
    async def key_contract(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="Its id.")] = None,
        reference: Annotated[
            str | None, strawberry.argument(description="Its whole reference, such as KC-7H2K9QZX.")
        ] = None,
    ) -> KeyContract | None:
        exactly_one(id=id, reference=reference)
        row = models.KeyContract
        async with info.context.reading() as reading:
            if reference is None:
                found = await looking.find(reading, row, from_id(row, id))
            else:
                found = await looking.find_by(reading, row, row.reference == reference)
        return None if found is None else KeyContract.of(found)

    @query(permission=Permission.VIEW, description="The key contracts of your organization.")
    async def key_contracts(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        *,
        when: Annotated[
            ContractTime | None, strawberry.argument(description="Only those that stand there.")
        ] = None,
        status: Annotated[
            KeyContractStatus | None, strawberry.argument(description="Only those of this status.")
        ] = None,
        search: Annotated[
            str | None,
            strawberry.argument(description="Part of a reference or of a contact's name."),
        ] = None,
        organization_unit_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Only those of keys that live in this unit or in one below it; drafts "
                "hold no key, so that they are not found like that."
            ),
        ] = None,
        key_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Only those of this key; drafts hold no key, so that they are not "
                "found like that."
            ),
        ] = None,
        signed: Annotated[
            bool | None,
            strawberry.argument(
                description="True: only those that were signed as they are now. False: only those "
                "that are to be signed before they hold, and were not."
            ),
        ] = None,
    ) -> Connection[KeyContract]:
        behind = from_cursor(after)
        wanted = Filter(
            when=when,
            status=status,
            search=search,
            unit_id=from_id(UnitRow, organization_unit_id),
            key_id=from_id(KeyRow, key_id),
            signed=signed,
        )
        async with info.context.reading() as reading:
            part = await contract_lists.page(reading, wanted, first=first, after=behind)
        return connection(part, KeyContract.of, behind)

    @query(permission=Permission.VIEW, description="The locker contracts of your organization.")
    async def locker_contracts(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        automat_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those at this automat.")
        ] = None,
    ) -> Connection[LockerContract]:
        behind = from_cursor(after)
        row = models.LockerContract
        conditions = []
        if automat_id is not None:
            conditions.append(row.automat_id == from_id(AutomatRow, automat_id))
        async with info.context.reading() as reading:
            part = await looking.page(reading, row, *conditions, first=first, after=behind)
        return connection(part, LockerContract.of, behind)
