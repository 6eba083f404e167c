"""What may not be left in a database, however many wrote at once: each question is asked in SQL.

Nothing here asks a rule of the product; every count has to be 0 after every commit.
"""

from sqlalchemy import text

from models.database import Database

STATES = {
    "live": "('planned', 'syncing', 'ready')",
    "running": "('waiting_for_signature', 'upcoming', 'active', 'overdue')",
    "over": "('ended', 'cancelled')",
    "standing": "('confirmed', 'active', 'ended', 'unfulfilled', 'cancelled')",
}

LEFTOVERS = {
    "keys that two people have": """
        select count(*) from (
          select key_id from key_allocations where live and fetched_at is not null
          group by key_id having count(*) > 1) as held""",
    "lockers held for contracts that are over": """
        select count(*) from locker_contracts as held
        join key_contracts as contract on contract.id = held.key_contract_id
        where held.state in {live} and contract.status in {over}""",
    "keys promised by contracts that are over": """
        select count(*) from key_allocations as promised
        join key_contracts as contract on contract.id = promised.key_contract_id
        where promised.live and contract.status in {over}""",
    "live locker contracts without a locker": """
        select count(*) from locker_contracts where state in {live} and locker_id is null""",
    "fulfilled reservations without a running contract": """
        select count(*) from reservations as stay
        where stay.status in ('confirmed', 'active') and not exists (
          select 1 from key_contracts as contract
          where contract.reservation_id = stay.id and contract.status in {running})""",
    "running contracts of reservations that are not": """
        select count(*) from key_contracts as contract
        join reservations as stay on stay.id = contract.reservation_id
        where contract.status in {running} and stay.status in ('cancelled', 'unfulfilled')
        and not exists (
          select 1 from key_allocations as promised
          where promised.key_contract_id = contract.id and promised.fetched_at is not null)""",
    "running contracts that nobody will look after": """
        select count(*) from key_contracts as contract
        where status in {running} and ends_at is not null
        and not exists (select 1 from jobs where jobs.subject_id = contract.id)""",
    "PINs at automats of contracts that wait for a signature": """
        select count(*) from locker_contracts as held
        join key_contracts as contract on contract.id = held.key_contract_id
        where contract.status = 'waiting_for_signature' and (held.state in ('syncing', 'ready')
          or exists (select 1 from automat_codes where locker_contract_id = held.id))""",
    "custody chains with a gap": """
        select count(*) from (
          select key_id from custody_entries group by key_id
          having min(number) <> 1 or max(number) <> count(*)
            or count(distinct number) <> count(*)) as chain""",
    "keys without a custody chain": """
        select count(*) from keys
        where not exists (select 1 from custody_entries where key_id = keys.id)""",
    "reservations that were not created exactly once": """
        select count(*) from reservations as stay
        where 1 <> (
          select count(*) from events
          where events.subject_id = stay.id and events.kind = 'reservation_created')""",
    "reservations whose last event says another status": """
        select count(*) from reservations as stay
        where 'reservation_' || stay.status <> coalesce((
          select events.kind from events
          where events.subject_id = stay.id
            and replace(events.kind, 'reservation_', '') in {standing}
          order by events.id desc limit 1), 'reservation_confirmed')""",
}


async def leftovers(database: Database) -> dict[str, int]:
    """Count each of them."""
    async with database.reading() as connection:
        return {
            what: (await connection.execute(text(question.format(**STATES)))).scalar_one()
            for what, question in LEFTOVERS.items()
        }
