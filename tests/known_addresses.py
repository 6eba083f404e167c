"""The addresses that the tests of the embedded geocoder know: a bit of Helsinki, invented towns."""

from pathlib import Path

from geo.geocoding import Match
from geo.index.embedded import EmbeddedGeocoder
from geo.index.importing import import_addresses
from models.database import Database
from models.places import PostalAddress

DATA = Path(__file__).parent / "geo" / "data" / "helsinki.csv"
HEADER = "street,housenumber,postcode,city,lat,lon,unit,country"
INVENTED = [
    # two towns with a street of one name, and a town with two of them
    "Hauptstraße,5,10827,Berlinchen,52.48,13.35,,XA",
    "Hauptstraße,5,13158,Berlinchen,52.60,13.38,,XA",
    "Hauptstraße,7,13158,Berlinchen,52.6005,13.38,,XA",
    "Hauptstraße,5,20095,Hamburgchen,53.55,10.0,,XA",
    "Hauptstraße,77,20095,Hamburgchen,53.56,10.0,,XA",
    "Müllerstraße,1,20095,Hamburgchen,53.57,10.0,,XA",
    "Mullerstraße,1,20095,Hamburgchen,53.59,10.0,,XA",
    "Lindenweg,12a,20095,Hamburgchen,53.5,10.1,,XA",
    "Lindenweg,12b,20095,Hamburgchen,53.5002,10.1,,XA",
    "Lindenweg,14,20095,Hamburgchen,53.5004,10.1,,XA",
    "Straße des 17. Juni,135,10623,Berlinchen,52.51,13.33,,XA",
    # a street with gaps, ranges and staircases
    "Pitkätie,2,40000,Koekylä,61.0,25.0,,XB",
    "Pitkätie,4,40000,Koekylä,61.0004,25.0,,XB",
    "Pitkätie,8,40000,Koekylä,61.0012,25.0,,XB",
    "Pitkätie,20-24,40000,Koekylä,61.004,25.0,,XB",
    "Pitkätie,30,40000,Koekylä,61.005,25.0,A,XB",
    "Pitkätie,30,40000,Koekylä,61.0053,25.0,B,XB",
    "Pitkätie,1,40000,Koekylä,61.0,25.0005,,XB",
    # one edit apart in one town, and a town whose name another begins with
    "Otavantie,3,50000,Alakylä,62.0,26.0,,XB",
    "Otavatie,3,50000,Alakylä,62.05,26.0,,XB",
    "Mäkelänkatu,2,71000,Etukylä,62.5,26.1,,XB",
    "Lakelankatu,2,72000,Takakylä,61.5,25.5,,XB",
    "Kaukotie,1,60000,Frankfurt am Main,50.1,8.6,,XB",
    # Estonian streets without their kind
    "Pikk,5,10123,Tallinnake,59.43,24.74,,XC",
    "Lai tänav,5,10123,Tallinnake,59.44,24.74,,XC",
    # a street that very many towns have
    *(f"Kirchgasse,1,{30_000 + i},Dorf {i},{45 + i * 0.1:.1f},9.0,,XD" for i in range(70)),
]


async def fill_index(database: Database, folder: Path) -> EmbeddedGeocoder:
    """Make the index know a bit of Helsinki and some invented towns; again changes nothing."""
    invented = folder / "invented.csv"
    invented.write_text("\n".join([HEADER, *INVENTED]) + "\n")
    await import_addresses(database, DATA)
    await import_addresses(database, invented, country="XA")
    return EmbeddedGeocoder(database)


async def ask(geocoder: EmbeddedGeocoder, text: str, country_code: str = "FI") -> Match:
    return await geocoder.geocode(PostalAddress(text, country_code=country_code))
