"""Ids and times, in and out. Nothing else turns an id into a UUID or a text into a moment."""

import json
from datetime import UTC, datetime
from typing import NewType
from uuid import UUID

import strawberry
from strawberry.schema.config import StrawberryConfig

from models.accounts import Token
from models.agreements import Agreement, AgreementVersion
from models.attachments import Attachment
from models.automat_alarms import AutomatAlarm
from models.automat_commands import AutomatCommand
from models.automat_reports import AutomatReport
from models.automats import Automat, DeviceGroup, Locker
from models.base import Base
from models.contracts import KeyContract, LockerContract
from models.custody import CustodyEntry
from models.entities import ReservableEntity
from models.erasures import Erasure
from models.errors import InvalidInput
from models.events import Event
from models.keys import Key, KeyRing, ManualStorage
from models.organizations import Contact, OrganizationUnit
from models.partners import ServiceAccount, ServiceAccountKey
from models.people import Person, PersonSession
from models.public_links import ContractLink
from models.reservations import Reservation
from models.selections import AutomatSelection
from models.signing import Signature, SigningProcess
from models.stations import SignatureStation
from models.templates import ContractTemplate
from models.trusted_documents import TrustedDocument

PREFIXES: dict[type[Base], str] = {
    Agreement: "agreement",
    AgreementVersion: "agreementversion",
    Attachment: "attachment",
    Automat: "automat",
    AutomatAlarm: "automatalarm",
    AutomatCommand: "automatcommand",
    AutomatReport: "automatevent",
    AutomatSelection: "selection",
    Contact: "contact",
    ContractTemplate: "template",
    TrustedDocument: "document",
    ContractLink: "contractlink",
    CustodyEntry: "custody",
    DeviceGroup: "group",
    Erasure: "erasure",
    Event: "event",
    Key: "key",
    KeyContract: "keycontract",
    KeyRing: "keyring",
    Locker: "locker",
    LockerContract: "lockercontract",
    ManualStorage: "desk",
    OrganizationUnit: "unit",
    Person: "person",
    PersonSession: "session",
    ReservableEntity: "entity",
    Reservation: "reservation",
    ServiceAccount: "serviceaccount",
    ServiceAccountKey: "serviceaccountkey",
    Signature: "signature",
    SignatureStation: "station",
    SigningProcess: "signing",
    Token: "token",
}
MODELS = {prefix: model for model, prefix in PREFIXES.items()}
NOBODY = UUID(int=0)
"""The id of nothing: what cannot be read as an id is simply unknown."""


def to_id(model: type[Base], id: UUID) -> strawberry.ID:
    """Write an id: opaque to clients, readable in a log."""
    return strawberry.ID(f"{PREFIXES[model]}_{id.hex}")


def from_id(model: type[Base], text: str | None) -> UUID | None:
    """Read an id of something of a kind; None when none was given."""
    if text is None or text is strawberry.UNSET:
        return None
    kind, id = of_any_kind(text)
    return id if kind is model else NOBODY


def of_any_kind(text: str) -> tuple[type[Base] | None, UUID]:
    """Read an id and what kind of thing it is of."""
    prefix, _, digits = text.rpartition("_")
    try:
        return MODELS.get(prefix), UUID(hex=digits)
    except ValueError:
        return None, NOBODY


def id_of_subject(kind: str, id: UUID) -> strawberry.ID:
    """Write the id of what an event happened to."""
    model = next(model for model in PREFIXES if model.__name__ == kind)
    return to_id(model, id)


def parse_instant(text: object) -> datetime:
    """Read an instant.

    Raises:
        InvalidInput: It is not ISO 8601, or has no offset. The message does not repeat it.
    """
    moment = _parsed(text)
    if moment.tzinfo is None:
        raise InvalidInput("An instant needs an offset: 2027-03-28T12:00:00Z or ...+02:00.")
    return moment.astimezone(UTC)


def parse_local(text: object) -> datetime:
    """Read a wall-clock time.

    Raises:
        InvalidInput: It is not ISO 8601, or has an offset. The message does not repeat it.
    """
    moment = _parsed(text)
    if moment.tzinfo is not None:
        raise InvalidInput("A local time has no offset; give the time zone beside it.")
    return moment


def _parsed(text: object) -> datetime:
    if not isinstance(text, str) or len(text) < len("2027-03-28T00"):
        raise InvalidInput("A time is a text in ISO 8601, such as 2027-03-28T12:00:00Z.")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        message = "A time is a text in ISO 8601, such as 2027-03-28T12:00:00Z."
        raise InvalidInput(message) from None


def write_instant(moment: datetime) -> str:
    """Write an instant in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_geojson(value: object) -> str:
    """Read GeoJSON as its text; what it says is checked where it is used.

    Raises:
        InvalidInput: It is neither an object nor a text, or is nested without end.
    """
    if isinstance(value, dict):
        try:
            return json.dumps(value, separators=(",", ":"))
        except RecursionError:
            raise InvalidInput("The GeoJSON is nested deeper than any that makes sense.") from None
    if isinstance(value, str):
        return value
    raise InvalidInput("GeoJSON is an object with a `type` and `coordinates`, or its text.")


LocalDateTime = NewType("LocalDateTime", datetime)
GeoJson = NewType("GeoJson", str)

CONFIG = StrawberryConfig(
    scalar_map={
        datetime: strawberry.scalar(
            name="DateTime",
            description="An instant: ISO 8601 with an offset going in (one without is refused), "
            "UTC coming out.",
            serialize=write_instant,
            parse_value=parse_instant,
        ),
        LocalDateTime: strawberry.scalar(
            name="LocalDateTime",
            description="A wall-clock time without an offset, such as 2027-03-28T03:30; always "
            "given with a time zone beside it.",
            serialize=lambda moment: moment.isoformat(),
            parse_value=parse_local,
        ),
        GeoJson: strawberry.scalar(
            name="GeoJSON",
            description="An object of RFC 7946, in WGS 84, longitude first; going in also as its "
            "text.",
            specified_by_url="https://www.rfc-editor.org/rfc/rfc7946",
            serialize=json.loads,
            parse_value=parse_geojson,
        ),
    }
)
