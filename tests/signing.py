"""Contracts that are to be signed, and what signers and displays send: made by the use cases."""

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from agreeing import make_agreement, make_contract
from factories import HOUR
from PIL import Image, ImageDraw
from talking import Client

from models.accounts import Actor, Role, Token, token_digest
from models.attachments import StoredFile
from models.base import new_id
from models.contracts import KeyAllocation, KeyContract, KeyContractStatus
from models.organizations import OrganizationUnit
from models.signing import (
    Identification,
    Signature,
    SigningMethod,
    SigningProcess,
    SigningPurpose,
    SigningState,
)
from models.stations import SignatureStation
from resolvers import accounts
from resolvers.attachments.storing import Bytes, keep
from resolvers.outside.secret import digest_of, new_secret
from resolvers.signed import effects
from resolvers.signing import signatures, starting, stations
from resolvers.signing.starting import Begun, Wish
from resolvers.transitions import move_signing
from resolvers.work import Work
from schema.web.public_requests import PROOF_COOKIE

START = """mutation($input: SigningStartInput!) { signingStart(input: $input) {
  signing { id state method purpose language expiresAt contact { name } station { id } }
  url userErrors { code message path }
} }"""
WITHDRAW = """mutation($input: SigningWithdrawInput!) { signingWithdraw(input: $input) {
  signing { id state reason endedAt } userErrors { code message path }
} }"""
DOCUMENT = b"%PDF-1.7 what is offered"


async def waiting(
    work: Work, unit: OrganizationUnit | None = None, *, agrees: bool = True, **given: Any
) -> KeyContract:
    """Make a contract that waits for a signature, under an agreement that has to be accepted."""
    if agrees:
        await make_agreement(work, name="House rules", mandatory=True)
    contract = await make_contract(work, unit, **given)
    await effects.wait(work, contract, reason="It has to be signed.")
    return contract


async def fetched(work: Work, contract: KeyContract) -> None:
    """Let the keys of a contract be out since an hour."""
    row = KeyAllocation
    for one in await work.all(work.own(row).where(row.key_contract_id == contract.id)):
        one.fetched_at = work.now - HOUR
    contract.status = KeyContractStatus.ACTIVE
    contract.signed_revision = contract.revision
    await work.save()


async def begun(
    work: Work,
    contract: KeyContract | None = None,
    *,
    method: SigningMethod = SigningMethod.LINK,
    **wish: Any,
) -> Begun:
    """Begin to have a contract signed."""
    contract = contract or await waiting(work)
    return await starting.start(work, Wish(contract.id, method, **wish))


async def offered(work: Work, process: SigningProcess) -> SigningProcess:
    """Let a process have its document, as the errand does that seals it; its bytes are not there.

    See `store_offer` for those.
    """
    digest, owner = digest_of(DOCUMENT.decode()), process.organization_id
    stored = Bytes(new_id(), owner, digest, len(DOCUMENT), "application/pdf")
    file = await keep(work, stored)
    process.offer_file_id, process.offered_at = file.id, work.now
    move_signing(work, process, SigningState.OFFERED, reason="Its document is sealed.")
    await work.save()
    return process


async def sign(work: Work, process: SigningProcess) -> Signature:
    """Sign what is offered, with a typed name."""
    accepted = range(len(process.content["agreements"]))
    asked = signatures.Asked(digest_of(DOCUMENT.decode()), name="Aino Virtanen", accepted=accepted)
    return await signatures.sign(work, process.id, asked, None)


async def identified(work: Work, process: SigningProcess, name: str = "Aino Virtanen") -> str:
    """Let the signer have come back from their identity provider; give what their browser keeps."""
    proof = new_secret()
    await work.add(
        Identification(
            organization_id=process.organization_id,
            process_id=process.id,
            state_digest=digest_of(new_secret()),
            created_at=work.now,
            expires_at=work.now + timedelta(minutes=10),
            used_at=work.now,
            identity={"issuer": "https://idp.example", "subject": "1", "name": name},
            proof_digest=digest_of(proof),
        )
    )
    return proof


def keeping(proof: str) -> dict[str, str]:
    """Make the header by which a browser shows that somebody identified themselves in it."""
    return {"cookie": f"{PROOF_COOKIE}={proof}"}


