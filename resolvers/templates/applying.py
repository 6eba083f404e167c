"""Templates at work: what a contract leaves out is filled in, and what differs is refused (R56)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.errors import Enforced
from models.organizations import ContactDetails
from models.templates import ContractValue
from resolvers.templates.effective import Effective, Said

Values = dict[ContractValue, Any]
"""The values of one contract as templates have them; what it does not say is None."""

PATHS = {
    ContractValue.DURATION: ("ends_at",),
    ContractValue.PHONE_PREFIX: ("contacts",),
}


def filled(values: Values, effective: Effective) -> Values:
    """Fill in what a contract leaves out."""
    said = {name: one.value for name, one in effective.items()}
    return {name: said.get(name) if value is None else value for name, value in values.items()}


def duration_of(starts_at: datetime, ends_at: datetime | None) -> int | None:
    """Give the seconds from start to end, as templates have them; None of a permanent one."""
    return None if ends_at is None else int((ends_at - starts_at).total_seconds())


def check_values(values: Values, found: Sequence[Effective]) -> None:
    """Refuse a contract that differs from what a template insists on.

    Args:
        values: Some or all values of the contract; only these are looked at.
        found: What holds for the units of its keys.

    Raises:
        Enforced: With the value, the template and its unit.
    """
    for said in _enforced(found):
        if said.name in values and _comparable(values[said.name]) != _comparable(said.value):
            path = PATHS.get(said.name, (said.name.value,))
            raise Enforced(f"{_insists(said)}: it must be {_shown(said.value)}.", path=path)


def check_people(people: Sequence[ContactDetails], found: Sequence[Effective]) -> None:
    """Refuse contacts that a template does not allow.

    Raises:
        Enforced: The main contact has no e-mail address and needs one, or a number does not begin
            with the prefix that a template insists on.
    """
    for place, person in enumerate(people):
        check_person(person, found, is_main=place == 0, path=("contacts", str(place)))


def check_person(
    person: ContactDetails,
    found: Sequence[Effective],
    *,
    is_main: bool,
    path: tuple[str, ...] = (),
) -> None:
    """Refuse one contact that a template does not allow.

    Args:
        person: The contact.
        found: What holds for the units of the contract's keys.
        is_main: Whether it is the main contact.
        path: The way to it, for a refusal.

    Raises:
        Enforced: As `check_people` says.
    """
    for effective in found:
        needs = effective.get(ContractValue.MAIN_CONTACT_EMAIL_REQUIRED)
        if is_main and needs is not None and needs.value and not person.email:
            message = f"{_insists(needs)}: the main contact needs an e-mail address."
            raise Enforced(message, path=(*path, "email"))
    for said in _enforced(found):
        is_prefix = said.name is ContractValue.PHONE_PREFIX
        if is_prefix and person.phone and not person.phone.startswith(said.value):
            message = f"{_insists(said)}: numbers begin with {said.value}."
            raise Enforced(message, path=(*path, "phone"))


def with_prefix(people: Sequence[ContactDetails], effective: Effective) -> list[ContactDetails]:
    """Complete phone numbers without `+` by the prefix that holds, if any.

    `00` in front becomes `+`; otherwise zeros in front, which are for calls within a country, go.
    """
    said = effective.get(ContractValue.PHONE_PREFIX)
    if said is None:
        return list(people)
    return [replace(person, phone=_with_prefix(person.phone, said.value)) for person in people]


def _with_prefix(phone: str | None, prefix: str) -> str | None:
    number = (phone or "").strip()
    if not number or number.startswith("+"):
        return phone
    if number.startswith("00"):
        return f"+{number[2:]}"
    return prefix + number.lstrip("0")


def _enforced(found: Sequence[Effective]) -> Iterator[Said]:
    return (said for effective in found for said in effective.values() if said.enforced)


def _comparable(value: Any) -> Any:
    return set(value) if isinstance(value, list) else value


def _insists(said: Said) -> str:
    return (
        f"The template {said.template.name!r} of {said.unit.name} decides the "
        f"{said.name.value.replace('_', ' ')}"
    )


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else str(value).lower()
