"""What a signer is shown: the offer of a process, by its secret."""

from dataclasses import dataclass
from uuid import UUID

from models.attachments import StoredFile
from models.base import Json
from models.errors import LinkNotValid
from models.events import EventKind
from models.organizations import Contact
from models.signing import SigningProcess, SigningState
from resolvers.identifying import identity_of
from resolvers.signing.processes import lock, readable
from resolvers.work import Reading, Work


@dataclass(frozen=True, slots=True)
class Offer:
    """A process as its signer sees it.

    Args:
        process: The process, a plain row.
        contact_name: Who is to sign.
        document: The PDF; None while it is prepared.
        identity: Who they proved to be in that browser, where that is asked for.
    """

    process: SigningProcess
    contact_name: str
    document: StoredFile | None
    identity: Json | None

    @property
    def is_new(self) -> bool:
        """Whether it can be read and was not read before."""
        return self.process.state is SigningState.OFFERED and self.process.seen_at is None


async def offer(reading: Reading, process_id: UUID, proof: str | None = None) -> Offer:
    """Read what is offered.

    Args:
        reading: The transaction.
        process_id: Which process, as its secret tells.
        proof: What the signer's browser keeps if they identified themselves in it.

    Raises:
        LinkNotValid: It was declined or withdrawn, or its time is over.
        AlreadySigned: It was signed.
    """
    process = await readable(reading, process_id)
    contact = await reading.get(Contact, process.contact_id)
    return Offer(
        process=process,
        contact_name=contact.name,
        document=await reading.find(StoredFile, process.offer_file_id),
        identity=await identity_of(reading, process, proof),
    )


async def document(reading: Reading, process_id: UUID) -> StoredFile:
    """Read which file is offered.

    Raises:
        LinkNotValid: See `offer`, or it is still prepared.
        AlreadySigned: It was signed.
    """
    process = await readable(reading, process_id)
    found = await reading.find(StoredFile, process.offer_file_id)
    if found is None:
        raise LinkNotValid("The document is still prepared; ask again in a moment.")
    return found


async def note_seen(work: Work, process_id: UUID) -> None:
    """Write down that an offer was read for the first time; later times change nothing."""
    _, process = await lock(work, process_id)
    if process.state is SigningState.OFFERED and process.seen_at is None:
        process.seen_at = work.now
        work.record(EventKind.SIGNING_SEEN, process, key_contract_id=process.key_contract_id)
