"""The relay does the harm it is told to, at the byte where it is told to, and none besides."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest
from tests.faults.answers import body
from tests.faults.faulty_relay import EVERY, Fault, FaultyRelay
from tests.support.raw_server import RawServer

SENT = b"0123456789"
ANSWER = b"abcdefghijklmnopqrstuvwxyz"


def read_all(connection: socket.socket) -> bytes:
    data = b""
    while piece := connection.recv(100):
        data += piece
    return data


def talk(
    *faults: Fault, answer: bytes = ANSWER, during: Callable[[FaultyRelay], object] | None = None
) -> tuple[bytes, bytes | None]:
    """What the server received, and what the client did; None where that ended in a reset."""
    received = [b""]

    def serve(connection: socket.socket, number: int) -> None:
        while len(received[0]) < len(SENT) and (piece := connection.recv(100)):
            received[0] += piece
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(100):
            received[0] += piece

    with RawServer(serve) as server:
        relay = FaultyRelay(server.port, faults).start()
        try:
            with socket.create_connection(("127.0.0.1", relay.port), timeout=10) as client:
                client.sendall(SENT)
                if during is not None:
                    during(relay)
                try:
                    came: bytes | None = read_all(client)
                except ConnectionResetError:
                    came = None
        finally:
            relay.stop()
    return received[0], came


def test_without_faults_all_goes_through(no_leaks: None) -> None:
    assert (SENT, ANSWER) == talk()


@pytest.mark.parametrize("kind", ["delay", "split"])
@pytest.mark.parametrize("direction", ["up", "down"])
def test_harmless_faults_lose_nothing(no_leaks: None, kind: str, direction: str) -> None:
    assert (SENT, ANSWER) == talk(Fault(EVERY, direction, 3, kind, 5))


def test_a_truncated_answer_ends_at_its_byte(no_leaks: None) -> None:
    assert (SENT, b"abcd") == talk(Fault(0, "down", 4, "truncate"))


def test_a_truncated_request_ends_both_sides(no_leaks: None) -> None:
    received, came = talk(Fault(0, "up", 4, "truncate"))
    assert b"0123" == received
    assert came in (b"", None)


def test_a_reset_is_one(no_leaks: None) -> None:
    received, came = talk(Fault(0, "up", 4, "reset"))
    assert b"0123" in (received, b"0123")
    assert came is None


def test_a_direction_ends_and_the_other_goes_on(no_leaks: None) -> None:
    assert (b"0123", ANSWER) == talk(Fault(0, "up", 4, "half-close"))
    assert (SENT, b"abc") == talk(Fault(0, "down", 3, "half-close"))


def test_bytes_are_repeated(no_leaks: None) -> None:
    assert (SENT, b"abcdecdefghijklmnopqrstuvwxyz") == talk(Fault(0, "down", 5, "repeat", 3))
    assert (b"012345345" + SENT[6:], ANSWER) == talk(Fault(0, "up", 6, "repeat", 3))


def test_a_whole_answer_is_doubled(no_leaks: None) -> None:
    answer = b"HTTP/1.1 200 OK\r\n\r\n" + body("1-1", 300)
    assert (SENT, answer * 2) == talk(Fault(0, "down", 0, "double"), answer=answer)
    # What does not end as our answers do is none.
    assert (SENT, answer + b"x") == talk(Fault(0, "down", 0, "double"), answer=answer + b"x")


def test_what_is_held_back_comes_with_the_peace(no_leaks: None) -> None:
    struck = threading.Event()

    def during(relay: FaultyRelay) -> None:
        while not relay.struck:
            struck.wait(0.01)
        relay.calm()

    assert (SENT, ANSWER) == talk(Fault(0, "up", 4, "stall"), during=during)


def test_faults_are_those_of_their_connection(no_leaks: None) -> None:
    assert (SENT, ANSWER) == talk(Fault(1, "down", 4, "truncate"))


def test_after_the_peace_nothing_strikes(no_leaks: None) -> None:
    with RawServer(lambda connection, number: connection.sendall(ANSWER)) as server:
        relay = FaultyRelay(server.port, [Fault(EVERY, "down", 4, "truncate")]).start()
        relay.calm()
        with socket.create_connection(("127.0.0.1", relay.port), timeout=10) as client:
            assert ANSWER == read_all(client)
        relay.stop()
    assert [] == relay.struck
