"""What those do who want a contract signed, and those who sign it."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from stories.guests import WHICH
from stories.stage import Fault, Stage

from models.contracts import KeyContract, Verification
from models.errors import ErrorCode, LivionKeyError
from resolvers.signed import effects
from resolvers.signed.verifications import begins_to_wait
from resolvers.work import Work


class Signers(Stage):
    """Rules of signatures."""

    @precondition(lambda self: self.truth.stays)
    @rule(which=WHICH, has_to=st.sampled_from([True, True, False]))
    def ask_for_a_signature(self, which: int, *, has_to: bool) -> None:
        stay = self.choose(self.stays(), which)
        contract_id = self.contract_id(stay)
        if contract_id is None:
            return
        self.tell(f"{stay.name} {'has to be signed' if has_to else 'need not be signed'}")
        verification = Verification.SIGNATURE if has_to else Verification.NONE

        async def asked(work: Work) -> None:
            (contract,) = await work.locked(KeyContract, [contract_id])
            await begins_to_wait(work, contract, verification)

        answer = self.act(asked, may_refuse={ErrorCode.ALREADY_SIGNED, ErrorCode.KEY_OUT})
        if isinstance(answer, LivionKeyError):
            self.tell(f"  {answer.code}: {answer}")

    @precondition(lambda self: self.unsigned())
    @rule(which=WHICH)
    def sign(self, which: int) -> None:
        row = self.choose(self.unsigned(), which)
        self.tell(f"somebody signs the contract {row['id']}")

        async def signed(work: Work) -> None:
            (contract,) = await work.locked(KeyContract, [row["id"]])
            await effects.signed(work, contract)

        self.act(signed)
        (after,) = self.rows("select status from key_contracts where id = :id", id=row["id"])
        if after["status"] == "waiting_for_signature":
            raise Fault(f"{row['id']} was signed, and still waits")

    def unsigned(self) -> list[Any]:
        """List the contracts that wait for a signature, or are out without one."""
        return self.rows(
            "select id from key_contracts where organization_id = :owner and verification <> 'none'"
            " and status in ('waiting_for_signature', 'upcoming', 'active', 'overdue')"
            " and (signed_revision is null or signed_revision <> revision) order by id"
        )
