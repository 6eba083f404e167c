"""An automat that has other credentials now says by them what was not heard by the former ones.

So what came by the former ones takes effect before: the numbers begin anew, and do not tell what
happened first. And it may tell of what happened before the new ones were issued.
"""

from typing import Any

from sqlalchemy import BindParameter, ScalarSelect, exists, func, or_, select

from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport

LINK, ROW = AutomatLink, AutomatReport


def former_to_apply(
    automat: BindParameter[Any], issued_at: BindParameter[Any]
) -> ScalarSelect[Any]:
    """Select former credentials of an automat of which reports wait to be applied; null for none.

    Args:
        automat: The automat.
        issued_at: When the credentials were issued that came after those.
    """
    waits = exists().where(ROW.link_id == LINK.id, ROW.applied_at.is_(None))
    former = LINK.automat_id == automat, LINK.revoked_at.is_not(None), LINK.issued_at < issued_at
    first = select(LINK.id).where(*former, waits).order_by(LINK.issued_at).limit(1)
    return first.correlate(None).scalar_subquery()


def first_issued(automat: BindParameter[Any], issued_at: BindParameter[Any]) -> ScalarSelect[Any]:
    """Select when an automat got the first of the credentials that were good with others.

    A cabinet that was replaced had credentials too, but none that were good when the new ones were
    issued: nothing that it kept is said by the new one.

    Args:
        automat: The automat.
        issued_at: When the others were issued.
    """
    was_good = or_(LINK.revoked_at.is_(None), LINK.revoked_at > issued_at)
    found = select(func.min(LINK.issued_at)).where(LINK.automat_id == automat, was_good)
    return found.correlate(None).scalar_subquery()
