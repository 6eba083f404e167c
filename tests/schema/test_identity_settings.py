"""The identity provider as the settings name it."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from models.errors import InvalidInput
from schema.operating.outside import outside_for
from schema.settings import Settings


def settings(folder: Path, **given: Any) -> Settings:
    return Settings(_env_file=None, data_folder=folder, **given)


def test_there_is_no_provider_unless_one_is_named(tmp_path: Path) -> None:
    assert outside_for(settings(tmp_path)).identity is None


def test_a_provider_is_named_by_its_issuer_and_who_we_are_there(tmp_path: Path) -> None:
    named = settings(
        tmp_path,
        public_url="https://keys.example/",
        oidc_issuer="https://id.example",
        oidc_client_id="livionkey",
        oidc_client_secret=SecretStr("hidden"),
        oidc_acr_values="high  substantial",
    )

    provider = outside_for(named).identity

    assert provider is not None
    assert provider.issuer == "https://id.example"
    assert provider.registration.redirect_url == "https://keys.example/public/identified"
    assert provider.registration.acr_values == ("high", "substantial")
    assert "hidden" not in repr(provider.registration)


def test_a_provider_where_we_are_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="LIVIONKEY_OIDC_CLIENT_ID"):
        outside_for(settings(tmp_path, oidc_issuer="https://id.example"))


def test_staff_have_a_provider_of_their_own(tmp_path: Path) -> None:
    named = settings(
        tmp_path,
        public_url="https://keys.example/here/",
        staff_oidc_issuer="https://staff.example",
        staff_oidc_client_id="livionkey",
    )

    outside = outside_for(named)

    assert outside.identity is None
    assert outside.staff is not None
    ours = outside.staff.registration
    assert ours.redirect_url == "https://keys.example/here/sign-in/oidc/back"
    assert (ours.scope, ours.prompt, ours.client_secret) == ("openid email", None, None)
    with pytest.raises(InvalidInput, match="LIVIONKEY_STAFF_OIDC_CLIENT_ID"):
        outside_for(settings(tmp_path, staff_oidc_issuer="https://staff.example"))
