"""Strong authentication between its steps: who may ask for it, and states that work once."""

import pytest
from agreeing import contact_of, make_contract
from factories import HOUR, later, make_unit

from models.contracts import Verification
from models.errors import InvalidInput, LinkNotValid
from models.signing import SigningMethod, SigningProcess, SigningPurpose, SigningState
from resolvers import identifying, organizations
from resolvers.outside.identity import Identity
from resolvers.outside.secret import Secret, digest_of, new_secret
from resolvers.work import Work

SECRET = Secret(["a secret that only tests have, and long"])
AINO = Identity("https://id.example", "aino-1", "Aino Virtanen", "high")


async def make_process(work: Work) -> SigningProcess:
    contract = await make_contract(work, verification=Verification.STRONG)
    process = SigningProcess(
        organization_id=contract.organization_id,
        key_contract_id=contract.id,
        revision=1,
        purpose=SigningPurpose.HANDOVER,
        method=SigningMethod.LINK,
        verification=Verification.STRONG,
        state=SigningState.OFFERED,
        contact_id=(await contact_of(work, contract)).id,
        language="en",
        secret_digest=digest_of(new_secret()),
        created_at=work.now,
        expires_at=work.now + HOUR,
        content={},
        content_digest="",
    )
    await work.add(process)
    return process


async def test_a_unit_has_to_allow_strong_authentication(work: Work) -> None:
    above = await make_unit(work, name="Kallio")
    below = await make_unit(work, name="House 7", parent_id=above.id)

    with pytest.raises(InvalidInput, match=r"'House 7' .* strongAuthentication") as refusal:
        await identifying.check_strong_allowed(work, below.id)
    assert refusal.value.path == ("verification",)

    await organizations.update_unit(work, above.id, {"strong_authentication": True})
    work.known_settings.clear()
    await identifying.check_strong_allowed(work, below.id)


async def test_nothing_of_a_way_can_be_guessed_from_its_state(work: Work) -> None:
    trip = identifying.new_trip(SECRET)
    other = identifying.trip_with(Secret(["another secret, which is as long as it has to be"]), "x")

    assert identifying.trip_with(SECRET, trip.state) == trip
    assert len({trip.state, trip.nonce, trip.verifier, other.nonce, other.verifier}) == 5
    assert 43 <= len(trip.verifier) <= 128
    assert trip.state not in repr(trip)
    assert trip.verifier not in repr(trip)


async def test_only_the_browser_that_went_is_marked() -> None:
    mark = identifying.mark_of(SECRET, "state")

    assert identifying.is_marked(SECRET, "state", mark)
    assert not identifying.is_marked(SECRET, "other", mark)
    assert not identifying.is_marked(SECRET, "state", None)
    assert not identifying.is_marked(SECRET, "state", "å")


async def test_an_identity_counts_in_its_own_browser_until_it_is_too_old(work: Work) -> None:
    process = await make_process(work)
    for name in ("Eve", "Aino"):
        state = identifying.new_trip(SECRET).state
        await identifying.begin(work, process.id, state)
        trip = await identifying.come_back(work, state)
        assert await identifying.identity_of(work, process, f"{name}'s browser") is None
        identity = Identity("i", "s", name, None)
        await identifying.confirm(work, trip.id, identity, f"{name}'s browser")

    found = await identifying.identity_of(work, process, "Aino's browser")

    assert found == {
        "issuer": "i",
        "subject": "s",
        "name": "Aino",
        "acr": None,
        "at": work.now.isoformat(),
    }
    too_late = later(work, identifying.IDENTITY_LASTS)
    assert await identifying.identity_of(too_late, process, "Aino's browser") is None
    for proof in (None, "", "Mallory's browser"):
        assert await identifying.identity_of(work, process, proof) is None


async def test_an_identity_belongs_to_one_signing(work: Work) -> None:
    process = await make_process(work)
    await identifying.begin(work, process.id, "state")
    trip = await identifying.come_back(work, "state")
    await identifying.confirm(work, trip.id, AINO, "a proof")

    assert await identifying.identity_of(work, process, "a proof") is not None
    assert await identifying.identity_of(work, await make_process(work), "a proof") is None


async def test_a_state_works_once(work: Work) -> None:
    process = await make_process(work)
    await identifying.begin(work, process.id, "state")
    await identifying.come_back(work, "state")

    with pytest.raises(LinkNotValid):
        await identifying.come_back(work, "state")
    with pytest.raises(LinkNotValid):
        await identifying.come_back(work, "never given")
