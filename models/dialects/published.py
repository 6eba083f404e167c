"""Wordings that were published never change: neither a version nor any of its texts (G17).

Both databases keep this by triggers, so that nobody who writes SQL by hand goes round it. A draft
can be changed until it is published, but keeps its number and its agreement.
"""

NAME = "what_is_published_stays"
MESSAGE = f"constraint failed: {NAME}"

_IS_PUBLISHED = "exists (select 1 from agreement_versions as v where v.published_at is not null"
_RENUMBERED = "(new.agreement_id <> old.agreement_id or new.number <> old.number)"


def statements(*, on_postgresql: bool) -> list[str]:
    """Write what makes a database refuse to touch what is published."""
    return _on_postgresql() if on_postgresql else _on_sqlite()


def _on_postgresql() -> list[str]:
    """Refuse changes row by row, and `truncate` altogether.

    Who writes a text holds its version with FOR SHARE, so a version is not published meanwhile by
    somebody else: either the text is in it, or it comes too late.
    """
    refuse = (
        f"raise exception using message = '{MESSAGE}', errcode = 'check_violation', "
        f"constraint = '{NAME}';"
    )
    is_published = "(select v.published_at from agreement_versions as v where v.id = {} for share)"
    return [
        f"""create function published_versions_stay() returns trigger language plpgsql as $$
        begin
          if old.published_at is not null then {refuse} end if;
          if tg_op = 'DELETE' then return old; end if;
          if {_RENUMBERED} then {refuse} end if;
          return new;
        end $$""",
        """create trigger published_versions_stay before update or delete on agreement_versions
        for each row execute function published_versions_stay()""",
        f"""create function published_texts_stay() returns trigger language plpgsql as $$
        begin
          if tg_op <> 'INSERT' and {is_published.format("old.version_id")} is not null then
            {refuse}
          end if;
          if tg_op = 'DELETE' then return old; end if;
          if {is_published.format("new.version_id")} is not null then {refuse} end if;
          return new;
        end $$""",
        """create trigger published_texts_stay before insert or update or delete on agreement_texts
        for each row execute function published_texts_stay()""",
        f"""create function published_is_not_truncated() returns trigger language plpgsql as $$
        begin
          {refuse}
        end $$""",
        *(
            f"""create trigger {table}_are_not_truncated before truncate on {table}
            for each statement execute function published_is_not_truncated()"""
            for table in ("agreement_versions", "agreement_texts")
        ),
    ]


def _on_sqlite() -> list[str]:
    """Refuse changes, also the silent removal of what `insert or replace` would collide with."""
    old_version = "old.published_at is not null"
    same = "v.id = new.id or (v.agreement_id = new.agreement_id and v.number = new.number)"
    hit_version = f"{_IS_PUBLISHED} and ({same}))"
    text_of = "(select t.version_id from agreement_texts as t where t.id = new.id)"
    old_text = f"{_IS_PUBLISHED} and v.id = old.version_id)"
    hit_text = f"{_IS_PUBLISHED} and v.id in (new.version_id, {text_of}))"
    broken = {
        ("insert", "agreement_versions"): hit_version,
        ("update", "agreement_versions"): f"{old_version} or {_RENUMBERED} or {hit_version}",
        ("delete", "agreement_versions"): old_version,
        ("insert", "agreement_texts"): hit_text,
        ("update", "agreement_texts"): f"{old_text} or {hit_text}",
        ("delete", "agreement_texts"): old_text,
    }
    return [
        f"""create trigger {table}_published_stay_{verb} before {verb} on {table} when {condition}
        begin select raise(abort, '{MESSAGE}'); end"""
        for (verb, table), condition in broken.items()
    ]
