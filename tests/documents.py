"""What tests send to the API: documents with all that they ask about, and the inputs for them."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from schema.context import clock

_numbers = count(1)

RESERVATION = """
  id source externalId status startsAt endsAt startsAtLocal endsAtLocal timeZone
  unfulfilledReason unfulfilledMessage unfulfilledFreeFrom
  entity { id } contacts { name email phone language }
  selection {
    method examined notes decidedAt origin { latitude longitude } automat { id name }
    candidates {
      automat { id name } rank distanceMetres suitable freeLockers rejections { code message }
    }
  }
  keyContract {
    id reference status startsAt endsAt keys { id } contacts { name } reservation { id }
    lockerContracts {
      id kind state startsAt endsAt pin syncAt syncedAt automat { id } locker { id index }
      key { id } contacts { name } keyContract { id }
    }
  }
"""
UPSERT = f"""mutation($input: ReservationUpsertInput!) {{ reservationUpsert(input: $input) {{
  outcome changed userErrors {{ code message path freeFrom }} reservation {{ {RESERVATION} }}
}} }}"""
MANY = """mutation($input: ReservationsUpsertInput!) { reservationsUpsert(input: $input) {
  created updated unchanged refused notDone userErrors { code message path freeFrom }
  rows {
    index externalId outcome changed automat { id name } selectionMethod
    unfulfilledReason unfulfilledMessage userErrors { code message path freeFrom }
    reservation {
      id externalId status startsAt endsAt
      keyContract { lockerContracts { pin automat { id } locker { index } } }
    }
  }
} }"""
CANCEL = f"""mutation($input: ReservationCancelInput!) {{ reservationCancel(input: $input) {{
  userErrors {{ code message path }} reservation {{ {RESERVATION} }}
}} }}"""
FIND_RESERVATION = f"""query($id: ID, $source: String, $externalId: String) {{
  reservation(id: $id, source: $source, externalId: $externalId) {{ {RESERVATION} }}
}}"""


def written(moment: datetime) -> str:
    """Write an instant the way answers do."""
    return moment.isoformat().replace("+00:00", "Z")


def days_from_now(days: float) -> str:
    """Write an instant some days from now, on a whole second."""
    return written(clock().replace(microsecond=0) + timedelta(days=days))


def stay(**changes: Any) -> dict[str, Any]:
    """Make the input of a push: a stay of two days that begins tomorrow."""
    usual = {
        "externalId": f"stay-{next(_numbers)}",
        "contacts": [{"name": "Aino Virtanen", "email": "aino@example.com"}],
        "startsAt": days_from_now(1),
        "endsAt": days_from_now(3),
    }
    return {name: value for name, value in (usual | changes).items() if value is not ...}
