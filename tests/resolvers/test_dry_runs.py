"""What a reservation would get is what it gets; its decision can be made again from its record."""

import pytest
from trying import try_a_town

from resolvers.work import Work


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_reservation_gets_what_it_would_get(work: Work, seed: int) -> None:
    tried = await try_a_town(work, seed)

    assert tried.cases == 20
    assert tried.differences == []
