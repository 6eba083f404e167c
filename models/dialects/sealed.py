"""What databases refuse to do to the trail and its seals, by triggers, whoever asks.

Events are added, and that is all but for two things: what an event says of a contact can be
emptied, and the events of a seal that is marked as removed can go. A seal is added, and can be
marked once. So nothing is lost that a seal does not still know of.
"""

NAME = "events_append_only"
SEALS_NAME = "event_seals_append_only"
KEPT_OF_EVENTS = (
    *("id", "organization_id", "kind", "at", "subject_type", "subject_id", "token_id"),
    *("person_id", "service_account_id", "way_in", "request_id", "facts", "notice", "changes"),
    *("personal_digest", "transaction_number"),
)
KEPT_OF_SEALS = (
    *("id", "organization_id", "number", "last_transaction", "last_event_id", "count", "leaves"),
    *("previous", "digest", "sealed_at"),
)

_IS_REMOVED = """exists (select 1 from event_seals as s
  where s.organization_id = old.organization_id and s.removed_at is not null
    and s.last_transaction >= old.transaction_number
    and (s.last_transaction > old.transaction_number or s.last_event_id >= old.id))"""
_IS_EMPTIED = "new.personal is null"
_IS_MARKED = "old.removed_at is null and new.removed_at is not null"


def before(*, on_postgresql: bool) -> list[str]:
    """Write what ends the rule that events never change nor go (0005)."""
    if on_postgresql:
        return [f"drop trigger {NAME} on events"]
    return [f"drop trigger {NAME}_{verb}" for verb in ("update", "delete")]


def statements(*, on_postgresql: bool) -> list[str]:
    """Write the rules that take its place."""
    return _on_postgresql() if on_postgresql else _on_sqlite()


def _on_postgresql() -> list[str]:
    events, seals = (
        _same(columns, "is not distinct from") for columns in (KEPT_OF_EVENTS, KEPT_OF_SEALS)
    )
    rules = (
        ("events", NAME, events, _IS_EMPTIED, _IS_REMOVED),
        ("event_seals", SEALS_NAME, seals, _IS_MARKED, "false"),
    )
    return [
        *(
            f"""create or replace function {name}() returns trigger language plpgsql as $$
            begin
              if tg_op = 'UPDATE' and {changed} and {same} then return new; end if;
              if tg_op = 'DELETE' then
                if {gone} then return old; end if;
              end if;
              raise exception using message = 'constraint failed: {name}',
                errcode = 'check_violation', constraint = '{name}';
            end $$"""
            for _, name, same, changed, gone in rules
        ),
        *(
            f"""create trigger {name} before update or delete on {table}
            for each row execute function {name}()"""
            for table, name, *_ in rules
        ),
    ]


def _on_sqlite() -> list[str]:
    rules = (
        ("events", NAME, f"{_IS_EMPTIED} and {_same(KEPT_OF_EVENTS, 'is')}", _IS_REMOVED),
        ("event_seals", SEALS_NAME, f"{_IS_MARKED} and {_same(KEPT_OF_SEALS, 'is')}", "false"),
    )
    return [
        *(
            f"""create trigger {name}_{verb} before {verb} on {table} when not ({allowed})
            begin select raise(abort, 'constraint failed: {name}'); end"""
            for table, name, update, delete in rules
            for verb, allowed in (("update", update), ("delete", delete))
        ),
    ]


def _same(columns: tuple[str, ...], sign: str) -> str:
    return " and ".join(f"new.{column} {sign} old.{column}" for column in columns)
