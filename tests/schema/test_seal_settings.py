"""The seal that the settings choose; what makes no sense is refused before anything is sealed."""

from pathlib import Path
from typing import Any

import pytest

from models.errors import InvalidInput
from schema.operating.outside import outside_for
from schema.settings import Settings


def chosen(folder: Path, **given: Any) -> Settings:
    return Settings(_env_file=None, data_folder=folder / "data", **given)


def test_the_local_authority_seals_when_nothing_is_set_and_is_not_made_before(
    tmp_path: Path,
) -> None:
    seal = outside_for(chosen(tmp_path)).seal

    assert seal.chosen.folder == tmp_path / "data" / "seal"
    assert seal.chosen.timestamp_url == ""
    assert not seal.chosen.folder.exists()


def test_a_certificate_and_a_service_are_taken_from_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "seal.p12"
    file.touch()
    given = {
        "seal_pkcs12": file,
        "seal_pkcs12_password": "open",
        "timestamp_url": "http://stamps.example",
        "timestamp_timeout_seconds": 3,
    }

    made = outside_for(chosen(tmp_path, **given)).seal.chosen

    assert (made.pkcs12, made.pkcs12_password) == (file, "open")
    assert (made.timestamp_url, made.timestamp_timeout_seconds) == ("http://stamps.example", 3)


def test_a_hardware_module_is_taken_from_the_settings(tmp_path: Path) -> None:
    given = {"token": "Token", "certificate": "Seal", "pin": "1234"}

    made = outside_for(
        chosen(
            tmp_path,
            seal_pkcs11_module=Path("/usr/lib/module.so"),
            **{f"seal_pkcs11_{name}": value for name, value in given.items()},
        )
    ).seal.chosen

    assert made.pkcs11_module == Path("/usr/lib/module.so")
    assert (made.pkcs11_token, made.pkcs11_certificate, made.pkcs11_pin) == tuple(given.values())


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"seal_pkcs12": Path("none.p12")}, "LIVIONKEY_SEAL_PKCS12: there is no file none.p12"),
        (
            {"seal_pkcs12": Path("a.p12"), "seal_pkcs11_module": Path("b.so")},
            "LIVIONKEY_SEAL_PKCS12 and LIVIONKEY_SEAL_PKCS11_MODULE: set one only",
        ),
    ],
)
def test_a_seal_that_cannot_be_is_refused(
    given: dict[str, Path], refusal: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match=refusal):
        outside_for(chosen(tmp_path, **given))
