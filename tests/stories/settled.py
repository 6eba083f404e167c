"""What holds once the timers have done what is due by now, asked in plain SQL as in `always`."""

from stories.always import LIVE, RUNNING

IS_OUT = """exists (select 1 from key_allocations a
    where a.key_contract_id = k.id and a.live and a.fetched_at is not null)"""

SETTLED = {
    "a key contract does not stand where the clock and its keys put it": f"""
        select k.id from key_contracts k
        where k.organization_id = :owner and k.status in {RUNNING} and k.status <> case
          when k.status = 'waiting_for_signature' and (k.ends_at is null or k.ends_at > :now)
            then 'waiting_for_signature'
          when k.ends_at <= :now and not {IS_OUT} then 'ended'
          when k.overdue_at <= :now and {IS_OUT} then 'overdue'
          when k.starts_at <= :now or {IS_OUT} then 'active' else 'upcoming' end""",
    "a reservation does not stand where the clock and its keys put it": f"""
        select r.id from reservations r join key_contracts k on k.reservation_id = r.id
        where r.organization_id = :owner and r.status in ('confirmed', 'active')
          and r.status <> case
            when r.ends_at <= :now and not {IS_OUT} then 'ended'
            when r.starts_at <= :now then 'active' else 'confirmed' end""",
    "a key contract is over and its reservation is not, or the other way round": """
        select r.id from reservations r join key_contracts k on k.reservation_id = r.id
        where r.organization_id = :owner and (r.status = 'ended') <> (k.status = 'ended')
          and not (r.status = 'ended' and k.status = 'cancelled' and k.verification <> 'none')""",
    "a contract that has ended has a job": """
        select j.id from jobs j join key_contracts k on k.id = j.subject_id
        where j.organization_id = :owner and k.status = 'ended'""",
    "a PIN whose time has come has not gone to its automat": """
        select c.id from locker_contracts c join key_contracts k on k.id = c.key_contract_id
        where c.organization_id = :owner and c.state = 'planned' and c.sync_at <= :now
          and k.status <> 'waiting_for_signature'
          and (k.verification = 'none' or k.signed_revision is not null or exists (
            select 1 from key_allocations a where a.key_contract_id = k.id
              and a.key_id = c.key_id and a.live and a.fetched_at is not null))""",
    "a locker is held by a contract whose window has passed": f"""
        select c.id from locker_contracts c
        where c.organization_id = :owner and c.state in {LIVE} and c.ends_at <= :now""",
    "a window has opened and nobody has written it down": f"""
        select c.id from locker_contracts c join key_contracts k on k.id = c.key_contract_id
        where c.organization_id = :owner and c.state in {LIVE}
          and c.starts_at <= :now and c.opened_at is null
          and k.status <> 'waiting_for_signature'""",
    "a locker of a stay that is over may still be fetched from": f"""
        select c.id from locker_contracts c join key_contracts k on k.id = c.key_contract_id
          join key_allocations a on a.key_contract_id = k.id and a.key_id = c.key_id and a.live
        where c.organization_id = :owner and c.state in {LIVE} and c.kind = 'default'
          and a.fetched_at is not null and k.ends_at <= :now and not c.return_only""",
    "a key that should be back is not overdue": """
        select a.key_id from key_allocations a join key_contracts k on k.id = a.key_contract_id
          join keys on keys.id = a.key_id
        where a.organization_id = :owner and a.live and a.fetched_at is not null
          and k.overdue_at <= :now and keys.status <> 'overdue'""",
    "a key is overdue that may be kept": """
        select keys.id from keys
        where keys.organization_id = :owner and keys.status = 'overdue' and not exists (
          select 1 from key_allocations a join key_contracts k on k.id = a.key_contract_id
          where a.key_id = keys.id and a.live and a.fetched_at is not null
            and k.overdue_at <= :now)""",
    "somebody may open a locker in which a key of somebody else lies": f"""
        select c.id from locker_contracts c join keys on keys.locker_id = c.locker_id
        where c.organization_id = :owner and c.state in {LIVE}
          and (c.sync_at <= :now or c.starts_at <= :now)
          and not exists (select 1 from key_allocations a
            where a.key_contract_id = c.key_contract_id and a.live and (
              a.key_id = keys.id and (a.fetched_at is null or c.kind <> 'fetch')
              or c.key_id is null and a.fetched_at is null
                and keys.kind = 'electromechanical'))""",
    "a key is out and has no place to return to": f"""
        select keys.id from keys
        where keys.organization_id = :owner and keys.status in ('out', 'overdue')
          and not exists (select 1 from locker_contracts c
            where c.key_id = keys.id and c.state in {LIVE} and c.kind <> 'fetch')
          and not exists (
            select 1 from manual_storages m where m.organization_id = keys.organization_id)""",
    "a key was fetched from a locker, is to come back, and nothing awaits it": """
        select a.id from key_allocations a join key_contracts k on k.id = a.key_contract_id
        where a.organization_id = :owner and a.live and a.fetched_at is not null
          and k.ends_at is not null and not k.free_locker_after_fetch
          and (select e.left_locker_id from custody_entries e where e.key_id = a.key_id
            order by e.number desc limit 1) is not null
          and not exists (select 1 from locker_contracts c
            where c.key_contract_id = k.id and c.key_id = a.key_id
              and c.kind <> 'fetch' and c.state in ('planned', 'syncing', 'ready', 'failed'))""",
}
