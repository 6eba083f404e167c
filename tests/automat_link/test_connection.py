"""The way to the broker: which addresses, how safe, and how it is looked for again."""

import ssl

import pytest
from brokers import running_broker

from automat_link.connection import broker_at, client_of, rest_seconds

MOST = 20.0


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("mqtts://broker.example", "broker.example", 8883),
        ("mqtts://broker.example:8884/", "broker.example", 8884),
        ("mqtts://[2001:db8::1]:8884", "2001:db8::1", 8884),
    ],
)
def test_a_broker_is_reached_over_tls(url: str, host: str, port: int) -> None:
    broker = broker_at(url)

    assert (broker.host, broker.port) == (host, port)
    assert broker.tls is not None
    assert broker.tls.verify_mode is ssl.CERT_REQUIRED
    assert broker.tls.check_hostname
    assert broker.tls.minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("url", ["mqtt://localhost", "mqtt://127.0.0.1:1883", "mqtt://[::1]"])
def test_without_tls_a_broker_is_on_this_machine(url: str) -> None:
    assert broker_at(url).tls is None


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "mqtts://host:port"),
        ("broker.example:8883", "mqtts://host:port"),
        ("https://broker.example", "mqtts://host:port"),
        ("mqtts://", "mqtts://host:port"),
        ("mqtts://broker.example/keys", "mqtts://host:port"),
        ("mqtts://link:secret@broker.example", "set beside it"),
        ("mqtt://broker.example", "this machine alone"),
        ("mqtts://broker.example:70000", "mqtts://host:port"),
        ("mqtts://broker.example:door", "mqtts://host:port"),
    ],
)
def test_other_addresses_are_refused(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as refusal:
        broker_at(url)

    assert "secret" not in str(refusal.value)


def test_an_authority_without_a_certificate_is_refused() -> None:
    with pytest.raises(ValueError, match="no certificate"):
        broker_at("mqtts://broker.example", authority="nothing")


def test_a_password_is_not_shown() -> None:
    word = "secret"

    assert word not in repr(broker_at("mqtts://broker.example", password=word))


async def test_a_link_signs_in_with_its_certificate() -> None:
    with running_broker() as running:
        ours = running.link()
        pem = f"{ours.certificate}{ours.private_key}"
        broker = broker_at(running.link_url, authority=ours.authority, certificate=pem)

        async with client_of(broker, "link-1") as client:
            await client.publish("keys/v1/x/want/heard", b"1", qos=1)


def test_attempts_are_spread_by_chance_under_a_bound_that_grows() -> None:
    early = [rest_seconds(1) for _ in range(1_000)]
    late = [rest_seconds(50) for _ in range(1_000)]

    assert max(early) <= 1.0
    assert max(late) <= MOST
    assert min(late) < MOST * 0.1
    assert max(late) > MOST * 0.9
    assert max(rest_seconds(50, 5) for _ in range(1_000)) <= 5
