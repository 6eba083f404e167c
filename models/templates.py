"""Contract templates: what a unit fills in by itself, and what it insists on (R56)."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, JsonList, Owned

STANDARD = text("standard")


class ContractTemplate(Owned, Base):
    """Values for key contracts of a unit and of those below it.

    Args:
        defaults: A value for each name that it fills in where a contract says nothing.
        enforced: The names of those from which no contract may differ.
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
