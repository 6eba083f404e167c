"""Making key contracts that hold from the beginning."""

from models.accounts import Permission
from models.contracts import KeyContract
from resolvers.agreements import choosing
from resolvers.planning.writing import write
from resolvers.staff_contracts.asked import Asked
from resolvers.staff_contracts.contacts import set_contacts
from resolvers.staff_contracts.preparing import Prepared, prepare
from resolvers.staff_contracts.references import taken
from resolvers.work import Work, refusing


async def create(work: Work, asked: Asked) -> KeyContract:
    """Promise certain keys to contacts for a time.

    A key in an automat has its locker all the time, however long that is, or until it is fetched
    where that is asked for (R18). Keys at desks are handed over there, unless an automat is named.
    One that is verified waits for its signature (R82).

    Raises:
        NotAllowed: The actor may not make contracts.
        NotFound: There is no such key, ring, automat, agreement or template.
        InvalidInput: No key, no contact, a contract of desk keys that lies ahead without pick-up
            information (R78), or a value that makes no sense there.
        Enforced: It goes against a template (R56).
        StartsInPast: It would start more than 15 minutes ago.
        StartsAfterEnd: It would end before it starts.
        KeyTaken: A key is promised to somebody else.
        MixedStorage: Some keys lie in automats and others at desks (R64).
        NoFreeLocker, NoSuitableAutomat: A key cannot be fetched from where it lies.
        PinInUse: An automat knows a PIN that was chosen (R22).
        ExternalIdInUse: Another contract has that reference.
    """
    work.require(Permission.EDIT_RESERVATIONS)
    prepared = await prepare(work, asked)
    with refusing(taken(asked.reference)):
        written = await write(work, [prepared.plan])
    contract = await work.get(KeyContract, written[prepared.plan])
    await finish(work, contract, prepared)
    return contract


async def finish(work: Work, contract: KeyContract, prepared: Prepared) -> None:
    """Give a new contract its contacts and the agreements that were chosen for it."""
    language = contract.language or prepared.settings.language
    await set_contacts(work, contract, prepared.people, language=language)
    by_default = prepared.agreements_by_default
    await choosing.carry(work, contract, prepared.agreement_ids, by_default=by_default)
