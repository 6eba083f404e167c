"""All that has come is read in one turn of the loop, and no more than others can bear."""

import socket

from paho.mqtt.enums import MQTTErrorCode

from automat_link.reading import MOST_AT_ONCE, read_all

SUCCESS, LOST = MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_CONN_LOST


def left_after_reading(sent: int) -> int:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"x" * sent)

        def read() -> MQTTErrorCode:
            return SUCCESS if ours.recv(1) else LOST

        assert read_all(read, lambda: ours) is SUCCESS
        theirs.close()
        return len(ours.recv(1_000_000))


def test_all_that_has_come_is_read_at_once() -> None:
    assert left_after_reading(30) == 0


def test_others_have_their_turn_however_much_has_come() -> None:
    assert left_after_reading(MOST_AT_ONCE + 7) == 7


def test_a_lost_connection_is_read_no_further() -> None:
    ours, theirs = socket.socketpair()
    reads = []

    def read() -> MQTTErrorCode:
        reads.append(ours.recv(1))
        return LOST

    with ours:
        theirs.close()

        assert read_all(read, lambda: ours) is LOST

    assert reads == [b""]
