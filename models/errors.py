"""The ways we say no. Each is named for the rule that was broken; its docstring is its message."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID


class ErrorCode(StrEnum):
    """What stood against a request; outside programs decide by it."""

    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    INVALID_INPUT = "invalid_input"
    STARTS_AFTER_END = "starts_after_end"
    STARTS_IN_PAST = "starts_in_past"
    KEY_TAKEN = "key_taken"
    KEY_OUT = "key_out"
    NO_KEY_FOR_ENTITY = "no_key_for_entity"
    NO_SUITABLE_AUTOMAT = "no_suitable_automat"
    NO_FREE_LOCKER = "no_free_locker"
    AUTOMAT_OFFLINE = "automat_offline"
    ADDRESS_NOT_FOUND = "address_not_found"
    ADDRESS_AMBIGUOUS = "address_ambiguous"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    UNAUTHENTICATED = "unauthenticated"
    PIN_IN_USE = "pin_in_use"
    WAITING_FOR_SIGNATURE = "waiting_for_signature"
    ALREADY_SIGNED = "already_signed"
    MIXED_STORAGE = "mixed_storage"
    EXTERNAL_ID_IN_USE = "external_id_in_use"
    STILL_IN_USE = "still_in_use"
    GEOCODER_UNAVAILABLE = "geocoder_unavailable"
    ILLEGAL_TRANSITION = "illegal_transition"
    CONTRADICTION = "contradiction"
    ENFORCED = "enforced"
    LINK_NOT_VALID = "link_not_valid"
    STATION_NOT_READY = "station_not_ready"
    FILE_REFUSED = "file_refused"
    NO_AGREEMENT_TEXT = "no_agreement_text"
    NOT_IDENTIFIED = "not_identified"
    AUTOMAT_BUSY = "automat_busy"
    ENROLMENT_REFUSED = "enrolment_refused"
    NOT_A_SANDBOX = "not_a_sandbox"
    EMAIL_IN_USE = "email_in_use"
    SIGN_IN_REFUSED = "sign_in_refused"
    LAST_ADMINISTRATOR = "last_administrator"
    PROOF_NEEDED = "proof_needed"


class LivionKeyError(Exception):
    """What was asked for cannot be done.

    Args:
        message: One plain sentence with the facts in it; the class's first line when left out.
        path: The way to the offending input, in the caller's own names, such as `ends_at`.
        free_from: From when on it would work, where that is known.
    """

    code: ClassVar[ErrorCode]

    def __init__(
        self, message: str = "", *, path: tuple[str, ...] = (), free_from: datetime | None = None
    ) -> None:
        self.message = message or (self.__doc__ or "").partition("\n")[0]
        self.path = path
        self.free_from = free_from
        super().__init__(self.message)


class NotAllowed(LivionKeyError):
    """The token may not do that."""

    code = ErrorCode.NOT_ALLOWED


class NotFound(LivionKeyError):
    """Your organization has nothing by that id."""

    code = ErrorCode.NOT_FOUND


class DeviceGroupNotFound(NotFound):
    """Your organization has no such device group; look its id up again, or leave it out.

    The organization's people have to know of it (R16), so it says which push it was.

    Args:
        source: Whose number the external id is.
        external_id: The partner's own number of the reservation.
        device_group_id: The group that was named.
    """

    def __init__(self, *, source: str, external_id: str, device_group_id: UUID) -> None:
        self.source = source
        self.external_id = external_id
        self.device_group_id = device_group_id
        super().__init__(path=("device_group_id",))


class InvalidInput(LivionKeyError):
    """What was sent is not what was asked for."""

    code = ErrorCode.INVALID_INPUT


class StartsAfterEnd(LivionKeyError):
    """It would end before it starts."""

    code = ErrorCode.STARTS_AFTER_END


class StartsInPast(LivionKeyError):
    """It would start more than 15 minutes ago."""

    code = ErrorCode.STARTS_IN_PAST


class KeyTaken(LivionKeyError):
    """Somebody else holds the key for part of that time."""

    code = ErrorCode.KEY_TAKEN


class KeyOut(LivionKeyError):
    """Somebody has the key; it has to come back first."""

    code = ErrorCode.KEY_OUT


class NoKeyForEntity(LivionKeyError):
    """No key opens the entity yet; register one for it."""

    code = ErrorCode.NO_KEY_FOR_ENTITY


class NoSuitableAutomat(LivionKeyError):
    """No automat can serve; the selection says why for each of them."""

    code = ErrorCode.NO_SUITABLE_AUTOMAT


class NoFreeLocker(LivionKeyError):
    """No locker is free over the whole time."""

    code = ErrorCode.NO_FREE_LOCKER


class AddressNotFound(LivionKeyError):
    """The address was not found."""

    code = ErrorCode.ADDRESS_NOT_FOUND


class AddressAmbiguous(LivionKeyError):
    """The address fits several places."""

    code = ErrorCode.ADDRESS_AMBIGUOUS


class GeocoderUnavailable(LivionKeyError):
    """No geocoder answered; the address will be tried again later."""

    code = ErrorCode.GEOCODER_UNAVAILABLE


class IdempotencyConflict(LivionKeyError):
    """That idempotency key came with another input within the last seven days."""

    code = ErrorCode.IDEMPOTENCY_CONFLICT


class Unauthenticated(LivionKeyError):
    """A valid token is needed: Authorization: Bearer TOKEN."""

    code = ErrorCode.UNAUTHENTICATED


class PinInUse(LivionKeyError):
    """The automat knows that code already."""

    code = ErrorCode.PIN_IN_USE


class MixedStorage(LivionKeyError):
    """Keys from automats and keys from desks cannot be handed over together."""

    code = ErrorCode.MIXED_STORAGE


class ExternalIdInUse(LivionKeyError):
    """That id is in use already."""

    code = ErrorCode.EXTERNAL_ID_IN_USE


class IllegalTransition(LivionKeyError):
    """It cannot go from that state to the other."""

    code = ErrorCode.ILLEGAL_TRANSITION


class Contradiction(LivionKeyError):
    """It contradicts what was known; it is believed, and people are told to look after it."""

    code = ErrorCode.CONTRADICTION


class StillInUse(LivionKeyError):
    """Something else still needs it."""

    code = ErrorCode.STILL_IN_USE


class WaitingForSignature(LivionKeyError):
    """The contract waits for a signature; nothing is handed over and no PIN is shown before."""

    code = ErrorCode.WAITING_FOR_SIGNATURE


class AlreadySigned(LivionKeyError):
    """It is signed already; what was signed is not changed without a new signature."""

    code = ErrorCode.ALREADY_SIGNED


class Enforced(LivionKeyError):
    """A template of the unit, or of one above it, insists on another value."""

    code = ErrorCode.ENFORCED


class LinkNotValid(LivionKeyError):
    """The link is unknown, used, expired or taken back; ask whoever sent it for a new one."""

    code = ErrorCode.LINK_NOT_VALID


class StationNotReady(LivionKeyError):
    """The signature station cannot take it now."""

    code = ErrorCode.STATION_NOT_READY


class FileRefused(LivionKeyError):
    """The file is too large, or not of a kind that may be stored."""

    code = ErrorCode.FILE_REFUSED


class NoAgreementText(LivionKeyError):
    """A mandatory agreement has no text in any language that could be offered."""

    code = ErrorCode.NO_AGREEMENT_TEXT


class NotIdentified(LivionKeyError):
    """The contact has to identify themselves first."""

    code = ErrorCode.NOT_IDENTIFIED


class AutomatOffline(LivionKeyError):
    """The automat has been silent for longer than the policy allows."""

    code = ErrorCode.AUTOMAT_OFFLINE


class AutomatBusy(LivionKeyError):
    """The automat does something else at the moment; try again when it has ended."""

    code = ErrorCode.AUTOMAT_BUSY


class EnrolmentRefused(LivionKeyError):
    """The installation PIN is wrong, used or too old; ask for a new one."""

    code = ErrorCode.ENROLMENT_REFUSED


class NotASandbox(LivionKeyError):
    """The clock of an organization that is not a sandbox cannot be moved."""

    code = ErrorCode.NOT_A_SANDBOX
