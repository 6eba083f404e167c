"""One of everything in an organization, and its id over HTTP: for tests of who may see what."""

from uuid import UUID

from agreeing import make_agreement
from commanding import make_link as link_up
from commanding import make_report
from factories import (
    AINO,
    make_automat,
    make_desk,
    make_entity,
    make_group,
    make_key,
    make_ring,
    make_unit,
    push,
)
from linking import contract_of, make_link
from public_keys import pem
from signing import begun, offered, sign, station_of, waiting
from sqlalchemy import Select, select
from talking import Client

from models.accounts import Role, Token
from models.agreements import Agreement, AgreementVersion
from models.attachments import Attachment
from models.automat_alarms import AlarmKind, AutomatAlarm
from models.automat_commands import AutomatCommand
from models.automat_reports import AutomatReport, ReportKind
from models.automats import Automat, DeviceGroup, Locker
from models.base import Base, new_id
from models.contracts import KeyContract, LockerContract
from models.custody import CustodyEntry
from models.entities import ReservableEntity
from models.erasures import Erasure, ErasureCause
from models.events import Event
from models.keys import Key, KeyRing, ManualStorage
from models.organizations import Contact, OrganizationUnit
from models.partners import ServiceAccount, ServiceAccountKey
from models.people import Person
from models.public_links import ContractLink
from models.reservations import Reservation
from models.signing import Signature, SigningProcess
from models.stations import SignatureStation
from models.templates import ContractTemplate
from models.times import Window
from models.trusted_documents import TrustedDocument
from resolvers import contracts, trusted_documents
from resolvers.agreements import versions
from resolvers.attachments import requesting
from resolvers.automat_alarms import raise_alarm
from resolvers.automat_commands import asking
from resolvers.partners import public_keys, service_accounts, tokens
from resolvers.people import inviting
from resolvers.people.inviting import Newcomer
from resolvers.staff_contracts import drafts
from resolvers.staff_contracts.asked import Asked
from resolvers.templates import editing
from resolvers.work import Work
from schema.scalars import to_id

KINDS: dict[str, type[Base]] = {
    "agreement": Agreement,
    "agreement_version": AgreementVersion,
    "attachment": Attachment,
    "automat": Automat,
    "automat_alarm": AutomatAlarm,
    "automat_command": AutomatCommand,
    "automat_event": AutomatReport,
    "contact": Contact,
    "contract_link": ContractLink,
    "custody": CustodyEntry,
    "desk": ManualStorage,
    "entity": ReservableEntity,
    "erasure": Erasure,
    "event": Event,
    "group": DeviceGroup,
    "key": Key,
    "key_contract": KeyContract,
    "locker": Locker,
    "locker_contract": LockerContract,
    "person": Person,
    "reservation": Reservation,
    "ring": KeyRing,
    "template": ContractTemplate,
    "service_account": ServiceAccount,
    "service_account_key": ServiceAccountKey,
    "signature": Signature,
    "signing": SigningProcess,
    "station": SignatureStation,
    "trusted_document": TrustedDocument,
    "token": Token,
    "unit": OrganizationUnit,
}


async def one_of_everything(client: Client, mark: str = "ours") -> dict[str, str]:
    """Make an apartment with its key, its automat and a stay in it; give the ids by kind."""
    async with client.working() as work:
        await station_of(client, work, name=f"Station {mark}")
        await have_signed(work)
        unit = await make_unit(work, name=f"Unit {mark}")
        await make_desk(work, f"Desk {mark}")
        automat = await make_automat(work, f"Automat {mark}")
        await have_linked(work, automat, mark)
        group = await make_group(work, automat)
        apartment = await make_entity(
            work,
            name=f"Apartment {mark}",
            external_id=mark,
            unit_id=unit.id,
            device_group_id=group.id,
        )
        await make_ring(work, await make_key(work, apartment, code=mark), name=f"Ring {mark}")
        await editing.create(
            work, organization_unit_id=unit.id, changes={"name": f"Template {mark}"}
        )
        agreement = await make_agreement(work, unit, name=f"Agreement {mark}", mandatory=True)
        await versions.create(work, agreement.id)
        await requesting.request(work, subject="entity_id", subject_id=apartment.id, name=mark)
        await work.add(await erased(work))
        await trusted_documents.trust(work, text="{ __typename }", name=mark)
        await inviting.invite(work, newcomer(mark))
        reservation, _ = await push(work, apartment, external_id=mark)
        await make_link(work, await contract_of(work, reservation))
        await have_partner(work, mark)
        organization_id = work.actor.organization_id
        return {
            kind: to_id(model, (await work.scalars(newest(model, organization_id)))[0])
            for kind, model in KINDS.items()
        }


