"""Contract templates: what a unit fills in by itself, and what it insists on (R56)."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, JsonList, Owned

STANDARD = text("standard")


class ContractValue(StrEnum):
    """A value of a key contract that a template fills in or insists on.

    The duration is that from start to end; a permanent contract has none. Agreements are compared
    whatever their order. That the main contact has an e-mail address is a rule where it is yes, and
    a phone prefix completes the numbers of contacts that have no `+`.
    """

    VERIFICATION = "verification"
    LANGUAGE = "language"
    DURATION = "duration_seconds"
    FREE_LOCKER_AFTER_FETCH = "free_locker_after_fetch"
    PICK_UP_INFORMATION = "pick_up_information"
    AGREEMENTS = "agreement_ids"
    ACCESS_SCHEDULE = "access_schedule"
    MAIN_CONTACT_EMAIL_REQUIRED = "main_contact_email_required"
    PHONE_PREFIX = "phone_prefix"


class ContractTemplate(Owned, Base):
    """Values for key contracts of a unit and of those below it.

    Args:
        defaults: A value for each `ContractValue` that it fills in where a contract says nothing.
        enforced: Those of them from which no contract may differ.
        standard: Whether it is used where no template is named; at most one of a unit.
    """

    __tablename__ = "contract_templates"
    __table_args__ = (
        UniqueConstraint("organization_unit_id", "name"),
        Index(
            "one_standard_template_of_a_unit",
            "organization_unit_id",
            unique=True,
            postgresql_where=STANDARD,
            sqlite_where=STANDARD,
        ),
    )

    organization_unit_id: Mapped[UUID] = mapped_column(ForeignKey("organization_units.id"))
    name: Mapped[str]
    defaults: Mapped[Json] = mapped_column(default=dict)
    enforced: Mapped[JsonList] = mapped_column(default=list)
    standard: Mapped[bool] = mapped_column(default=False)