async def station_token(work: Work) -> UUID:
    """Make the token of a display."""
    token, _ = await accounts.create_token(work, role=Role.STATION)
    return token.id


async def online_station(work: Work, token_id: UUID, **given: Any) -> SignatureStation:
    """Make a station whose display was heard of just now."""
    station = await stations.create(work, **{"name": "Front desk", **given})
    station.token_id, station.paired_at, station.last_seen_at = token_id, work.now, work.now
    await work.save()
    return station


async def station_of(client: Client, work: Work, **given: Any) -> SignatureStation:
    """Make a station whose display has the client's token for stations."""
    digest = token_digest(client.tokens[Role.STATION])
    token = await work.first(work.own(Token).where(Token.digest == digest))
    assert token is not None
    return await online_station(work, token.id, **given)


def at_display(work: Work, station: SignatureStation) -> Work:
    """Go on in the same transaction as the display of a station."""
    actor = Actor(work.actor.organization_id, Role.STATION, station.token_id)
    return Work(work.session, actor, work.now)


def picture(size: tuple[int, int] = (400, 150), *, ink: int = 0, way: Any = ...) -> Image.Image:
    """Draw a signature on a transparent picture; along another way, where one is given."""
    image = Image.new("RGBA", size, (255, 255, 255, 0))
    line = [(40, 100), (80, 30), (120, 110), (200, 50), (340, 90)] if way is ... else way
    ImageDraw.Draw(image).line(line, fill=(ink, ink, ink, 255), width=3)
    return image


def png(image: Image.Image, **more: Any) -> bytes:
    """Write a picture as PNG."""
    written = BytesIO()
    image.save(written, format="PNG", **more)
    return written.getvalue()


def data_url(content: bytes) -> str:
    """Write a picture as a page sends it."""
    return f"data:image/png;base64,{b64encode(content).decode()}"


DRAWN = data_url(png(picture()))


@dataclass
class Signer:
    """Somebody with the secret of a process.

    Args:
        client: The API.
        secret: What their link holds.
        headers: More headers of their requests.
    """

    client: Client
    secret: str
    headers: dict[str, str] = field(default_factory=dict)

    async def post(self, path: str, body: Any = None) -> Any:
        """Ask for something under /public/signing."""
        headers = {"authorization": f"Bearer {self.secret}", **self.headers}
        return await self.client.http.post(f"/public/signing{path}", json=body, headers=headers)

    async def refused(self, path: str, body: Any = None) -> tuple[int, str]:
        """Ask for something that is refused; gives the status and the code."""
        answer = await self.post(path, body)
        return answer.status_code, answer.json()["error"]["code"]

    async def signature(self, **changes: Any) -> dict[str, Any]:
        """Read what is offered, and make the body that signs it."""
        offer = (await self.post("")).json()
        usual = {
            "documentDigest": offer["documentDigest"],
            "name": "Aino Virtanen",
            "picture": DRAWN,
            "typed": False,
            "accepted": list(range(len(offer["document"]["agreements"]))),
        }
        return usual | changes

    async def sign(self, **changes: Any) -> Any:
        """Sign what is offered."""
        return await self.post("/sign", await self.signature(**changes))


async def store_offer(client: Client, process: SigningProcess) -> None:
    """Put the bytes of an offer where its row says."""
    async with client.working() as work:
        file = await work.get(StoredFile, process.offer_file_id)
    await client.outside.files.put(file.path, DOCUMENT)


async def signer_of(client: Client, **given: Any) -> tuple[Signer, SigningProcess]:
    """Offer a contract to somebody who has the secret."""
    async with client.working() as work:
        identity, headers = given.pop("identity", None), {}
        contract = await waiting(work, **given.pop("contract", {}))
        start = await begun(work, contract, **given)
        await offered(work, start.process)
        if identity is not None:
            headers = keeping(await identified(work, start.process, identity))
    await store_offer(client, start.process)
    assert start.secret is not None
    return Signer(client, start.secret, headers), start.process


async def refetched(client: Client, process: SigningProcess) -> SigningProcess:
    """Read a process again."""
    async with client.working() as work:
        return await work.get(SigningProcess, process.id)


async def contract_of(client: Client, process: SigningProcess) -> KeyContract:
    """Read the contract that a process is about."""
    async with client.working() as work:
        return await work.get(KeyContract, process.key_contract_id)


RETURN = SigningPurpose.RETURN
