"""Signing: whoever has the secret signs what they were shown, once."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from models.attachments import StoredFile
from models.base import Json, new_id
from models.contracts import KeyContract, Verification
from models.dialects.texts import is_storable
from models.errors import AlreadySigned, InvalidInput, LinkNotValid, NotIdentified
from models.jobs import JobKind
from models.signing import Signature, SigningMethod, SigningProcess, SigningPurpose, SigningState
from resolvers import jobs
from resolvers.attachments.storing import Bytes, keep
from resolvers.checks import required_text
from resolvers.identifying import identity_of
from resolvers.signed import effects
from resolvers.signing.demanding import is_to_be_signed
from resolvers.signing.processes import check_open, lock, readable
from resolvers.transitions import move_signing
from resolvers.work import Reading, Work

LONGEST_NAME = 200
LONGEST_DEVICE = 300


class DocumentChanged(InvalidInput):
    """The document has changed since it was shown; read it again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a signer sends, and where from.

    Args:
        document_digest: SHA-256 of the document that they read, in hex.
        name: Their name as they write it.
        accepted: The places of the agreements that they accept, from 0.
        address: The network address that it comes from.
        device: What their browser calls itself.
        proof: What that browser keeps if they identified themselves in it.
    """

    document_digest: str
    name: str
    accepted: Collection[int]
    address: str | None = None
    device: str | None = None
    proof: str | None = field(default=None, repr=False)


async def check(reading: Reading, process_id: UUID, asked: Asked) -> None:
    """Check all that can be checked before a picture is stored; `sign` checks it again.

    Raises:
        LinkNotValid, AlreadySigned, DocumentChanged, NotIdentified, InvalidInput: See `sign`.
    """
    await _checked(reading, await readable(reading, process_id), asked)


async def sign(work: Work, process_id: UUID, asked: Asked, picture: Bytes | None) -> Signature:
    """Sign: of several at the same moment one does, and the others are told.

    Args:
        work: The transaction.
        process_id: Which process, as its secret tells.
        asked: What the signer sends.
        picture: Their drawn signature, which lies in the file store already.

    Raises:
        LinkNotValid: It was declined or withdrawn, its time is over, it is still prepared, or the
            contract is another one meanwhile.
        AlreadySigned: It is signed.
        DocumentChanged: They read another document.
        NotIdentified: They have to identify themselves first, in the browser in which they sign.
        InvalidInput: A mandatory agreement is not accepted, or the name is empty.
    """
    contract, process = await lock(work, process_id)
    check_open(work, process)
    _check_contract(contract, process)
    identity = await _checked(work, process, asked)
    kept = None if picture is None else await keep(work, picture)
    signature = _signature(work, process, asked, identity, kept)
    await work.add(signature, refusals={"signatures_process_id_key": AlreadySigned()})
    move_signing(
        work,
        process,
        SigningState.SIGNED,
        reason="The contact has signed.",
        signature_id=signature.id,
        method=process.method.value,
        purpose=process.purpose.value,
        revision=process.revision,
        document_digest=signature.offer_digest,
    )
    await work.save()
    if process.purpose is SigningPurpose.HANDOVER:
        await effects.signed(work, contract)
    else:
        await effects.returned(work, contract)
    await jobs.schedule(work, JobKind.SEAL, signature.id, work.now)
    await jobs.forget(work, JobKind.SIGNING_PROCESS, [process.id])
    return signature


def _signature(
    work: Work,
    process: SigningProcess,
    asked: Asked,
    identity: Json | None,
    picture: StoredFile | None,
) -> Signature:
    is_local = process.method is SigningMethod.LOCAL
    return Signature(
        id=new_id(),
        organization_id=process.organization_id,
        process_id=process.id,
        key_contract_id=process.key_contract_id,
        contact_id=process.contact_id,
        purpose=process.purpose,
        revision=process.revision,
        method=process.method,
        signer_name=_name(asked, identity),
        signed_at=work.now,
        picture_file_id=picture.id if picture else None,
        offer_digest=asked.document_digest,
        address=asked.address,
        device=_device(asked),
        identity=identity,
        accepted=[process.agreements[place] for place in sorted(set(asked.accepted))],
        token_id=process.token_id if is_local else None,
        station_id=process.station_id,
    )


def _check_contract(contract: KeyContract, process: SigningProcess) -> None:
    """Refuse to sign for a contract that is not what was offered any more."""
    if process.purpose is SigningPurpose.HANDOVER and not is_to_be_signed(contract):
        raise LinkNotValid("The contract waits for no signature any more.")
    if contract.revision != process.revision:
        raise LinkNotValid("The contract was changed; ask for a new link.")


async def _checked(reading: Reading, process: SigningProcess, asked: Asked) -> Json | None:
    """Check what a signer sends against the offer; gives their identity, where it is known."""
    offered = await reading.find(StoredFile, process.offer_file_id)
    if process.state is not SigningState.OFFERED or offered is None:
        raise LinkNotValid("The document is still prepared; ask again in a moment.")
    if asked.document_digest != offered.digest:
        raise DocumentChanged
    identity = await identity_of(reading, process, asked.proof)
    if process.verification is Verification.STRONG and identity is None:
        raise NotIdentified
    _check_accepted(process.content["agreements"], asked.accepted)
    _name(asked, None)
    return identity


def _check_accepted(agreements: list[Json], accepted: Collection[int]) -> None:
    path = ("accepted",)
    if not set(accepted) <= set(range(len(agreements))):
        raise InvalidInput("There is no such agreement.", path=path)
    for place, agreement in enumerate(agreements):
        if agreement["mandatory"] and place not in accepted:
            message = f"The agreement {agreement['title']!r} has to be accepted."
            raise InvalidInput(message, path=path)


def _name(asked: Asked, identity: Json | None) -> str:
    """Give the signer's name: as proved where it was, as written otherwise."""
    written = required_text(asked.name, path=("name",))
    if len(written) > LONGEST_NAME:
        message = f"The name has more than {LONGEST_NAME} characters."
        raise InvalidInput(message, path=("name",))
    proved = (identity or {}).get("name")
    return str(proved) if proved else written


def _device(asked: Asked) -> str | None:
    device = (asked.device or "")[:LONGEST_DEVICE]
    return device if device and is_storable(device) else None
