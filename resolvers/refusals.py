"""Refusals that an organization's people have to know of, although nothing else is kept of them."""

from collections.abc import Sequence

from models.errors import DeviceGroupNotFound, LivionKeyError
from models.events import EventKind
from models.organizations import OrganizationUnit
from resolvers.work import About, Work


def to_be_told(refusals: Sequence[LivionKeyError]) -> list[DeviceGroupNotFound]:
    """Choose the refusals that people have to know of (R16)."""
    return [one for one in refusals if isinstance(one, DeviceGroupNotFound)]


async def tell(work: Work, refusals: Sequence[DeviceGroupNotFound]) -> None:
    """Write down that pushes named device groups which are not there.

    Args:
        work: A transaction of its own: that of the push was undone, or kept without it.
        refusals: One for each push.
    """
    organization = About(OrganizationUnit, work.actor.organization_id)
    for refusal in refusals:
        work.record(
            EventKind.DEVICE_GROUP_NOT_FOUND,
            organization,
            notice=f"The push of the reservation {refusal.external_id!r} of {refusal.source} names "
            "a device group that is not there, and was refused. Register the group, or tell who "
            "pushed it to leave it out.",
            source=refusal.source,
            external_id=refusal.external_id,
            device_group_id=refusal.device_group_id,
        )
