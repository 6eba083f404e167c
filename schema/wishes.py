"""Which automat, group and keys somebody asks for."""

from typing import Any

from models.automats import Automat as AutomatRow
from models.automats import DeviceGroup as GroupRow
from models.keys import Key as KeyRow
from resolvers.planning.stays import Wanted
from schema.inputs import given
from schema.scalars import from_id


def wanted_of(input: Any) -> Wanted:
    """Read which automat, group and keys somebody asks for."""
    return Wanted(
        automat_id=from_id(AutomatRow, input.automat_id),
        device_group_id=from_id(GroupRow, input.device_group_id),
        key_ids=[id for text in given(input.key_ids) or () if (id := from_id(KeyRow, text))],
    )
