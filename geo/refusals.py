"""Why no automat can serve: the rule that stands against most of them, and the best of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from geo.candidates import Candidate
from models.errors import LivionKeyError, NoFreeLocker, NoSuitableAutomat
from models.selections import RejectionCode, SelectionMethod


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Automats that were judged, of which nothing more is known.

    Args:
        count: How many.
        codes: How many of them each rule stood against.
    """

    count: int = 0
    codes: dict[RejectionCode, int] = field(default_factory=dict)


NOTHING = LeftOut()


def refusal_of(
    method: SelectionMethod, judged: Sequence[Candidate], left_out: LeftOut = NOTHING
) -> LivionKeyError:
    """Say why none of the automats can serve: NO_FREE_LOCKER where one is only full."""
    if not judged:
        return NoSuitableAutomat(f"There is no automat to choose from ({method.value}).")
    only_full = [
        candidate
        for candidate in judged
        if {rejection.code for rejection in candidate.rejections} == {RejectionCode.FULL_IN_WINDOW}
    ]
    worst = (only_full or judged)[0]
    kind = NoFreeLocker if only_full else NoSuitableAutomat
    reasons = " ".join(rejection.message for rejection in worst.rejections)
    count = len(judged) + left_out.count
    code, stands_against = _most(judged, left_out)
    return kind(
        f"None of the {count} automats that were examined can serve; {code.name} stands against "
        f"{stands_against} of {count}. {worst.automat.name}: {reasons}"
    )


def tally(judged: Sequence[Candidate]) -> Counter[RejectionCode]:
    """Count how many automats each rule stands against."""
    return Counter(
        code
        for candidate in judged
        for code in {rejection.code for rejection in candidate.rejections}
    )


def _most(judged: Sequence[Candidate], left_out: LeftOut) -> tuple[RejectionCode, int]:
    """Find the rule that stands against most; of several, the one that is named first."""
    counts = tally(judged) + Counter(left_out.codes)
    code = max(RejectionCode, key=lambda code: counts[code])
    return code, counts[code]
