"""The enums of contracts by staff and their templates, with meanings; import them from here."""

from models.contracts import ContractRowOutcome, ContractTime
from models.templates import ContractValue
from schema.enums import describe

__all__ = ["ContractRowOutcome", "ContractTime", "ContractValue"]

describe(
    ContractTime,
    "Where a key contract stands in time, by the clock and by where its keys are. Drafts and those "
    "that were given up stand nowhere.",
    FUTURE="It has not begun and no key is out; also while it waits for its signature.",
    ONGOING="Its time runs or a key is out, but none is overdue; also while it waits for its "
    "signature.",
    OVERDUE="Its end and the overdue delay have passed with a key out.",
    ENDED="Its end has passed and no key is out.",
)
describe(
    ContractRowOutcome,
    "What became of one of many contracts that were asked for together.",
    CREATED="It was made; in a dry run, it would have been.",
    REFUSED="A rule stood against it, see `userErrors`; nothing of it was kept.",
    NOT_DONE="Nothing stood against it, but another one was refused and REJECT_ALL was asked for; "
    "nothing of it was kept.",
)
describe(
    ContractValue,
    "A value of a key contract that a template fills in or insists on.",
    VERIFICATION="How its main contact confirms it.",
    LANGUAGE="In which language its agreements are offered.",
    DURATION="How long it lasts from its start; one that is insisted on lets none be permanent.",
    FREE_LOCKER_AFTER_FETCH="Whether its locker is free for others once its key is out.",
    PICK_UP_INFORMATION="How keys at a desk are got.",
    AGREEMENTS="Which agreements it carries beside mandatory ones, in whatever order.",
    ACCESS_SCHEDULE="When its keys may be fetched.",
    MAIN_CONTACT_EMAIL_REQUIRED="Whether its main contact needs an e-mail address. A unit below "
    "may say no, unless it is insisted on.",
    PHONE_PREFIX="What completes phone numbers without +; if insisted on, all numbers begin with "
    "it.",
)
