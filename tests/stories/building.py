"""Building a small world, by the use cases themselves, and its true picture beside it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from factories import PASILA, STATION, make_automat, make_desk, make_entity, make_key
from sqlalchemy import update
from stories.eye import Eye
from stories.truth import AWAY, Place, TrueKey, Truth
from stories.worlds import DURATIONS, AutomatPlan, EntityPlan, KeyPlan, WorldPlan

from models.accounts import Actor
from models.automats import Automat, AutomatModel, Locker, LockerState
from models.entities import KeyRule, ReservableEntity
from models.errors import NoFreeLocker
from models.keys import Key, KeyKind, ManualStorage
from resolvers import organizations
from resolvers.work import Work

RULES = {0: (KeyRule.ALL, None), 1: (KeyRule.ONE, None), 2: (KeyRule.SOME, 2)}
DESKS = 2


@dataclass
class World:
    """What the product calls the things of a world, by their numbers."""

    actor: Actor
    automats: list[UUID] = field(default_factory=list)
    desks: list[UUID] = field(default_factory=list)
    entities: list[UUID] = field(default_factory=list)

    @property
    def owner(self) -> UUID:
        """Whose all of it is."""
        return self.actor.organization_id

    def place(self, automat_id: UUID | None, index: int | None, desk_id: UUID | None) -> Place:
        """Say where something is as the model says it."""
        if automat_id is not None:
            return "locker", self.automats.index(automat_id), -1 if index is None else index
        if desk_id is not None:
            return "desk", self.desks.index(desk_id)
        return AWAY


async def build(work: Work, plan: WorldPlan) -> World:
    """Build a world in an organization of its own."""
    world = World(work.actor)
    await organizations.found(work, name="A small world")
    said = {**DURATIONS, "overdue_delay": plan.overdue_delay, "pin_length": 4}
    said["uses_automats"] = plan.uses_automats
    await organizations.update_unit(work, world.owner, said)
    automats = [await _automat(work, number, one) for number, one in enumerate(plan.automats)]
    desks = [await make_desk(work, f"Desk {number}") for number in range(DESKS)]
    entities = [await _entity(work, number, one) for number, one in enumerate(plan.entities)]
    for number, one in enumerate(plan.entities):
        for key in one.keys:
            opens = [entities[number]]
            if key.opens_next:
                opens.append(entities[(number + 1) % len(entities)])
            await _key(work, key, opens, automats, desks[number % DESKS])
    world.automats = [one.id for one in automats]
    world.desks = [one.id for one in desks]
    world.entities = [one.id for one in entities]
    return world


async def _automat(work: Work, number: int, plan: AutomatPlan) -> Automat:
    model = AutomatModel.LIVIONKEY_1 if plan.lockers == 1 else AutomatModel.LIVIONKEY_30
    where = PASILA if plan.far else STATION
    automat = await make_automat(work, f"Automat {number}", where, model)
    broken = update(Locker).where(Locker.automat_id == automat.id, Locker.index >= plan.lockers)
    await work.session.execute(broken.values(state=LockerState.OUT_OF_ORDER))
    automat.usable_lockers = (1 << plan.lockers) - 1
    return automat


async def _entity(work: Work, number: int, plan: EntityPlan) -> ReservableEntity:
    rule, count = RULES[plan.takes]
    where = STATION if number % 2 else PASILA
    return await make_entity(work, where, name=f"E{number}", key_rule=rule, key_count=count)


async def _key(
    work: Work,
    plan: KeyPlan,
    opens: list[ReservableEntity],
    automats: list[Automat],
    desk: ManualStorage,
) -> Key:
    """Register a key where it lives, or at a desk where its automat is full."""
    kind = KeyKind.ELECTROMECHANICAL if plan.electromechanical else KeyKind.MECHANICAL
    tag = f"E2{work.now.microsecond:06}{len(work.recorded):06}"
    given = {"kind": kind, "shared": plan.shared, "rfid_tag": tag}
    if plan.lives is not None:
        automat = automats[plan.lives]
        code = f"7{len(work.recorded):04}" if plan.has_return_code else None
        try:
            return await make_key(work, *opens, automat=automat, return_code=code, **given)
        except NoFreeLocker:
            pass
    return await make_key(work, *opens, desk=desk, **given)


def true_picture(eye: Eye, world: World, plan: WorldPlan, now: datetime) -> Truth:
    """Look at a world that was just built: what is so then is what is written."""
    truth = Truth(now, lockers=[one.lockers for one in plan.automats])
    truth.needs = [one.takes or None for one in plan.entities]
    links = eye.rows("select * from entity_keys where organization_id = :owner", owner=world.owner)
    for number, row in enumerate(keys_of(eye, world)):
        opens = (link["entity_id"] for link in links if link["key_id"] == row["id"])
        truth.keys.append(
            TrueKey(
                number=number,
                id=row["id"],
                code=row["code"],
                tag=row["rfid_tag"],
                opens=frozenset(world.entities.index(id) for id in opens),
                electromechanical=row["kind"] == "electromechanical",
                shared=bool(row["shared"]),
                place=world.place(row["automat_id"], row["locker_index"], row["desk_id"]),
            )
        )
    return truth


def keys_of(eye: Eye, world: World) -> list[dict[str, object]]:
    """Read the keys of a world, in the order in which they were made."""
    return eye.rows(
        """
        select keys.id, keys.code, keys.rfid_tag, keys.kind, keys.shared, keys.status,
          keys.automat_id, keys.locker_id, lockers."index" as locker_index,
          keys.manual_storage_id as desk_id, keys.target_automat_id,
          keys.target_manual_storage_id as target_desk_id,
          keys.selected_automat_id, keys.selected_manual_storage_id
        from keys left join lockers on lockers.id = keys.locker_id
        where keys.organization_id = :owner order by keys.id
        """,
        owner=world.owner,
    )
