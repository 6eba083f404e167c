"""The settings of limits: how much is let in, and of whom."""

from typing import Literal

from pydantic import BaseModel, Field, field_validator

from models.accounts import Role
from schema.guards.limits import OPERATION_SECONDS


class LimitingSettings(BaseModel):
    """What can be set of limits."""

    points_per_second: float = Field(
        default=10_000,
        gt=0,
        description="How many points each token, service account or person gets back in a second; "
        "a request costs 50, each object in an answer 1, each change 50.",
    )
    points_most: float = Field(
        default=600_000,
        ge=100_000,
        description="How many points they have when they have not asked for a while.",
    )
    operation_seconds: float = Field(
        default=OPERATION_SECONDS, ge=1, le=600, description="How long one operation may take."
    )
    body_seconds: float = Field(
        default=20, ge=1, le=600, description="How long the body of a request may take to come."
    )
    operations_at_once: int = Field(
        default=100,
        ge=1,
        description="Operations of one client at once in one process; twenty times that of all.",
    )
    sockets_at_once: int = Field(
        default=50,
        ge=1,
        description="WebSockets of one client at once in one process; twenty times that of all.",
    )
    introspection: Literal["everybody", "staff", "nobody"] = Field(
        default="everybody",
        description="Who may ask what the schema is: everybody with a token, staff (all roles but "
        "partner, installer and station), or nobody.",
    )
    graphiql: bool = Field(default=True, description="Whether browsers are shown GraphiQL.")
    trusted_documents_only: str = Field(
        default="",
        description="Roles that may ask only for documents that their organization trusts, with "
        "commas between; organizations add to them.",
    )

    @field_validator("trusted_documents_only")
    @classmethod
    def _are_roles(cls, value: str) -> str:
        for one in value.split(",") if value else []:
            Role(one.strip())
        return value

    @property
    def trusted_only_roles(self) -> frozenset[Role]:
        """The roles that may ask only for trusted documents."""
        names = self.trusted_documents_only.split(",") if self.trusted_documents_only else []
        return frozenset(Role(name.strip()) for name in names)
