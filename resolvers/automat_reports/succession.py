"""An automat that has other credentials now says by them what was not heard by the former ones.

So what came by the former ones takes effect before: the numbers begin anew, and do not tell what
happened first. And it may tell of what happened before the new ones were issued.
"""

from typing import Any

from sqlalchemy import ScalarSelect, Table, exists, func, or_, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport
from models.base import table_of

Columns = ReadOnlyColumnCollection[str, Any]
"""The columns of credentials, in the query around."""


def former_to_apply(link: Columns) -> ScalarSelect[Any]:
    """Select former credentials of an automat of which reports wait to be applied; null for none.

    Args:
        link: The credentials that came after those.
    """
    row, former = table_of(AutomatReport).c, table_of(AutomatLink).alias("former")
    waits = exists().where(row.link_id == former.c.id, row.applied_at.is_(None))
    before = (
        former.c.automat_id == link.automat_id,
        former.c.revoked_at.is_not(None),
        former.c.issued_at < link.issued_at,
    )
    first = select(former.c.id).where(*before, waits).order_by(former.c.issued_at).limit(1)
    return first.correlate(_around(link)).scalar_subquery()


def first_issued(link: Columns) -> ScalarSelect[Any]:
    """Select when an automat got the first of the credentials that were good with others.

    A cabinet that was replaced had credentials too, but none that were good when the new ones were
    issued: nothing that it kept is said by the new one.

    Args:
        link: The others.
    """
    first = table_of(AutomatLink).alias("first")
    was_good = or_(first.c.revoked_at.is_(None), first.c.revoked_at > link.issued_at)
    found = select(func.min(first.c.issued_at)).where(
        first.c.automat_id == link.automat_id, was_good
    )
    return found.correlate(_around(link)).scalar_subquery()


def _around(link: Columns) -> Table:
    table: Table = link.id.table
    return table