def newcomer(mark: str = "ours") -> Newcomer:
    """Make up somebody whom nobody has invited yet, in any organization."""
    return Newcomer(f"{new_id().hex}@example.org", name=f"Person {mark}", role=Role.USER)


async def have_linked(work: Work, automat: Automat, mark: str = "ours") -> None:
    """Let an automat be told something, report something, and have an alarm."""
    link = await link_up(work, automat)
    why = f"Somebody needs it ({mark})."
    await asking.open_locker(work, automat_id=automat.id, locker_index=0, reason=why)
    facts = {"reason": mark}
    await make_report(work, link, 1, ReportKind.STARTED, facts=facts)
    await raise_alarm(work, automat.id, AlarmKind.DEVICE_ERROR, details=f"It hums ({mark}).")


async def have_partner(work: Work, mark: str = "ours") -> None:
    """Give a partner a service account and a token."""
    key = public_keys.read(pem(0))
    await service_accounts.create(work, name=f"Account {mark}", key=key)
    await tokens.create(work, name=f"Token {mark}", role=Role.PARTNER)


async def erased(work: Work) -> Erasure:
    """Make the receipt of a contact of which nothing is left."""
    contact = Contact(
        organization_id=work.actor.organization_id,
        name="Erased contact",
        language="fi",
        erased_at=work.now,
    )
    await work.add(contact)
    return Erasure(
        organization_id=contact.organization_id,
        contact_id=contact.id,
        cause=ErasureCause.REQUEST,
        at=work.now,
        removed=[{"what": "name", "count": 1}],
        kept=[{"what": "signature", "keyContract": "KC-1", "until": None, "ground": "law"}],
    )


async def have_signed(work: Work) -> None:
    """Let one contract be signed, and let another one wait for it."""
    signed = (await begun(work, await waiting(work, agrees=False))).process
    signature = await sign(work, await offered(work, signed))
    signature.sealed_file_id, signature.sealed_at = signed.offer_file_id, work.now
    await work.save()
    await begun(work, await waiting(work, agrees=False))


def newest(model: type[Base], organization_id: UUID) -> Select[UUID]:
    """Select the id of what an organization made last of a kind."""
    row = model.__table__.c
    return select(row.id).where(row.organization_id == organization_id).order_by(row.id.desc())


async def by_staff(client: Client) -> dict[str, str]:
    """Make a draft, and a contract by staff that holds a key."""
    async with client.working() as work:
        held, wished = await make_key(work), await make_key(work)
        window = Window(work.now, None)
        made = await contracts.create(work, key_ids=[held.id], contacts=[AINO], window=window)
        draft = await drafts.create(work, Asked(contacts=[AINO], key_ids=[wished.id]))
    return {
        "held": to_id(Key, held.id),
        "by_staff": to_id(KeyContract, made.id),
        "draft": to_id(KeyContract, draft.id),
    }


async def agreement_of(client: Client) -> str:
    async with client.working() as work:
        owner = work.actor.organization_id
        agreement = Agreement(organization_id=owner, organization_unit_id=owner, name="theirs")
        await work.add(agreement)
    return to_id(Agreement, agreement.id)
