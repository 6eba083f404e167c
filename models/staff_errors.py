"""The ways we say no to staff and about them; see `models.errors`."""

from models.errors import ErrorCode, LivionKeyError


class EmailInUse(LivionKeyError):
    """Somebody signs in with that e-mail address already."""

    code = ErrorCode.EMAIL_IN_USE


class SignInRefused(LivionKeyError):
    """The e-mail address, the password or the code is not right."""

    code = ErrorCode.SIGN_IN_REFUSED


class LastAdministrator(LivionKeyError):
    """Nobody would be left who administers the whole organization and can come in."""

    code = ErrorCode.LAST_ADMINISTRATOR


class ProofNeeded(LivionKeyError):
    """That takes a fresh proof of who you are: sign in again, then do it within ten minutes."""

    code = ErrorCode.PROOF_NEEDED
