"""Agreements by people: what a unit asks for. What it says is in `versions`."""

from typing import TypedDict
from uuid import UUID

from models.accounts import Permission
from models.agreements import Agreement
from models.errors import InvalidInput
from models.events import EventKind
from resolvers.checks import required_text
from resolvers.organizations import unit_or_root
from resolvers.work import Work


class AgreementChanges(TypedDict, total=False):
    """What may be changed of an agreement."""

    name: str
    mandatory: bool
    inherited: bool


async def create(
    work: Work,
    *,
    unit_id: UUID | None,
    name: str,
    mandatory: bool = False,
    inherited: bool = True,
) -> Agreement:
    """Let a unit ask for an agreement; it counts from its first published version on.

    Args:
        work: The transaction.
        unit_id: The unit; the organization itself when None.
        name: What staff call it; contacts see the title of its text.
        mandatory: Whether every contract that is verified carries it (R81).
        inherited: Whether it also holds for the units below.

    Raises:
        NotAllowed: The actor may not change agreements.
        NotFound: There is no such unit.
        InvalidInput: The name is empty.
    """
    work.require(Permission.EDIT_AGREEMENTS)
    unit = await unit_or_root(work, unit_id)
    agreement = Agreement(
        organization_id=work.actor.organization_id,
        organization_unit_id=unit.id,
        name=required_text(name, path=("name",)),
        mandatory=mandatory,
        inherited=inherited,
    )
    await work.add(agreement)
    work.record(
        EventKind.AGREEMENT_CREATED, agreement, unit_id=unit.id, mandatory=mandatory, name=name
    )
    return agreement


async def update(work: Work, id: UUID | None, changes: AgreementChanges) -> Agreement:
    """Change what an agreement is called, or of whom it is asked; what was offered stays.

    Raises:
        NotAllowed: The actor may not change agreements.
        NotFound: There is no such agreement.
        InvalidInput: The name is empty, or it is retired.
    """
    work.require(Permission.EDIT_AGREEMENTS)
    agreement = await in_use(work, id)
    for name, value in changes.items():
        setattr(agreement, name, value)
    agreement.name = required_text(agreement.name, path=("name",))
    await work.save()
    work.record(EventKind.AGREEMENT_UPDATED, agreement, changed=sorted(changes))
    return agreement


async def retire(work: Work, id: UUID | None) -> Agreement:
    """Ask for an agreement no more; a second time changes nothing.

    Raises:
        NotAllowed: The actor may not change agreements.
        NotFound: There is no such agreement.
    """
    work.require(Permission.EDIT_AGREEMENTS)
    agreement = await _locked(work, id)
    if agreement.retired_at is None:
        agreement.retired_at = work.now
        await work.save()
        work.record(EventKind.AGREEMENT_RETIRED, agreement)
    return agreement


async def in_use(work: Work, id: UUID | None, *, path: tuple[str, ...] = ("id",)) -> Agreement:
    """Lock an agreement that is to be changed.

    Raises:
        NotFound: There is no such agreement.
        InvalidInput: It is retired.
    """
    agreement = await _locked(work, id, path=path)
    if agreement.retired_at is not None:
        raise InvalidInput(f"The agreement {agreement.name!r} is retired.", path=path)
    return agreement


async def _locked(work: Work, id: UUID | None, *, path: tuple[str, ...] = ("id",)) -> Agreement:
    known = await work.get(Agreement, id, path=path)
    await work.require_change(Agreement, known.id)
    return (await work.locked(Agreement, [known.id]))[0]
