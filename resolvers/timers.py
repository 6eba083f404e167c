"""What is done when its time comes: the handler or the errand for each kind of job."""

from models.jobs import JobKind
from resolvers import sandboxes
from resolvers.attachments.removing import Removal
from resolvers.automat_commands import expiring
from resolvers.automat_reports import silence
from resolvers.erasing import rule
from resolvers.evidence.offering import Offering
from resolvers.evidence.sealing import Sealing
from resolvers.failover import watching
from resolvers.jobs import Errand, Handler
from resolvers.upkeep import contracts

HANDLERS: dict[JobKind, Handler] = {
    JobKind.KEY_CONTRACT: contracts.look_after,
    JobKind.CONTACT: rule.look_after,
    JobKind.AUTOMAT_LINK: silence.look_after,
    JobKind.AUTOMAT_COMMAND: expiring.look_after,
    JobKind.FAILOVER: watching.look_after,
    JobKind.SANDBOX: sandboxes.step,
}
ERRANDS: dict[JobKind, Errand] = {
    JobKind.SIGNING_PROCESS: Offering(),
    JobKind.SEAL: Sealing(),
    JobKind.ATTACHMENT: Removal(),
}
