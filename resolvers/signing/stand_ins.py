"""What other rooms do for signing, for as long as they are not there."""

from models.base import Json
from models.signing import Identification, SigningProcess
from resolvers.work import Reading


async def identity_of(reading: Reading, process: SigningProcess) -> Json | None:
    """Give who the signer proved to be."""
    rows = reading.own(Identification).where(
        Identification.process_id == process.id, Identification.used_at.is_not(None)
    )
    found = await reading.first(rows.order_by(Identification.id.desc()))
    return None if found is None else found.identity
