"""What units and device groups said of settings, version by version."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

import strawberry

import models.settings_versions as models
from models.accounts import Permission
from resolvers import relations
from resolvers.accounts import names_of
from schema.execution import batched
from schema.organizations.unit_settings import OwnSettings
from schema.paging import pages_of
from schema.permissions import guarded_by


async def names_of_tokens(versions: list[Any], context: Any) -> list[str | None]:
    """Give the names of the tokens by which versions were made."""
    ids = list({version.token_id for version in versions if version.token_id is not None})
    names = dict(zip(ids, await context.loaders.answers(names_of).load_many(ids), strict=True))
    return [names.get(version.token_id) for version in versions]


@guarded_by(Permission.VIEW_ORGANIZATION)
@strawberry.type(description="What a unit or a device group said of settings from a moment on.")
class SettingsVersion:
    token_id: strawberry.Private[UUID | None]
    version: int = strawberry.field(
        description="Counted from 1 for each unit and group; 0 is what one said before versions "
        "were kept."
    )
    changed_at: datetime | None = strawberry.field(
        description="Since when it said so; null for version 0."
    )
    changed_by: str | None = batched(
        names_of_tokens,
        description="The name of the token by which it was changed; null when it was changed on "
        "the command line.",
    )
    said: OwnSettings = strawberry.field(
        description="All that it said; what is null it took from above."
    )

    @classmethod
    def of(cls, row: models.SettingsVersion) -> Self:
        return cls(
            token_id=row.token_id,
            version=row.version,
            changed_at=row.changed_at,
            said=OwnSettings.of(models.says(row.said)),
        )


versions_of_unit = pages_of(relations.SETTINGS_VERSIONS_OF_UNIT, SettingsVersion.of)
versions_of_group = pages_of(relations.SETTINGS_VERSIONS_OF_GROUP, SettingsVersion.of)
