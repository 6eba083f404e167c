"""What is done when its time comes: the handler or the errand for each kind of job."""

from models.jobs import JobKind
from resolvers.evidence.offering import Offering
from resolvers.evidence.sealing import Sealing
from resolvers.jobs import Errand, Handler
from resolvers.upkeep.contracts import look_after

HANDLERS: dict[JobKind, Handler] = {JobKind.KEY_CONTRACT: look_after}
ERRANDS: dict[JobKind, Errand] = {
    JobKind.SIGNING_PROCESS: Offering(),
    JobKind.SEAL: Sealing(),
}
