"""A plain town as rows of a database, and what reservations would get there.

The rows are written past the use cases, so that what the choice reads is what the numbers say.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from factories import DAY, HOUR, NOON, make_desk, make_unit
from held_against import Holding, count
from plain_towns import Case, Home, Town, make_town
from sqlalchemy import insert, text
from towns_in_memory import MODELS, place_of, settings_of, window_of

from models.automats import (
    Automat,
    AutomatState,
    DeviceGroup,
    DeviceGroupAutomat,
    Locker,
    LockerState,
)
from models.base import new_id, table_of
from models.contracts import KeyContract, LockerContract, LockerContractKind
from models.entities import EntityKind, KeyRule, ReservableEntity
from models.errors import LivionKeyError
from models.keys import EntityKey, Key, KeyKind, KeyStatus
from models.settings import UnitSettings
from resolvers.planning.planner import look, plan_one, prefetch
from resolvers.planning.stays import Plan, Stay, Wanted
from resolvers.planning.supplies import keys_of
from resolvers.planning.wants import Wants
from resolvers.planning.wishes import wish_of
from resolvers.settings import settings as settings_at
from resolvers.work import Reading, Work

AT_ONCE = 50
Row = dict[str, Any]
ORDER = (
    *(Automat, Locker, DeviceGroup, DeviceGroupAutomat, ReservableEntity, Key, EntityKey),
    *(KeyContract, LockerContract),
)


class Rows:
    """Writes a town down."""

    def __init__(self, work: Work, town: Town) -> None:
        self.work, self.town = work, town
        self.owner = {"organization_id": work.actor.organization_id}
        self.rows: dict[Any, list[Row]] = {model: [] for model in ORDER}
        self.written: dict[Any, int] = {}
        self.lockers: dict[tuple[int, int], UUID] = {}
        self.groups: list[UUID] = []
        self.homes: list[UUID] = []
        self.desk_id: UUID | None = None

    async def write(self) -> None:
        """Write everything."""
        self.desk_id = (await make_desk(self.work)).id
        self._add(KeyContract, reference="Everybody", starts_at=NOON, status="upcoming")
        for number in range(len(self.town.cabinets)):
            self._automat(number)
        for number, members in enumerate(self.town.groups):
            self.groups.append(self._add(DeviceGroup, name=f"Group {number}"))
            for member in members:
                ids = {"automat_id": self.town.cabinets[member].id}
                self._add(DeviceGroupAutomat, device_group_id=self.groups[-1], **ids)
        await self._insert()
        for home in self.town.homes:
            unit = await make_unit(self.work, **settings_of(home.policy, self.town))
            self._home(home, unit.id)
        await self._insert()
        await self._count()

    async def _count(self) -> None:
        """Have the rows counted: a database that sees every town undone takes tables for empty."""
        connection = await self.work.connection()
        for model in ORDER:
            await connection.execute(text(f"analyze {table_of(model).name}"))

    async def _insert(self) -> None:
        await self.work.save()
        connection = await self.work.connection()
        for model in ORDER:
            written = self.written.get(model, 0)
            for columns in _alike(self.rows[model][written:]):
                await connection.execute(insert(table_of(model)), columns)
            self.written[model] = len(self.rows[model])

    def _add(self, table: Any, /, **columns: Any) -> UUID:
        row = {"id": new_id(), **self.owner, **columns}
        self.rows[table].append(row)
        id: UUID = row["id"]
        return id

    def _automat(self, number: int) -> None:
        cabinet = self.town.cabinets[number]
        self._add(
            Automat,
            id=cabinet.id,
            unit_id=self.owner["organization_id"],
            name=f"Automat {number}",
            device_id=f"{number}",
            model=MODELS[cabinet.lockers],
            state=AutomatState.IN_SERVICE if cabinet.in_service else AutomatState.OUT_OF_SERVICE,
            time_zone="Europe/Helsinki",
            installed_at=NOON - cabinet.installed * DAY,
            last_seen_at=None
            if cabinet.silent is None
            else NOON - timedelta(minutes=cabinet.silent),
            usable_lockers=sum(1 << index for index in cabinet.usable),
            code_revision=0,
            **_placed(cabinet.point),
        )
        for index in range(cabinet.lockers):
            state = LockerState.EMPTY
            self.lockers[number, index] = self._add(
                Locker, automat_id=cabinet.id, index=index, state=state
            )
        mine = {index for home in self.town.homes for at, index in home.lying if at == number}
        keys = {index: self._key(number, index) for index in cabinet.keys if index not in mine}
        for index, start, until in cabinet.holds:
            fetches = index in keys and until is not None and cabinet.keys[index] == until
            self._hold(number, index, start, until, keys[index] if fetches else None)

    def _key(self, number: int, index: int, kind: KeyKind = KeyKind.MECHANICAL) -> UUID:
        automat_id, locker_id = self.town.cabinets[number].id, self.lockers[number, index]
        return self._any_key(
            kind,
            automat_id=automat_id,
            locker_id=locker_id,
            selected_automat_id=automat_id,
            selected_locker_id=locker_id,
        )

    def _any_key(self, kind: KeyKind, **where: Any) -> UUID:
        code, status = f"K{len(self.rows[Key])}", KeyStatus.IN_STORAGE
        return self._add(Key, code=code, kind=kind, shared=False, status=status, **where)

    def _hold(
        self, number: int, index: int, start: int, until: int | None, key_id: UUID | None
    ) -> None:
        kind = LockerContractKind.DEFAULT if key_id is None else LockerContractKind.FETCH
        self._add(
            LockerContract,
            kind=kind,
            key_contract_id=self.rows[KeyContract][0]["id"],
            automat_id=self.town.cabinets[number].id,
            locker_id=self.lockers[number, index],
            key_id=key_id,
            starts_at=NOON + start * HOUR,
            ends_at=None if until is None else NOON + until * HOUR,
            sync_at=NOON + start * HOUR,
            state="planned",
            return_only=False,
        )

    def _home(self, home: Home, unit_id: UUID) -> None:
        several = home.needed > 1
        id = self._add(
            ReservableEntity,
            unit_id=unit_id,
            kind=EntityKind.APARTMENT,
            name=f"Home {len(self.homes)}",
            external_id=f"{len(self.homes)}",
            key_rule=KeyRule.SOME if several else KeyRule.ONE,
            key_count=home.needed if several else None,
            device_group_id=None if home.group is None else self.groups[home.group],
            **_placed(home.point),
        )
        self.homes.append(id)
        kind = KeyKind.ELECTROMECHANICAL if home.any_will_do else KeyKind.MECHANICAL
        desk = {"manual_storage_id": self.desk_id, "selected_manual_storage_id": self.desk_id}
        keys = [self._any_key(KeyKind.MECHANICAL, **desk) for _ in range(home.at_desk)]
        keys += [self._key(number, index, kind) for number, index in home.lying]
        for key_id in keys:
            self._add(EntityKey, entity_id=id, key_id=key_id)


def _alike(rows: list[Row]) -> list[list[Row]]:
    """Part rows by which columns they have."""
    parts: dict[frozenset[str], list[Row]] = {}
    for row in rows:
        parts.setdefault(frozenset(row), []).append(row)
    return list(parts.values())


def _placed(point: Any) -> Row:
    if point is None:
        return {"position": None, "placement_precision": None, "placed_at": None}
    return {
        "position": place_of(point),
        "placement_precision": "manual",
        "placed_at": NOON,
        "address_text": "A 1",
    }


async def hold_rows(work: Work, seed: int, cases: int, kinds: Counter[str]) -> list[str]:
    """Write a town, ask what reservations would get, and give all that differs."""
    town = make_town(seed)
    rows, found = Rows(work, town), []
    await rows.write()
    asking = Asking(work, rows, Holding(town, {one.id: at for at, one in enumerate(town.cabinets)}))
    for first in range(0, cases, AT_ONCE):
        asked = [town.case() for _ in range(min(AT_ONCE, cases - first))]
        for number, (case, told) in enumerate(await asking.ask(asked, kinds), start=first):
            found += [f"town {seed}, case {number}, {case}: {one}" for one in told]
    return found


class Asking:
    """Asks in a town that was written down; each case as if nothing had been asked before."""

    def __init__(self, work: Work, rows: Rows, holding: Holding) -> None:
        self.work, self.rows, self.holding = work, rows, holding
        self.entities: list[ReservableEntity] = []
        self.policies: dict[Any, UnitSettings] = {}

    async def ask(self, cases: Sequence[Case], kinds: Counter[str]) -> list[tuple[Case, list[str]]]:
        """Plan for some cases with one look, as a push of many reservations does."""
        reading = Reading(await self.work.connection(), self.work.actor, self.work.now)
        stays = [await self._stay(reading, case) for case in cases]
        known = await keys_of(reading, stays)
        snapshot = await look(reading, stays)
        wants = Wants(reading, known)
        await prefetch(snapshot, stays, wants)
        found = []
        for case, stay in zip(cases, stays, strict=True):
            snapshot.start_over()
            plan = await plan_one(reading, snapshot, stay, wants)
            if isinstance(plan, LivionKeyError):
                raise plan
            answer = self.holding.brute.answer(case)
            wish = wish_of(reading, stay, plan.decision.supply)
            told = list(self.holding.differences(plan.decision, answer, self._back(plan)))
            told += self.holding.numbers_differ(plan.decision, wish, case.home)
            found.append((case, told))
            count(kinds, answer)
        return found

    def _back(self, plan: Plan) -> int | None:
        """Give the automat to which the keys come back, where a locker is held apart for that."""
        for claim in plan.claims:
            returns = claim.phase.kind is LockerContractKind.RETURN
            if returns and claim.locker_index is not None:
                return self.holding.numbers[claim.automat_id]
        return None

    async def _stay(self, reading: Reading, case: Case) -> Stay:
        entity = await self._entity(case.home)
        group_id = None if case.group is None else self.rows.groups[case.group]
        where = entity.unit_id, group_id or entity.device_group_id
        if where not in self.policies:
            self.policies[where] = await settings_at(reading, *where)
        named = None if case.named is None else self.rows.town.cabinets[case.named].id
        return Stay(
            window=window_of(case.span),
            settings=self.policies[where],
            wanted=Wanted(named, group_id, ()),
            entity=entity,
            contract=None,
        )

    async def _entity(self, number: int) -> ReservableEntity:
        if not self.entities:
            found = await self.work.all(self.work.own(ReservableEntity))
            by_id = {entity.id: entity for entity in found}
            self.entities = [by_id[id] for id in self.rows.homes]
        return self.entities[number]
