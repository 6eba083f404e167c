"""Where the demo's entities and automats are: its addresses, looked up in one go."""

from collections.abc import Mapping
from datetime import datetime

from geo.geocoding import Match
from geo.index.embedded import EmbeddedGeocoder
from models.addressed import PlacementProblem
from models.errors import LivionKeyError
from models.places import Placement, PostalAddress
from resolvers import placing
from schema.demo import files

Place = Placement | PlacementProblem | None


class AnsweredGeocoder:
    """A geocoder with its answers at hand: many addresses were looked up in one go.

    Args:
        answers: What the embedded geocoder said of each address.
    """

    def __init__(self, answers: Mapping[PostalAddress, Match | LivionKeyError]) -> None:
        self._answers = answers

    async def geocode(self, address: PostalAddress) -> Match:
        """Give the answer again."""
        answer = self._answers[address]
        if isinstance(answer, LivionKeyError):
            raise answer
        return answer


async def find_places(geocoder: EmbeddedGeocoder, now: datetime) -> dict[str, Place]:
    """Find out where the entities and the automats are."""
    entities, automats = files.read_entities(), files.read_automats()
    written = [entity.address for entity in entities if entity.address]
    found = await geocoder.geocode_many(written)
    answered = AnsweredGeocoder(dict(zip(written, found, strict=True)))
    return {
        entity.external_id: await placing.place(answered, entity.address, None, now)
        for entity in entities
    } | {
        automat.device_id: await placing.place(answered, automat.address, automat.coordinates, now)
        for automat in automats
    }
