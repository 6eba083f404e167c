"""What holds after every step, asked of the database in plain SQL: each answer is a fault.

A question is `select` of the id of what is wrong. The texts know `:owner` and `:now`.
"""

LIVE = "('planned', 'syncing', 'ready')"
RUNNING = "('waiting_for_signature', 'upcoming', 'active', 'overdue')"


def _overlapping(table: str, same: str, both: str, starts: str = "starts_at") -> str:
    return f"""
        select a.id from {table} a join {table} b on {same} and a.id < b.id
        where a.organization_id = :owner and {both}
          and (a.ends_at is null or b.{starts} < a.ends_at)
          and (b.ends_at is null or a.{starts} < b.ends_at)"""


BOTH_LIVE = f"a.state in {LIVE} and b.state in {LIVE}"

ALWAYS = {
    "two contracts hold one locker at once": _overlapping(
        "locker_contracts", "a.locker_id = b.locker_id", BOTH_LIVE
    ),
    "two contracts have one PIN of an automat at once": _overlapping(
        "locker_contracts",
        "a.automat_id = b.automat_id and a.pin_mark = b.pin_mark",
        BOTH_LIVE,
        "sync_at",
    ),
    "two contracts are promised one key at once": _overlapping(
        "key_allocations",
        "a.key_id = b.key_id",
        "a.live and b.live and not exists (select 1 from keys where keys.id = a.key_id and shared)",
    ),
    "two have one key": """
        select a.id from key_allocations a join key_allocations b
          on a.key_id = b.key_id and a.id < b.id
        where a.organization_id = :owner and a.live and b.live
          and a.fetched_at is not null and b.fetched_at is not null""",
    "a live locker contract has no locker, no PIN or one of another automat": f"""
        select c.id from locker_contracts c left join lockers l on l.id = c.locker_id
        where c.organization_id = :owner and c.state in {LIVE}
          and (l.id is null or c.pin_mark is null or l.automat_id <> c.automat_id)""",
    "a locker contract without a locker has one": """
        select id from locker_contracts
        where organization_id = :owner and state = 'failed' and locker_id is not null""",
    "a locker contract is held for a key contract that is over": f"""
        select c.id from locker_contracts c join key_contracts k on k.id = c.key_contract_id
        where c.organization_id = :owner and c.state in ('planned', 'syncing', 'ready', 'failed')
          and k.status not in {RUNNING}""",
    "a key is promised to a key contract that is over": f"""
        select a.id from key_allocations a join key_contracts k on k.id = a.key_contract_id
        where a.organization_id = :owner and a.live and k.status not in {RUNNING}""",
    "a fulfilled reservation has no running key contract, or another one has": f"""
        select r.id from reservations r
          left join key_contracts k on k.reservation_id = r.id and k.status in {RUNNING}
        where r.organization_id = :owner
          and (r.status in ('confirmed', 'active')) <> (k.id is not null)""",
    "a locker contract is held for a key that its contract does not have": f"""
        select c.id from locker_contracts c
        where c.organization_id = :owner and c.state in {LIVE} and c.key_id is not null
          and not exists (select 1 from key_allocations a
            where a.key_contract_id = c.key_contract_id and a.key_id = c.key_id and a.live)""",
    "a key has two lockers for one thing": f"""
        select a.id from locker_contracts a join locker_contracts b
          on a.key_contract_id = b.key_contract_id and a.key_id = b.key_id and a.id < b.id
          and (a.kind = b.kind or 'default' in (a.kind, b.kind))
        where a.organization_id = :owner and {BOTH_LIVE}""",
    "a key is to be fetched and to come back, and nothing awaits it": f"""
        select c.id from locker_contracts c join key_contracts k on k.id = c.key_contract_id
        where c.organization_id = :owner and c.state in {LIVE} and c.kind = 'fetch'
          and k.ends_at is not null and not k.free_locker_after_fetch
          and not exists (select 1 from locker_contracts r where r.key_contract_id = k.id
            and r.kind = 'return' and r.state in ('planned', 'syncing', 'ready', 'failed'))""",
    "a fetched key is still to be fetched": f"""
        select c.id from locker_contracts c join key_allocations a
          on a.key_contract_id = c.key_contract_id and a.key_id = c.key_id and a.live
        where c.organization_id = :owner and c.state in {LIVE} and c.kind = 'fetch'
          and a.fetched_at is not null""",
    "a locker is held for any key, and no key is to be fetched": f"""
        select c.id from locker_contracts c
        where c.organization_id = :owner and c.state in {LIVE} and c.key_id is null
          and not exists (select 1 from key_allocations a
            where a.key_contract_id = c.key_contract_id and a.live and a.fetched_at is null)""",
    "a PIN that an automat should know is not as its contract says": """
        select c.id from locker_contracts c left join automat_codes code
          on code.locker_contract_id = c.id and code.automat_id = c.automat_id
          and code.locker_id = c.locker_id and code.code_mark = c.pin_mark
          and code.opens_at = c.starts_at and code.closes_at is not distinct from c.ends_at
          and code.use = case
            when c.return_only or c.kind = 'return' then 'return'
            when c.kind = 'fetch' then 'fetch' else 'fetch_and_return' end
        where c.organization_id = :owner and c.state in ('syncing', 'ready') and code.id is null""",
    "an automat knows a PIN of a contract that waits for a signature": """
        select c.id from locker_contracts c join key_contracts k on k.id = c.key_contract_id
        where c.organization_id = :owner and k.status = 'waiting_for_signature'
          and (c.state in ('syncing', 'ready')
            or exists (select 1 from automat_codes code where code.locker_contract_id = c.id))""",
    "a contract waits for a signature that nobody asks for, or with a key out": """
        select k.id from key_contracts k
        where k.organization_id = :owner and (
          (k.status = 'waiting_for_signature') <> (k.waits_since is not null)
          or k.status = 'waiting_for_signature' and (
            k.verification = 'none' or k.signed_revision = k.revision
            or exists (select 1 from key_allocations a
              where a.key_contract_id = k.id and a.live and a.fetched_at is not null)))""",
    "an automat knows a PIN of nobody": """
        select code.id from automat_codes code
          join locker_contracts c on c.id = code.locker_contract_id
        where code.organization_id = :owner and c.state not in ('syncing', 'ready')""",
    "a return code opens a locker although its key is stored": """
        select code.id from automat_codes code join keys k on k.id = code.key_id
        where code.organization_id = :owner
          and (k.automat_id is not null or k.manual_storage_id is not null)""",
    "a key contract with something ahead has no job": f"""
        select k.id from key_contracts k
        where k.organization_id = :owner and k.status in {RUNNING}
          and (k.ends_at is not null or k.starts_at > :now or exists (
            select 1 from locker_contracts c where c.key_contract_id = k.id
              and c.state in ('planned', 'syncing', 'ready', 'failed') and c.ends_at is not null))
          and not exists (select 1 from jobs j where j.subject_id = k.id)""",
    "a job is about nothing": """
        select j.id from jobs j left join key_contracts k on k.id = j.subject_id
        where j.organization_id = :owner and k.id is null""",
    "a job has failed": """
        select j.id from jobs j where j.organization_id = :owner and j.failures > 0""",
    "a chain of custody has a gap": """
        select key_id from custody_entries where organization_id = :owner group by key_id
        having count(*) <> max(number) or min(number) <> 1""",
    "a key has no chain of custody": """
        select k.id from keys k where k.organization_id = :owner
          and not exists (select 1 from custody_entries e where e.key_id = k.id)""",
    "a key is not where its chain of custody says": """
        select k.id from keys k join custody_entries e on e.id = (
          select one.id from custody_entries one where one.key_id = k.id
          order by one.happened_at desc, one.number desc limit 1)
        where k.organization_id = :owner and not (
          k.automat_id is not distinct from e.automat_id
          and k.locker_id is not distinct from e.locker_id
          and k.manual_storage_id is not distinct from e.manual_storage_id)""",
    "a key is stored and out at once, or neither": """
        select k.id from keys k where k.organization_id = :owner
          and (k.status in ('out', 'overdue'))
            = (k.automat_id is not null or k.manual_storage_id is not null)""",
    "a key is with somebody and lies in a storage": """
        select a.id from key_allocations a join keys k on k.id = a.key_id
        where a.organization_id = :owner and a.live and a.fetched_at is not null
          and k.status = 'in_storage'""",
    "a locker does not say what lies in it": """
        select l.id from lockers l left join keys k on k.locker_id = l.id
        where l.organization_id = :owner and l.state <> 'out_of_order'
          and (l.state = 'with_key') <> (k.id is not null)""",
    "an event is in the trail without its subject": """
        select e.id from events e where e.organization_id = :owner and (
          e.subject_type = 'Reservation' and not exists (
            select 1 from reservations r where r.id = e.subject_id)
          or e.subject_type = 'KeyContract' and not exists (
            select 1 from key_contracts k where k.id = e.subject_id)
          or e.subject_type = 'LockerContract' and not exists (
            select 1 from locker_contracts c where c.id = e.subject_id))""",
}


def together(questions: dict[str, str]) -> str:
    """Ask many questions in one statement."""
    return " union all ".join(
        f"select '{fault}' as fault, found.* from ({sql}) as found"
        for fault, sql in questions.items()
    )
