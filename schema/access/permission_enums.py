"""The enums of who may do what and how they came in, with meanings; import them from here."""

from models.accounts import Permission, WayIn
from schema.enums import describe

__all__ = ["Permission", "WayIn"]

describe(
    Permission,
    "One thing that a role allows, and a scope of tokens.",
    VIEW="Look at reservations, entities, keys and contracts.",
    VIEW_PLACES="Look at automats, device groups and units, as everybody does who chooses one.",
    VIEW_ALARMS="Look at alarms.",
    VIEW_AUTOMATS="Look into automats: their links, commands and health.",
    VIEW_EVENTS="Look at the trail of what happened.",
    VIEW_REPORTS="Look at reports of how automats are used.",
    VIEW_ORGANIZATION="Look at tokens, and at who changed which setting.",
    VIEW_USERS="Look at the staff.",
    SEE_PINS="See PINs.",
    EDIT_RESERVATIONS="Push reservations, and make contracts.",
    HAND_OVER_KEYS="Hand keys over and take them back at desks.",
    EDIT_ENTITIES="Register apartments, offices and cars.",
    EDIT_KEYS="Register keys.",
    EDIT_AUTOMATS="Install automats.",
    OPERATE_AUTOMATS="Open lockers from afar.",
    ADVANCE_SANDBOX="Move the clock of a sandbox.",
    EDIT_AGREEMENTS="Write agreements.",
    EDIT_TEMPLATES="Write templates of contracts.",
    EDIT_ATTACHMENTS="Attach files.",
    SIGN_CONTRACTS="Have contracts signed.",
    OPERATE_STATION="Be the display of a signature station.",
    ERASE_CONTACTS="Remove what is personal of contacts.",
    EDIT_ORGANIZATION="Change the organization, its units and its programs.",
    EDIT_USERS="Invite staff, and change what they may do.",
)
describe(
    WayIn,
    "How somebody came in.",
    BEARER="With a token of ours.",
    SERVICE_ACCOUNT="By a request that is signed.",
    CLIENT_CREDENTIALS="With an access token that was given for a client's assertion.",
    SESSION="Staff who have signed in, in a browser.",
    LINK="A contact with a link that was sent to them.",
    AUTOMAT="An automat, by what it reports.",
    COMMAND="Whoever may run `livionkey` on the server.",
    SYSTEM="Nobody: what falls due by itself.",
)
