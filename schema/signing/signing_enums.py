"""The enums of agreements, attachments and signing with their meanings; import them from here."""

from models.agreements import BlockKind
from models.attachments import AttachmentState
from models.contracts import Verification
from models.erasures import ErasureCause
from models.lifecycles import SIGNING
from models.signing import SigningMethod, SigningPurpose, SigningState
from schema.enums import describe

__all__ = [
    "AttachmentState",
    "BlockKind",
    "ErasureCause",
    "SigningMethod",
    "SigningPurpose",
    "SigningState",
    "Verification",
]

describe(
    BlockKind,
    "What a part of an agreement's words is.",
    shown_as="AgreementBlockKind",
    HEADING="A heading, see `level`.",
    PARAGRAPH="A paragraph.",
    LIST="A list, see `ordered`; each of its lines is an item.",
)
describe(
    Verification,
    "How a contact confirms a key contract before it holds.",
    NONE="Not at all.",
    SIGNATURE="By a signature: drawn, or typed where drawing cannot be done.",
    STRONG="By a signature of somebody who has identified themselves to an identity provider.",
)
describe(
    SigningPurpose,
    "What is signed.",
    HANDOVER="That keys are promised and handed over.",
    RETURN="That keys came back.",
)
describe(
    SigningMethod,
    "How it is signed.",
    LOCAL="On the device of the staff member who began it.",
    LINK="On the contact's own device, over a link.",
    STATION="At a signature station.",
)
describe(
    SigningState,
    "How far a signing process is. PREPARING and OFFERED are open, the others are its end.\n\n"
    f"{SIGNING.described()}",
    PREPARING="The document is being made; it can be signed in a moment.",
    OFFERED="It can be read and signed.",
    SIGNED="It was signed.",
    DECLINED="The contact does not want to sign; `reason` has their words.",
    EXPIRED="Nobody signed in time.",
    WITHDRAWN="It was taken back, or the contract was changed meanwhile.",
)
describe(
    AttachmentState,
    "How far an attachment is.",
    AWAITED="Its bytes have not come yet.",
    STORED="It can be downloaded.",
    REFUSED="Its bytes were not what may be stored, see `reason`.",
    REMOVED="Its bytes were removed: by hand, or as their time was over.",
)
describe(
    ErasureCause,
    "Why a contact's personal data was removed.",
    REQUEST="Somebody asked for it.",
    RETENTION="Its time was over.",
)
